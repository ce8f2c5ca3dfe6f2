//! GitLab's code quality report, which a merge request shows beside the changed lines.
//!
//! Source: GitLab Docs, "Code Quality", section "Code Quality report format".

use crate::report::fingerprint::fingerprint;
use crate::report::gravity::{Gravity, gravity};
use crate::report::issue::{Issue, Kind, Report};
use crate::report::paths::relative;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Renders the outcome of a command as a list of violations.
///
/// ```
/// use iamsat::{code::Code, report::{Issue, Kind, Report, gitlab}};
/// let issue = Issue::new(Kind::Error, Code::UnreadableInput, "could not read p.json");
/// let report =
///     Report { command: "check-no-new-access", directory: None, subjects: Vec::new(), issues: vec![issue], has_baseline: false, about: String::new() };
/// assert_eq!(gitlab::report(&report)[0]["check_name"], "unreadable-input");
/// ```
pub fn report(report: &Report) -> Value {
    // Readers merge violations with the same fingerprint into one.
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let anywhere = report.subjects.first().map_or(".", |subject| subject.file());
    let about_run = report.issues.iter().map(|issue| (issue, anywhere, None));
    let about_subjects = report.subjects.iter().flat_map(|subject| {
        subject.issues.iter().map(|issue| (issue, subject.file(), subject.rule.as_deref()))
    });
    let violations: Vec<Violation<'_>> = about_run
        .chain(about_subjects)
        .map(|(issue, file, rule)| {
            let (path, begin) = match in_file(issue, report) {
                Some(place) => place,
                None => (relative(file, report.directory.as_deref()), 1),
            };
            let rule = rule.unwrap_or("");
            let once = fingerprint(&[report.command, &path, rule, &issue.fingerprint]);
            let number = seen.entry(once.clone()).or_insert(0);
            *number += 1;
            let fingerprint = if *number == 1 { once } else { fingerprint(&[&once, &number.to_string()]) };
            Violation {
                description: description(issue),
                check_name: issue.code.as_str(),
                fingerprint,
                severity: severity(issue),
                location: Location { path, lines: Lines { begin } },
            }
        })
        .collect();
    json!(violations)
}

#[derive(Serialize)]
struct Violation<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

/// Returns the file and the line of an issue, if it has a place.
fn in_file(issue: &Issue, report: &Report) -> Option<(String, usize)> {
    let (source, mark) = issue.source.as_ref().zip(issue.marks.first())?;
    let (file, span) = source.in_file(mark.span);
    let line = file.position(span.start as usize).line;
    Some((relative(file.name(), report.directory.as_deref()), line))
}

fn description(issue: &Issue) -> String {
    let mut text = match (issue.silenced(), issue.kind) {
        (Some(reason), _) => return format!("accepted ({reason}): {}", issue.title),
        (None, Kind::Unknown) => format!("UNKNOWN: {}", issue.title),
        (None, _) => issue.title.clone(),
    };
    if let Some((_, help)) = issue.notes.iter().find(|(name, _)| *name == "help") {
        text.push_str(&format!(". What to do: {}", help.replace('\n', " ")));
    }
    text
}

fn severity(issue: &Issue) -> &'static str {
    match (issue.kind, gravity(issue.code)) {
        _ if issue.silenced().is_some() || issue.is_note() => "info",
        (Kind::Finding | Kind::Lint, Some(Gravity::Critical)) => "blocker",
        (Kind::Finding | Kind::Lint, Some(Gravity::High)) => "critical",
        (Kind::Lint, Some(Gravity::Medium)) => "major",
        // Nobody knows what an input allows that was not judged.
        (Kind::Unknown | Kind::Error, _) => "critical",
        (Kind::Finding, _) => "major",
        (Kind::Lint | Kind::Warning, _) => "minor",
    }
}
