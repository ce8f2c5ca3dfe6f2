//! The kind of the policy in a file, where the file does not say it.

/// The kind of a policy, as the configuration states it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InputKind {
    Identity,
    ServiceControl,
    ResourceControl,
    /// The trust policy of a role.
    Trust,
    /// The policy of a resource of this type, such as `AWS::S3::Bucket`.
    Of(String),
}

impl InputKind {
    /// The names of kinds; every other name is a type of resource.
    pub(crate) const NAMES: [&'static str; 4] = ["identity", "scp", "rcp", "trust"];

    /// Reads a kind.
    pub(super) fn parse(text: &str) -> Option<InputKind> {
        Some(match text {
            "identity" => InputKind::Identity,
            "scp" => InputKind::ServiceControl,
            "rcp" => InputKind::ResourceControl,
            "trust" => InputKind::Trust,
            of if of.split("::").count() == 3 && of.split("::").all(|part| !part.is_empty()) => {
                InputKind::Of(of.to_owned())
            }
            _ => return None,
        })
    }

    /// Returns AWS's name for the type of the policy.
    pub(crate) fn policy_type(&self) -> &'static str {
        match self {
            InputKind::Identity => "IDENTITY_POLICY",
            InputKind::ServiceControl => "SERVICE_CONTROL_POLICY",
            InputKind::ResourceControl => "RESOURCE_CONTROL_POLICY",
            InputKind::Trust | InputKind::Of(_) => "RESOURCE_POLICY",
        }
    }

    /// Returns the type of the resource as the checks of public access and of grammar name it; `None` for a policy of no resource.
    pub(crate) fn resource_type(&self) -> Option<&str> {
        match self {
            InputKind::Trust => Some("AWS::IAM::AssumeRolePolicyDocument"),
            InputKind::Of(of) => Some(of),
            InputKind::Identity | InputKind::ServiceControl | InputKind::ResourceControl => None,
        }
    }
}
