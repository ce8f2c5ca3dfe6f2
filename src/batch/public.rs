//! What check-no-public-access takes.

use crate::check::Options;
use crate::policy::{PolicyType, ResourceType};
use crate::report::Failure;

/// The resource type with this name.
///
/// # Errors
/// There is none: all that there are.
pub fn resource_type(name: &str) -> Result<ResourceType, Failure> {
    ResourceType::from_name(name).ok_or_else(|| {
        let all: Vec<&str> = ResourceType::all().map(ResourceType::name).collect();
        Failure::validation(format!("`{name}` is no resource type of this check: {}", all.join(", ")))
    })
}

/// Has documents read as resource policies.
///
/// # Errors
/// Something else is asked for.
pub fn as_resource_policy(options: &mut Options) -> Result<(), Failure> {
    if options.policy_type == Some(PolicyType::Identity) {
        return Err(Failure::validation(
            "check-no-public-access is about resource policies, not IDENTITY_POLICY",
        ));
    }
    options.policy_type = Some(PolicyType::Resource);
    Ok(())
}
