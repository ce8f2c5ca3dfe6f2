//! `Action` and `NotAction`.

use super::{PartTrace, Truth, glob};
use crate::policy::{ActionIndex, ActionPattern, ActionStart, Document, Element, Statement, Statements};
use crate::request::Request;

/// After more searches by action than this, an index of the document pays.
pub const INDEX_THRESHOLD: usize = 4;

/// The statements of a document, in a form that can be searched by action.
#[derive(Clone, Copy, Debug)]
pub enum Searched<'d> {
    /// One after the other.
    Scanned(&'d Statements),
    /// With an index, which pays after a few requests.
    Indexed(&'d ActionIndex),
}

impl<'d> Searched<'d> {
    /// Returns the statements.
    pub fn statements(self) -> &'d Statements {
        match self {
            Searched::Scanned(statements) => statements,
            Searched::Indexed(index) => index.statements(),
        }
    }
}

impl<'d> From<&'d Document> for Searched<'d> {
    fn from(document: &'d Document) -> Searched<'d> {
        Searched::Scanned(&document.statements)
    }
}

impl<'d> From<&'d ActionIndex> for Searched<'d> {
    fn from(index: &'d ActionIndex) -> Searched<'d> {
        Searched::Indexed(index)
    }
}

/// The action of a request, in lower case.
#[derive(Debug)]
pub(super) struct Action {
    lower: String,
    start: ActionStart,
}

impl Action {
    pub(super) fn of(request: &Request) -> Action {
        let lower = request.action.to_ascii_lowercase();
        Action { start: ActionStart::of(&lower), lower }
    }

    /// Returns the statements that may match the action, with their indexes, in order.
    pub(super) fn about<'d>(
        &self,
        statements: Searched<'d>,
    ) -> impl Iterator<Item = (usize, &'d Statement)> + use<'d> {
        let (scanned, found) = match statements {
            Searched::Scanned(statements) => (Some(statements.iter().enumerate()), None),
            Searched::Indexed(index) => (None, Some(index.about(&self.lower))),
        };
        scanned.into_iter().flatten().chain(found.into_iter().flatten())
    }

    fn matches(&self, pattern: &ActionPattern) -> bool {
        match pattern.matches_start(self.start) {
            Some(matched) => matched,
            None => glob::glob_matches(&pattern.glob, &self.lower),
        }
    }
}

/// Evaluates the element for the action.
pub(super) fn matches(element: &Element<ActionPattern>, action: &Action) -> PartTrace {
    part(element, |pattern| match action.matches(pattern) {
        true if pattern.has_service_wildcard() => Truth::Unknown,
        matched => matched.into(),
    })
}

/// Returns the OR of an element's values, negated for the `Not` form. The meaning of an empty `Not` list is open.
pub(super) fn part<T>(element: &Element<T>, one: impl Fn(&T) -> Truth) -> PartTrace {
    if element.values.is_empty() && element.negated {
        return PartTrace { truth: Truth::Unknown, value: None };
    }
    let (mut any, mut value) = (Truth::False, None);
    for (place, pattern) in element.values.iter().enumerate() {
        let truth = one(&pattern.value);
        if truth > any {
            (any, value) = (truth, Some(place));
        }
        if any == Truth::True {
            break;
        }
    }
    PartTrace { truth: any.negate_if(element.negated), value }
}
