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
use crate::cli::input::{from_directory, from_here, is_pattern};
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
    let settings = settled(args, config)?;
    if let Some(prefix) = &settings.prefix {
        output.note(&format!("the configuration is that of {prefix}"));
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
    let root = settings.other_root();
    let done: Vec<Done> = planned.iter().map(|step| done(step, root, output)).collect();
    let mut done = merge::by_check(done);
    merge::distinct(&mut done);
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

/// The configuration with the flags, which win. Paths start at the current directory, as those on the command line.
pub(super) struct Settings {
    pub(super) config: Config,
    /// The directory of the configuration, from the root.
    pub(super) root: PathBuf,
    /// The same from the current directory; `None` for the current directory itself.
    prefix: Option<String>,
    pub(super) base: Option<String>,
    pub(super) fail_on: String,
    pub(super) baseline: Option<String>,
    pub(super) write_baseline: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) today: Option<String>,
}

impl Settings {
    /// Returns the path of a file as the configuration spells it: its patterns and the list of accepted findings are about such paths.
    ///
    /// # Errors
    /// The current directory is not known.
    pub(super) fn own(&self, path: &str) -> Result<String, Failure> {
        from_directory(Path::new(path), &self.root).map_err(|error| unreadable(path, reason(&error)))
    }

    /// Returns the directory of the configuration, if it is not the current one.
    pub(super) fn other_root(&self) -> Option<&Path> {
        self.prefix.as_ref().map(|_| self.root.as_path())
    }
}

/// Returns a path that starts at the directory of the configuration as it is spelled from the current one.
fn from_root(prefix: Option<&str>, path: &str) -> String {
    match prefix {
        Some(prefix) if Path::new(path).is_relative() => format!("{prefix}/{path}"),
        _ => path.to_owned(),
    }
}

fn settled(args: &CheckArgs, mut config: Config) -> Result<Settings, Failure> {
    let text = |path: &PathBuf| match path.to_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(unreadable(&path.display().to_string(), "its name is not UTF-8 text")),
    };
    let name = config.directory.display().to_string();
    let failed = |error: std::io::Error| unreadable(&name, reason(&error));
    let root = config.directory.canonicalize().map_err(failed)?;
    let prefix = Some(from_here(&root).map_err(failed)?).filter(|prefix| prefix != ".");
    let rooted = |path: &String| from_root(prefix.as_deref(), path);
    let input = |input: &String| {
        let plain = rooted(input);
        // The name of the directory means itself, whatever characters it has.
        match is_pattern(&plain) {
            true => from_root(prefix.as_deref().map(glob::Pattern::escape).as_deref(), input),
            false => plain,
        }
    };
    config.inputs = match args.paths.is_empty() {
        true => config.inputs.iter().map(input).collect(),
        false => args.paths.iter().map(text).collect::<Result<Vec<String>, Failure>>()?,
    };
    for list in [&mut config.rules, &mut config.baseline, &mut config.managed_policies] {
        *list = list.as_ref().map(rooted);
    }
    config.parameters = config.parameters.iter().map(rooted).collect();
    let write_baseline = args.baseline.write_baseline.as_ref().map(text).transpose()?;
    // A list that is written anew keeps the reasons of the old one, so it takes its place.
    let listed = config.baseline.clone().filter(|_| write_baseline.is_none());
    let baseline = args.baseline.baseline.as_ref().map(text).transpose()?.or(listed);
    config.allow.extend(&args.baseline.allow);
    config.warn.extend(&args.baseline.warn);
    Ok(Settings {
        root,
        prefix,
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
fn done(step: &Step, root: Option<&Path>, output: &Output) -> Done {
    let mut collecting = output.collecting();
    let name = step.check.name();
    match isolated(|| step.run(root, &mut collecting)).flatten() {
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
