//! Reads a policy document from a file: bare, or inside an answer of the AWS CLI as an object, as JSON text or URL-encoded.
//!
//! Documents are recognised by their form (an object with `Statement`), not by the command that printed them, so answers of any
//! service work. A part that looks like a policy and cannot be read is an error of the whole file: an unread part is never
//! counted as harmless.

mod encoded;
mod find;
mod resemblance;

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::limits::InputLimits;
use crate::policy::json::{self, Json};
use crate::policy::parse::document;
use crate::policy::{Document, ParseError, Rendered};
use crate::span::{Source, Span};
pub(crate) use encoded::decoded;
use encoded::plain;
use find::Found;
pub(crate) use find::find_all;
use resemblance::resembles_policy;
use std::sync::Arc;

/// The number of places shown for a file with several policies; all are counted.
const SHOWN: usize = 12;

/// A text with its document or its faults, for callers that report several texts together.
///
/// ```
/// use iamsat::policy::{Read, read};
/// use iamsat::{Source, limits::InputLimits};
/// let read = Read::from(read(&Source::new("p.json", "{"), &InputLimits::default()));
/// assert!(read.document.is_none());
/// assert_eq!((read.source.name(), read.diagnostics.len()), ("p.json", 1));
/// ```
#[derive(Clone, Debug)]
pub struct Read {
    /// The text that spans point into: the file, or the document inside it.
    pub source: Source,
    /// The document, if there were no errors.
    pub document: Option<Document>,
    /// Errors and warnings, by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The text as JSON, if the source holds it in another notation.
    pub rendered: Option<Arc<Rendered>>,
}

impl From<Result<Document, ParseError>> for Read {
    fn from(result: Result<Document, ParseError>) -> Read {
        match result {
            Ok(document) => Read {
                source: document.source.clone(),
                diagnostics: document.warnings.clone(),
                document: Some(document),
                rendered: None,
            },
            Err(error) => Read::failed(error.source, error.diagnostics),
        }
    }
}

impl Read {
    /// Returns the result for a text without a document.
    pub(crate) fn failed(source: Source, diagnostics: Vec<Diagnostic>) -> Read {
        Read { source, document: None, diagnostics, rendered: None }
    }

    /// Returns the same under another name: `from`, or a name inside it, is replaced by `to`. The text and the statements are
    /// shared.
    ///
    /// ```
    /// use iamsat::{Source, limits::InputLimits, policy::{Read, read}};
    /// let text = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    /// let read = Read::from(read(&Source::new("new", text), &InputLimits::default())).renamed("new", "old");
    /// assert_eq!(read.document.unwrap().source.name(), "old");
    /// ```
    #[must_use]
    pub fn renamed(&self, from: &str, to: &str) -> Read {
        let mut read = self.clone();
        for source in std::iter::once(&mut read.source).chain(read.document.as_mut().map(|d| &mut d.source)) {
            *source = source.renamed(from, to);
        }
        read
    }
}

/// Reads the only policy document of a file: the file itself, or the only one in an answer of the AWS CLI.
///
/// A document inside a JSON string becomes a source of its own, named `FILE#POINTER`.
///
/// ```
/// use iamsat::{Source, limits::InputLimits, policy::read};
/// let answer = r#"{"Policy": "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}"}"#;
/// let policy = read(&Source::new("bucket.json", answer), &InputLimits::default())?;
/// assert_eq!(policy.source.name(), "bucket.json#/Policy");
/// # Ok::<(), iamsat::ParseError>(())
/// ```
///
/// # Errors
/// The file contains no policy, several, or a part that looks like one but cannot be read.
pub fn read(source: &Source, limits: &InputLimits) -> Result<Document, ParseError> {
    match plain(source.text()) {
        Some((text, how)) => {
            let name = format!("{} ({how})", source.name());
            within(&source.decoded(name, text, Span::new(0, source.text().len())), limits)
        }
        None => within(source, limits),
    }
}

fn within(source: &Source, limits: &InputLimits) -> Result<Document, ParseError> {
    let failed = |diagnostics| Err(ParseError::new(source, diagnostics));
    let (json, mut faults) = match json::parse(source.text(), limits) {
        Ok(tree) => tree,
        Err(diagnostics) => return failed(diagnostics),
    };
    let bare = |faults| document(source, &json, String::new(), faults, limits);
    if json.member("Statement").is_some() {
        return bare(faults);
    }
    let found = find_all(&json, limits);
    match found.policies.as_slice() {
        [] if resembles_policy(&json) => bare(faults),
        [one] if found.unread.is_empty() => only(source, one, faults, limits),
        policies => {
            match policies {
                [] if found.unread.is_empty() => faults.push(no_policy(source.text(), &json)),
                // A single policy is rejected with the rest of the file, which would otherwise count as harmless.
                [] | [_] => {}
                several => faults.push(several_policies(source.text(), several)),
            }
            faults.extend(found.unread);
            failed(faults)
        }
    }
}

/// Returns the text that a file holds as its policy, with or without faults, as a part of a source: the whole file, or the only
/// policy in an answer of the AWS CLI.
pub fn policy_text(source: &Source, limits: &InputLimits) -> (Source, Span) {
    let all = |source: Source| {
        let span = Span::new(0, source.text().len());
        (source, span)
    };
    let source = match plain(source.text()) {
        Some((text, how)) => {
            let name = format!("{} ({how})", source.name());
            source.decoded(name, text, Span::new(0, source.text().len()))
        }
        None => source.clone(),
    };
    let inner = {
        let Ok((json, _)) = json::tree(source.text(), limits) else { return all(source) };
        if json.member("Statement").is_some() {
            return all(source);
        }
        let found = find_all(&json, limits);
        let [one] = found.policies.as_slice() else { return all(source) };
        (one.pointer.clone(), one.json.span, one.text.clone())
    };
    match inner {
        (pointer, span, None) => (source.named(format!("{}#{pointer}", source.name())), span),
        (pointer, span, Some(text)) => {
            all(source.decoded(format!("{}#{pointer}", source.name()), text, span))
        }
    }
}

/// Reads the only policy of a file.
fn only(
    source: &Source,
    one: &Found<'_, '_>,
    faults: Vec<Diagnostic>,
    limits: &InputLimits,
) -> Result<Document, ParseError> {
    match &one.text {
        None => document(source, one.json, one.pointer.clone(), faults, limits),
        // A document inside a string has a source of its own, in which these faults have no place.
        Some(_) if !faults.is_empty() => Err(ParseError::new(source, faults)),
        Some(text) => {
            let name = match one.pointer.as_str() {
                "" => format!("{} (unquoted)", source.name()),
                pointer => format!("{}#{pointer}", source.name()),
            };
            crate::policy::parse(&source.decoded(name, text.as_str(), one.json.span), limits)
        }
    }
}

fn no_policy(text: &str, json: &Json<'_>) -> Diagnostic {
    let place = json.span.first_character(text);
    Diagnostic::error(Code::NoPolicy, "this file holds no policy", place)
        .with_label("neither a policy document nor an answer of the AWS CLI that holds one")
        .with_help("a policy document is an object with `Statement`")
}

fn several_policies(text: &str, found: &[Found<'_, '_>]) -> Diagnostic {
    let span = found.first().map_or(Span::default(), |found| found.json.span.first_character(text));
    let mut pointers: Vec<String> = found.iter().take(SHOWN).map(|f| f.pointer.clone()).collect();
    if found.len() > SHOWN {
        pointers.push(format!("and {} more", found.len() - SHOWN));
    }
    Diagnostic::error(
        Code::SeveralPolicies,
        format!("the file holds {} policies, not one", found.len()),
        span,
    )
    .with_label("the first of them")
    .with_help(format!("give each policy its own file; they are at\n{}", pointers.join("\n")))
}
