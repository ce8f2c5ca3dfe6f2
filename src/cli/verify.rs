//! Certificates.

use super::Exit;
use super::args::{Format, Verify};
use super::input::reason;
use super::output::{Output, directory};
use crate::batch::isolated;
use crate::code::Code;
use crate::limits::Deadline;
use crate::report::text::{self, Verbosity};
use crate::report::{Failure, Issue, Kind, Report, Status, Subject, json};
use crate::span::{Source, Span};
use crate::verify::{Limits, Outcome, verify};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::io::Read;
use std::path::Path;

pub(super) fn run(args: &Verify, output: &mut Output) -> Result<Exit, Failure> {
    let limits = Limits::default();
    let mut values: Vec<Value> = Vec::new();
    let mut subjects: Vec<Subject> = Vec::new();
    for (name, text) in args.files.iter().flat_map(|path| certificates(path, &limits)) {
        let deadline = args.timeout.and_then(|t| std::time::Instant::now().checked_add(t));
        let limits = Limits { deadline: Deadline::at(deadline), ..limits };
        let outcome = text.and_then(|text| isolated(|| verify(&text, &limits)));
        let (status, result, message) = match outcome {
            Ok(Outcome::Verified(message)) => (Status::Pass, "VERIFIED", message),
            Ok(Outcome::Refused(message)) => (Status::Fail, "REFUSED", message),
            Ok(Outcome::Inconclusive(message)) => (Status::Unknown, "NOT_VERIFIED", message),
            Err(failure) => {
                let issues = Issue::of_failure(&failure);
                subjects.push(subject(name.clone(), Status::Error, failure.message.clone(), issues));
                if output.format == Format::Text {
                    output.failure(&failure);
                }
                let mut value = json::failure(&failure);
                if let Some(members) = value.as_object_mut() {
                    members.insert("certificate".to_owned(), name.into());
                }
                values.push(value);
                continue;
            }
        };
        if output.format == Format::Text && (output.verbosity > Verbosity::Quiet || status != Status::Pass) {
            let result = result.to_ascii_lowercase().replace('_', " ");
            output.text(&text::line(&name, &format!("{result}. {message}")))?;
        }
        values.push(json!({"certificate": name, "result": result, "message": message}));
        let source = Source::new(name.as_str(), "");
        let issue = |kind: Kind, code: Code| {
            vec![Issue::new(kind, code, message.as_str()).at(&source, Span::default(), "")]
        };
        let issues = match status {
            Status::Fail => issue(Kind::Finding, Code::CertificateRefused),
            Status::Unknown => issue(Kind::Unknown, Code::CertificateNotVerified),
            Status::Pass | Status::Error | Status::Skipped => Vec::new(),
        };
        subjects.push(subject(name, status, message, issues));
    }
    let exits = subjects.iter().map(|subject| match subject.status {
        Status::Pass | Status::Skipped => Exit::Success,
        Status::Fail => Exit::Finding,
        Status::Unknown => Exit::Unknown,
        Status::Error => Exit::Error,
    });
    let exit = exits.fold(Exit::Success, Exit::and);
    match (output.format, values.as_slice()) {
        (Format::Text, _) => {}
        (Format::Json, [one]) => output.json(one)?,
        (Format::Json, _) => output.json(&Value::Array(values))?,
        (Format::Pipeline(_), _) => output.report(&Report {
            command: "verify",
            directory: directory(),
            subjects,
            issues: Vec::new(),
            has_baseline: false,
        })?,
    }
    Ok(exit)
}

fn subject(name: String, status: Status, message: String, issues: Vec<Issue>) -> Subject {
    Subject { name, rule: None, status, message, issues }
}

/// The certificates of a file, with their names: one, or a list of several as `compare` and `diff` write them.
fn certificates(path: &Path, limits: &Limits) -> Vec<(String, Result<String, Failure>)> {
    let name = path.display().to_string();
    let text = match read(path, &name, limits) {
        Ok(text) => text,
        Err(failure) => return vec![(name, Err(failure))],
    };
    let list = || serde_json::from_str::<Vec<&RawValue>>(&text).ok().filter(|list| !list.is_empty());
    match text.trim_start().starts_with('[').then(list).flatten() {
        Some(list) => list
            .into_iter()
            .enumerate()
            .map(|(place, one)| (format!("{name}#{place}"), Ok(one.get().to_owned())))
            .collect(),
        None => vec![(name, Ok(text))],
    }
}

/// The text of a file; one byte more than the limit is enough to know that it is too long.
fn read(path: &Path, name: &str, limits: &Limits) -> Result<String, Failure> {
    let failure = |why: String| Failure {
        code: "InputError",
        message: format!("cannot read {name}: {why}"),
        faults: Vec::new(),
    };
    let file = std::fs::File::open(path).map_err(|error| failure(reason(&error)))?;
    let mut bytes = Vec::new();
    let most = u64::try_from(limits.bytes).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(|error| failure(reason(&error)))?;
    // What is no text is no certificate, and that is said as such.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
