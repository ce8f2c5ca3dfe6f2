//! `Action` and `NotAction`.

use super::{PartTrace, Truth, glob};
use crate::policy::{ActionPattern, Element};
use crate::request::Request;

pub(super) fn matches(element: &Element<ActionPattern>, request: &Request) -> PartTrace {
    let action = request.action.to_ascii_lowercase();
    let one = |pattern: &ActionPattern| match glob::glob_matches(&pattern.glob, &action) {
        true if pattern.has_service_wildcard() => Truth::Unknown,
        matched => matched.into(),
    };
    part(element, one)
}

/// The OR of an element's values, negated for the `Not` form; what an empty `Not` list means is open.
pub(super) fn part<T>(element: &Element<T>, one: impl Fn(&T) -> Truth) -> PartTrace {
    if element.values.is_empty() && element.negated {
        return PartTrace { truth: Truth::Unknown, value: None };
    }
    let truths: Vec<Truth> = element.values.iter().map(|v| one(&v.value)).collect();
    let any = Truth::any(truths.iter().copied());
    let value = truths.iter().position(|t| *t == any && any != Truth::False);
    PartTrace { truth: any.negate_if(element.negated), value }
}
