//! The checks, one small file each: a file makes the query of a check and reads its verdict.

mod access_not_granted;
mod ask;
mod beside_others;
mod block_public_access;
mod can;
mod compare;
mod complement;
mod difference;
mod external_access;
mod find;
mod holes;
mod in_snapshot;
mod isolation;
mod judging;
mod likelier;
mod lint;
mod listed;
mod no_new_access;
mod no_public_access;
mod offer;
mod principal_index;
mod property;
mod query;
mod query_budget;
mod reduction;
mod region;
mod residual;
mod statement_index;
mod unlisted;
mod wants;
mod what_can;
mod who_asking;
mod who_can;
mod who_classes;
mod who_outside;
mod work;
mod zone;

pub use crate::encode::{Assumption, DocumentRef, PreparedDocument};
pub use crate::policy::{Access, AccessError};
pub use access_not_granted::access_not_granted;
pub use ask::{Answer, ONLY_FOR_SCP, Options};
pub use block_public_access::{AclGrant, BlockOutcome, BlockSettings, Blocked, block_public_access};
pub use can::{CanAnswer, CanVerdict, NearMiss, Wanted, can, nearest_miss};
pub use compare::{Comparison, Relation, compare, no_more_through};
pub use difference::{Difference, Group, Side, denied_difference, difference};
pub use external_access::{ExternalAccess, ExternalFinding, external_access};
pub use find::find;
pub(crate) use holes::PARTITION;
pub use holes::{
    Always, Ask, Dependence, Depends, Partial, PassesIf, Problem, Shown, Substitute, Undecided, judge_partial,
};
pub use in_snapshot::{Part, PreparedSnapshot, Question, SnapshotAnswer, can_in_snapshot};
#[cfg(feature = "batch")]
pub(crate) use isolation::caught;
pub use judging::{Judging, Weakened};
pub use lint::{Defect, Fault, Lint, leave_out, lint};
pub use no_new_access::no_new_access;
pub use no_public_access::no_public_access;
pub use property::{Property, PropertyError};
pub use query::ask;
pub use region::{Axis, Region};
pub use wants::Wants;
pub use what_can::{Grant, WhatAnswer, what_can};
pub use who_asking::{RunJobs, WhoAnswer, WhoEntry, WhoKind};
pub use who_can::{who_can, who_can_by};
pub use zone::{Zone, ZoneError};
