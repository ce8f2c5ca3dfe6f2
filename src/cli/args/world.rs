//! The flags that say which requests an answer is about.

use crate::check::Options;
use crate::query::World;
use crate::report::Failure;
use clap::{Args, ValueEnum};

#[derive(Clone, Copy, Debug, Default, ValueEnum, PartialEq, Eq)]
pub(crate) enum WorldName {
    // Doc comments here would make the help of every flag twice as long.
    #[default]
    Open,
    Catalogue,
}

#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Reading")]
pub(crate) struct WorldArgs {
    /// The requests in question: all of them, or only those that AWS lists today, where a PASS says nothing about others
    #[arg(long, value_name = "WORLD", default_value = "open")]
    pub(crate) world: WorldName,
}

impl WorldArgs {
    /// Returns options with this world.
    pub(crate) fn of(self, options: Options) -> Result<Options, Failure> {
        let world = match self.world {
            WorldName::Open => World::Open,
            WorldName::Catalogue => World::Catalogue,
        };
        if world != World::Open && options.aws_compat {
            return Err(Failure::validation(
                "`--world catalogue` and `--aws-compat` do not go together: AWS's checks are not known to use a catalogue",
            ));
        }
        Ok(Options { world, ..options })
    }
}

#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Reading")]
pub(crate) struct PossibleArgs {
    /// Exit with 0 on a FAIL if it is proved that no action that AWS lists today does this; the verdict stays FAIL
    #[arg(long)]
    pub(crate) only_possible: bool,
}
