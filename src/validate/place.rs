//! Places of findings: the steps from the document to a part of it, and the part's span.

use crate::span::Span;

/// A step from a value of the document to a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step<'j> {
    /// To the value of a member.
    Value(&'j str),
    /// To an element of an array.
    Index(usize),
    /// To the name of a member.
    Key(&'j str),
    /// To a part of a text: its start and length in UTF-16 code units.
    Substring(usize, usize),
}

/// A place in the document.
#[derive(Clone, Debug)]
pub(super) struct Place<'j> {
    pub(super) path: Vec<Step<'j>>,
    pub(super) span: Span,
}

impl<'j> Place<'j> {
    /// Returns the place of the whole document, whose text has this length in bytes.
    pub(super) fn document(length: usize) -> Place<'j> {
        Place { path: Vec::new(), span: Span::new(0, length) }
    }

    /// Returns the place of a member's value in this object.
    pub(super) fn value(&self, name: &'j str, span: Span) -> Place<'j> {
        self.then(Step::Value(name), span)
    }

    /// Returns the place of an element of this array.
    pub(super) fn index(&self, index: usize, span: Span) -> Place<'j> {
        self.then(Step::Index(index), span)
    }

    /// Returns the place of a member's name in this object.
    pub(super) fn key(&self, name: &'j str, span: Span) -> Place<'j> {
        self.then(Step::Key(name), span)
    }

    /// Returns the place of the bytes `from..to` of this text, which is the content of a JSON string. `units` are the place of the
    /// first UTF-16 code unit and the number of them.
    pub(super) fn part(&self, text: &str, (from, to): (usize, usize), units: (usize, usize)) -> Place<'j> {
        let step = Step::Substring(units.0, units.1);
        let (start, end) = (self.span.start as usize, self.span.end as usize);
        // In a string with escapes, offsets of the text are not those of the source.
        let span = match end - start == text.len() + 2 {
            true => Span::new(start + 1 + from, start + 1 + to),
            false => self.span,
        };
        self.then(step, span)
    }

    fn then(&self, step: Step<'j>, span: Span) -> Place<'j> {
        let mut path = Vec::with_capacity(self.path.len() + 1);
        path.extend_from_slice(&self.path);
        path.push(step);
        Place { path, span }
    }
}
