//! The flags of `what-can`.

use super::output::OutputArgs;
use super::value::duration;
use super::world::WorldArgs;
use crate::check::Options;
use crate::surface::deadline;
use clap::Args;
use std::time::Duration;

#[derive(Args, Debug)]
pub(crate) struct WhatCanArgs {
    /// A snapshot of accounts: a directory with answers of the AWS CLI [default: that of iamsat.toml]
    #[arg(short = 'S', long, value_name = "DIR")]
    pub(crate) snapshot: Option<String>,
    /// A user or role of the snapshot: its ARN, role/NAME or user/NAME
    #[arg(long, value_name = "PRINCIPAL")]
    pub(crate) principal: String,
    /// Only actions of these services, such as s3
    #[arg(long, value_name = "S,T", value_delimiter = ',', num_args = 1..)]
    pub(crate) service: Vec<String>,
    /// Only these resources; wildcards are supported
    #[arg(long, value_name = "R,S", value_delimiter = ',', num_args = 1..)]
    pub(crate) resource: Vec<String>,
    /// Print a policy that allows at least what the principal can do
    #[arg(long)]
    pub(crate) as_policy: bool,
    /// Exit with 1 if the principal can do something
    #[arg(long)]
    pub(crate) expect_none: bool,
    /// State that the accounts of the snapshot are in no organization
    #[arg(long)]
    pub(crate) no_organization: bool,
    /// Take nothing for none because a store of iam-collect has no file for it
    #[arg(long)]
    pub(crate) strict_collect: bool,
    /// Give up after this time, such as 10s or 500ms: the list may be longer
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Search")]
    pub(crate) timeout: Option<Duration>,
    /// Assume facts that usually hold for requests; the answer names those it depends on
    #[arg(long, help_heading = "Reading")]
    pub(crate) assume_heuristics: bool,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

impl WhatCanArgs {
    /// Returns the options of the query, whose timeout starts now.
    pub(crate) fn options(&self) -> Options {
        let mut options = Options { assume_heuristics: self.assume_heuristics, ..Options::default() };
        options.limits.deadline = deadline(self.timeout);
        options
    }
}
