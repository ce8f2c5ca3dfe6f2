//! Values of a JSON text as slices: values that nobody needs are skipped and never built.
//!
//! A plan of 100 MB consists mostly of attributes that do not matter. serde_json checks the syntax of the whole text once; after
//! that, a value is a slice of it, and reading a member of an object keeps only the slices of the wanted members.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::policy::{Cursor, lossy, span_of};
use crate::span::Span;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A value of a JSON text that was checked for syntax.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raw<'t>(&'t str);

/// An error about an object that has a member twice.
pub(crate) type Fault = Box<Diagnostic>;

impl<'t> Raw<'t> {
    /// Returns the whole value of a text, if it is JSON.
    pub(crate) fn whole(text: &'t str) -> Option<Raw<'t>> {
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        serde_json::from_str::<&RawValue>(body).ok().map(|raw| Raw(raw.get()))
    }

    /// Returns the bytes of the value.
    pub(crate) fn text(self) -> &'t str {
        self.0
    }

    /// Returns its place in the text that contains it.
    pub(crate) fn span(self, text: &str) -> Span {
        span_of(text, self.0)
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    pub(crate) fn is_array(self) -> bool {
        self.0.starts_with('[')
    }

    pub(crate) fn is_null(self) -> bool {
        self.0 == "null"
    }

    pub(crate) fn is_true(self) -> bool {
        self.0 == "true"
    }

    /// Returns the text of a string, with a replacement character for half of a surrogate pair.
    pub(crate) fn string(self) -> Option<Cow<'t, str>> {
        let inside = self.0.strip_prefix('"')?.strip_suffix('"')?;
        Some(if inside.contains('\\') { Cow::Owned(lossy(self.0)) } else { Cow::Borrowed(inside) })
    }

    /// True if every escape of a string stands for a character; half of a surrogate pair does not.
    pub(crate) fn is_sound(self) -> bool {
        !self.0.contains("\\u") || serde_json::from_str::<String>(self.0).is_ok()
    }

    /// Returns the value as a text for a key in Terraform's addresses: a string as it is, a number by its digits.
    pub(crate) fn scalar(self) -> Option<Cow<'t, str>> {
        match self.0.bytes().next() {
            Some(b'"') => self.string(),
            Some(b'{' | b'[' | b'n') | None => None,
            Some(_) => Some(Cow::Borrowed(self.0)),
        }
    }

    /// Returns the members with these names.
    ///
    /// # Errors
    /// One of them occurs twice: readers disagree on which counts.
    pub(crate) fn fields<const N: usize>(
        self,
        text: &str,
        names: [&str; N],
    ) -> Result<[Option<Raw<'t>>; N], Fault> {
        let mut found = [None; N];
        if !self.is_object() {
            return Ok(found);
        }
        let mut twice = None;
        self.each_member(|key, value| {
            let place = names.iter().position(|name| *name == key);
            if let (Some(place), Some(slot)) = (place, place.and_then(|place| found.get_mut(place)))
                && slot.replace(value).is_some()
            {
                twice = twice.or(names.get(place).map(|name| (*name, value)));
            }
        });
        match twice {
            None => Ok(found),
            Some((name, value)) => Err(Box::new(
                Diagnostic::error(
                    Code::DuplicateKey,
                    format!("the key `{name}` occurs twice"),
                    value.span(text),
                )
                .with_help("merge the two: JSON readers disagree on which of them counts"),
            )),
        }
    }

    /// Returns the member with this name.
    ///
    /// # Errors
    /// It occurs twice.
    pub(crate) fn member(self, text: &str, name: &str) -> Result<Option<Raw<'t>>, Fault> {
        self.fields(text, [name]).map(|[member]| member)
    }

    /// Returns all members, in order; none if the value is not an object.
    pub(crate) fn members(self) -> Vec<(Cow<'t, str>, Raw<'t>)> {
        let mut members = Vec::new();
        if self.is_object() {
            self.each_member(|key, value| members.push((Cow::Owned(key.to_owned()), value)));
        }
        members
    }

    fn each_member(self, mut visit: impl FnMut(&str, Raw<'t>)) {
        let mut cursor = self.entered();
        while cursor.goes_on() {
            let key = Raw(cursor.key()).string().unwrap_or_default();
            visit(&key, Raw(cursor.skip()));
        }
    }

    /// Returns the elements, in order; none if the value is not an array.
    pub(crate) fn elements(self) -> Vec<Raw<'t>> {
        if !self.is_array() {
            return Vec::new();
        }
        let mut cursor = self.entered();
        std::iter::from_fn(|| cursor.goes_on().then(|| Raw(cursor.skip()))).collect()
    }

    /// Returns the start of the first element or member of an array or object.
    fn entered(self) -> Cursor<'t> {
        let mut cursor = Cursor::new(self.0, 0);
        cursor.enter();
        cursor
    }
}

/// A member that may be missing; a missing one is read as empty.
pub(crate) trait Optional<'t> {
    /// Returns the elements of the array; none if there is no array.
    fn elements(self) -> Vec<Raw<'t>>;
    /// Returns the members of the object; none if there is no object.
    fn members(self) -> Vec<(Cow<'t, str>, Raw<'t>)>;
    /// Returns the text of the string; empty if there is no string.
    fn text_or_empty(self) -> Cow<'t, str>;
    /// Does the same as [`Optional::text_or_empty`].
    fn owned(self) -> String;
}

impl<'t> Optional<'t> for Option<Raw<'t>> {
    fn elements(self) -> Vec<Raw<'t>> {
        self.map_or_else(Vec::new, Raw::elements)
    }

    fn members(self) -> Vec<(Cow<'t, str>, Raw<'t>)> {
        self.map_or_else(Vec::new, Raw::members)
    }

    fn text_or_empty(self) -> Cow<'t, str> {
        self.and_then(Raw::string).unwrap_or_default()
    }

    fn owned(self) -> String {
        self.text_or_empty().into_owned()
    }
}

/// Returns the elements of a member that must be a list; none if it is absent.
///
/// # Errors
/// The member is not a list, so its contents would be skipped.
pub(crate) fn list<'t>(member: Option<Raw<'t>>, name: &str, text: &str) -> Result<Vec<Raw<'t>>, Fault> {
    match member.filter(|member| !member.is_null()) {
        Some(member) if !member.is_array() => Err(wrong_type(member, name, "a list", text)),
        member => Ok(member.elements()),
    }
}

/// Returns the member that must be an object, if it is present.
///
/// # Errors
/// The member is not an object, so its contents would be skipped.
pub(crate) fn object<'t>(member: Option<Raw<'t>>, name: &str, text: &str) -> Result<Option<Raw<'t>>, Fault> {
    match member.filter(|member| !member.is_null()) {
        Some(member) if !member.is_object() => Err(wrong_type(member, name, "an object", text)),
        member => Ok(member),
    }
}

fn wrong_type(member: Raw<'_>, name: &str, needed: &str, text: &str) -> Fault {
    let message = format!("`{name}` has to be {needed} in this kind of file");
    Box::new(Diagnostic::error(Code::WrongType, message, member.span(text).first_character(text)))
}
