//! The parts shared by the surfaces (command line, batch, server): isolation of jobs whose panic becomes their own error, failures of
//! reading and writing, validation of requests, and the cache of documents.

mod access;
mod cache;
mod callers;
mod change;
mod failure;
mod isolation;
mod jobs;
mod members;
mod open;
mod options;
mod simulating;
mod snapshot;
mod validating;
mod validation;
mod what;

pub use access::{access_at_levels, access_entries};
pub use cache::{Cache, Known, Remembered, prepared};
pub use callers::wanted;
pub use change::{Planning, asked_gains, asked_guardrails, changed_snapshot, planned_snapshot};
pub use failure::{reason, unmakable, unreadable, unwritable};
#[cfg(test)]
pub(crate) use isolation::injection;
pub use isolation::{Answered, answered, isolated};
#[cfg(feature = "cli")]
pub(crate) use jobs::each;
pub use members::{JsonMembers, json_members};
pub use open::{
    attached, changed_block, changed_link, given_in, incomplete, no_policy, not_read, open, other_condition,
    passes_over, undecided, unknown,
};
pub use options::{as_resource_policy, deadline, policy_type};
pub use simulating::{Simulating, context_of, of_one_side, request_of, simulated_under};
pub use snapshot::{Named, Snapshots, Stated, asked_who, asker, of_property, snapshot_of};
pub(crate) use validating::{ToValidate, Validating};
pub use validation::{document, documents, external_resource_type, fit, resource_type};
pub use what::{asked_what, wants_of_services};
