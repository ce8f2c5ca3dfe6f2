//! The arguments of `compare` and `diff`.

use super::change::ChangeArgs;
use super::container::ContainerArgs;
use super::judging::AloneArgs;
use super::output::OutputArgs;
use super::search::SearchArgs;
use super::semantics::SemanticsArgs;
use super::world::WorldArgs;
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
    pub(crate) container: ContainerArgs,
    #[command(flatten)]
    pub(crate) alone: AloneArgs,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

#[derive(Args, Debug)]
pub(crate) struct DiffArgs {
    /// The old policy; a file with several, or a directory, is compared policy by policy
    #[arg(value_name = "OLD", required_unless_present_any = ["plan", "of_snapshots"], requires = "new")]
    pub(crate) old: Option<String>,
    /// The policy as it is to be
    #[arg(value_name = "NEW")]
    pub(crate) new: Option<String>,
    /// A plan: every policy after it is compared with the same policy before it; beside --snapshot, it is the change, and may be
    /// a template
    #[arg(long, value_name = "FILE", conflicts_with_all = ["old", "new"])]
    pub(crate) plan: Option<String>,
    #[command(flatten)]
    pub(crate) change: ChangeArgs,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    #[command(flatten)]
    pub(crate) semantics: SemanticsArgs,
    #[command(flatten)]
    pub(crate) container: ContainerArgs,
    #[command(flatten)]
    pub(crate) alone: AloneArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
