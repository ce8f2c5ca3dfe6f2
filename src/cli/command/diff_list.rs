//! The short list of differences before everything else that `diff` tells.

use crate::cli::output::Output;
use crate::report::text::{self, Verbosity};
use crate::report::{Failure, Issue, Kind};

/// Prints the differences as a list, and takes them out of the issues. With `-v` they stay, to be shown with their requests.
pub(super) fn tell(issues: &mut Vec<Issue>, output: &mut Output) -> Result<(), Failure> {
    if output.verbosity == Verbosity::Verbose {
        return Ok(());
    }
    let (listed, rest): (Vec<Issue>, Vec<Issue>) =
        std::mem::take(issues).into_iter().partition(|issue| issue.kind == Kind::Finding);
    *issues = rest;
    output.text(&text::changes(&listed, output.style))
}
