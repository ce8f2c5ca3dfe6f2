//! Failures: why an input could not be judged at all.

use super::issue::{Issue, Kind};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::explain::display::one_line;
use crate::limits::InputLimits;
use crate::policy::{Document, PolicyType, Read};
use crate::span::Source;

/// AWS's name of an error of the program that answers.
const INTERNAL: &str = "InternalServerException";

/// A diagnostic with the text it is about.
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
    /// AWS's name of the kind of error.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// The faults of the documents, if it is about documents.
    pub faults: Vec<Fault>,
    /// The unknown that leaves the question open, if that is why: then the answer is UNKNOWN, and nothing is wrong.
    pub open: Option<Box<Issue>>,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl Failure {
    /// Makes an error of what was asked.
    pub fn validation(message: impl Into<String>) -> Failure {
        Failure { code: "ValidationException", message: message.into(), faults: Vec::new(), open: None }
    }

    /// Makes the end of a question about something that is not known.
    pub fn undecided(issue: Issue, message: impl Into<String>) -> Failure {
        Failure { open: Some(Box::new(issue)), ..Failure::validation(message) }
    }

    /// Makes an error of this program.
    pub fn internal(message: impl Into<String>) -> Failure {
        Failure { code: INTERNAL, message: message.into(), faults: Vec::new(), open: None }
    }

    /// True for an error of this program.
    pub fn is_internal(&self) -> bool {
        self.code == INTERNAL
    }

    /// Makes an error of documents with faults; `None` if all could be read.
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

    /// Makes an error of documents that do not fit their type (inferred if it is not given); `None` if they fit.
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
            [one] => format!("{one} cannot be judged: {}", count(&faults)),
            several => format!("{} cannot be judged: {}", several.join(" and "), count(&faults)),
        };
        Some(Failure { faults, ..Failure::validation(message) })
    }
}

impl Issue {
    /// Makes issues of the reason why there is no verdict: of every fault of the documents, or the failure itself if it is about none.
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

/// Returns the code of a failure that AWS's name stands for.
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

/// Makes one fault of those that every statement has because the document is of another kind.
fn of_wrong_kind(document: &Document, misfits: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let about_principals =
        |fault: &Diagnostic| matches!(fault.code, Code::MissingPrincipal | Code::UnsupportedPrincipal);
    let (kind, others): (Vec<_>, Vec<_>) = misfits.into_iter().partition(about_principals);
    let count = document.statements.len();
    match kind.as_slice() {
        [first, _, ..] if kind.len() == count => {
            let one = first.clone().with_label(format!("the first of {count} statements, and all are alike"));
            std::iter::once(one).chain(others).collect()
        }
        _ => kind.into_iter().chain(others).collect(),
    }
}
