//! Issues, failures, and the results of lint.

use super::Members;
use super::place::{DiagnosticView, Range};
use crate::report::failure::Failure;
use crate::report::issue::{Issue, Report, Subject};
use serde::Serialize;
use serde_json::{Value, json};

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

/// Writes an issue with its severity and file.
pub fn issue(issue: &Issue) -> Value {
    let mut value = json!(IssueView::of(issue));
    if let Value::Object(members) = &mut value {
        members.insert("severity".to_owned(), Value::from(issue.severity_name()));
        if let Some((source, _)) = issue.place() {
            members.insert("file".to_owned(), Value::from(source.place_name()));
        }
    }
    value
}

/// An issue; each of its notes is a member.
#[derive(Serialize)]
pub(super) struct IssueView<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<Range>,
    #[serde(flatten)]
    notes: Members<&'static str, &'a str>,
    fingerprint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<&'a str>,
}

impl IssueView<'_> {
    pub(super) fn of(issue: &Issue) -> IssueView<'_> {
        let place = issue.source.as_ref().zip(issue.marks.first());
        IssueView {
            code: issue.code.as_str(),
            message: &issue.title,
            pointer: issue.pointer.as_deref(),
            span: place.map(|(source, mark)| Range::of(source, mark.span)),
            notes: Members(issue.notes.iter().map(|(name, text)| (*name, text.as_str())).collect()),
            fingerprint: &issue.fingerprint,
            accepted: issue.accepted.as_deref(),
        }
    }
}
