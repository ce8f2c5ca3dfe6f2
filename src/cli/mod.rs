//! The command line: what was typed, what it means, and what to do about it.

mod access;
mod args;
mod aws;
mod batch;
mod checks;
mod exit;
mod input;
mod output;
mod simulate;
mod verify;

use args::{Cli, Command};
use clap::Parser;
use output::Output;
use std::ffi::OsString;

pub use exit::Exit;

/// Runs the command that `arguments` (the program's name first) spell.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return output::usage(&error, &arguments),
    };
    let aws = cli.aws;
    let outcome = match cli.command {
        Command::CheckNoNewAccess(args) => Output::open(&args.output).and_then(|mut output| {
            output.ignored(&aws)?;
            checks::no_new_access(&args, &mut output)
        }),
        Command::CheckAccessNotGranted(args) => Output::open(&args.output).and_then(|mut output| {
            output.ignored(&aws)?;
            checks::access_not_granted(&args, &mut output)
        }),
        Command::CheckNoPublicAccess(args) => Output::open(&args.output).and_then(|mut output| {
            output.ignored(&aws)?;
            checks::no_public_access(&args, &mut output)
        }),
        Command::Simulate(args) => Output::open(&args.output).and_then(|mut output| {
            output.ignored(&aws)?;
            simulate::run(&args, &mut output)
        }),
        Command::Batch(args) => batch::run(&args),
        Command::Verify(args) => Output::open(&args.output).and_then(|mut output| {
            output.ignored(&aws)?;
            verify::run(&args, &mut output)
        }),
    };
    outcome.unwrap_or_else(|failure| output::failed(&failure, &arguments))
}
