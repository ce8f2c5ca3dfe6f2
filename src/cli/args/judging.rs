//! The flags that say whether policies are judged alone.

use crate::check::Judging;
use clap::Args;

/// Whether policies are judged alone, where they usually are not.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Reading")]
pub(crate) struct AloneArgs {
    /// Look only at what policies allow by themselves, not at what they deny beside others
    #[arg(long)]
    pub(crate) alone: bool,
}

impl AloneArgs {
    pub(crate) fn judging(self) -> Judging {
        if self.alone { Judging::Alone } else { Judging::Usual }
    }
}

/// Whether policies are judged alone or beside others; without a flag, by what they are.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Reading")]
pub(crate) struct JudgingArgs {
    /// Judge by what policies allow by themselves, as AWS does, also those that only limit others
    #[arg(long, conflicts_with = "beside_others")]
    pub(crate) alone: bool,
    /// Judge by what policies let through beside whatever else grants: what is denied has to stay denied
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
