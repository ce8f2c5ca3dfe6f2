//! How the documents of a query are read.

use crate::policy::PolicyType;

/// How the documents of a question are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Semantics {
    /// Who the requester may be.
    pub policy_type: PolicyType,
    /// True if disputed matches across colons are open.
    pub strict_arn: bool,
    /// True if facts that AWS's checks do not know are left out.
    pub aws_compat: bool,
    /// True if what is usually but not certainly true of requests is taken for a fact.
    pub heuristics: bool,
    /// True if the requester has a permissions boundary, where that is fixed.
    pub boundary: Option<bool>,
}

impl Semantics {
    /// The semantics of policies of this type without any option.
    pub fn of(policy_type: PolicyType) -> Semantics {
        Semantics { policy_type, strict_arn: false, aws_compat: false, heuristics: false, boundary: None }
    }
}
