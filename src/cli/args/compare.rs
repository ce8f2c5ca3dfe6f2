//! The arguments of `compare` and `diff`.

use super::judging::AloneArgs;
use super::output::OutputArgs;
use super::search::SearchArgs;
use super::semantics::SemanticsArgs;
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct CompareArgs {
    /// One policy
    #[arg(value_name = "LEFT")]
    pub(crate) left: String,
    /// The other
    #[arg(value_name = "RIGHT")]
    pub(crate) right: String,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    #[command(flatten)]
    pub(crate) semantics: SemanticsArgs,
    #[command(flatten)]
    pub(crate) alone: AloneArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// The policy as it was
    #[arg(value_name = "OLD")]
    pub(crate) old: String,
    /// The policy as it is to be
    #[arg(value_name = "NEW")]
    pub(crate) new: String,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    #[command(flatten)]
    pub(crate) semantics: SemanticsArgs,
    #[command(flatten)]
    pub(crate) alone: AloneArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
