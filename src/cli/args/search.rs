//! The flags of every command that searches.

use super::semantics::SemanticsArgs;
use super::value::duration;
use crate::check::Options;
use crate::surface::deadline;
use clap::Args;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Args, Debug)]
#[command(next_help_heading = "Search")]
pub(crate) struct SearchArgs {
    /// Give up after this time, such as 10s or 500ms: UNKNOWN
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Exit with 0 on FAIL; errors and UNKNOWN keep their codes
    #[arg(long)]
    pub(crate) exit_zero: bool,
    /// Write the evidence for the answer to a file that `iamsat verify` checks
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
    /// Verify a PASS before it is given; one that is not verified is UNKNOWN
    #[arg(long)]
    pub(crate) certify: bool,
}

impl SearchArgs {
    /// Returns the options of a query whose timeout starts now.
    pub(crate) fn options(&self, semantics: &SemanticsArgs) -> Options {
        let mut options =
            Options { certificate: self.certificate.is_some(), certify: self.certify, ..semantics.options() };
        options.limits.deadline = deadline(self.timeout);
        options
    }
}
