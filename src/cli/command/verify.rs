//! Certificates.

use crate::catalogue::Catalogue;
use crate::cli::Exit;
use crate::cli::args::{Format, VerifyArgs};
use crate::cli::input::{Reader, read_bounded};
use crate::cli::output::{Output, directory};
use crate::code::Code;
use crate::limits::Deadline;
use crate::report::text::{self, Verbosity};
use crate::report::{Failure, Issue, Kind, Report, Status, Subject, json};
use crate::span::{Source, Span};
use crate::surface::{deadline, isolated, reason, unreadable};
use crate::verify::{Claim, ClaimedPolicy, Limits, Outcome, verify_with};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::path::Path;

pub(crate) fn run(args: &VerifyArgs, output: &mut Output) -> Result<Exit, Failure> {
    let limits = Limits::default();
    let given = given(&args.policy)?;
    let catalogue = match &args.catalogue {
        Some(catalogue) => catalogue,
        None => Catalogue::embedded(),
    };
    let mut values: Vec<Value> = Vec::new();
    let mut subjects: Vec<Subject> = Vec::new();
    for (name, text) in args.files.iter().flat_map(|path| certificates(path, &limits)) {
        let limits = Limits { deadline: Deadline::at(deadline(args.timeout)), ..limits };
        let outcome = text.and_then(|text| isolated(|| verify_with(&text, catalogue, &limits)));
        let (status, result, message, claim) = match outcome {
            Ok(Outcome::Verified(claim)) => match compared(&claim, &given) {
                Ok(()) => (Status::Pass, "VERIFIED", claim.sentence.clone(), Some(claim)),
                Err(message) => (Status::Fail, "REFUSED", message, Some(claim)),
            },
            Ok(Outcome::Refused(message)) => (Status::Fail, "REFUSED", message, None),
            Ok(Outcome::Inconclusive(message)) => (Status::Unknown, "NOT_VERIFIED", message, None),
            Err(failure) => {
                let issues = Issue::of_failure(&failure);
                if output.format == Format::Text {
                    output.failure(&failure);
                }
                let mut value = json::failure(&failure);
                if let Some(members) = value.as_object_mut() {
                    members.insert("certificate".to_owned(), name.as_str().into());
                }
                json::add_issues(&mut value, &issues);
                values.push(value);
                subjects.push(subject(name, Status::Error, failure.message.clone(), issues));
                continue;
            }
        };
        if output.format == Format::Text && (output.verbosity > Verbosity::Quiet || status != Status::Pass) {
            let result = result.to_ascii_lowercase().replace('_', " ");
            output.text(&text::line(&name, &format!("{result}. {message}")))?;
            for policy in claim.iter().flat_map(|claim| &claim.policies) {
                let is_given = given.iter().any(|(_, sha256)| *sha256 == policy.sha256);
                let not = if given.is_empty() || is_given { "" } else { " (not compared)" };
                let before = format!("  {} sha256 {}", policy.role, policy.sha256);
                output.text(&text::line(&before, &format!("{}{not}", policy.name)))?;
            }
        }
        let mut value = json!({"certificate": name, "result": result, "message": message});
        if let (Some(claim), Some(members)) = (&claim, value.as_object_mut()) {
            members.insert("claim".to_owned(), json!(claim));
        }
        let source = Source::new(name.as_str(), "");
        let issue = |kind: Kind, code: Code| {
            vec![Issue::new(kind, code, message.as_str()).at(&source, Span::default(), "")]
        };
        let issues = match status {
            Status::Fail => issue(Kind::Finding, Code::CertificateRefused),
            Status::Unknown => issue(Kind::Unknown, Code::CertificateNotVerified),
            Status::Pass | Status::Error | Status::Skipped => Vec::new(),
        };
        json::add_issues(&mut value, &issues);
        values.push(value);
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
        (Format::Json, [one]) => output.json(one.clone())?,
        (Format::Json, _) => output.json(Value::Array(values))?,
        (Format::Pipeline(_), _) => output.report(&Report {
            command: "verify",
            directory: directory(),
            subjects,
            issues: Vec::new(),
            has_baseline: false,
            about: String::new(),
        })?,
    }
    Ok(exit)
}

/// Returns the policies that the certificates must be about, each by its name and the hash of its text.
fn given(arguments: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let mut reader = Reader::default();
    let one = |argument: &String| {
        let read = reader.read(argument, "policy")?;
        if let Some(failure) = Failure::of_documents([&read]) {
            return Err(failure);
        }
        Ok((read.source.name().to_owned(), ClaimedPolicy::hash_of(read.source.text())))
    };
    arguments.iter().map(one).collect()
}

/// Checks that a claim is about the given policies.
///
/// # Errors
/// A policy is not one of the claim's; the sentence says so.
fn compared(claim: &Claim, given: &[(String, String)]) -> Result<(), String> {
    let is_other = |(_, sha256): &&(String, String)| claim.policies.iter().all(|p| p.sha256 != *sha256);
    match given.iter().find(is_other) {
        None => Ok(()),
        Some((name, sha256)) => Err(format!(
            "it is about other policies: the text of {name} (sha256 {sha256}) is none of them; its claim is {}",
            claim.sentence
        )),
    }
}

fn subject(name: String, status: Status, message: String, issues: Vec<Issue>) -> Subject {
    Subject { name, file: None, rule: None, status, message, issues }
}

/// Returns the certificates in a file, with their names: one, or a list as written by `compare` and `diff`.
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

/// Returns the text of a file. Reading one byte more than the limit is enough to know that it is too long.
fn read(path: &Path, name: &str, limits: &Limits) -> Result<String, Failure> {
    let bytes = std::fs::File::open(path).and_then(|file| read_bounded(file, limits.bytes));
    let bytes = bytes.map_err(|error| unreadable(name, reason(&error)))?;
    // A file that is not text is reported as a text that is not a certificate.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
