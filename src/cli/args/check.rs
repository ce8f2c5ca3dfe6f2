//! The flags of `check`.

use super::baseline::BaselineArgs;
use super::output::OutputArgs;
use super::validate_policy::FailOn;
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(crate) struct CheckArgs {
    /// Files, directories and patterns, instead of those that the configuration names
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The configuration; without it, the nearest iamsat.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Check that no policy allows more than it does in this commit, such as origin/main; read by the installed git
    #[arg(long, value_name = "COMMIT")]
    pub(crate) base: Option<String>,
    /// Exit with 1 on warnings too
    #[arg(long)]
    pub(crate) deny_warnings: bool,
    /// The least severe type of validate-policy's findings that makes the exit code 1
    #[arg(long, value_name = "TYPE", default_value = "security-warning")]
    pub(crate) fail_on: FailOn,
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
