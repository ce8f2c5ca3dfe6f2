//! The arguments of `batch`.

use super::judging::JudgingArgs;
use super::semantics::SemanticsArgs;
use super::value::{duration, jobs};
use clap::Args;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Args, Debug)]
pub(crate) struct BatchArgs {
    /// The questions
    #[arg(value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
    /// Give up on a line after this time, such as 10s or 500ms: UNKNOWN
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Write the answers to a file
    #[arg(short, value_name = "FILE")]
    pub(crate) output_file: Option<PathBuf>,
    /// Lines may name files below this directory (`policyFile`, `newPolicyFile`, `existingPolicyFile`: FILE or FILE#NAME; `snapshot`: a directory)
    #[arg(long, value_name = "DIR")]
    pub(crate) files: Option<PathBuf>,
    /// Write the certificate of each PASS to a file in this directory, named after its line
    #[arg(long, value_name = "DIR")]
    pub(crate) certificates: Option<PathBuf>,
    /// Verify each PASS before it is given; one that is not verified is UNKNOWN
    #[arg(long)]
    pub(crate) certify: bool,
    /// The number of lines that are answered at a time; without it, one for each processor
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// No progress bar
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Report the outcomes of the lines and the speed at the end
    #[arg(short, long)]
    pub(crate) verbose: bool,
    #[command(flatten)]
    pub(crate) semantics: SemanticsArgs,
    #[command(flatten)]
    pub(crate) judging: JudgingArgs,
}
