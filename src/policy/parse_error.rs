//! Texts that are not policies, and the way from a text to a policy that every Rust programmer knows.

use crate::diagnostic::{Diagnostic, Severity};
use crate::limits::InputLimits;
use crate::policy::{Document, parse};
use crate::span::Source;
use std::fmt;
use std::str::FromStr;

/// A text that is not a policy document, with every fault that it has.
///
/// Its text is a line for each fault, with the place in front.
///
/// ```
/// use iamsat::Document;
/// let text = "{\"Statement\": {\n  \"Effect\": \"allow\", \"Resource\": \"*\"}}";
/// let error = text.parse::<Document>().unwrap_err();
/// let text = error.to_string();
/// let [first, second] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
/// assert!(first.starts_with("policy:1:15: error[missing-action]: "), "{first}");
/// assert!(second.starts_with("policy:2:13: error[invalid-effect]: "), "{second}");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ParseError {
    /// The text that the places point into.
    pub source: Source,
    /// Errors and warnings, by place; at least one error.
    pub diagnostics: Vec<Diagnostic>,
}

impl ParseError {
    pub(crate) fn new(source: &Source, diagnostics: Vec<Diagnostic>) -> ParseError {
        ParseError { source: source.clone(), diagnostics }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.source.place_name();
        for (index, fault) in self.diagnostics.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            let at = self.source.position(fault.span.start as usize);
            let severity = match fault.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            write!(f, "{name}:{}:{}: {severity}[{}]: {}", at.line, at.column, fault.code, fault.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ParseError {}

/// Reads a policy document that is called `policy` in diagnostics. [`parse`] gives it another name or other bounds.
impl FromStr for Document {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Document, ParseError> {
        parse(&Source::new("policy", text), &InputLimits::default())
    }
}
