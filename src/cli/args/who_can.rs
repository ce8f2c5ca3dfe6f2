//! The flags of `who-can`.

use super::output::OutputArgs;
use super::value::{duration, who_kind};
use super::world::WorldArgs;
use crate::check::{Options, WhoKind};
use crate::surface::deadline;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Args, Debug)]
pub(crate) struct WhoCanArgs {
    /// A snapshot of accounts: a directory with answers of the AWS CLI [default: that of iamsat.toml]
    #[arg(short = 'S', long, value_name = "DIR")]
    pub(crate) snapshot: Option<String>,
    /// The action is one of these; wildcards are supported
    #[arg(long, value_name = "A,B", value_delimiter = ',', num_args = 1.., required = true)]
    pub(crate) action: Vec<String>,
    /// The resource is one of these; wildcards are supported
    #[arg(long, value_name = "R,S", value_delimiter = ',', num_args = 1..)]
    pub(crate) resource: Vec<String>,
    /// The request satisfies this Condition element; several must all be satisfied
    #[arg(long, value_name = "JSON")]
    pub(crate) condition: Vec<String>,
    /// Ask about requesters of these kinds only: user, role, root, uncollected, account, anonymous, service, federated
    #[arg(long, value_name = "K,L", value_delimiter = ',', value_parser = who_kind)]
    pub(crate) kinds: Vec<WhoKind>,
    /// A file with those who may, one on each line: ARNs, accounts, services, providers; wildcards are supported
    #[arg(long, value_name = "FILE")]
    pub(crate) allowed: Option<PathBuf>,
    /// State that the accounts of the snapshot are in no organization
    #[arg(long)]
    pub(crate) no_organization: bool,
    /// Take nothing for none because a store of iam-collect has no file for it
    #[arg(long)]
    pub(crate) strict_collect: bool,
    /// The number of entries shown in text
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: usize,
    /// Give up after this time, such as 10s or 500ms: the list may be longer
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Search")]
    pub(crate) timeout: Option<Duration>,
    /// Exit with 0 if somebody can; errors and incomplete lists keep their codes
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

impl WhoCanArgs {
    /// Returns the options of the query, whose timeout starts now.
    pub(crate) fn options(&self) -> Options {
        let mut options = Options { assume_heuristics: self.assume_heuristics, ..Options::default() };
        options.limits.deadline = deadline(self.timeout);
        options
    }
}
