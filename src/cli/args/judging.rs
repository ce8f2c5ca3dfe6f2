//! The flags that say whether policies are judged alone.
//!
//! A structure that commands flatten has no doc comment: clap would print it as the description of the command.

use crate::check::Judging;
use clap::Args;

// Judges policies alone, in commands that usually judge them beside others.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Reading")]
pub(crate) struct AloneArgs {
    /// Compare only what policies allow by themselves, not what they deny beside others
    #[arg(long)]
    pub(crate) alone: bool,
}

impl AloneArgs {
    pub(crate) fn judging(self) -> Judging {
        if self.alone { Judging::Alone } else { Judging::Usual }
    }
}

// Chooses between judging policies alone and beside others; without a flag, by the kind of the policies.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Reading")]
pub(crate) struct JudgingArgs {
    /// Compare what policies allow by themselves, as AWS does, even if they only limit others
    #[arg(long, conflicts_with = "beside_others")]
    pub(crate) alone: bool,
    /// Compare what policies let through together with any other policies: denied requests must stay denied
    #[arg(long, conflicts_with = "aws_compat")]
    pub(crate) beside_others: bool,
}

impl JudgingArgs {
    pub(crate) fn judging(self) -> Judging {
        match (self.alone, self.beside_others) {
            (true, _) => Judging::Alone,
            (_, true) => Judging::BesideOthers,
            (false, false) => Judging::Usual,
        }
    }
}
