//! `Action` and `NotAction`.

use super::{PartTrace, Truth, glob};
use crate::policy::{ActionPattern, ActionStart, Document, Element, Statement};
use crate::request::Request;

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

    /// The statements of a document that may match it, with their indexes.
    pub(super) fn about<'d>(
        &self,
        document: &'d Document,
    ) -> impl Iterator<Item = (usize, &'d Statement)> + use<'d> {
        document.statements.about(&self.lower)
    }

    fn matches(&self, pattern: &ActionPattern) -> bool {
        pattern.matches_start(self.start).unwrap_or_else(|| glob::glob_matches(&pattern.glob, &self.lower))
    }
}

/// Whether the element matches the action.
pub(super) fn matches(element: &Element<ActionPattern>, action: &Action) -> PartTrace {
    part(element, |pattern| match action.matches(pattern) {
        true if pattern.has_service_wildcard() => Truth::Unknown,
        matched => matched.into(),
    })
}

/// The OR of an element's values, negated for the `Not` form; what an empty `Not` list means is open.
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
