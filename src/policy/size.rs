//! Bounds the length of the texts of a document and their total number of wildcards, because later steps hold them in forms that
//! take more memory.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::limits::InputLimits;
use crate::policy::json::{Json, JsonValue};

/// Returns the faults of a document that is too large, in the order of the text.
pub(crate) fn faults(json: &Json<'_>, limits: &InputLimits) -> Vec<Diagnostic> {
    let mut bounds = Bounds { limits, wildcards: limits.wildcards, faults: Vec::new() };
    bounds.look(json);
    bounds.faults
}

struct Bounds<'l> {
    limits: &'l InputLimits,
    /// The number of further wildcards that are allowed.
    wildcards: usize,
    faults: Vec<Diagnostic>,
}

impl Bounds<'_> {
    fn look(&mut self, json: &Json<'_>) {
        match &json.kind {
            JsonValue::Null | JsonValue::Bool(_) => {}
            JsonValue::Number(text) => self.text(text, json),
            JsonValue::String(text) => self.text(text, json),
            JsonValue::Array(list) => list.iter().for_each(|element| self.look(element)),
            JsonValue::Object(members) => members.iter().for_each(|member| self.look(&member.value)),
        }
    }

    fn text(&mut self, text: &str, json: &Json<'_>) {
        if text.len() > self.limits.value {
            let message = format!("a text is longer than {} bytes", self.limits.value);
            self.fault(
                Diagnostic::error(Code::TextTooLong, message, json.span)
                    .with_help("this text alone is longer than any policy that AWS accepts"),
            );
            return;
        }
        let count = memchr::memchr3_iter(b'*', b'?', b'$', text.as_bytes()).count();
        match self.wildcards.checked_sub(count) {
            Some(left) => self.wildcards = left,
            None if self.wildcards > 0 => {
                self.wildcards = 0;
                let message =
                    format!("the document has more than {} wildcards and variables", self.limits.wildcards);
                self.fault(Diagnostic::error(Code::TooManyWildcards, message, json.span));
            }
            None => {}
        }
    }

    fn fault(&mut self, fault: Diagnostic) {
        if self.faults.len() < self.limits.faults {
            self.faults.push(fault);
        }
    }
}
