//! Kinds of policies by purpose, and kinds of files that contain them.

use crate::policy::PolicyType;

/// The purpose of a policy, which decides how it is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyKind {
    /// Attached to a user, a group or a role.
    Identity,
    /// Passed when a session starts; checked as an identity policy.
    Session,
    /// The trust policy of a role.
    Trust,
    /// Attached to a resource.
    Resource,
    /// The policy of a VPC endpoint: it names principals but grants nothing by itself.
    Endpoint,
    /// A service control policy of an organization.
    Scp,
    /// A resource control policy of an organization.
    Rcp,
}

impl PolicyKind {
    /// All kinds.
    pub const ALL: [PolicyKind; 7] = [
        PolicyKind::Identity,
        PolicyKind::Session,
        PolicyKind::Trust,
        PolicyKind::Resource,
        PolicyKind::Endpoint,
        PolicyKind::Scp,
        PolicyKind::Rcp,
    ];

    /// Returns the name shown to people and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            PolicyKind::Identity => "identity",
            PolicyKind::Session => "session",
            PolicyKind::Trust => "trust",
            PolicyKind::Resource => "resource",
            PolicyKind::Endpoint => "endpoint",
            PolicyKind::Scp => "scp",
            PolicyKind::Rcp => "rcp",
        }
    }

    /// Returns the kind with this name.
    ///
    /// ```
    /// use iamsat::{container::PolicyKind, policy::PolicyType};
    /// let trust = PolicyKind::from_name("trust").unwrap();
    /// assert_eq!(trust.policy_type(), PolicyType::Resource);
    /// assert!(PolicyKind::Scp.policy_type().limits_others());
    /// ```
    pub fn from_name(name: &str) -> Option<PolicyKind> {
        PolicyKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns the type as which it is checked.
    pub fn policy_type(self) -> PolicyType {
        match self {
            PolicyKind::Identity | PolicyKind::Session => PolicyType::Identity,
            PolicyKind::Trust | PolicyKind::Resource | PolicyKind::Endpoint => PolicyType::Resource,
            PolicyKind::Scp => PolicyType::ServiceControl,
            PolicyKind::Rcp => PolicyType::ResourceControl,
        }
    }
}

/// The kind of a file, recognised by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerKind {
    /// `terraform show -json PLAN`, `tofu show -json PLAN`.
    Plan,
    /// `terraform show -json` of a state.
    State,
    /// `terraform state pull`.
    RawState,
    /// A CloudFormation template, SAM templates and CDK output included.
    Template,
    /// `aws iam get-account-authorization-details`.
    Dump,
    /// Any other JSON that contains several policies.
    List,
}

impl ContainerKind {
    /// Returns the name shown to people and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            ContainerKind::Plan => "plan",
            ContainerKind::State => "state",
            ContainerKind::RawState => "raw-state",
            ContainerKind::Template => "template",
            ContainerKind::Dump => "account-dump",
            ContainerKind::List => "list",
        }
    }

    /// Returns the plural noun for the parts that are counted beside the policies.
    pub fn parts(self) -> &'static str {
        match self {
            ContainerKind::Plan
            | ContainerKind::State
            | ContainerKind::RawState
            | ContainerKind::Template => "resources",
            ContainerKind::Dump => "users, groups, roles and managed policies",
            ContainerKind::List => "policies",
        }
    }
}
