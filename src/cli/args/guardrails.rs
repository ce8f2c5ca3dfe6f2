//! The flags of `check-guardrails`.

use super::output::OutputArgs;
use super::value::duration;
use super::world::WorldArgs;
use crate::check::Options;
use crate::surface::deadline;
use clap::Args;
use std::time::Duration;

#[derive(Args, Debug)]
pub(crate) struct GuardrailsArgs {
    /// A snapshot of an organization: a directory with answers of the AWS CLI [default: that of iamsat.toml]
    #[arg(short = 'S', long, value_name = "DIR")]
    pub(crate) snapshot: Option<String>,
    /// Take nothing for none because a store of iam-collect has no file for it
    #[arg(long)]
    pub(crate) strict_collect: bool,
    /// Judge these SCPs and RCPs only, and the levels at which they are attached
    #[arg(long, value_name = "P,Q", value_delimiter = ',', num_args = 1..)]
    pub(crate) policy: Vec<String>,
    /// Give up after this time, such as 10s or 500ms: undecided
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Search")]
    pub(crate) timeout: Option<Duration>,
    /// Exit with 0 if a guardrail has no effect; errors and undecided ones keep their codes
    #[arg(long, help_heading = "Search")]
    pub(crate) exit_zero: bool,
    /// Assume facts that usually hold for requests; the answer names those it depends on
    #[arg(long, help_heading = "Reading")]
    pub(crate) assume_heuristics: bool,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

impl GuardrailsArgs {
    /// Returns the options of the queries, whose timeout starts now.
    pub(crate) fn options(&self) -> Options {
        let mut options = Options { assume_heuristics: self.assume_heuristics, ..Options::default() };
        options.limits.deadline = deadline(self.timeout);
        options
    }
}
