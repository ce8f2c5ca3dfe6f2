//! The arguments of `lint`.

use super::baseline::InputArgs;
use super::judging::AloneArgs;
use super::output::OutputArgs;
use super::semantics::SemanticsArgs;
use super::value::{duration, jobs};
use clap::Args;
use std::num::NonZeroUsize;
use std::time::Duration;

#[derive(Args, Debug)]
pub(crate) struct LintArgs {
    /// The policies; several are checked one by one
    #[arg(value_name = "POLICY", required = true)]
    pub(crate) policies: Vec<String>,
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    /// Stop the search after this time, such as 10s or 500ms, for each policy
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Exit with 0 if there are findings; errors and UNKNOWN keep their codes
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// Verify each proof before using it
    #[arg(long)]
    pub(crate) certify: bool,
    /// The number of policies that are judged at a time; without it, one for each processor
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Remove parts without effect from the files: each policy is proved to allow and deny exactly the same
    #[arg(
        long,
        conflicts_with_all = ["diff", "alone", "assume_heuristics", "boundary", "baseline", "write_baseline"],
        help_heading = "Fixes"
    )]
    pub(crate) fix: bool,
    /// Show the changes that --fix would make as a patch, and write nothing
    #[arg(
        long,
        conflicts_with_all = ["alone", "assume_heuristics", "boundary", "baseline", "write_baseline", "format"],
        help_heading = "Fixes"
    )]
    pub(crate) diff: bool,
    #[command(flatten)]
    pub(crate) semantics: SemanticsArgs,
    #[command(flatten)]
    pub(crate) alone: AloneArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
