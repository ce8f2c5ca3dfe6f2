//! The choice between judging policies alone and beside others, and the remark that an answer about them alone carries.

use crate::solve::Finding;

/// The rule that decides if policies are judged alone or beside others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Judging {
    /// By what is compared: guardrails beside others, everything else as the question is usually meant. `check-no-new-access`
    /// judges alone, as AWS does, unless neither document allows anything alone; comparisons judge beside others.
    #[default]
    Usual,
    /// By what they let through when nothing else grants.
    Alone,
    /// By what they let through beside whatever else grants.
    BesideOthers,
}

/// A request that the existing policy denies and the new one does not, beside a verdict that is not about that.
#[derive(Clone, Debug)]
pub enum Weakened {
    /// This one, with the Deny statement of the existing policy (document 1).
    Shown(Box<Finding>),
    /// It is open whether there is one.
    Undecided,
}
