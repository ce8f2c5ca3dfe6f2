//! One question about every input.

use crate::cli::args::{InputArgs, SearchArgs};
use crate::cli::input::Reference;
use crate::report::AwsCheck;

/// A question with what it is asked about, beside the inputs.
pub(super) struct Run<'r> {
    pub(super) question: AwsCheck,
    /// The lists of the question as words, which are part of the fingerprints of findings.
    pub(super) asked: Vec<String>,
    /// None if the question needs none.
    pub(super) references: &'r [Reference],
    pub(super) search: &'r SearchArgs,
    pub(super) args: &'r InputArgs,
}
