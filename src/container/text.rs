//! From a policy's text to its content.

use super::entry::{Content, Origin};
use super::pretty::laid_out;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::limits::InputLimits;
use crate::policy::{Read, decoded, parse};
use crate::span::{Source, Span};

/// Reads a policy that stands in a file as a text, URL-encoded or not. It becomes a source of its own, laid out on several
/// lines, called `FILE#NAME`. An empty text is no policy.
pub(super) fn content(
    file: &Source,
    name: &str,
    text: &str,
    span: Span,
    origin: Origin,
    limits: &InputLimits,
) -> Content {
    if text.trim().is_empty() {
        return Content::Absent;
    }
    let text = decoded(text).unwrap_or_else(|| text.to_owned());
    let source = file.decoded(format!("{}#{name}", file.name()), laid_out(&text), span);
    let parsed = parse(&source, limits);
    let read = Read { source, document: parsed.document, diagnostics: parsed.diagnostics };
    Content::Text { read, origin }
}

/// The content of a string that holds half of a surrogate pair: a place with a fault.
pub(super) fn unsound(file: &Source, span: Span) -> Content {
    let message = "the string holds half of a surrogate pair, which is no character";
    faulty(file, vec![Diagnostic::error(Code::InvalidString, message, span)])
}

/// A place with faults and no document.
pub(super) fn faulty(file: &Source, diagnostics: Vec<Diagnostic>) -> Content {
    let read = Read { source: file.clone(), document: None, diagnostics };
    Content::Text { read, origin: Origin::Written }
}

/// Returns true if a text is a policy document by its looks: an object with a `Statement` that has an `Effect`.
pub(super) fn looks_like_policy(text: &str) -> bool {
    let text = text.trim_start();
    let names =
        |text: &str| text.starts_with('{') && text.contains("\"Statement\"") && text.contains("\"Effect\"");
    names(text) || (text.starts_with('%') && decoded(text).is_some_and(|text| names(&text)))
}
