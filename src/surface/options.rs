//! How a query is asked, by the names that flags and members have.

use crate::check::Options;
use crate::policy::PolicyType;
use crate::report::Failure;
use std::time::{Duration, Instant};

/// The policy type with this name.
///
/// # Errors
/// There is none: all that there are.
pub fn policy_type(name: &str) -> Result<PolicyType, Failure> {
    PolicyType::from_name(name).ok_or_else(|| {
        let names = PolicyType::ALL.map(PolicyType::name).join(", ");
        Failure::validation(format!("`{name}` is not a policyType: it is one of {names}"))
    })
}

/// The end of a timeout that begins now; `None` without one, and for one beyond what a clock can show.
pub fn deadline(timeout: Option<Duration>) -> Option<Instant> {
    timeout.and_then(|time| Instant::now().checked_add(time))
}

/// Has documents read as resource policies.
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
