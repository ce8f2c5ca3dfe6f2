//! The arguments of `minimise`.

use super::container::ContainerArgs;
use super::output::OutputArgs;
use super::semantics::SemanticsArgs;
use super::value::{duration, jobs};
use clap::Args;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Args, Debug)]
pub(crate) struct MinimiseArgs {
    /// The policy; several with --write or --diff
    #[arg(value_name = "POLICY", required = true)]
    pub(crate) policies: Vec<String>,
    /// Write the shorter policies to their files
    #[arg(long, conflicts_with = "diff")]
    pub(crate) write: bool,
    /// Show the changes that --write would make as a patch, and write nothing
    #[arg(long, conflicts_with = "format")]
    pub(crate) diff: bool,
    /// Leave out white space; without it the layout stays
    #[arg(long)]
    pub(crate) compact: bool,
    /// Also drop the Sids of statements
    #[arg(long)]
    pub(crate) drop_sids: bool,
    /// Stop the search after this time, such as 10s or 500ms, for each policy
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Search")]
    pub(crate) timeout: Option<Duration>,
    /// Write the evidence that the shorter policy is equivalent to a file that `iamsat verify` checks
    #[arg(long, value_name = "FILE", help_heading = "Search")]
    pub(crate) certificate: Option<PathBuf>,
    /// Verify each proof before using it
    #[arg(long, help_heading = "Search")]
    pub(crate) certify: bool,
    /// The number of policies that are shortened at a time; without it, one for each processor
    #[arg(long, value_name = "N", value_parser = jobs, help_heading = "Search")]
    pub(crate) jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) semantics: SemanticsArgs,
    #[command(flatten)]
    pub(crate) container: ContainerArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
