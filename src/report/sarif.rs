//! SARIF 2.1.0, for code scanning.
//!
//! Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; `tests/it/formats.rs` holds the output
//! against its JSON schema.

use super::codes::page;
use super::paths::uri;
use super::{Issue, Kind, Mark, Report, Status, Subject};
use crate::span::{Source, Span};
use serde_json::{Map, Value, json};

/// Bytes of a marked text that are still repeated as a snippet.
const LONGEST_SNIPPET: usize = 4_000;
/// The name under which results can be followed from run to run.
const FINGERPRINT: &str = "iamsat/v1";

/// The outcome of a command as a SARIF log.
///
/// ```
/// use iamsat::report::{Report, sarif};
/// let report =
///     Report { command: "check-no-new-access", directory: None, subjects: Vec::new(), issues: Vec::new(), has_baseline: false };
/// assert_eq!(sarif::report(&report)["version"], "2.1.0");
/// ```
pub fn report(report: &Report) -> Value {
    let mut codes: Vec<&str> = report.all_issues().map(|issue| issue.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let failed = report.all_issues().any(|issue| issue.kind == Kind::Error)
        || report.subjects.iter().any(|subject| subject.status == Status::Error);
    // A result without a place is shown nowhere: what is about no place is put at the beginning of its file.
    let anywhere = report.subjects.first().map_or(".", |subject| subject.name.as_str());
    let about_run = report.issues.iter().map(|issue| result(issue, anywhere, &codes, report));
    let about_subject = |subject: &Subject| {
        subject.issues.iter().map(|issue| result(issue, &subject.name, &codes, report)).collect::<Vec<_>>()
    };
    let results: Vec<Value> = about_run.chain(report.subjects.iter().flat_map(about_subject)).collect();
    let files: Vec<Value> =
        names(report).into_iter().map(|name| json!({"location": artifact(name, report)})).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "iamsat",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(code)).collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": !failed,
                "toolExecutionNotifications":
                    report.subjects.iter().map(|subject| notification(subject, report)).collect::<Vec<_>>(),
            }],
            "artifacts": files,
            "automationDetails": {"id": format!("iamsat/{}/", report.command)},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// The inputs, each once.
fn names(report: &Report) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for subject in &report.subjects {
        if !names.contains(&subject.name.as_str()) {
            names.push(&subject.name);
        }
    }
    names
}

fn artifact(name: &str, report: &Report) -> Value {
    let uri = uri(name, report.directory.as_deref());
    // What is relative is relative to the root of the sources, which the reader of the log knows.
    if uri.starts_with("file:") { json!({"uri": uri}) } else { json!({"uri": uri, "uriBaseId": "%SRCROOT%"}) }
}

/// What became of an input: nothing found must not read as nothing looked at.
fn notification(subject: &Subject, report: &Report) -> Value {
    let level = match subject.status {
        Status::Pass | Status::Fail | Status::Skipped => "note",
        Status::Unknown => "warning",
        Status::Error => "error",
    };
    let rule = subject.rule.as_ref().map(|rule| format!(" ({rule})")).unwrap_or_default();
    json!({
        "level": level,
        "message": {"text": format!("{}{rule}: {}", subject.name, subject.message)},
        "locations": [{"physicalLocation": {"artifactLocation": artifact(&subject.name, report)}}],
    })
}

fn rule(code: &str) -> Value {
    let mut rule = Map::new();
    rule.insert("id".to_owned(), json!(code));
    if let Some(page) = page(code) {
        rule.insert("shortDescription".to_owned(), json!({"text": page.summary()}));
        rule.insert("fullDescription".to_owned(), json!({"text": page.summary()}));
        let text = page.page().trim_start_matches("# ");
        rule.insert("help".to_owned(), json!({"text": text, "markdown": page.page()}));
    }
    Value::Object(rule)
}

fn result(issue: &Issue, file: &str, codes: &[&str], report: &Report) -> Value {
    let mut result = Map::new();
    let mut insert = |name: &str, value: Value| result.insert(name.to_owned(), value);
    insert("ruleId", json!(issue.code));
    if let Ok(index) = codes.binary_search(&issue.code) {
        insert("ruleIndex", json!(index));
    }
    let level = match issue.kind {
        // Without an answer nothing may go through either.
        Kind::Finding | Kind::Unknown | Kind::Error => "error",
        Kind::Lint | Kind::Warning => "warning",
    };
    insert("level", json!(level));
    insert("message", json!({"text": message(issue)}));
    if let (Some(source), Some((first, others))) = (&issue.source, issue.marks.split_first()) {
        let mut location = location(source, first.span, report);
        if let (Some(pointer), Value::Object(members)) = (&issue.pointer, &mut location) {
            members.insert("logicalLocations".to_owned(), json!([{"fullyQualifiedName": pointer}]));
        }
        insert("locations", json!([location]));
        let related = |(index, mark): (usize, &Mark)| {
            let mut location = self::location(source, mark.span, report);
            if let Value::Object(members) = &mut location {
                members.insert("id".to_owned(), json!(index.saturating_add(1)));
                if !mark.label.is_empty() {
                    members.insert("message".to_owned(), json!({"text": mark.label}));
                }
            }
            location
        };
        if !others.is_empty() {
            insert("relatedLocations", others.iter().enumerate().map(related).collect());
        }
    } else {
        let region = json!({"startLine": 1, "startColumn": 1});
        let place = json!({"artifactLocation": artifact(file, report), "region": region});
        insert("locations", json!([{"physicalLocation": place}]));
    }
    insert("partialFingerprints", json!({FINGERPRINT: issue.fingerprint}));
    if let Some(reason) = &issue.accepted {
        let suppression = json!({"kind": "external", "status": "accepted", "justification": reason});
        insert("suppressions", json!([suppression]));
    } else if report.has_baseline {
        insert("suppressions", json!([]));
    }
    Value::Object(result)
}

/// Everything that is known, as text.
fn message(issue: &Issue) -> String {
    let mut text = match issue.kind {
        Kind::Unknown => format!("UNKNOWN: {}", issue.title),
        Kind::Finding | Kind::Lint | Kind::Error | Kind::Warning => issue.title.clone(),
    };
    for (name, note) in &issue.notes {
        text.push_str(&format!("\n\n{name}:\n{note}"));
    }
    text
}

fn location(source: &Source, span: Span, report: &Report) -> Value {
    let (file, span) = source.in_file(span);
    let (start, end) = (file.position(span.start as usize), file.position(span.end as usize));
    let mut region = json!({
        "startLine": start.line, "startColumn": start.column,
        "endLine": end.line, "endColumn": end.column,
    });
    let text = file.slice(span);
    if let Value::Object(members) = &mut region
        && text.len() <= LONGEST_SNIPPET
    {
        members.insert("snippet".to_owned(), json!({"text": text}));
    }
    json!({"physicalLocation": {"artifactLocation": artifact(file.name(), report), "region": region}})
}
