//! The flags for files without a policy and for accepted findings.

use super::container::ContainerArgs;
use super::value::{day, settable_code};
use crate::code::Code;
use crate::report::Day;
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
    /// Write all findings to a list for --baseline; existing reasons are kept, expired entries are renewed
    #[arg(long, value_name = "FILE")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// The reason for accepting the findings that are written to the list
    #[arg(long, value_name = "TEXT", requires = "write_baseline")]
    pub(crate) reason: Option<String>,
    /// Codes whose findings do not fail; they are listed as accepted
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = settable_code)]
    pub(crate) allow: Vec<Code>,
    /// Codes whose findings do not fail; they are shown as warnings
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = settable_code)]
    pub(crate) warn: Vec<Code>,
    /// The day on which entries of the list expire, such as 2027-01-31; without it, they do not
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(crate) today: Option<Day>,
    /// The directory at which the paths of the list start, if it is not the current one.
    #[arg(skip)]
    pub(crate) root: Option<PathBuf>,
}

impl BaselineArgs {
    /// True if some findings may be accepted.
    pub(crate) fn is_asked(&self) -> bool {
        let is_set = !self.allow.is_empty() || !self.warn.is_empty();
        self.baseline.is_some() || self.write_baseline.is_some() || is_set
    }
}
