//! The checks: one small file each. Each says what is asked and reads the verdict.

mod access_not_granted;
mod ask;
mod block_public_access;
mod compare;
mod complement;
mod difference;
mod external_access;
mod find;
mod isolation;
mod likelier;
mod lint;
mod no_new_access;
mod no_public_access;
mod principal_index;
mod property;
mod query_budget;
mod reduction;
mod region;
mod zone;

pub use crate::encode::{Assumption, DocumentRef, PreparedDocument};
pub use crate::policy::{Access, AccessError};
pub use access_not_granted::access_not_granted;
pub use ask::{Answer, ONLY_FOR_SCP, Options};
pub use block_public_access::{AclGrant, BlockOutcome, BlockSettings, Blocked, block_public_access};
pub use compare::{Comparison, Relation, compare};
pub use difference::{Difference, Group, Side, difference};
pub use external_access::{ExternalAccess, ExternalFinding, external_access};
pub use find::find;
pub(crate) use isolation::caught;
pub use lint::{Defect, Fault, Lint, leave_out, lint};
pub use no_new_access::no_new_access;
pub use no_public_access::no_public_access;
pub use property::Property;
pub use region::{Axis, Region};
pub use zone::Zone;
