//! The flags of `snapshot`.

use super::output::OutputArgs;
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct SnapshotArgs {
    /// The directory with answers of the AWS CLI [default: that of iamsat.toml]
    #[arg(value_name = "DIR")]
    pub(crate) directory: Option<String>,
    /// Print only the read-only calls of the AWS CLI that fill gaps
    #[arg(long)]
    pub(crate) commands: bool,
    /// Exit with 1 if something is missing
    #[arg(long)]
    pub(crate) expect_complete: bool,
    /// State that the accounts are in no organization
    #[arg(long)]
    pub(crate) no_organization: bool,
    /// Take nothing for none because a store of iam-collect has no file for it
    #[arg(long)]
    pub(crate) strict_collect: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
