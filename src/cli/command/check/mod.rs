//! `check`: everything that a configuration says, in one run: the commands of the program with the flags that the configuration stands
//! for, one summary, one report, one list of accepted findings.

mod base;
mod files;
mod merge;
mod steps;
mod tell;

use crate::cli::Exit;
use crate::cli::args::CheckArgs;
use crate::cli::config::{Config, load};
use crate::cli::output::Output;
use crate::report::{Failure, Issue, Kind, Report, Status, Subject};
use crate::surface::{isolated, reason, unreadable};
use files::Files;
use merge::Done;
use std::path::{Path, PathBuf};
use steps::Step;

const COMMAND: &str = "check";

pub(crate) fn run(args: &CheckArgs, output: &mut Output) -> Result<Exit, Failure> {
    let start = args.paths.first().map_or(Path::new("."), PathBuf::as_path);
    let uses_baseline = args.baseline.baseline.is_none() && args.baseline.write_baseline.is_none();
    let config = load(args.config.as_deref(), start, uses_baseline)?;
    let (stood, directory) = (std::env::current_dir().ok(), config.directory.clone());
    let settings = settled(args, config)?;
    if stood != std::env::current_dir().ok() {
        let named = match directory.is_relative() {
            true => format!(", {}", directory.display()),
            false => String::new(),
        };
        output.note(&format!("paths and replay commands start at the directory of the configuration{named}"));
    }
    if settings.config.inputs.is_empty() {
        return Err(Failure::validation(
            "the configuration has no `inputs`: add inputs = [\"policies\"], for example",
        ));
    }
    let mut files = files::found(&settings)?;
    if !args.paths.is_empty() {
        // Patterns for all inputs need not match among a few.
        files.idle.clear();
    }
    told(&files, output);
    files.unread.extend(steps::of_unknown_resources(&settings, &files));
    files.unread.extend(steps::faulty(&settings, &files));
    // The commit is resolved whatever the checks are.
    let compared = match &settings.base {
        Some(base) => base::sides(&settings, &mut files, base)?,
        None => Vec::new(),
    };
    let planned = steps::planned(&settings, &files, compared)?;
    let done: Vec<Done> = planned.iter().map(|step| done(step, output)).collect();
    let mut done = merge::by_check(done);
    merge::once(&mut done);
    for run in &mut done {
        merge::denied(run, args.deny_warnings, &settings.config.deny);
    }
    if !files.unread.is_empty() {
        let unread = files.unread.iter().map(unread).collect();
        let report = merge::report_of(COMMAND, unread, Vec::new());
        done.insert(0, Done { name: COMMAND, report, exit: Exit::Error });
    }
    let exit = done.iter().map(|run| run.exit).fold(Exit::Success, Exit::and);
    tell::tell(&done, exit, &settings, output)?;
    Ok(exit)
}

/// The configuration with the flags, which win. The current directory is that of the configuration, from which all its paths start.
pub(super) struct Settings {
    pub(super) config: Config,
    pub(super) base: Option<String>,
    pub(super) fail_on: String,
    pub(super) baseline: Option<String>,
    pub(super) write_baseline: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) today: Option<String>,
}

fn settled(args: &CheckArgs, mut config: Config) -> Result<Settings, Failure> {
    // Paths on the command line start where the user is.
    let whole = |path: &PathBuf| {
        std::path::absolute(path).map_err(|error| unreadable(&path.display().to_string(), reason(&error)))
    };
    let paths = args.paths.iter().map(whole).collect::<Result<Vec<PathBuf>, Failure>>()?;
    let given = args.baseline.baseline.as_ref().map(whole).transpose()?;
    let written = args.baseline.write_baseline.as_ref().map(whole).transpose()?;
    let name = config.directory.display().to_string();
    std::env::set_current_dir(&config.directory).map_err(|error| unreadable(&name, reason(&error)))?;
    let here = std::env::current_dir().map_err(|error| unreadable(&name, reason(&error)))?;
    let text = |path: &Path| match path.strip_prefix(&here).unwrap_or(path).to_str() {
        Some("") => Ok(".".to_owned()),
        Some(text) => Ok(text.to_owned()),
        None => Err(unreadable(&path.display().to_string(), "its name is not UTF-8 text")),
    };
    if !paths.is_empty() {
        config.inputs = paths.iter().map(|path| text(path)).collect::<Result<Vec<String>, Failure>>()?;
    }
    let write_baseline = written.as_deref().map(text).transpose()?;
    // A list that is written anew keeps the reasons of the old one, so it takes its place.
    let listed = config.baseline.clone().filter(|_| write_baseline.is_none());
    let baseline = given.as_deref().map(text).transpose()?.or(listed);
    config.allow.extend(&args.baseline.allow);
    config.warn.extend(&args.baseline.warn);
    Ok(Settings {
        base: args.base.clone(),
        fail_on: args.fail_on.name().to_owned(),
        baseline,
        write_baseline,
        reason: args.baseline.reason.clone(),
        today: args.baseline.today.map(|day| day.to_string()),
        config,
    })
}

/// Runs a command as a part of this one.
fn done(step: &Step, output: &Output) -> Done {
    let mut collecting = output.collecting();
    let name = step.check.name();
    match isolated(|| step.run(&mut collecting)).flatten() {
        Ok(exit) => {
            let mut report = merge::joined(name, collecting.collected());
            report.subjects.extend(step.skipped.iter().map(skipped));
            Done { name, report, exit }
        }
        Err(failure) => failed(name, &failure),
    }
}

/// Returns what came out of a command that could not run.
fn failed(name: &'static str, failure: &Failure) -> Done {
    match &failure.open {
        Some(issue) => {
            let subject = Subject {
                name: issue.source.as_ref().map_or(name, |source| source.place_name()).to_owned(),
                file: None,
                rule: None,
                status: Status::Unknown,
                message: failure.message.clone(),
                issues: vec![(**issue).clone()],
            };
            Done { name, report: merge::report_of(name, vec![subject], Vec::new()), exit: Exit::Unknown }
        }
        None => {
            let report = merge::report_of(name, Vec::new(), Issue::of_failure(failure));
            Done { name, report, exit: Exit::Error }
        }
    }
}

/// Returns an input to which a check does not apply, with the reason.
fn skipped((name, why): &(String, String)) -> Subject {
    Subject {
        name: name.clone(),
        file: None,
        rule: None,
        status: Status::Skipped,
        message: why.clone(),
        issues: Vec::new(),
    }
}

/// Tells of files and settings that have no effect.
fn told(files: &Files, output: &Output) {
    let listed = |paths: &[String]| match paths {
        [first, second, third, _, ..] => format!("{first}, {second}, {third} and {} more", paths.len() - 3),
        few => few.join(", "),
    };
    if !files.passed_over.is_empty() {
        let list = listed(&files.passed_over);
        output.note(&format!("passed over, because they hold neither JSON nor a template: {list}"));
    }
    if !files.idle.is_empty() {
        output.note(&format!("`exclude` matches no file of the inputs: {}", listed(&files.idle)));
    }
}

/// Returns an input that could not be checked by any command.
fn unread((name, failure): &(String, Failure)) -> Subject {
    Subject {
        name: name.clone(),
        file: None,
        rule: None,
        status: Status::Error,
        message: failure.message.clone(),
        issues: Issue::of_failure(failure),
    }
}

/// True if something has to be done about an issue.
pub(super) fn is_problem(issue: &Issue) -> bool {
    issue.accepted.is_none() && issue.kind != Kind::Warning
}

/// Returns the issues of a run with the names of their inputs, in order.
pub(super) fn issues(report: &Report) -> impl Iterator<Item = &Issue> {
    report.all_issues()
}
