//! The choice between judging policies alone and beside others, and the remark on an answer about policies alone.

use crate::solve::Finding;

/// The rule that decides whether policies are judged alone or beside others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Judging {
    /// Depends on the check. `check-no-new-access` judges alone, as AWS does, unless neither document allows anything alone
    /// (guardrails); comparisons judge beside others.
    #[default]
    Usual,
    /// Judges the requests that policies let through if nothing else grants.
    Alone,
    /// Judges the requests that policies let through beside any other grants.
    BesideOthers,
}

/// The existence of a request that the existing policy denies and the new one does not, reported beside a verdict about allowed
/// requests.
#[derive(Clone, Debug)]
pub enum Weakened {
    /// There is such a request, with the Deny statement of the existing policy (document 1).
    Shown(Box<Finding>),
    /// It is undecided if there is one.
    Undecided,
}
