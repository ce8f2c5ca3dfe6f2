//! The arguments of `test`.

use super::output::OutputArgs;
use super::value::jobs;
use clap::Args;
use std::num::NonZeroUsize;

#[derive(Args, Debug)]
pub(crate) struct TestArgs {
    /// Files with tests, in JSON or YAML
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<String>,
    /// Only tests whose name matches; `*` and `?` are wildcards
    #[arg(long, value_name = "GLOB")]
    pub(crate) select: Vec<String>,
    /// The number of tests that run at a time; without it, one for each processor
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub(crate) jobs: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
