//! `Action` and `NotAction`.

use super::{PartTrace, Truth, glob};
use crate::policy::{ActionPattern, Element};

/// Whether the element matches the action, which is given in lower case.
pub(super) fn matches(element: &Element<ActionPattern>, action: &str) -> PartTrace {
    part(element, |pattern| match glob::glob_matches(&pattern.glob, action) {
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
