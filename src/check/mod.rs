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
mod fix;
mod holes;
mod in_snapshot;
mod isolation;
mod judging;
mod likelier;
mod lint;
mod listed;
mod minimise;
mod no_new_access;
mod no_public_access;
mod principal_index;
mod property;
mod query;
mod query_budget;
mod reduction;
mod region;
mod statement_index;
mod unlisted;
mod who_can;
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
pub use fix::{FixRound, Fixed, Kept, fix};
pub(crate) use holes::PARTITION;
pub use holes::{
    Always, Ask, Dependence, Depends, Partial, PassesIf, Problem, Shown, Substitute, Undecided, judge_partial,
};
pub use in_snapshot::{Part, PreparedSnapshot, Question, SnapshotAnswer, Wants, can_in_snapshot};
#[cfg(feature = "batch")]
pub(crate) use isolation::caught;
pub use judging::{Judging, Weakened};
pub use lint::{Defect, Fault, Lint, leave_out, lint};
pub use minimise::{Droppable, Minimised, minimise, size_in_iam};
pub use no_new_access::no_new_access;
pub use no_public_access::no_public_access;
pub use property::{Property, PropertyError};
pub use query::ask;
pub use region::{Axis, Region};
pub use who_can::{WhoAnswer, WhoEntry, WhoKind, who_can};
pub use zone::{Zone, ZoneError};
