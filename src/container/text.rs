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
    Content::Text { read: parse(&source, limits).into(), origin }
}

/// The content of a string that holds half of a surrogate pair: a place with a fault.
pub(super) fn unsound(file: &Source, span: Span) -> Content {
    let message = "the string holds half of a surrogate pair, which is not a character";
    faulty(file, vec![Diagnostic::error(Code::InvalidString, message, span)])
}

/// A place with faults and no document.
pub(super) fn faulty(file: &Source, diagnostics: Vec<Diagnostic>) -> Content {
    Content::Text { read: Read::failed(file.clone(), diagnostics), origin: Origin::Written }
}

/// Returns true if a text may be a policy, or may have one in it: JSON, URL-encoded or not, or YAML, with a `Statement` and
/// an `Effect`.
pub(super) fn looks_like_policy(text: &str) -> bool {
    let start = text.trim_start();
    let is_json = start.starts_with(['{', '[', '%']);
    mentions_policy(start) && (is_json || has_key(start, "Statement"))
}

/// Returns true if a word is a key somewhere in a text of YAML, in block or in flow style, in quotes or not.
fn has_key(text: &str, word: &str) -> bool {
    let mut rest = text;
    let mut before = None;
    while let Some((skipped, after)) = rest.split_once(word) {
        let last = skipped.chars().next_back().or(before);
        let starts = last.is_none_or(|last| last.is_whitespace() || "{,[\"'".contains(last));
        if starts && after.trim_start_matches(['"', '\'']).trim_start().starts_with(':') {
            return true;
        }
        (rest, before) = (after, word.chars().next_back());
    }
    false
}

/// Returns true if the words of a policy stand in a text, in whatever notation. Letters that are written as escapes may be
/// those of any word.
pub(super) fn mentions_policy(text: &str) -> bool {
    (text.contains("Statement") && text.contains("Effect")) || has_escaped_letter(text)
}

/// Returns true if a letter stands as a JSON escape: no writer does that, but every reader understands it.
fn has_escaped_letter(text: &str) -> bool {
    text.match_indices("\\u00").any(|(at, found)| {
        text.as_bytes().get(at + found.len()).is_some_and(|digit| matches!(digit, b'4'..=b'7'))
    })
}

#[cfg(test)]
mod tests {
    use super::looks_like_policy;

    #[test]
    fn policies_are_told_in_every_notation() {
        for policy in [
            r#"{"Statement":[{"Effect":"Allow"}]}"#,
            r#" [{"Statement":{"Effect":"Allow"}}]"#,
            r#"{"template":"{\"Statement\":[{\"Effect\":\"Allow\"}]}"}"#,
            r#"{"\u0053tatement":[{"Effect":"Allow"}]}"#,
            "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%7D%7D",
            "Resources:\n  P:\n    PolicyDocument:\n      Statement:\n      - Effect: Allow\n",
            "P: {PolicyDocument: {Version: '2012-10-17', Statement: {Effect: Allow}}}",
            "P: {'Statement' : [{'Effect': Allow}]}",
            "P: {Version: '2012-10-17',Statement: [{Effect: Allow}]}",
        ] {
            assert!(looks_like_policy(policy), "{policy}");
        }
        for other in [
            "",
            "{}",
            r#"{"Statement":"monthly"}"#,
            "The Statement has an Effect: see below.",
            "SomeStatement: the Effect of Statements: none",
            r#"{"pattern":"\u003ca\u003e"}"#,
        ] {
            assert!(!looks_like_policy(other), "{other}");
        }
    }
}
