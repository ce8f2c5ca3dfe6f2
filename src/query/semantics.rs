//! How the documents of a query are read.

use crate::policy::PolicyType;
use crate::request::Requesters;

/// How the documents of a query are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Semantics {
    /// The type of the documents.
    pub policy_type: PolicyType,
    /// True if the type was inferred from the documents. Then a document without `Principal` may be a service control policy.
    pub is_type_inferred: bool,
    /// True if matches of wildcards across colons are left open.
    pub strict_arn: bool,
    /// True if facts unknown to AWS's checks are not assumed.
    pub aws_compat: bool,
    /// True if the heuristics are assumed, which usually but not certainly hold for requests.
    pub heuristics: bool,
    /// True if the requester has a permissions boundary, false if not, `None` if it may have one.
    pub boundary: Option<bool>,
}

impl Semantics {
    /// Returns the semantics for policies of this type, without options.
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

    /// Returns the possible requesters. A document without `Principal` whose type is not given may be a service control policy,
    /// which also applies to root users.
    pub fn requesters(self) -> Requesters {
        match (self.policy_type, self.is_type_inferred) {
            (PolicyType::Identity, false) => Requesters::Attached,
            (PolicyType::Identity, true) | (PolicyType::ServiceControl, _) => Requesters::OfAccounts,
            (PolicyType::Resource | PolicyType::ResourceControl, _) => Requesters::Everyone,
        }
    }
}
