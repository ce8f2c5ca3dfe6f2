//! Issues, failures, and the results of lint.

use super::Members;
use super::place::{DiagnosticView, Range};
use crate::explain::replay::shell_words;
use crate::report::failure::Failure;
use crate::report::issue::{Issue, Mark, Report, Subject};
use crate::span::Source;
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;

/// An error without a verdict.
#[derive(Serialize)]
pub(super) struct FailureView<'a> {
    error: ErrorView<'a>,
}

#[derive(Serialize)]
struct ErrorView<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    diagnostics: Vec<DiagnosticView<'a>>,
}

impl<'a> FailureView<'a> {
    pub(super) fn of(failure: &'a Failure) -> FailureView<'a> {
        let diagnostics = failure.faults.iter().map(|f| DiagnosticView::of(&f.source, &f.diagnostic));
        FailureView {
            error: ErrorView {
                code: failure.code,
                message: &failure.message,
                diagnostics: diagnostics.collect(),
            },
        }
    }
}

/// Writes an error.
pub fn failure(failure: &Failure) -> Value {
    json!(FailureView::of(failure))
}

/// An accepted finding.
#[derive(Serialize)]
struct AcceptedView<'a> {
    code: &'static str,
    pointer: Option<&'a str>,
    fingerprint: &'a str,
    reason: &'a str,
}

/// Writes the accepted findings of an input.
pub fn accepted(subject: &Subject) -> Value {
    let one = |issue: &'_ Issue| {
        Some(json!(AcceptedView {
            code: issue.code.as_str(),
            pointer: issue.pointer.as_deref(),
            fingerprint: &issue.fingerprint,
            reason: issue.accepted.as_deref()?,
        }))
    };
    subject.issues.iter().filter_map(one).collect()
}

/// The result of lint for a policy.
#[derive(Serialize)]
struct LintView<'a> {
    file: &'a str,
    #[serde(flatten)]
    outcome: LintOutcome<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum LintOutcome<'a> {
    Failed(FailureView<'a>),
    Found { message: &'a str, findings: Vec<IssueView<'a>> },
}

/// Writes the result of lint for one policy, without its name.
pub fn linted(subject: &Subject) -> Value {
    json!(LintOutcome::Found {
        message: &subject.message,
        findings: subject.issues.iter().map(IssueView::of).collect(),
    })
}

/// Writes the results of lint for each policy, or the reason why it could not be checked.
pub fn lint(report: &Report, failures: &[Option<Failure>]) -> Value {
    let one = |(subject, failed): (&Subject, &Option<Failure>)| {
        json!(LintView {
            file: &subject.name,
            outcome: match failed {
                Some(failed) => LintOutcome::Failed(FailureView::of(failed)),
                None => LintOutcome::Found {
                    message: &subject.message,
                    findings: subject.issues.iter().map(IssueView::of).collect(),
                },
            },
        })
    };
    report.subjects.iter().zip(failures).map(one).collect()
}

/// Writes an issue.
pub fn issue(issue: &Issue) -> Value {
    json!(IssueView::of(issue))
}

/// Adds the issues of an answer to its other members.
pub fn add_issues(answer: &mut Value, issues: &[Issue]) {
    if let Value::Object(members) = answer {
        members.insert("issues".to_owned(), issues.iter().map(issue).collect());
    }
}

/// Adds the version of the program to an answer, or to each of a list.
pub fn add_version(answer: &mut Value) {
    match answer {
        Value::Object(members) => {
            members.insert("version".to_owned(), Value::from(env!("CARGO_PKG_VERSION")));
        }
        Value::Array(list) => list.iter_mut().filter(|one| one.is_object()).for_each(add_version),
        _ => {}
    }
}

/// An issue; each of its notes is a member.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IssueView<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<Range>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<RelatedView<'a>>,
    #[serde(flatten)]
    notes: Members<&'static str, Cow<'a, str>>,
    /// The words of each line of `replay`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    replay_arguments: Vec<Vec<String>>,
    fingerprint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<&'a str>,
}

/// A further place of an issue.
#[derive(Serialize)]
struct RelatedView<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    span: Range,
    message: &'a str,
}

impl<'a> IssueView<'a> {
    pub(super) fn of(issue: &'a Issue) -> IssueView<'a> {
        let place = issue.source.as_ref().zip(issue.marks.first());
        let own = issue.source.iter().flat_map(|source| {
            issue.marks.iter().skip(1).map(move |mark| RelatedView::of(source, None, mark))
        });
        let others = issue.elsewhere.iter().flat_map(|other| {
            let pointers = std::iter::once(other.pointer.as_deref()).chain(std::iter::repeat(None));
            other
                .marks
                .iter()
                .zip(pointers)
                .map(|(mark, pointer)| RelatedView::of(&other.source, pointer, mark))
        });
        let replays = issue.notes.iter().filter(|(name, _)| *name == "replay");
        IssueView {
            code: issue.code.as_str(),
            severity: issue.severity_name(),
            message: &issue.title,
            file: issue.source.as_ref().map(Source::place_name),
            pointer: issue.pointer.as_deref(),
            span: place.map(|(source, mark)| Range::of(source, mark.span)),
            related: own.chain(others).collect(),
            notes: Members(notes(issue)),
            replay_arguments: replays.flat_map(|(_, text)| text.lines()).map(shell_words).collect(),
            fingerprint: &issue.fingerprint,
            accepted: issue.accepted.as_deref(),
        }
    }
}

/// Returns the notes of an issue; several of one name are the lines of one.
fn notes(issue: &Issue) -> Vec<(&'static str, Cow<'_, str>)> {
    let mut notes: Vec<(&'static str, Cow<'_, str>)> = Vec::new();
    for (name, text) in &issue.notes {
        match notes.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = format!("{known}\n{text}").into(),
            None => notes.push((name, text.as_str().into())),
        }
    }
    notes
}

impl<'a> RelatedView<'a> {
    fn of(source: &'a Source, pointer: Option<&'a str>, mark: &'a Mark) -> RelatedView<'a> {
        RelatedView {
            file: source.place_name(),
            pointer,
            span: Range::of(source, mark.span),
            message: &mark.label,
        }
    }
}
