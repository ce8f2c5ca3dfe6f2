//! The flags of `check-no-new-access`.

use super::baseline::InputArgs;
use super::change::ChangeArgs;
use super::judging::JudgingArgs;
use super::output::OutputArgs;
use super::search::SearchArgs;
use super::semantics::SemanticsArgs;
use super::world::{PossibleArgs, WorldArgs};
use crate::cli::input::Sides;
use clap::{Args, ValueEnum};

/// How policies that a plan creates are checked.
#[derive(Clone, Copy, Debug, ValueEnum, PartialEq, Eq)]
pub(crate) enum Created {
    /// Whatever they allow is new.
    Compare,
    /// They may allow whatever `--existing` allows.
    Baseline,
    /// Nothing: they are listed.
    Note,
}

#[derive(Args, Debug)]
pub(crate) struct NoNewAccessArgs {
    /// The policy as it is now
    #[arg(
        long,
        value_name = "POLICY",
        alias = "existing-policy-document",
        required_unless_present_any = ["existing_dir", "plan", "of_snapshots"],
        conflicts_with = "of_snapshots"
    )]
    pub(crate) existing: Option<String>,
    /// A directory of reference policies: each is a rule that is checked separately
    #[arg(long, value_name = "DIR", conflicts_with_all = ["existing", "of_snapshots"])]
    pub(crate) existing_dir: Option<String>,
    /// The new policy; several are checked one by one
    #[arg(long, value_name = "POLICY", alias = "new-policy-document", num_args = 1..,
        required_unless_present_any = ["plan", "of_snapshots"])]
    pub(crate) new: Vec<String>,
    /// A plan: every policy after it is compared with the same policy before it; beside --snapshot, it is the change, and may be
    /// a template
    #[arg(long, value_name = "FILE", conflicts_with_all = ["new", "existing_dir"])]
    pub(crate) plan: Option<String>,
    /// Compare policies that the plan creates with nothing (finding), with --existing, or not at all (note)
    #[arg(long, value_name = "HOW", requires = "plan", conflicts_with = "of_snapshots")]
    pub(crate) created: Option<Created>,
    /// The files of both sides, if no arguments name them.
    #[arg(skip)]
    pub(crate) sides: Option<Sides>,
    #[command(flatten)]
    pub(crate) change: Box<ChangeArgs>,
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    #[command(flatten)]
    pub(crate) semantics: SemanticsArgs,
    #[command(flatten)]
    pub(crate) judging: JudgingArgs,
    #[command(flatten)]
    pub(crate) world: WorldArgs,
    #[command(flatten)]
    pub(crate) possible: PossibleArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
