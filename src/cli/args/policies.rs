//! The flags of `policies`.

use super::container::ContainerArgs;
use super::output::OutputArgs;
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct PoliciesArgs {
    /// Files to look into
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<String>,
    #[command(flatten)]
    pub(crate) container: ContainerArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
