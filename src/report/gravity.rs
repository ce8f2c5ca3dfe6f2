//! How grave it is that access is wider than it should be, for formats whose readers sort by it.

use crate::code::{Code, FindingType};

/// The gravity of wider access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Gravity {
    /// A policy allows more than it appears to, or a Deny does less.
    Medium,
    /// A request is allowed that should not be, and is shown.
    High,
    /// Anybody may make it.
    Critical,
}

/// Returns the gravity of a code; `None` if it is not about wider access.
pub(super) fn gravity(code: Code) -> Option<Gravity> {
    Some(match code {
        Code::PublicAccess | Code::PublicAcl => Gravity::Critical,
        Code::AccessGained
        | Code::AccessGranted
        | Code::CanAccess
        | Code::DenyWeakened
        | Code::ExternalAccess
        | Code::NewAccess
        | Code::NewPolicy
        | Code::NoLongerDenied
        | Code::RequestFound => Gravity::High,
        Code::AllowWithNotAction
        | Code::AllowWithNotPrincipal
        | Code::AllowWithNotResource
        | Code::AnyFederatedUser
        | Code::ConditionAlwaysMet
        | Code::ConditionMetWithoutKey
        | Code::DenyOnlyIfPresent
        | Code::DenyWithoutEffect
        | Code::WrongAccountId => Gravity::Medium,
        Code::Aws(code) if code.finding_type() == FindingType::SecurityWarning => Gravity::High,
        _ => return None,
    })
}
