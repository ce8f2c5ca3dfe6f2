//! The flags of `check-no-new-access`.

use super::baseline::InputArgs;
use super::judging::JudgingArgs;
use super::output::OutputArgs;
use super::search::SearchArgs;
use super::semantics::SemanticsArgs;
use clap::Args;

#[derive(Args, Debug)]
pub(crate) struct NoNewAccessArgs {
    /// The policy as it is now
    #[arg(
        long,
        value_name = "POLICY",
        alias = "existing-policy-document",
        required_unless_present = "existing_dir"
    )]
    pub(crate) existing: Option<String>,
    /// A directory of reference policies: each is a rule, and is tried alone
    #[arg(long, value_name = "DIR", conflicts_with = "existing")]
    pub(crate) existing_dir: Option<String>,
    /// The policy as it is to be; each is judged alone
    #[arg(long, value_name = "POLICY", alias = "new-policy-document", num_args = 1.., required = true)]
    pub(crate) new: Vec<String>,
    #[command(flatten)]
    pub(crate) inputs: InputArgs,
    #[command(flatten)]
    pub(crate) search: SearchArgs,
    #[command(flatten)]
    pub(crate) semantics: SemanticsArgs,
    #[command(flatten)]
    pub(crate) judging: JudgingArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}
