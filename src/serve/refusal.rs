//! The errors of operations, with AWS's names.

use crate::code::Code;
use crate::diagnostic::Severity;
use crate::report::{Failure, Fault, json};
use serde_json::{Map, Value};

/// The largest number of faults that a message spells out; the member `diagnostics` has all.
const TOLD: usize = 3;

/// The faults of texts that are not JSON.
const NOT_JSON: [Code; 3] = [Code::InvalidJson, Code::EmptyDocument, Code::InvalidString];

/// The reason why an operation gives no answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    /// AWS's name of the error.
    pub(super) code: &'static str,
    pub(super) message: String,
    /// The reason of a ValidationException.
    pub(super) reason: Option<&'static str>,
    /// The parts of the request that are at fault: name and message.
    pub(super) fields: Vec<(String, String)>,
    /// Members that AWS's clients ignore.
    pub(super) extra: Vec<(String, Value)>,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Refusal {
        let (message, fields, extra) = (message.into(), Vec::new(), Vec::new());
        Refusal { status, code, message, reason: None, fields, extra }
    }

    /// Makes the error for a request that is not in the form of the operation.
    pub(super) fn unreadable(message: impl Into<String>) -> Refusal {
        let reason = Some("cannotParse");
        Refusal { reason, ..Refusal::new(400, "ValidationException", message) }
    }

    /// Makes the error for a member with an invalid value.
    pub(super) fn invalid(member: &str, message: impl Into<String>) -> Refusal {
        let message = message.into();
        let fields = vec![(member.to_owned(), message.clone())];
        let reason = Some("fieldValidationFailed");
        Refusal { reason, fields, ..Refusal::new(400, "ValidationException", message) }
    }

    /// Makes the error for a request that AWS would answer and this program does not.
    pub(super) fn not_supported(message: impl Into<String>) -> Refusal {
        Refusal { reason: Some("notSupported"), ..Refusal::new(400, "ValidationException", message) }
    }

    /// Makes the error for a request as a whole that is too large or too slow.
    pub(super) fn other(message: impl Into<String>) -> Refusal {
        Refusal { reason: Some("other"), ..Refusal::new(400, "ValidationException", message) }
    }

    /// Makes the error for a query that could not be decided: final at once for every client.
    pub(super) fn undecided(message: impl Into<String>) -> Refusal {
        Refusal::new(400, "InvalidParameterException", message)
    }

    /// Makes the error for a path or an action of no operation.
    pub(super) fn unknown_operation() -> Refusal {
        let message = "iamsat serves no such operation; `iamsat guide server` lists those that it serves";
        Refusal::new(404, "UnknownOperationException", message)
    }

    /// Makes the error for something that a request names and that does not exist.
    pub(super) fn not_found(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal::new(404, code, message)
    }

    /// Makes the error for something that exists already.
    pub(super) fn conflict(message: impl Into<String>) -> Refusal {
        Refusal::new(409, "ConflictException", message)
    }

    /// Makes the error of services whose errors all have status 400.
    pub(super) fn bad_request(code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal::new(400, code, message)
    }

    /// Makes the error for a fault of this program. No client sends such a request again.
    pub(super) fn internal(message: impl Into<String>) -> Refusal {
        Refusal::new(501, "InternalFailure", message)
    }

    /// Adds a member that AWS's clients ignore.
    #[must_use]
    pub(super) fn with(mut self, name: &str, value: Value) -> Refusal {
        self.extra.push((name.to_owned(), value));
        self
    }

    /// Returns the body in JSON.
    pub(super) fn json(&self) -> Value {
        let mut members = Map::new();
        members.insert("__type".to_owned(), self.code.into());
        members.insert("message".to_owned(), self.message.as_str().into());
        if let Some(reason) = self.reason {
            members.insert("reason".to_owned(), reason.into());
        }
        if !self.fields.is_empty() {
            let field =
                |(name, message): &(String, String)| serde_json::json!({"name": name, "message": message});
            members.insert("fieldList".to_owned(), self.fields.iter().map(field).collect());
        }
        for (name, value) in &self.extra {
            members.entry(name.as_str()).or_insert_with(|| value.clone());
        }
        Value::Object(members)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Refusal {
        if failure.is_internal() {
            return Refusal::internal(failure.message);
        }
        if failure.open.is_some() {
            return Refusal::undecided(failure.message);
        }
        let errors = || failure.faults.iter().filter(|fault| fault.diagnostic.severity == Severity::Error);
        let mut message = failure.message.clone();
        for (place, fault) in errors().take(TOLD).enumerate() {
            message.push_str(if place == 0 { ": " } else { "; " });
            message.push_str(&told(fault));
        }
        let is_json = errors().all(|fault| NOT_JSON.contains(&fault.diagnostic.code));
        let mut refusal = Refusal::other(message);
        refusal.reason = Some(match () {
            () if errors().next().is_none() => "other",
            () if is_json => "cannotParse",
            () => "fieldValidationFailed",
        });
        refusal.fields = errors().map(|fault| (fault.source.name().to_owned(), told(fault))).collect();
        let view = json::failure(&failure);
        match view.pointer("/error/diagnostics") {
            Some(diagnostics) => refusal.with("diagnostics", diagnostics.clone()),
            None => refusal,
        }
    }
}

/// Writes a fault with its place.
fn told(fault: &Fault) -> String {
    let place = fault.source.position(fault.diagnostic.span.range().start);
    format!("{} (line {}, column {})", fault.diagnostic.message, place.line, place.column)
}
