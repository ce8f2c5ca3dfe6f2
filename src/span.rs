//! Places in a source text: byte spans, and lines and columns for people.

use crate::index::broken;
use std::sync::Arc;

/// A half-open range of byte offsets into the text of a [`Source`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset just after the last byte.
    pub end: u32,
}

impl Span {
    /// Returns the span of bytes `start..end`. Offsets end at `u32::MAX`: a longer text is rejected, with all its faults at its
    /// start.
    pub fn new(start: usize, end: usize) -> Span {
        let clamp = |offset: usize| offset.min(u32::MAX as usize) as u32;
        Span { start: clamp(start), end: clamp(end) }
    }

    /// Returns the first character of this span, as a mark for all of it. The result is empty if the span is empty or outside of
    /// the text.
    ///
    /// ```
    /// use iamsat::span::Span;
    /// assert_eq!(Span::new(1, 4).first_character("-élan"), Span::new(1, 3));
    /// ```
    pub fn first_character(self, text: &str) -> Span {
        let first = text.get(self.range()).and_then(|text| text.chars().next());
        Span::new(self.start as usize, self.start as usize + first.map_or(0, char::len_utf8))
    }

    /// Returns the byte range, for slicing with `str::get`.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value with the place from which it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The place, including quotes for JSON strings.
    pub span: Span,
}

/// A position for people: line and column start at 1, columns count Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in Unicode scalar values.
    pub column: usize,
    /// Byte offset, from 0.
    pub offset: usize,
}

/// A named text into which spans point. Cloning is cheap.
///
/// ```
/// use iamsat::span::{Source, Span};
/// let source = Source::new("p.json", "{\n  \"a\": 1\n}");
/// let place = source.position(4);
/// assert_eq!((place.line, place.column), (2, 3));
/// assert_eq!(source.slice(Span::new(4, 7)), "\"a\"");
/// ```
#[derive(Clone, Debug)]
pub struct Source {
    name: Arc<str>,
    /// The source from which it was decoded.
    within: Option<Arc<(Source, Part)>>,
    inner: Arc<Inner>,
}

/// The place of a source in another one.
#[derive(Clone, Copy, Debug)]
enum Part {
    /// Its text was decoded from this part.
    Decoded(Span),
    /// It has the same text and the same places under another name.
    Same,
}

#[derive(Debug)]
struct Inner {
    text: String,
    line_starts: std::sync::OnceLock<Vec<usize>>,
    /// The number of characters before each block of [`BLOCK`] bytes, because lines may be long; `None` if every byte is a
    /// character.
    characters: std::sync::OnceLock<Option<Vec<usize>>>,
}

/// The block size in bytes for counting characters when a column is needed.
const BLOCK: usize = 1024;

impl Source {
    /// Returns a source called `name` (a path, `<stdin>`, ...) with this text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Source {
        Source::made(name.into(), text.into(), None)
    }

    /// Returns a source whose text was decoded from a part of another one, such as a document in a JSON string of a file.
    ///
    /// ```
    /// use iamsat::span::{Source, Span};
    /// let file = Source::new("answer.json", r#"{"Policy":"{}"}"#);
    /// let policy = file.decoded("answer.json#/Policy", "{}", Span::new(10, 14));
    /// let (outer, place) = policy.in_file(Span::new(0, 1));
    /// assert_eq!((outer.name(), outer.slice(place)), ("answer.json", r#""{}""#));
    /// ```
    #[must_use]
    pub fn decoded(&self, name: impl Into<String>, text: impl Into<String>, part: Span) -> Source {
        Source::made(name.into(), text.into(), Some((self.clone(), Part::Decoded(part))))
    }

    /// Returns the same text under the name of one of its policies. Places remain those of the file.
    ///
    /// ```
    /// use iamsat::span::{Source, Span};
    /// let policy = Source::new("t.yaml", "Key: {}").named("t.yaml#Key");
    /// assert_eq!((policy.name(), policy.place_name()), ("t.yaml#Key", "t.yaml"));
    /// let (file, place) = policy.in_file(Span::new(5, 7));
    /// assert_eq!((file.name(), file.slice(place)), ("t.yaml", "{}"));
    /// ```
    #[must_use]
    pub fn named(&self, name: impl Into<String>) -> Source {
        let name: String = name.into();
        let within = Some(Arc::new((self.clone(), Part::Same)));
        Source { name: name.into(), within, inner: Arc::clone(&self.inner) }
    }

    fn made(name: String, text: String, within: Option<(Source, Part)>) -> Source {
        Source {
            name: name.into(),
            within: within.map(Arc::new),
            inner: Arc::new(Inner {
                text,
                line_starts: std::sync::OnceLock::new(),
                characters: std::sync::OnceLock::new(),
            }),
        }
    }

    /// Returns the same text with `from` replaced by `to` in the names of this source and of those from which it was decoded.
    ///
    /// ```
    /// use iamsat::span::{Source, Span};
    /// let policy = Source::new("new", "\"{}\"").decoded("new#/Policy", "{}", Span::new(0, 4));
    /// let renamed = policy.renamed("new", "old");
    /// assert_eq!((renamed.name(), renamed.in_file(Span::new(0, 1)).0.name()), ("old#/Policy", "old"));
    /// ```
    #[must_use]
    pub fn renamed(&self, from: &str, to: &str) -> Source {
        let name = match self.name.strip_prefix(from) {
            Some(rest) => format!("{to}{rest}").into(),
            None => Arc::clone(&self.name),
        };
        let outer = |within: &Arc<(Source, Part)>| Arc::new((within.0.renamed(from, to), within.1));
        Source { name, within: self.within.as_ref().map(outer), inner: Arc::clone(&self.inner) }
    }

    /// Returns the file that contains a place of this source, and the smallest known part of the file that contains the place.
    pub fn in_file(&self, span: Span) -> (&Source, Span) {
        match self.within.as_deref() {
            Some((outer, Part::Decoded(part))) => outer.in_file(*part),
            Some((outer, Part::Same)) => outer.in_file(span),
            None => (self, span),
        }
    }

    /// Returns the name shown for places in the text: that of the file, if the places are those of a file.
    pub fn place_name(&self) -> &str {
        match self.within.as_deref() {
            Some((outer, Part::Same)) => outer.place_name(),
            Some((_, Part::Decoded(_))) | None => &self.name,
        }
    }

    /// Returns the name shown for the text.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the whole text.
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// Returns the text of a span; empty if the span does not fit the text.
    pub fn slice(&self, span: Span) -> &str {
        self.inner.text.get(span.range()).unwrap_or_default()
    }

    fn line_starts(&self) -> &[usize] {
        self.inner.line_starts.get_or_init(|| {
            // A byte order mark is not a column.
            let first = if self.inner.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
            let ends = memchr::memchr_iter(b'\n', self.inner.text.as_bytes());
            std::iter::once(first).chain(ends.map(|end| end + 1)).collect()
        })
    }

    /// Returns the line around a byte offset, without its line end.
    pub fn line(&self, offset: usize) -> Span {
        let starts = self.line_starts();
        let next = starts.partition_point(|start| *start <= offset.min(self.inner.text.len())).max(1);
        let end = starts.get(next).map_or(self.inner.text.len(), |next| next - 1);
        Span::new(self.line_start(next), end)
    }

    /// Returns the offset at which a line starts, numbered from 1.
    fn line_start(&self, line: usize) -> usize {
        match self.line_starts().get(line - 1) {
            Some(start) => *start,
            None => broken("a line is one of its text"),
        }
    }

    /// Returns the number of characters before a byte offset.
    fn characters_before(&self, offset: usize) -> usize {
        let count = |bytes: &[u8]| bytes.iter().filter(|b| (**b & 0xc0) != 0x80).count();
        let bytes = self.inner.text.as_bytes();
        let before = self.inner.characters.get_or_init(|| {
            let sum = |sum: &mut usize, block: &[u8]| {
                let before = *sum;
                *sum += count(block);
                Some(before)
            };
            (!bytes.is_ascii()).then(|| bytes.chunks(BLOCK).scan(0, sum).collect())
        });
        let Some(before) = before else { return offset };
        let Some(last) = offset.checked_sub(1) else { return 0 };
        let block = last / BLOCK;
        match (before.get(block), bytes.get(block * BLOCK..offset)) {
            (Some(before), Some(rest)) => before + count(rest),
            _ => broken("an offset is one of its text"),
        }
    }

    /// Returns the line and column of a byte offset; an offset beyond the end counts as the end.
    pub fn position(&self, offset: usize) -> LineColumn {
        let starts = self.line_starts();
        let offset = offset.min(self.inner.text.len());
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_start(line);
        // A byte order mark before the first line belongs to its first column.
        let column = self.characters_before(offset.max(start)) - self.characters_before(start) + 1;
        LineColumn { line, column, offset }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let source = Source::new("p", "\u{feff}{\n}\u{feff}");
        let place = |offset| {
            let at = source.position(offset);
            (at.line, at.column)
        };
        assert_eq!([0, 3, 4, 5, 6, 9].map(place), [(1, 1), (1, 1), (1, 2), (2, 1), (2, 2), (2, 3)]);
        assert_eq!([0, 3, 4].map(|offset| source.line(offset)), [Span::new(3, 4); 3]);
        assert_eq!(source.line(5), Span::new(5, 9));
        let nothing = Source::new("p", "\u{feff}");
        assert_eq!((nothing.line(0), nothing.position(3).column), (Span::new(3, 3), 1));
    }
}
