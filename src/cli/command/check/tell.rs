//! Reports the outcome of all checks: problems first, one line a check, then the verdict.

use super::merge::{Done, one_report};
use super::{COMMAND, Settings, is_problem, issues};
use crate::cli::Exit;
use crate::cli::args::Format;
use crate::cli::output::Output;
use crate::report::text::{self, Verbosity};
use crate::report::{Failure, Issue, Kind, Status, json};
use serde_json::Value;

pub(super) fn tell(
    runs: &[Done],
    exit: Exit,
    settings: &Settings,
    output: &mut Output,
) -> Result<(), Failure> {
    match output.format {
        Format::Pipeline(_) => output.report(&one_report(runs, COMMAND)),
        Format::Json => output.json(value(runs, exit)),
        Format::Text => text(runs, exit, settings, output),
    }
}

fn text(runs: &[Done], exit: Exit, settings: &Settings, output: &mut Output) -> Result<(), Failure> {
    let is_quiet = output.verbosity == Verbosity::Quiet;
    for run in runs {
        output.issues(issues(&run.report).filter(|issue| issue.kind == Kind::Warning));
        for issue in issues(&run.report).filter(|issue| issue.kind != Kind::Warning) {
            if issue.silenced().is_some() && is_quiet {
                continue;
            }
            let end = if issue.silenced().is_none() { "\n" } else { "" };
            output.text(&format!("{}{end}", text::issue(issue, output.style)))?;
        }
    }
    if is_quiet {
        return Ok(());
    }
    let verbosity = output.verbosity;
    for run in runs {
        for subject in run.report.subjects.iter().filter(|subject| has_line(subject.status, verbosity)) {
            output.text(&format!("{}: {}: {}\n", run.name, subject.name, subject.message))?;
        }
        output.text(&match run.report.subjects.is_empty() {
            true if run.exit == Exit::Success => format!("{}: PASS. No policy has changed\n", run.name),
            true => format!("{}: could not run\n", run.name),
            false => run.report.summary(),
        })?;
    }
    let against = match &settings.base {
        Some(base) => format!(", compared with {base}"),
        None => String::new(),
    };
    let problems = runs.iter().flat_map(|run| issues(&run.report)).filter(|issue| is_problem(issue)).count();
    let what = match problems {
        0 => "nothing to do".to_owned(),
        1 => "1 problem".to_owned(),
        n => format!("{n} problems"),
    };
    let accepted = if is_accepted(runs, exit) { ", accepted" } else { "" };
    let verdict = verdict(runs, exit);
    let failing = runs.iter().filter(|run| issues(&run.report).any(is_problem)).count();
    let checks = match (failing, runs.len()) {
        (0, 1) => "in 1 check".to_owned(),
        (0, all) => format!("in {all} checks"),
        (some, all) if some == all => {
            format!("in {}", if all == 1 { "1 check".to_owned() } else { format!("all {all} checks") })
        }
        (some, all) => format!("in {some} of {all} checks"),
    };
    output.text(&format!("{COMMAND}: {verdict}{accepted}. {what} {checks}{against}\n"))
}

/// True if an input has a line of its own: many inputs that pass share one.
fn has_line(status: Status, verbosity: Verbosity) -> bool {
    match status {
        Status::Fail | Status::Unknown | Status::Error => true,
        Status::Pass | Status::Skipped => verbosity == Verbosity::Verbose,
    }
}

/// True if the checks fail with findings that are all accepted.
fn is_accepted(runs: &[Done], exit: Exit) -> bool {
    let mut subjects = runs.iter().flat_map(|run| &run.report.subjects);
    exit == Exit::Success && subjects.any(|subject| subject.accepted().is_some())
}

/// Returns the verdict over some checks. Accepted findings do not make a PASS of a FAIL, because nothing was proved.
fn verdict(runs: &[Done], exit: Exit) -> &'static str {
    match exit {
        Exit::Success if is_accepted(runs, exit) => "FAIL",
        Exit::Success => "PASS",
        Exit::Finding => "FAIL",
        Exit::Error => "ERROR",
        Exit::Unknown => "UNKNOWN",
    }
}

/// Returns the outcome in JSON.
fn value(runs: &[Done], exit: Exit) -> Value {
    let checks = runs.iter().map(|run| {
        let inputs = run.report.subjects.iter().map(|subject| {
            serde_json::json!({
                "file": subject.name,
                "rule": subject.rule,
                "result": subject.status.name(),
                "accepted": subject.accepted().is_some(),
                "message": subject.message,
                "findings": listed(subject.issues.iter()),
            })
        });
        serde_json::json!({
            "check": run.name,
            "result": verdict(std::slice::from_ref(run), run.exit),
            "accepted": is_accepted(std::slice::from_ref(run), run.exit),
            "inputs": inputs.collect::<Vec<_>>(),
            "findings": listed(run.report.issues.iter()),
        })
    });
    serde_json::json!({
        "result": verdict(runs, exit),
        "accepted": is_accepted(runs, exit),
        "checks": checks.collect::<Vec<_>>(),
    })
}

fn listed<'i>(issues: impl Iterator<Item = &'i Issue>) -> Vec<Value> {
    issues.map(json::issue).collect()
}
