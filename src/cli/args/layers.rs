//! The flags that name the policies of layers.

use super::value::{account, organization};
use clap::Args;

/// The flags of which one is needed unless policies are given without layers.
pub(super) const LAYERS: [&str; 8] =
    ["layers", "identity", "boundary_policy", "session_policy", "scp", "rcp", "resource_policy", "endpoint"];

/// The same, for commands that take a snapshot too.
pub(super) const LAYERS_OR_SNAPSHOT: [&str; 9] = [
    "snapshot",
    "layers",
    "identity",
    "boundary_policy",
    "session_policy",
    "scp",
    "rcp",
    "resource_policy",
    "endpoint",
];

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Layers")]
pub(crate) struct LayersArgs {
    /// A layers file: {"identity":[..],"boundary":[..],"session":[..],"scp":[[..]],"rcp":[[..]],"resource":..,"endpoint":..}
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "identity", "boundary_policy", "session_policy", "scp", "rcp", "resource_policy", "endpoint"])]
    pub(crate) layers: Option<String>,
    /// The identity policies of the requester
    #[arg(long, value_name = "POLICY", num_args = 1..)]
    pub(crate) identity: Vec<String>,
    /// Its permissions boundary
    #[arg(long, value_name = "POLICY")]
    pub(crate) boundary_policy: Option<String>,
    /// The session policies passed when its session began
    #[arg(long, value_name = "POLICY", num_args = 1..)]
    pub(crate) session_policy: Vec<String>,
    /// The SCPs of one level, from the root to the account: repeat it for each level; commas separate the policies of a level
    #[arg(long, value_name = "A,B")]
    pub(crate) scp: Vec<String>,
    /// The RCPs of one level, from the root to the account of the resource
    #[arg(long, value_name = "A,B")]
    pub(crate) rcp: Vec<String>,
    /// The policy of the resource; for a role, its trust policy
    #[arg(long, value_name = "POLICY")]
    pub(crate) resource_policy: Option<String>,
    /// The policy of the VPC endpoint through which requests come
    #[arg(long, value_name = "POLICY")]
    pub(crate) endpoint: Option<String>,
    /// The account that owns the resource
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub(crate) resource_account: Option<String>,
    /// The organization of the account of the requester
    #[arg(long, value_name = "o-ID", value_parser = organization)]
    pub(crate) organization: Option<String>,
}

impl LayersArgs {
    /// True if a flag names a layer.
    pub(crate) fn are_given(&self) -> bool {
        let lists = [&self.identity, &self.session_policy, &self.scp, &self.rcp];
        let ones = [&self.layers, &self.boundary_policy, &self.resource_policy, &self.endpoint];
        lists.iter().any(|list| !list.is_empty()) || ones.iter().any(|one| one.is_some())
    }

    /// Returns the first flag that only matters beside layers.
    pub(crate) fn stray(&self) -> Option<&'static str> {
        let flags = [
            (self.resource_account.is_some(), "--resource-account"),
            (self.organization.is_some(), "--organization"),
        ];
        flags.into_iter().find(|(is_given, _)| *is_given).map(|(_, flag)| flag)
    }
}
