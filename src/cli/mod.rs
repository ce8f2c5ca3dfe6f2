//! The command line: what was typed, what it means, and what to do about it.

mod about;
mod access;
mod args;
mod aws;
mod batch;
mod blocked;
mod checks;
mod exit;
mod external;
mod find;
mod input;
mod inputs;
mod known;
mod lint;
mod output;
mod pair;
mod references;
mod simulate;
mod terminal;
mod verify;

use crate::report::Failure;
use args::{Cli, Command, OutputArgs};
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
    // A run of a command whose answers go where its flags say, also if there are none.
    let answer =
        |args: &OutputArgs, command: &'static str, run: &dyn Fn(&mut Output) -> Result<Exit, Failure>| {
            let mut output = match Output::open(args) {
                Ok(output) => output,
                Err(failure) => return output::failed(&failure, &arguments),
            };
            let done = output.ignored(&aws).and_then(|()| run(&mut output));
            done.unwrap_or_else(|failure| output.failed(&failure, command))
        };
    let plain =
        |done: Result<Exit, Failure>| done.unwrap_or_else(|failure| output::failed(&failure, &arguments));
    match cli.command {
        Command::CheckNoNewAccess(args) => {
            answer(&args.output, "check-no-new-access", &|output| checks::no_new_access(&args, output))
        }
        Command::CheckAccessNotGranted(args) => answer(&args.output, "check-access-not-granted", &|output| {
            checks::access_not_granted(&args, output)
        }),
        Command::CheckNoPublicAccess(args) => {
            answer(&args.output, "check-no-public-access", &|output| checks::no_public_access(&args, output))
        }
        Command::FindExternalAccess(args) => {
            answer(&args.output, "find-external-access", &|output| external::run(&args, output))
        }
        Command::BlockPublicAccess(args) => {
            answer(&args.output, "block-public-access", &|output| blocked::run(&args, output))
        }
        Command::Compare(args) => answer(&args.output, "compare", &|output| pair::run_compare(&args, output)),
        Command::Diff(args) => answer(&args.output, "diff", &|output| pair::run_diff(&args, output)),
        Command::Find(args) => answer(&args.output, "find", &|output| find::run(&args, output)),
        Command::Lint(args) => answer(&args.output, "lint", &|output| lint::run(&args, output)),
        Command::Explain(args) => plain(about::explain(&args)),
        Command::Completions(args) => plain(about::completions(&args)),
        Command::Man(args) => plain(about::man(&args)),
        Command::Simulate(args) => answer(&args.output, "simulate", &|output| simulate::run(&args, output)),
        Command::Batch(args) => plain(batch::run(&args)),
        Command::Verify(args) => answer(&args.output, "verify", &|output| verify::run(&args, output)),
    }
}
