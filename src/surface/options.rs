//! How a query is asked, by the names that flags and members have.

use crate::check::Options;
use crate::policy::PolicyType;
use crate::report::Failure;
use std::time::{Duration, Instant};

/// The policy type with this name.
///
/// # Errors
/// There is none: both that there are.
pub fn policy_type(name: &str) -> Result<PolicyType, Failure> {
    PolicyType::from_name(name).ok_or_else(|| {
        Failure::validation(format!("`{name}` is no policyType: IDENTITY_POLICY or RESOURCE_POLICY"))
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
    if options.policy_type == Some(PolicyType::Identity) {
        return Err(Failure::validation(
            "check-no-public-access is about resource policies, not IDENTITY_POLICY",
        ));
    }
    options.policy_type = Some(PolicyType::Resource);
    Ok(())
}
