//! The flags of `find-external-access`.

use super::baseline::BaselineArgs;
use super::container::ContainerArgs;
use super::output::OutputArgs;
use super::search::SearchArgs;
use super::semantics::SemanticsArgs;
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct ExternalAccessArgs {
    /// The policy, or a file with several
    #[arg(long, value_name = "POLICY", alias = "policy-document")]
    pub(crate) policy: String,
    /// The zone of trust: accounts (12 digits), organizations (o-...) or paths of one (o-.../r-.../*) [default: that of iamsat.toml]
    #[arg(long, value_name = "ACCOUNT|ORG", value_delimiter = ',', num_args = 1..)]
    pub(crate) zone_of_trust: Vec<String>,
    /// Other trusted principals: accounts, organizations, paths of these, ARNs, unique ids (AIDA..., AROA...)
    #[arg(long, value_name = "WHO", value_delimiter = ',', num_args = 1..)]
    pub(crate) trusted: Vec<String>,
    /// The type of resource that the policy is attached to, such as AWS::IAM::Role, if the file does not state it [default:
    /// AWS::S3::Bucket]
    #[arg(long, value_name = "TYPE")]
    pub(crate) resource_type: Option<String>,
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    #[command(flatten)]
    pub(crate) semantics: SemanticsArgs,
    #[command(flatten)]
    pub(crate) container: ContainerArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
