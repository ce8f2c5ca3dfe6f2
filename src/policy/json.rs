//! JSON with places: a tree in which every key and value has its span.
//!
//! serde_json checks the syntax of the whole text without recursion. Then one pass over the text builds the tree with the spans
//! of values and keys, and finds duplicate keys. Only the depth of that pass needs a bound.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::hash::TextMap;
use crate::index::broken;
use crate::limits::InputLimits;
use crate::policy::json_scan::Cursor;
use crate::policy::syntax_fault::syntax_fault;
use crate::span::Span;
use serde::de::{Deserializer, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A JSON value with its place.
#[derive(Clone, Debug)]
pub(crate) struct Json<'t> {
    pub(crate) span: Span,
    pub(crate) kind: JsonValue<'t>,
}

/// The kind of a JSON value.
#[derive(Clone, Debug)]
pub(crate) enum JsonValue<'t> {
    Null,
    Bool(bool),
    /// The source text of a number.
    Number(&'t str),
    String(Cow<'t, str>),
    Array(Vec<Json<'t>>),
    Object(Vec<Member<'t>>),
}

/// One member of an object.
#[derive(Clone, Debug)]
pub(crate) struct Member<'t> {
    pub(crate) key: Cow<'t, str>,
    pub(crate) key_span: Span,
    pub(crate) value: Json<'t>,
}

impl<'t> Json<'t> {
    /// Its kind in words.
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

    /// Returns the member with this key.
    pub(crate) fn member(&self, key: &str) -> Option<&Member<'t>> {
        match &self.kind {
            JsonValue::Object(members) => members.iter().find(|m| m.key == key),
            _ => None,
        }
    }
}

/// Returns the tree of a text, together with faults that do not prevent it from being read as a document, such as duplicate keys.
pub(crate) fn parse<'t>(
    text: &'t str,
    limits: &InputLimits,
) -> Result<(Json<'t>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let (json, faults) = tree(text, limits)?;
    // If a part was skipped, elements may seem to be missing, which is not a fault of the document.
    if faults.iter().any(|fault| [TOO_DEEP, TOO_MANY].contains(&fault.code)) {
        return Err(faults);
    }
    Ok((json, faults))
}

/// Up to this many members of an object are compared one by one.
const SET_THRESHOLD: usize = 16;

/// The codes of faults for which a part of the text is skipped.
const TOO_DEEP: Code = Code::NestedTooDeeply;
const TOO_MANY: Code = Code::TooManyMembers;

/// Returns the tree of a text, even if parts of it were skipped.
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
    Ok(read(text, raw.get(), limits))
}

/// Returns the text of the whole value, if the text is JSON within the limits.
pub(super) fn whole<'t>(text: &'t str, limits: &InputLimits) -> Option<&'t str> {
    let body = without_mark(text);
    let raw = (text.len() <= limits.bytes).then(|| serde_json::from_str::<&RawValue>(body).ok());
    raw.flatten().map(RawValue::get)
}

/// Returns the first element of an array that passes the test, with its index.
pub(super) fn element_where(part: &str, test: impl Fn(&str) -> bool) -> Option<(usize, &str)> {
    let mut cursor = Cursor::new(part, 0);
    cursor.enter();
    let elements = std::iter::from_fn(|| cursor.goes_on().then(|| cursor.skip()));
    elements.enumerate().find(|(_, element)| test(element))
}

/// Returns the key and value of the first member of an object whose key or value passes the test.
pub(super) fn member_where(part: &str, test: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
    let mut cursor = Cursor::new(part, 0);
    cursor.enter();
    let mut members = std::iter::from_fn(|| cursor.goes_on().then(|| (cursor.key(), cursor.skip())));
    members.find(|(key, value)| test(key) || test(value))
}

/// Returns the text without a byte order mark at its start.
fn without_mark(text: &str) -> &str {
    match text.strip_prefix('\u{feff}') {
        Some(body) => body,
        None => text,
    }
}

/// Returns the text of a JSON string, with a replacement character for half of a surrogate pair.
pub(crate) fn lossy(part: &str) -> String {
    match serde_json::Deserializer::from_str(part).deserialize_bytes(Lossy) {
        Ok(text) => text,
        Err(_) => broken("the syntax of a string was checked with the text around it"),
    }
}

/// Returns the span of a part of a text.
pub(crate) fn span(text: &str, part: &str) -> Span {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    Span::new(start, start + part.len())
}

/// Returns the tree of a part of a text whose syntax was checked before; spans point into the whole text.
pub(crate) fn part_of<'t>(
    text: &'t str,
    part: &'t str,
    limits: &InputLimits,
) -> Option<(Json<'t>, Vec<Diagnostic>)> {
    let raw: &RawValue = serde_json::from_str(part).ok()?;
    Some(read(text, raw.get(), limits))
}

/// Returns the tree of a part of a text whose syntax was checked before.
fn read<'t>(text: &'t str, part: &str, limits: &InputLimits) -> (Json<'t>, Vec<Diagnostic>) {
    let cursor = Cursor::new(text, span(text, part).range().start);
    let mut reader = Reader { cursor, limits, faults: Vec::new() };
    let json = reader.value(0);
    (json, reader.faults)
}

struct Reader<'t, 'l> {
    cursor: Cursor<'t>,
    limits: &'l InputLimits,
    faults: Vec<Diagnostic>,
}

impl<'t> Reader<'t, '_> {
    fn fault(&mut self, fault: impl FnOnce() -> Diagnostic) {
        if self.faults.len() < self.limits.faults {
            self.faults.push(fault());
        }
    }

    /// Reads the next value.
    fn value(&mut self, depth: usize) -> Json<'t> {
        let first = self.cursor.peek();
        let start = self.cursor.offset();
        let kind = match first {
            Some(b'{' | b'[') if depth >= self.limits.depth => {
                self.cursor.skip();
                let message = format!("nested more than {} levels deep", self.limits.depth);
                let span = self.since(start);
                self.fault(|| Diagnostic::error(TOO_DEEP, message, span));
                JsonValue::Null
            }
            Some(b'{') => match self.bounded(|reader| reader.members(depth)) {
                Some(members) => JsonValue::Object(members),
                None => JsonValue::Object(Vec::new()),
            },
            Some(b'[') => match self.bounded(|reader| reader.elements(depth)) {
                Some(elements) => JsonValue::Array(elements),
                None => JsonValue::Null,
            },
            Some(b'"') => JsonValue::String(self.string()),
            Some(b't') => self.word(JsonValue::Bool(true)),
            Some(b'f') => self.word(JsonValue::Bool(false)),
            Some(b'n') => self.word(JsonValue::Null),
            Some(_) | None => JsonValue::Number(self.cursor.skip()),
        };
        Json { span: self.since(start), kind }
    }

    /// Returns the span from an offset to the current place.
    fn since(&self, start: usize) -> Span {
        Span::new(start, self.cursor.offset())
    }

    /// Skips a literal (`true`, `false`, `null`) that has this value.
    fn word(&mut self, value: JsonValue<'t>) -> JsonValue<'t> {
        self.cursor.skip();
        value
    }

    /// Reads a list of members. If there are too many, one fault replaces the faults within.
    fn bounded<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let (start, faults) = (self.cursor.offset(), self.faults.len());
        let members = read(self);
        if members.is_none() {
            self.faults.truncate(faults);
            let (span, most) = (self.since(start), self.limits.members);
            self.fault(|| Diagnostic::error(TOO_MANY, format!("more than {most} members"), span));
        }
        members
    }

    /// Reads an array; `None` if it has too many elements.
    fn elements(&mut self, depth: usize) -> Option<Vec<Json<'t>>> {
        let mut elements = Vec::new();
        let mut count = 0;
        self.cursor.enter();
        while self.cursor.goes_on() {
            count += 1;
            if count > self.limits.members {
                self.cursor.skip();
            } else {
                elements.push(self.value(depth + 1));
            }
        }
        (count <= self.limits.members).then_some(elements)
    }

    /// Reads an object; `None` if it has too many members.
    fn members(&mut self, depth: usize) -> Option<Vec<Member<'t>>> {
        let mut members: Vec<Member<'t>> = Vec::new();
        let mut count = 0;
        // The place of each name so far, once there are too many names to compare with each.
        let mut seen: TextMap<Cow<'t, str>, usize> = TextMap::default();
        self.cursor.enter();
        while self.cursor.goes_on() {
            count += 1;
            if count > self.limits.members {
                self.cursor.key();
                self.cursor.skip();
                continue;
            }
            let member = self.member(depth);
            let first = match members.len() < SET_THRESHOLD {
                true => members.iter().find(|other| other.key == member.key),
                false => {
                    let known = members.iter().enumerate().skip(seen.len());
                    seen.extend(known.map(|(place, member)| (member.key.clone(), place)));
                    seen.get(&member.key).and_then(|place| members.get(*place))
                }
            };
            match first {
                Some(first) => self.duplicate(first, &member),
                None => members.push(member),
            }
        }
        (count <= self.limits.members).then_some(members)
    }

    fn member(&mut self, depth: usize) -> Member<'t> {
        let start = self.cursor.offset();
        let key = self.string();
        let key_span = self.since(start);
        self.cursor.colon();
        Member { key, key_span, value: self.value(depth + 1) }
    }

    fn duplicate(&mut self, first: &Member<'t>, second: &Member<'t>) {
        self.fault(|| {
            let message = format!("the key `{}` occurs twice", second.key);
            Diagnostic::error(Code::DuplicateKey, message, second.key_span)
                .with_label("second occurrence")
                .with_related(first.key_span, "first occurrence")
                .with_help("merge the two: JSON readers disagree on which of them counts")
        });
    }

    fn string(&mut self) -> Cow<'t, str> {
        let start = self.cursor.offset();
        let part = self.cursor.skip();
        let inside = part.strip_prefix('"').and_then(|part| part.strip_suffix('"'));
        if let Some(plain) = inside.filter(|inside| !inside.as_bytes().contains(&b'\\')) {
            return Cow::Borrowed(plain);
        }
        match serde_json::from_str::<String>(part) {
            Ok(text) => Cow::Owned(text),
            // The syntax was checked before, but not the meaning of escapes.
            Err(_) => {
                let span = self.since(start);
                let message = "the string holds half of a surrogate pair, which is not a character";
                self.fault(|| Diagnostic::error(Code::InvalidString, message, span));
                // Half of a surrogate pair is replaced, so that the rest is still checked.
                Cow::Owned(lossy(part))
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// True if the tree agrees with the value that serde_json reads, and every value and key agrees with its own span.
    fn agrees(text: &str, json: &Json<'_>, value: &Value) -> bool {
        let at =
            |span: Span| text.get(span.range()).and_then(|part| serde_json::from_str::<Value>(part).ok());
        let same = match (&json.kind, value) {
            (JsonValue::Null, Value::Null) => true,
            (JsonValue::Bool(a), Value::Bool(b)) => a == b,
            (JsonValue::Number(a), Value::Number(_)) => {
                serde_json::from_str(a).is_ok_and(|a: Value| a == *value)
            }
            (JsonValue::String(a), Value::String(b)) => a == b,
            (JsonValue::Array(a), Value::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agrees(text, a, b))
            }
            (JsonValue::Object(a), Value::Object(b)) => {
                a.len() == b.len()
                    && a.iter().all(|a| {
                        at(a.key_span) == Some(Value::from(a.key.as_ref()))
                            && b.get(&*a.key).is_some_and(|b| agrees(text, &a.value, b))
                    })
            }
            _ => false,
        };
        same && at(json.span).as_ref() == Some(value)
    }

    /// Texts are made of JSON's tokens in any order.
    #[test]
    fn the_tree_is_what_the_json_reader_reads() {
        let pieces = [
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            " ",
            "\n",
            "\"a\"",
            "\"b\":",
            "{\"c\" : ",
            "-1.5",
            "1",
            "true",
            "false",
            "null",
            "\"\\\"}\\\\\"",
            "\"\\u00e9\u{e9}\"",
            "[]",
            "{}",
        ];
        let mut seed = 7u64;
        let mut below = |n: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % n
        };
        let mut found = 0;
        for _ in 0..300_000 {
            let text: String = (0..=below(9)).map(|_| pieces[below(pieces.len())]).collect();
            match (parse(&text, &InputLimits::default()), serde_json::from_str::<Value>(&text)) {
                (Ok((json, faults)), Ok(value)) => {
                    let is_plain = faults.is_empty() && agrees(&text, &json, &value);
                    assert!(
                        is_plain || faults.iter().all(|fault| fault.code == Code::DuplicateKey),
                        "{text}"
                    );
                    found += usize::from(is_plain && text.len() > 8);
                }
                (Err(_), Err(_)) => {}
                (tree, value) => panic!("{text}: {tree:?} {value:?}"),
            }
        }
        assert!(found > 1_000, "{found}");
    }

    /// A list with too many members is one fault, whatever else is wrong in it, and the text after it is read.
    #[test]
    fn too_many_members_are_passed_over() {
        let limits = InputLimits { members: 2, ..InputLimits::default() };
        let text = r#"[[1,{"a":1,"a":2},"\ud800"],{"b":[],"c":{},"b":3}]"#;
        let (json, faults) = tree(text, &limits).unwrap();
        let places: Vec<_> =
            faults.iter().map(|fault| (fault.code, text.get(fault.span.range()).unwrap())).collect();
        let (list, object) = (r#"[1,{"a":1,"a":2},"\ud800"]"#, r#"{"b":[],"c":{},"b":3}"#);
        assert_eq!(places, [(TOO_MANY, list), (TOO_MANY, object)]);
        let JsonValue::Array(elements) = json.kind else { panic!() };
        assert!(matches!(elements[0].kind, JsonValue::Null));
        assert!(matches!(&elements[1].kind, JsonValue::Object(members) if members.is_empty()));
    }
}
