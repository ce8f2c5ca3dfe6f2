//! The Deny of the existing policy that stops a request, and what the checked policy has left of it.

use super::refusal::{Missing, Refusal, refusal};
use crate::evaluate::{self, Case};
use crate::policy::{Document, Effect, RequestSet};
use crate::request::Request;
use crate::span::Span;

/// A Deny statement of the existing policy that the checked policy lacks, or has in a weaker form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostDenial {
    /// The statement of the existing policy.
    pub statement: usize,
    /// The action there that matches the request, or the whole element.
    pub action: Span,
    /// True if the element is `NotAction`.
    pub negated: bool,
    /// The weaker form.
    pub left: Option<WeakerDenial>,
}

/// A Deny statement of the checked policy that does not match a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeakerDenial {
    /// Its index.
    pub statement: usize,
    /// True if it does not cover the action.
    pub lacks_action: bool,
    /// The other parts that do not match; empty only if it does not cover the action.
    pub missing: Vec<Missing>,
}

/// Finds the weaker form, in the checked policy, of a statement of the existing one that denies the request. `None` if there is no
/// such statement, or if nothing is left of it.
pub(crate) fn lost_denial(
    [policy, existing]: [&Document; 2],
    statement: usize,
    request: &Request,
    options: &evaluate::Options,
) -> Option<LostDenial> {
    let deny = existing.statements.get(statement)?;
    let traced = Case::new(request, options).trace((0, statement), deny);
    let matched = traced.action.value.and_then(|value| deny.action.values.get(value));
    let is_same = |index: usize| {
        deny.sid().is_some() && policy.statements.get(index).and_then(|s| s.sid()) == deny.sid()
    };
    // A Deny that the existing policy has too is the weaker form of none.
    let is_unchanged = |index: usize| {
        policy.statements.get(index).is_some_and(|own| {
            existing.statements.iter().any(|statement| statement.content().eq(own.content()))
        })
    };
    let left = match refusal(policy, request, RequestSet::Denied, options) {
        // Another Deny of the same action may have nothing to do with this one.
        Some(Refusal::Short { statement: index, missing, only }) if !missing.is_empty() => {
            let is_left = is_same(index) || only && !is_unchanged(index);
            is_left.then_some(WeakerDenial { statement: index, lacks_action: false, missing })
        }
        Some(Refusal::NoAction) => {
            let denials =
                policy.statements.iter().enumerate().filter(|(_, s)| s.effect.value == Effect::Deny);
            let named = denials.map(|(index, _)| index).find(|index| is_same(*index));
            named.map(|statement| WeakerDenial { statement, lacks_action: true, missing: Vec::new() })
        }
        _ => None,
    };
    Some(LostDenial {
        statement,
        action: matched.filter(|_| !deny.action.negated).map_or(deny.action.span, |value| value.span),
        negated: deny.action.negated,
        left,
    })
}
