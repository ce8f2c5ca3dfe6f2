//! The flags of `check-no-public-access`.

use super::baseline::InputArgs;
use super::output::OutputArgs;
use super::search::SearchArgs;
use super::semantics::SemanticsArgs;
use super::world::{PossibleArgs, WorldArgs};
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct NoPublicAccessArgs {
    /// The policy; several are checked one by one
    #[arg(long, value_name = "POLICY", alias = "policy-document", num_args = 1.., required = true)]
    pub(crate) policy: Vec<String>,
    /// The type of resource that the policy is attached to, such as AWS::S3::Bucket or AWS::IAM::AssumeRolePolicyDocument; plans
    /// and templates state it themselves
    #[arg(long, value_name = "TYPE")]
    pub(crate) resource_type: Option<String>,
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    #[command(flatten)]
    pub(crate) semantics: SemanticsArgs,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) possible: PossibleArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
