//! A policy document wherever it stands: bare, or inside an answer of the AWS CLI, as an object, as JSON text or
//! URL-encoded.
//!
//! Documents are recognised by what they are (an object with `Statement`), not by the command that printed them, so
//! that services nobody thought of work too. A text that does not hold together is only taken for a policy where the
//! name of its member says that it should be one.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::limits::InputLimits;
use crate::policy::json::{self, Json, JsonValue};
use crate::policy::parse::document;
use crate::policy::pointer::escape;
use crate::policy::{Document, Parsed};
use crate::span::{Source, Span};

/// The members in which AWS's answers carry policy documents.
const DOCUMENT_MEMBERS: [&str; 15] = [
    "AccessPolicies",
    "AssumeRolePolicyDocument",
    "Content",
    "Document",
    "InlinePolicy",
    "Policy",
    "PolicyDocument",
    "PolicyInJson",
    "PolicyText",
    "ResourcePolicy",
    "document",
    "policy",
    "policyDocument",
    "policyText",
    "resourcePolicy",
];

/// How many places of a file with several policies are shown; all are counted.
const SHOWN: usize = 12;

/// What came out of reading a file.
#[derive(Clone, Debug)]
pub struct Read {
    /// The text that the spans point into: the file, or the document that stood in it as a text.
    pub source: Source,
    /// The document, if there were no errors.
    pub document: Option<Document>,
    /// Everything noticed, errors and warnings, by place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Read {
    fn parsed(source: &Source, parsed: Parsed) -> Read {
        Read { source: source.clone(), document: parsed.document, diagnostics: parsed.diagnostics }
    }

    /// The same under another name: what was called `from`, or something in it, is called `to` instead. The text and the
    /// statements are shared.
    ///
    /// ```
    /// use iamsat::{limits::InputLimits, policy::read, span::Source};
    /// let text = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    /// let read = read(&Source::new("new", text), &InputLimits::default()).renamed("new", "old");
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

    fn failed(source: &Source, diagnostics: Vec<Diagnostic>) -> Read {
        Read { source: source.clone(), document: None, diagnostics }
    }
}

/// Reads the one policy document of a file: the file itself, or the only one in an answer of the AWS CLI.
///
/// A document that stands in the file as a text becomes a source of its own, called `FILE#POINTER`.
///
/// ```
/// use iamsat::{limits::InputLimits, policy::read, span::Source};
/// let answer = r#"{"Policy": "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}"}"#;
/// let read = read(&Source::new("bucket.json", answer), &InputLimits::default());
/// assert_eq!(read.document.unwrap().source.name(), "bucket.json#/Policy");
/// ```
pub fn read(source: &Source, limits: &InputLimits) -> Read {
    match decoded(source.text()) {
        Some(text) => {
            let name = format!("{} (URL-decoded)", source.name());
            within(&source.decoded(name, text, Span::new(0, source.text().len())), limits)
        }
        None => within(source, limits),
    }
}

fn within(source: &Source, limits: &InputLimits) -> Read {
    let (json, mut faults) = match json::parse(source.text(), limits) {
        Ok(tree) => tree,
        Err(diagnostics) => return Read::failed(source, diagnostics),
    };
    let bare = |faults| Read::parsed(source, document(source, &json, String::new(), faults, limits));
    if json.member("Statement").is_some() {
        return bare(faults);
    }
    let found = find_all(&json, limits);
    match found.as_slice() {
        [] if resembles_policy(&json) => bare(faults),
        [] => {
            faults.push(no_policy(&json));
            Read::failed(source, faults)
        }
        [one] => match &one.text {
            None => Read::parsed(source, document(source, one.json, one.pointer.clone(), faults, limits)),
            // A document that is a text has a source of its own, where these faults have no place.
            Some(_) if !faults.is_empty() => Read::failed(source, faults),
            Some(text) => {
                let name = match one.pointer.as_str() {
                    "" => format!("{} (unquoted)", source.name()),
                    pointer => format!("{}#{pointer}", source.name()),
                };
                let source = source.decoded(name, text.as_str(), one.json.span);
                Read::parsed(&source, crate::policy::parse(&source, limits))
            }
        },
        several => {
            faults.push(several_policies(several));
            Read::failed(source, faults)
        }
    }
}

/// A policy document inside an answer.
pub(crate) struct Found<'j, 't> {
    /// Where it stands, as a JSON pointer.
    pub(crate) pointer: String,
    pub(crate) json: &'j Json<'t>,
    /// The document's text, if it stands there as a text.
    pub(crate) text: Option<String>,
}

/// Finds every policy document of an answer, in the order of the text.
pub(crate) fn find_all<'j, 't>(json: &'j Json<'t>, limits: &InputLimits) -> Vec<Found<'j, 't>> {
    let mut found = Vec::new();
    search(json, "", "", limits, &mut found);
    found
}

fn search<'j, 't>(
    json: &'j Json<'t>,
    pointer: &str,
    name: &str,
    limits: &InputLimits,
    found: &mut Vec<Found<'j, 't>>,
) {
    let named = pointer.is_empty() || DOCUMENT_MEMBERS.contains(&name);
    match &json.kind {
        JsonValue::Object(members) => {
            let statement = json.member("Statement").map(|m| &m.value.kind);
            let is_policy = matches!(statement, Some(JsonValue::Object(_) | JsonValue::Array(_)));
            if is_policy || (named && !pointer.is_empty() && resembles_policy(json)) {
                found.push(Found { pointer: pointer.to_owned(), json, text: None });
                return;
            }
            for member in members {
                let inner = format!("{pointer}/{}", escape(&member.key));
                search(&member.value, &inner, &member.key, limits, found);
            }
        }
        JsonValue::Array(list) => {
            for (index, element) in list.iter().enumerate() {
                search(element, &format!("{pointer}/{index}"), name, limits, found);
            }
        }
        JsonValue::String(text) => {
            let text = match decoded(text) {
                Some(decoded) => decoded,
                None => text.clone(),
            };
            let is_policy = text.trim_start().starts_with('{')
                && match json::tree(&text, limits) {
                    Ok((inner, _)) => {
                        inner.member("Statement").is_some() || (named && resembles_policy(&inner))
                    }
                    Err(_) => named,
                };
            if is_policy {
                found.push(Found { pointer: pointer.to_owned(), json, text: Some(text) });
            }
        }
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => {}
    }
}

/// Returns true if an object without `Statement` was probably meant as a policy, so that its own faults are worth telling.
fn resembles_policy(json: &Json<'_>) -> bool {
    match &json.kind {
        JsonValue::Object(members) => {
            members.is_empty()
                || members.iter().any(|m| {
                    let key = m.key.to_ascii_lowercase();
                    key == "version" || key == "statement" || key == "statements" || key == "effect"
                })
        }
        JsonValue::Array(_) | JsonValue::String(_) => false,
        _ => true,
    }
}

/// The text without its URL encoding, if it is a JSON object in URL encoding.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.starts_with('%') {
        return None;
    }
    let plain = percent_encoding::percent_decode_str(text).decode_utf8().ok()?;
    plain.trim_start().starts_with('{').then(|| plain.into_owned())
}

fn no_policy(json: &Json<'_>) -> Diagnostic {
    let start = json.span.start as usize;
    Diagnostic::error(Code::NoPolicy, "there is no policy in this file", Span::new(start, start + 1))
        .with_label("neither a policy document nor an answer of the AWS CLI that holds one")
        .with_help("a policy document is an object with `Statement`")
}

fn several_policies(found: &[Found<'_, '_>]) -> Diagnostic {
    let span = found.first().map_or(Span::default(), |f| {
        let start = f.json.span.start as usize;
        Span::new(start, start + 1)
    });
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
    .with_help(format!("give each its own file; they stand at\n{}", pointers.join("\n")))
}
