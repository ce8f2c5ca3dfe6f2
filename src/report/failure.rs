//! Failures: reasons why an input could not be checked at all.

use super::issue::{Issue, Kind};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::explain::display::one_line;
use crate::limits::InputLimits;
use crate::policy::{Document, PolicyType, Read};
use crate::span::Source;

/// AWS's name for an internal error.
const INTERNAL: &str = "InternalServerException";

/// A diagnostic with its source.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The text.
    pub source: Source,
    /// The diagnostic.
    pub diagnostic: Diagnostic,
}

/// Why there is no verdict.
#[derive(Clone, Debug)]
pub struct Failure {
    /// AWS's name for the kind of error.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// The faults of the documents, if the failure is about documents.
    pub faults: Vec<Fault>,
    /// The unknown value that leaves the query open, if this is the reason. The answer is then UNKNOWN, and nothing is wrong.
    pub open: Option<Box<Issue>>,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// Makes an error about an invalid request or input.
    pub fn validation(message: impl Into<String>) -> Failure {
        Failure { code: "ValidationException", message: message.into(), faults: Vec::new(), open: None }
    }

    /// Ends a query that depends on something unknown.
    pub fn undecided(issue: Issue, message: impl Into<String>) -> Failure {
        Failure { open: Some(Box::new(issue)), ..Failure::validation(message) }
    }

    /// Makes an internal error.
    pub fn internal(message: impl Into<String>) -> Failure {
        Failure { code: INTERNAL, message: message.into(), faults: Vec::new(), open: None }
    }

    /// True for an internal error.
    pub fn is_internal(&self) -> bool {
        self.code == INTERNAL
    }

    /// Makes an error about documents with faults; `None` if all could be read.
    pub fn of_documents<'r>(reads: impl IntoIterator<Item = &'r Read>) -> Option<Failure> {
        let (mut faults, mut names) = (Vec::new(), Vec::new());
        for read in reads {
            if read.document.is_none() {
                names.push(read.source.name());
                faults.extend(self::faults(read));
            }
        }
        Failure::of_faults(&names, faults)
    }

    /// Makes an error about documents that do not fit their type (inferred if not given); `None` if they fit.
    pub fn of_misfits(documents: &[&Document], policy_type: Option<PolicyType>) -> Option<Failure> {
        let as_type = match policy_type {
            Some(given) => given,
            None => PolicyType::infer(documents.iter().copied()),
        };
        let (mut faults, mut names) = (Vec::new(), Vec::new());
        for document in documents {
            let misfits = of_wrong_kind(document, document.misfits(as_type, &InputLimits::default()));
            if !misfits.is_empty() {
                names.push(document.source.name());
            }
            faults.extend(
                misfits.into_iter().map(|diagnostic| Fault { source: document.source.clone(), diagnostic }),
            );
        }
        let mut failure = Failure::of_faults(&names, faults)?;
        if policy_type.is_none() {
            failure.message.push_str(&format!(" (read as {}, as no type was given)", as_type.name()));
        }
        Some(failure)
    }

    fn of_faults(names: &[&str], faults: Vec<Fault>) -> Option<Failure> {
        let message = match names {
            [] => return None,
            [one] => format!("could not check {one}: {}", count(&faults)),
            several => format!("could not check {}: {}", several.join(" and "), count(&faults)),
        };
        Some(Failure { faults, ..Failure::validation(message) })
    }
}

impl Issue {
    /// Makes issues of the reason why there is no verdict: one for every fault of the documents, or one for the failure itself.
    pub fn of_failure(failure: &Failure) -> Vec<Issue> {
        let of_fault = |fault: &Fault| Issue::of_diagnostic(&fault.source, &fault.diagnostic);
        if failure.faults.iter().any(|f| f.diagnostic.severity == Severity::Error) {
            return failure.faults.iter().map(of_fault).collect();
        }
        let mut issues =
            vec![Issue::new(Kind::Error, failure_code(failure.code), one_line(&failure.message))];
        issues.extend(failure.faults.iter().map(of_fault));
        issues
    }
}

/// Returns the code of a failure for AWS's name.
fn failure_code(code: &str) -> Code {
    match code {
        "ValidationException" => Code::InvalidQuestion,
        "InputError" => Code::UnreadableInput,
        "OutputError" => Code::UnwritableOutput,
        _ => Code::InternalError,
    }
}

fn count(faults: &[Fault]) -> String {
    match faults.iter().filter(|f| f.diagnostic.severity == Severity::Error).count() {
        1 => "1 error".to_owned(),
        n => format!("{n} errors"),
    }
}

/// Lists the diagnostics of a document.
fn faults(read: &Read) -> impl Iterator<Item = Fault> + '_ {
    read.diagnostics
        .iter()
        .map(|diagnostic| Fault { source: read.source.clone(), diagnostic: diagnostic.clone() })
}

/// Merges the faults that every statement has because the document is of another type into one.
fn of_wrong_kind(document: &Document, misfits: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let about_principals =
        |fault: &Diagnostic| matches!(fault.code, Code::MissingPrincipal | Code::UnsupportedPrincipal);
    let (kind, others): (Vec<_>, Vec<_>) = misfits.into_iter().partition(about_principals);
    let count = document.statements.len();
    match kind.as_slice() {
        [first, _, ..] if kind.len() == count => {
            let one = first.clone().with_label(format!("the first of {count} statements with this fault"));
            std::iter::once(one).chain(others).collect()
        }
        _ => kind.into_iter().chain(others).collect(),
    }
}
