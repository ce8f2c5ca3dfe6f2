//! Reports the outcome of a command about one subject or several, as text or in a format for pipelines.

use crate::cli::args::Format;
use crate::cli::output::{Output, directory};
use crate::report::text::{self, Verbosity};
use crate::report::{Failure, Issue, Kind, Report, Status, Subject};

/// Writes the issues and the sentence of a command as text, or as a report.
pub(super) fn outcome(
    output: &mut Output,
    command: &'static str,
    name: &str,
    status: Status,
    message: &str,
    issues: Vec<Issue>,
) -> Result<(), Failure> {
    if output.format != Format::Text {
        let subject = Subject {
            name: name.to_owned(),
            file: None,
            rule: None,
            status,
            message: message.to_owned(),
            issues,
        };
        return output.report(&Report {
            command,
            directory: directory(),
            subjects: vec![subject],
            issues: Vec::new(),
            has_baseline: false,
            about: String::new(),
        });
    }
    output.issues(issues.iter().filter(|issue| issue.kind == Kind::Warning));
    for issue in issues.iter().filter(|issue| issue.kind != Kind::Warning) {
        let text = text::issue(issue, output.style);
        output.text(&if issue.silenced().is_none() { format!("{text}\n") } else { text })?;
    }
    if output.verbosity > Verbosity::Quiet { output.text(&format!("{command}: {message}\n")) } else { Ok(()) }
}

/// From this number on, inputs about which there is nothing to say share one line.
const MANY: usize = 4;

/// True if so many inputs passed that they share one line.
pub(super) fn share_a_line(passed: usize, verbosity: Verbosity) -> bool {
    passed >= MANY && verbosity < Verbosity::Verbose
}

/// True if an input passed and there is nothing to say about it.
pub(super) fn is_plain_pass(subject: &Subject) -> bool {
    subject.status == Status::Pass && subject.issues.is_empty()
}

/// Prints the issues of each subject, or the failure in its place, then its line; at the end, if there are several inputs, the
/// summary.
pub(super) fn subjects<'f>(
    output: &mut Output,
    report: &Report,
    failures: impl IntoIterator<Item = Option<&'f Failure>>,
    are_many: bool,
) -> Result<(), Failure> {
    output.issues(report.issues.iter());
    let plain = report.subjects.iter().filter(|subject| is_plain_pass(subject)).count();
    let are_brief = are_many && share_a_line(plain, output.verbosity);
    for (subject, failure) in report.subjects.iter().zip(failures) {
        if let Some(failure) = failure {
            output.failure(failure);
            continue;
        }
        for issue in &subject.issues {
            if issue.silenced().is_none() || output.verbosity >= Verbosity::Normal {
                let end = if issue.silenced().is_none() { "\n" } else { "" };
                output.text(&format!("{}{end}", text::issue(issue, output.style)))?;
            }
        }
        let has_line = subject.status != Status::Skipped && !(are_brief && is_plain_pass(subject));
        if output.verbosity >= Verbosity::Normal && has_line {
            output.text(&format!("{}: {}: {}\n", report.command, subject.name, subject.message))?;
        }
    }
    if are_brief && output.verbosity >= Verbosity::Normal {
        output.text(&format!("{}: nothing to say of {plain} policies (-v lists them)\n", report.command))?;
    }
    if are_many && output.verbosity >= Verbosity::Normal {
        output.text(&report.summary())?;
    }
    Ok(())
}

/// Returns the number of policies that are the same on both sides.
pub(super) fn unchanged(count: usize) -> String {
    match count {
        1 => "1 policy is unchanged and not checked".to_owned(),
        count => format!("{count} policies are unchanged and not checked"),
    }
}
