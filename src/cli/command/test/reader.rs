//! Reads the parts of a file of tests, with all faults and their places.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::policy::{Json, JsonValue, Member, Rendered, closest};
use crate::report::Expected;
use crate::span::Span;
use std::collections::BTreeMap;

/// The expected answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    /// The outcome with exit code 0: proved.
    Pass,
    /// The outcome with exit code 1: there is a request.
    Fail,
    /// A decision about one request.
    Decision(Expected),
}

impl Expect {
    pub(super) fn name(self) -> &'static str {
        match self {
            Expect::Pass => "PASS",
            Expect::Fail => "FAIL",
            Expect::Decision(decision) => decision.name(),
        }
    }
}

/// Reads the parts of a file.
pub(super) struct Reader {
    /// The directory of the file, from which its paths start.
    pub(super) directory: std::path::PathBuf,
    /// The policies by name, each as an argument.
    pub(super) policies: BTreeMap<String, String>,
    pub(super) layers: Option<String>,
    pub(super) snapshot: Option<String>,
    pub(super) faults: Vec<Diagnostic>,
}

impl Reader {
    pub(super) fn fault(&mut self, message: impl Into<String>, span: Span) {
        self.faults.push(Diagnostic::error(Code::InvalidTest, message, span));
    }

    /// Reports a member that a part of the file does not have.
    pub(super) fn unknown(&mut self, member: &Member<'_>, of: &str, known: &[&str]) {
        let message = format!("`{}` is not a member of {of}", member.key);
        let fault = Diagnostic::error(Code::InvalidTest, message, member.key_span);
        self.faults.push(match closest(&member.key, known) {
            Some(name) => fault.with_help(format!("did you mean `{name}`?")),
            None => fault.with_help(format!("its members are {}", known.join(", "))),
        });
    }

    /// Returns the argument for a policy or a file: a document, the name of a policy, or a path from the directory of the file.
    pub(super) fn path(&mut self, json: &Json<'_>) -> Option<String> {
        match &json.kind {
            JsonValue::Object(_) => Some(Rendered::of(json).text().to_owned()),
            JsonValue::String(text) if text.trim_start().starts_with('{') => Some(text.to_string()),
            JsonValue::String(text) if text == "-" || text.trim().is_empty() => {
                self.fault(format!("`{text}` is not a file"), json.span);
                None
            }
            JsonValue::String(text) => match self.policies.get(&**text) {
                Some(argument) => Some(argument.clone()),
                None => {
                    let path = crate::cli::input::path_of(text);
                    Some(self.directory.join(path).to_string_lossy().into_owned())
                }
            },
            _ => {
                let message = format!("a policy is a name, a file or a document, not {}", json.describe());
                self.fault(message, json.span);
                None
            }
        }
    }

    /// Returns a text: a string, or a number or Boolean as it is written.
    pub(super) fn text(&mut self, what: &str, json: &Json<'_>) -> Option<String> {
        match &json.kind {
            JsonValue::String(text) => Some(text.to_string()),
            JsonValue::Number(text) => Some((*text).to_owned()),
            JsonValue::Bool(value) => Some(value.to_string()),
            _ => {
                self.fault(format!("{what} has to be a text, not {}", json.describe()), json.span);
                None
            }
        }
    }

    /// Returns a list of texts, or the only one.
    pub(super) fn texts(&mut self, what: &str, json: &Json<'_>) -> Vec<String> {
        match &json.kind {
            JsonValue::Array(list) => list.iter().filter_map(|one| self.text(what, one)).collect(),
            _ => self.text(what, json).into_iter().collect(),
        }
    }
}
