//! The requesters that a query is about.

use crate::request::{Requester, RequesterKind};

/// The requesters that a query is about.
///
/// Source: IAM User Guide, "Policy types": identity policies are attached to users, groups and roles, service control policies
/// bind all principals of an account, its root user among them.
///
/// ```
/// use iamsat::request::{RequesterKind, Requesters};
/// assert!(Requesters::OfAccounts.include(RequesterKind::Root) && !Requesters::Attached.include(RequesterKind::Root));
/// assert!(Requesters::Everyone.include(RequesterKind::Service));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Requesters {
    /// The principals to which identity policies are attached: users, role sessions, federated users.
    Attached,
    /// All principals of accounts, including root users and sessions of AssumeRoot.
    OfAccounts,
    /// Everyone, including services, federated and anonymous callers.
    Everyone,
}

impl Requesters {
    /// True if they include this kind of requester.
    pub fn include(self, kind: RequesterKind) -> bool {
        match kind {
            RequesterKind::User | RequesterKind::RoleSession | RequesterKind::FederatedUser => true,
            RequesterKind::Root | RequesterKind::AssumedRoot => self != Requesters::Attached,
            RequesterKind::Anonymous
            | RequesterKind::Service
            | RequesterKind::WebIdentity
            | RequesterKind::Saml => self == Requesters::Everyone,
        }
    }
}

impl Requester {
    /// True if it is a root user or a session of AssumeRoot.
    pub fn is_root(&self) -> bool {
        matches!(self, Requester::Root { .. } | Requester::AssumedRoot { .. })
    }
}
