//! `test`: runs files of tests about policies.

mod duties;
mod file;
mod question;
mod reader;
mod tell;

use crate::check::PreparedSnapshot;
use crate::cli::Exit;
use crate::cli::args::{Cli, Command, TestArgs};
use crate::cli::output::Output;
use crate::report::Failure;
use crate::surface::{Snapshots, Stated, each, isolated};
use clap::Parser;
use file::{Ask, Test, TestFile};
use reader::Expect;
use std::path::Path;
use std::sync::Arc;

/// The result of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Ok,
    Failed,
    Unknown,
    Error,
}

/// A test that was run.
struct Run {
    outcome: Outcome,
    /// The whole output of the command.
    detail: String,
    /// Notes that make an answer doubtful, also if it is the expected one.
    doubts: String,
}

/// A file with its tests, or the reason why they cannot be run.
type Tested = (String, Result<(TestFile, Vec<Run>), Failure>);

pub(crate) fn run(args: &TestArgs, output: &mut Output) -> Result<Exit, Failure> {
    let snapshots = Snapshots::default();
    let mut files: Vec<Tested> = Vec::new();
    for path in &args.files {
        let tested = isolated(|| file::read(path)).flatten().map(|mut file| {
            file.tests.retain(|test| is_selected(&test.name, &args.select));
            let runs = each(&file.tests, args.jobs, |test| tested(test, &snapshots));
            (file, runs)
        });
        files.push((path.clone(), tested));
    }
    for glob in &args.select {
        let is_used = |(_, tested): &Tested| {
            tested.as_ref().is_ok_and(|(file, _)| {
                file.tests.iter().any(|test| is_selected(&test.name, std::slice::from_ref(glob)))
            })
        };
        if !files.iter().any(is_used) {
            return Err(Failure::validation(format!("`--select {glob}` matches no test")));
        }
    }
    tell::all(&files, output)?;
    let of_run = |run: &Run| match run.outcome {
        Outcome::Ok => Exit::Success,
        Outcome::Failed => Exit::Finding,
        Outcome::Unknown => Exit::Unknown,
        Outcome::Error => Exit::Error,
    };
    let of_file = |(_, tested): &Tested| match tested {
        Ok((_, runs)) => runs.iter().map(of_run).fold(Exit::Success, Exit::and),
        Err(_) => Exit::Error,
    };
    let exit = files.iter().map(of_file).fold(Exit::Success, Exit::and);
    Ok(exit)
}

fn is_selected(name: &str, globs: &[String]) -> bool {
    globs.is_empty() || globs.iter().any(|glob| crate::cli::input::matches(glob, name))
}

/// Runs a test.
fn tested(test: &Test, snapshots: &Snapshots) -> Run {
    let (exit, text, doubts) = match isolated(|| answered(test, snapshots)).flatten() {
        Ok(answered) => answered,
        Err(failure) => {
            let outcome = if failure.open.is_some() { Outcome::Unknown } else { Outcome::Error };
            return Run { outcome, detail: tell::failure(&failure), doubts: String::new() };
        }
    };
    let outcome = match (exit, test.expect) {
        (Exit::Error, _) => Outcome::Error,
        (Exit::Unknown, _) => Outcome::Unknown,
        (Exit::Success, Expect::Pass | Expect::Decision(_)) | (Exit::Finding, Expect::Fail) => Outcome::Ok,
        (Exit::Success, Expect::Fail) | (Exit::Finding, Expect::Pass | Expect::Decision(_)) => {
            Outcome::Failed
        }
    };
    Run { outcome, detail: text, doubts }
}

/// Answers the question of a test.
fn answered(test: &Test, snapshots: &Snapshots) -> Result<(Exit, String, String), Failure> {
    let (arguments, allowed) = match &test.ask {
        Ask::Duties(duties) => {
            let prepared = prepared(&duties.snapshot, duties.stated, snapshots)?;
            return duties::answer(duties, &prepared).map(|(exit, text)| (exit, text, String::new()));
        }
        Ask::Command { arguments, allowed } => (arguments, allowed),
    };
    let cli = Cli::try_parse_from(arguments).map_err(|error| Failure::validation(error.to_string()))?;
    let (mut output, text) = Output::captured();
    let exit = match &cli.command {
        Command::Simulate(args) => super::simulate::run(args, &mut output),
        // What a test asks is in its file, not in a configuration.
        Command::CheckNoNewAccess(args) if args.change.is_of_configuration() => Err(no_snapshot()),
        Command::Can(args) if args.snapshot.is_none() && !args.layers.are_given() => Err(no_snapshot()),
        Command::CheckNoNewAccess(args) => super::checks::no_new_access(args, &mut output),
        Command::CheckAccessNotGranted(args) => super::checks::access_not_granted(args, &mut output),
        Command::CheckNoPublicAccess(args) => super::checks::no_public_access(args, &mut output),
        Command::Can(args) => super::can::run(args, &mut output),
        Command::WhoCan(args) => {
            let Some(directory) = args.snapshot.as_deref() else {
                return Err(no_snapshot());
            };
            let prepared =
                prepared(directory, Stated::new(args.no_organization, args.strict_collect), snapshots)?;
            let allowed = Some(patterns(allowed)?).filter(|patterns| !patterns.is_empty());
            super::who_can::answer(args, (directory, &prepared), allowed, &mut output)
        }
        Command::Find(args) => super::find::run(args, &mut output),
        Command::Compare(args) => super::compare::run(args, &mut output),
        Command::FindExternalAccess(args) if args.zone_of_trust.is_empty() => {
            Err(Failure::validation("the test has no `zoneOfTrust`: accounts or organizations"))
        }
        Command::FindExternalAccess(args) => super::external_access::run(args, &mut output),
        Command::ValidatePolicy(args) => super::validate_policy::run(args, &mut output),
        _ => Err(Failure::internal("a test ran a command that is not for tests")),
    };
    match exit? {
        Exit::Success if output.has_judged_nothing() => {
            Err(Failure::validation("none of the inputs holds a policy that the check judges"))
        }
        exit => Ok((exit, text.read(), text.doubts())),
    }
}

fn no_snapshot() -> Failure {
    Failure::validation("the test has no `snapshot`: a directory with answers of the AWS CLI")
}

/// Returns the snapshot of a directory, read once for several tests.
fn prepared(
    directory: &str,
    stated: Stated,
    snapshots: &Snapshots,
) -> Result<Arc<PreparedSnapshot>, Failure> {
    snapshots.read(Path::new(directory), stated)
}

/// Reads patterns of requesters.
fn patterns(texts: &[String]) -> Result<Vec<glob::Pattern>, Failure> {
    let one = |text: &String| {
        glob::Pattern::new(text)
            .map_err(|error| Failure::validation(format!("`{text}` is not a valid pattern: {error}")))
    };
    texts.iter().map(one).collect()
}
