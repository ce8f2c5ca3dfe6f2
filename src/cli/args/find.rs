//! The flags of `find`.

use super::container::ContainerArgs;
use super::layers::{LAYERS, LayersArgs};
use super::output::OutputArgs;
use super::search::SearchArgs;
use super::semantics::SemanticsArgs;
use super::value::{account, addresses, organization, vpc};
use super::world::WorldArgs;
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct FindArgs {
    /// The policies, read as one set
    #[arg(long, value_name = "POLICY", alias = "policy-document", num_args = 1.., required_unless_present_any = LAYERS,
        conflicts_with_all = LAYERS)]
    pub(crate) policy: Vec<String>,
    /// The action is one of these; wildcards are supported
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1..)]
    pub(crate) action: Vec<String>,
    /// The resource is one of these; wildcards are supported
    #[arg(long, value_name = "R,S", value_delimiter = ',', num_args = 1..)]
    pub(crate) resource: Vec<String>,
    /// The requester is this: anonymous, an account id, an ARN, service:NAME, federated:PROVIDER or canonical:ID
    #[arg(long, value_name = "PRINCIPAL")]
    pub(crate) principal: Option<String>,
    /// The request satisfies this Condition element; several must all be satisfied
    #[arg(long, value_name = "JSON")]
    pub(crate) condition: Vec<String>,
    /// The requester is outside of these accounts, and not an AWS service
    #[arg(long, value_name = "ACCOUNT", num_args = 1.., value_parser = account)]
    pub(crate) not_principal_account: Vec<String>,
    /// The requester is outside of these organizations, and not an AWS service
    #[arg(long, value_name = "o-ID", num_args = 1.., value_parser = organization)]
    pub(crate) outside_org: Vec<String>,
    /// The request does not come from these VPCs
    #[arg(long, value_name = "vpc-ID", num_args = 1.., value_parser = vpc)]
    pub(crate) outside_vpc: Vec<String>,
    /// The request does not come from these addresses
    #[arg(long, value_name = "CIDR", num_args = 1.., value_parser = addresses)]
    pub(crate) outside_ip: Vec<String>,
    /// The requester did not use MFA
    #[arg(long)]
    pub(crate) without_mfa: bool,
    #[command(flatten)]
    pub(crate) layers: LayersArgs,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    #[command(flatten)]
    pub(crate) semantics: SemanticsArgs,
    #[command(flatten)]
    pub(crate) container: ContainerArgs,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
