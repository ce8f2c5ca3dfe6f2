//! Findings as AWS gives them: code, message and places.

use super::findings::Found;
use super::place::{Place, Step};
use crate::code::AwsCode;
use crate::span::Span;
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

/// A finding of `ValidatePolicy`. It serializes to the members that AWS's answer has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The code, with its type and its link.
    pub code: AwsCode,
    /// AWS's message.
    pub details: String,
    /// The places that the finding is about.
    pub locations: Vec<Location>,
}

/// A place that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The steps from the document to the place; none for the whole document.
    pub path: Vec<PathElement>,
    /// The place in the text, in bytes.
    pub span: Span,
    /// Where it starts, as AWS counts.
    pub start: Position,
    /// Just after its end, as AWS counts.
    pub end: Position,
}

/// A step of the path to a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PathElement {
    /// The value of the member with this name.
    Value(String),
    /// The element of an array with this index.
    Index(usize),
    /// The name itself of the member with this name.
    Key(String),
    /// A part of a text, in UTF-16 code units.
    Substring {
        /// The offset of its first unit in the text.
        start: usize,
        /// The number of its units.
        length: usize,
    },
}

/// A position in the text as AWS counts: lines from 1, columns and offsets from 0.
///
/// AWS does not document the unit of columns and offsets. Here it is the UTF-16 code unit, which is a character for all but rare
/// ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 0.
    pub column: usize,
    /// From 0, in the whole text.
    pub offset: usize,
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Finding", 5)?;
        object.serialize_field("findingDetails", &self.details)?;
        object.serialize_field("findingType", self.code.finding_type().name())?;
        object.serialize_field("issueCode", self.code.as_str())?;
        object.serialize_field("learnMoreLink", &self.code.link())?;
        object.serialize_field("locations", &self.locations)?;
        object.end()
    }
}

#[derive(serde::Serialize)]
struct SpanView {
    start: Position,
    end: Position,
}

impl Serialize for Location {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Location", 2)?;
        object.serialize_field("path", &self.path)?;
        object.serialize_field("span", &SpanView { start: self.start, end: self.end })?;
        object.end()
    }
}

#[derive(serde::Serialize)]
struct Part {
    start: usize,
    length: usize,
}

impl Serialize for PathElement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(1))?;
        match self {
            PathElement::Value(name) => object.serialize_entry("value", name)?,
            PathElement::Index(index) => object.serialize_entry("index", index)?,
            PathElement::Key(name) => object.serialize_entry("key", name)?,
            PathElement::Substring { start, length } => {
                object.serialize_entry("substring", &Part { start: *start, length: *length })?;
            }
        }
        object.end()
    }
}

/// The number of bytes of a block whose code units are counted once.
const BLOCK: usize = 512;

/// Finds AWS's positions in a text.
pub(super) struct Positions<'t> {
    text: &'t str,
    line_starts: Vec<usize>,
    /// The number of code units before each block; `None` if every byte is one.
    units: Option<Vec<usize>>,
}

impl<'t> Positions<'t> {
    pub(super) fn new(text: &'t str) -> Positions<'t> {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let line_starts = std::iter::once(0).chain(ends.map(|end| end + 1)).collect();
        let before = |sum: &mut usize, block: &[u8]| {
            let before = *sum;
            *sum += units(block);
            Some(before)
        };
        let units = (!text.is_ascii()).then(|| text.as_bytes().chunks(BLOCK).scan(0, before).collect());
        Positions { text, line_starts, units }
    }

    /// Returns the number of code units before an offset in bytes.
    fn units_before(&self, offset: usize) -> usize {
        let Some(before) = &self.units else { return offset };
        let block = offset / BLOCK;
        let rest = self.text.as_bytes().get(block * BLOCK..offset).map_or(0, units);
        // The offset after the last byte may start a block that does not exist.
        match before.get(block) {
            Some(before) => before + rest,
            None => units(self.text.as_bytes()),
        }
    }

    pub(super) fn at(&self, offset: usize) -> Position {
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|line| self.line_starts.get(line)).map_or(0, |start| *start);
        let units = self.units_before(offset);
        Position { line, column: units - self.units_before(start), offset: units }
    }

    /// Makes a finding of what a check found.
    pub(super) fn finding(&self, found: Found<'_>) -> Finding {
        let locations = found.places.iter().map(|place| self.location(place)).collect();
        Finding { code: found.code, details: found.details, locations }
    }

    fn location(&self, place: &Place<'_>) -> Location {
        let path = place.path.iter().map(|step| match *step {
            Step::Value(name) => PathElement::Value(name.to_owned()),
            Step::Index(index) => PathElement::Index(index),
            Step::Key(name) => PathElement::Key(name.to_owned()),
            Step::Substring(start, length) => PathElement::Substring { start, length },
        });
        let Span { start, end } = place.span;
        Location {
            path: path.collect(),
            span: place.span,
            start: self.at(start as usize),
            end: self.at(end as usize),
        }
    }
}

/// Counts the UTF-16 code units of bytes of UTF-8: each character has one, from four bytes on two.
fn units(bytes: &[u8]) -> usize {
    bytes.iter().map(|byte| usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_code_units() {
        let text = format!("{{\"\u{e4}\u{1f600}\":\n{}\u{1f600}}}", "x".repeat(2 * BLOCK));
        let positions = Positions::new(&text);
        for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let before = text.get(..offset).unwrap();
            let line = before.matches('\n').count() + 1;
            let start = before.rfind('\n').map_or(0, |at| at + 1);
            let units = |part: &str| part.encode_utf16().count();
            let expected =
                Position { line, column: units(before.get(start..).unwrap()), offset: units(before) };
            assert_eq!(positions.at(offset), expected);
        }
    }
}
