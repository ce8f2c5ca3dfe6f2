//! JSON with places: a tree in which every key and value knows its bytes.
//!
//! serde_json finds the structure; `RawValue` gives the bytes of every value, array element and key, and shows
//! duplicate keys. Skipping a raw value needs no recursion, so only our own descent has to be bounded.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::hash::TextMap;
use crate::index::broken;
use crate::limits::InputLimits;
use crate::policy::syntax_fault::syntax_fault;
use crate::span::Span;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A JSON value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Json<'t> {
    pub(crate) span: Span,
    pub(crate) kind: JsonValue<'t>,
}

/// What a JSON value is.
#[derive(Clone, Debug)]
pub(crate) enum JsonValue<'t> {
    Null,
    Bool(bool),
    /// The source text of a number.
    Number(&'t str),
    String(String),
    Array(Vec<Json<'t>>),
    Object(Vec<Member<'t>>),
}

/// One member of an object.
#[derive(Clone, Debug)]
pub(crate) struct Member<'t> {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) value: Json<'t>,
}

impl<'t> Json<'t> {
    /// What it is, in words.
    pub(crate) fn describe(&self) -> &'static str {
        match self.kind {
            JsonValue::Null => "null",
            JsonValue::Bool(_) => "a Boolean",
            JsonValue::Number(_) => "a number",
            JsonValue::String(_) => "a string",
            JsonValue::Array(_) => "an array",
            JsonValue::Object(_) => "an object",
        }
    }

    /// The member with this key.
    pub(crate) fn member(&self, key: &str) -> Option<&Member<'t>> {
        match &self.kind {
            JsonValue::Object(members) => members.iter().find(|m| m.key == key),
            _ => None,
        }
    }
}

/// The tree of a text, with the faults that do not keep it from being read as a document (duplicate keys and the like).
pub(crate) fn parse<'t>(
    text: &'t str,
    limits: &InputLimits,
) -> Result<(Json<'t>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let (json, faults) = tree(text, limits)?;
    // What was left out would be missed, which is no fault of the document.
    if faults.iter().any(|fault| [TOO_DEEP, TOO_MANY].contains(&fault.code)) {
        return Err(faults);
    }
    Ok((json, faults))
}

/// Members of an object that are looked at one by one.
const SET_THRESHOLD: usize = 16;

/// The codes of the faults that leave out a part of the text.
const TOO_DEEP: Code = Code::NestedTooDeeply;
const TOO_MANY: Code = Code::TooManyMembers;

/// The tree of a text, even where parts of it were left out.
pub(crate) fn tree<'t>(
    text: &'t str,
    limits: &InputLimits,
) -> Result<(Json<'t>, Vec<Diagnostic>), Vec<Diagnostic>> {
    // Spans hold offsets of 32 bits.
    if text.len() > limits.bytes.min(u32::MAX as usize) {
        let message = format!("the document is longer than {} bytes", limits.bytes);
        return Err(vec![Diagnostic::error(Code::DocumentTooLong, message, Span::new(0, 0))]);
    }
    let body = without_mark(text);
    if body.trim().is_empty() {
        let end = Span::new(text.len(), text.len());
        return Err(vec![Diagnostic::error(Code::EmptyDocument, "the document is empty", end)]);
    }
    let base = text.len() - body.len();
    let raw: &RawValue =
        serde_json::from_str(body).map_err(|error| vec![syntax_fault(text, base, &error)])?;
    let mut reader = Reader { text, limits, faults: Vec::new() };
    let json = reader.value(raw, 0);
    Ok((json, reader.faults))
}

/// The text of the whole value, if the text is JSON within the limits.
pub(super) fn whole<'t>(text: &'t str, limits: &InputLimits) -> Option<&'t str> {
    let body = without_mark(text);
    let raw = (text.len() <= limits.bytes).then(|| serde_json::from_str::<&RawValue>(body).ok());
    raw.flatten().map(RawValue::get)
}

/// The first element of an array that passes the test, with its index.
pub(super) fn element_where(part: &str, test: impl Fn(&str) -> bool) -> Option<(usize, &str)> {
    let elements = collect(part, Elements)?;
    elements.into_iter().map(RawValue::get).enumerate().find(|(_, element)| test(element))
}

/// Key and value of the first member of an object of which either passes the test.
pub(super) fn member_where(part: &str, test: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
    let members = collect(part, Members)?;
    members
        .into_iter()
        .map(|(key, value)| (key.get(), value.get()))
        .find(|(key, value)| test(key) || test(value))
}

/// The text after a byte order mark.
fn without_mark(text: &str) -> &str {
    match text.strip_prefix('\u{feff}') {
        Some(body) => body,
        None => text,
    }
}

/// The text of a JSON string, with a mark where half of a surrogate pair is missing.
pub(crate) fn lossy(part: &str) -> String {
    match serde_json::Deserializer::from_str(part).deserialize_bytes(Lossy) {
        Ok(text) => text,
        Err(_) => broken("the syntax of a string was checked with the text around it"),
    }
}

/// Where a part of a text stands in it.
pub(crate) fn span(text: &str, part: &str) -> Span {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    Span::new(start, start + part.len())
}

/// The tree of a part of a text that was checked for syntax before; spans point into the whole text.
pub(crate) fn part_of<'t>(
    text: &'t str,
    part: &'t str,
    limits: &InputLimits,
) -> Option<(Json<'t>, Vec<Diagnostic>)> {
    let raw: &RawValue = serde_json::from_str(part).ok()?;
    let mut reader = Reader { text, limits, faults: Vec::new() };
    let json = reader.value(raw, 0);
    Some((json, reader.faults))
}

struct Reader<'t, 'l> {
    text: &'t str,
    limits: &'l InputLimits,
    faults: Vec<Diagnostic>,
}

impl<'t> Reader<'t, '_> {
    fn span(&self, part: &str) -> Span {
        span(self.text, part)
    }

    fn fault(&mut self, code: Code, message: String, span: Span) {
        if self.faults.len() < self.limits.faults {
            self.faults.push(Diagnostic::error(code, message, span));
        }
    }

    fn value(&mut self, raw: &'t RawValue, depth: usize) -> Json<'t> {
        let part = raw.get();
        let span = self.span(part);
        let kind = match part.bytes().next() {
            Some(b'{' | b'[') if depth >= self.limits.depth => {
                self.fault(TOO_DEEP, format!("nested more than {} levels deep", self.limits.depth), span);
                JsonValue::Null
            }
            Some(b'{') => JsonValue::Object(self.object(part, depth)),
            Some(b'[') => {
                let elements = checked(collect(part, Elements));
                if self.too_many(elements.len(), span) {
                    JsonValue::Null
                } else {
                    JsonValue::Array(elements.into_iter().map(|e| self.value(e, depth + 1)).collect())
                }
            }
            Some(b'"') => JsonValue::String(self.string(part)),
            Some(b't') => JsonValue::Bool(true),
            Some(b'f') => JsonValue::Bool(false),
            Some(b'n') | None => JsonValue::Null,
            Some(_) => JsonValue::Number(part),
        };
        Json { span, kind }
    }

    fn object(&mut self, part: &'t str, depth: usize) -> Vec<Member<'t>> {
        let raw = checked(collect(part, Members));
        if self.too_many(raw.len(), self.span(part)) {
            return Vec::new();
        }
        let mut members: Vec<Member<'t>> = Vec::with_capacity(raw.len());
        // The names so far by their places, once there are too many to look at each of them.
        let mut seen: TextMap<String, usize> = TextMap::default();
        for (key, value) in raw {
            let key_span = self.span(key.get());
            let key = self.string(key.get());
            let value = self.value(value, depth + 1);
            let first = match members.len() < SET_THRESHOLD {
                true => members.iter().find(|member| member.key == key),
                false => {
                    let known = members.iter().enumerate().skip(seen.len());
                    seen.extend(known.map(|(place, member)| (member.key.clone(), place)));
                    seen.get(&key).and_then(|place| members.get(*place))
                }
            };
            match first {
                Some(first) => {
                    let first = first.key_span;
                    if self.faults.len() < self.limits.faults {
                        self.faults.push(
                            Diagnostic::error(
                                Code::DuplicateKey,
                                format!("the key `{key}` occurs twice"),
                                key_span,
                            )
                            .with_label("second occurrence")
                            .with_related(first, "first occurrence")
                            .with_help("merge the two: JSON readers disagree on which of them counts"),
                        );
                    }
                }
                None => members.push(Member { key, key_span, value }),
            }
        }
        members
    }

    fn too_many(&mut self, count: usize, span: Span) -> bool {
        let many = count > self.limits.members;
        if many {
            self.fault(TOO_MANY, format!("more than {} members", self.limits.members), span);
        }
        many
    }

    fn string(&mut self, part: &'t str) -> String {
        let inside = part.strip_prefix('"').and_then(|part| part.strip_suffix('"'));
        if let Some(plain) = inside.filter(|inside| !inside.contains('\\')) {
            return plain.to_owned();
        }
        match serde_json::from_str::<String>(part) {
            Ok(text) => text,
            // The syntax was looked at before; what escapes stand for was not.
            Err(_) => {
                let message = "the string holds half of a surrogate pair, which is no character";
                self.fault(Code::InvalidString, message.to_owned(), self.span(part));
                // With a mark where half of a pair is missing, so that the rest is still looked at.
                lossy(part)
            }
        }
    }
}

/// The parts of a value whose syntax was checked with the text around it.
fn checked<T>(parts: Option<T>) -> T {
    match parts {
        Some(parts) => parts,
        None => broken("the syntax of a value was checked with the text around it"),
    }
}

fn collect<'t, V: Visitor<'t>>(part: &'t str, visitor: V) -> Option<V::Value> {
    let mut deserializer = serde_json::Deserializer::from_str(part);
    deserializer.deserialize_any(visitor).ok()
}

struct Lossy;

impl Visitor<'_> for Lossy {
    type Value = String;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a string")
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<String, E> {
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }
}

struct Elements;

impl<'t> Visitor<'t> for Elements {
    type Value = Vec<&'t RawValue>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(elements)
    }
}

struct Members;

impl<'t> Visitor<'t> for Members {
    type Value = Vec<(&'t RawValue, &'t RawValue)>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}
