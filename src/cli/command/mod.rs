//! The commands, one file each, and the functions that some of them share.

mod baseline;
mod certificate;
mod fix;
mod policy_pair;
mod quota;
mod recheck;
mod rewrite;
mod tell;

pub(super) mod batch;
pub(super) mod block_public_access;
pub(super) mod can;
pub(super) mod catalogue;
pub(super) mod check;
pub(super) mod checks;
pub(super) mod compare;
pub(super) mod diff;
mod diff_list;
mod diff_many;
pub(super) mod external_access;
mod external_access_many;
pub(super) mod find;
pub(super) mod guardrails;
pub(super) mod guide;
pub(super) mod info;
pub(super) mod init;
pub(super) mod lint;
pub(super) mod minimise;
mod names;
mod nothing;
pub(super) mod policies;
#[cfg(feature = "serve")]
pub(super) mod serve;
mod simulate;
pub(super) mod simulate_snapshot;
pub(super) mod snapshot;
mod snapshot_change;
pub(super) mod test;
pub(super) mod validate_policy;
pub(super) mod verify;
pub(super) mod what_can;
pub(super) mod who_can;
