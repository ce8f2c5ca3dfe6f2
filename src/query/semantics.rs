//! How the documents of a query are read.

use crate::policy::PolicyType;
use crate::request::Requesters;

/// The way in which the documents of a question are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Semantics {
    /// The type of the documents.
    pub policy_type: PolicyType,
    /// True if the type was read off the documents. One without `Principal` may be a service control policy then.
    pub is_type_inferred: bool,
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
        Semantics {
            policy_type,
            is_type_inferred: false,
            strict_arn: false,
            aws_compat: false,
            heuristics: false,
            boundary: None,
        }
    }

    /// Who may send the requests in question. A document without `Principal` whose type is not stated may be a service control
    /// policy, and that binds root users too.
    pub fn requesters(self) -> Requesters {
        match (self.policy_type, self.is_type_inferred) {
            (PolicyType::Identity, false) => Requesters::Attached,
            (PolicyType::Identity, true) | (PolicyType::ServiceControl, _) => Requesters::OfAccounts,
            (PolicyType::Resource | PolicyType::ResourceControl, _) => Requesters::Everyone,
        }
    }
}
