//! The flags for files without a policy and for accepted findings.

use super::container::ContainerArgs;
use clap::Args;
use std::path::PathBuf;

#[derive(Args, Debug)]
#[command(next_help_heading = "Inputs")]
pub(crate) struct InputArgs {
    /// Skip files that hold no policy; without it they are errors
    #[arg(long)]
    pub(crate) skip_non_policies: bool,
    /// Fail if the inputs hold no policy at all
    #[arg(long)]
    pub(crate) require_policies: bool,
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    #[command(flatten)]
    pub(crate) container: ContainerArgs,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Inputs")]
pub(crate) struct BaselineArgs {
    /// A list of accepted findings, each with its reason
    #[arg(long, value_name = "FILE", conflicts_with = "write_baseline")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write all findings to a list for --baseline; existing reasons are kept
    #[arg(long, value_name = "FILE")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// The reason for accepting the findings that are written to the list
    #[arg(long, value_name = "TEXT", requires = "write_baseline")]
    pub(crate) reason: Option<String>,
}

impl BaselineArgs {
    /// True if there is a list.
    pub(crate) fn is_asked(&self) -> bool {
        self.baseline.is_some() || self.write_baseline.is_some()
    }
}
