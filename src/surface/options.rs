//! The options of a query, by the names of flags and members.

use crate::check::Options;
use crate::policy::PolicyType;
use crate::report::Failure;
use std::time::{Duration, Instant};

/// Returns the policy type with this name.
///
/// # Errors
/// There is no such type; the message lists all types.
pub fn policy_type(name: &str) -> Result<PolicyType, Failure> {
    PolicyType::from_name(name).ok_or_else(|| {
        let names = PolicyType::ALL.map(PolicyType::name).join(", ");
        Failure::validation(format!("`{name}` is not a policyType: it is one of {names}"))
    })
}

/// Returns the end of a timeout that begins now; `None` without a timeout, and for one beyond the range of the clock.
pub fn deadline(timeout: Option<Duration>) -> Option<Instant> {
    timeout.and_then(|time| Instant::now().checked_add(time))
}

/// Makes documents be read as resource policies.
///
/// # Errors
/// The options say that they are identity policies.
pub fn as_resource_policy(options: &mut Options) -> Result<(), Failure> {
    if let Some(other) = options.policy_type.filter(|given| *given != PolicyType::Resource) {
        return Err(Failure::validation(format!(
            "check-no-public-access is about resource policies, not {}",
            other.name()
        )));
    }
    options.policy_type = Some(PolicyType::Resource);
    Ok(())
}
