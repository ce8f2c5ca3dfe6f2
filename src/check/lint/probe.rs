//! Requests that show, without a search, that a part of a statement has an effect.
//!
//! A query that fails shows a request. With a word of another value of the same statement in its place, that request usually shows
//! that this value has an effect too. The referee confirms it; only where it does not, a search is made. Of the queries of lint
//! about real policies nine in ten are about values that have an effect.

use super::Linter;
use super::sieve::sample;
use crate::check::reduction::{Part, Within};
use crate::check::region::Axis;
use crate::policy::Statement;
use crate::request::Request;

/// A request that showed that a part of a statement has an effect.
pub(super) struct Shown {
    /// The statement.
    pub(super) of: usize,
    pub(super) request: Request,
}

impl Linter<'_> {
    /// Returns a request that may show that a value has an effect: the last one that showed it of another part of the statement,
    /// with a word that this value matches.
    pub(super) fn probe(&self, index: usize, part: &Part) -> Option<Request> {
        let shown = self.shown.as_ref().filter(|shown| shown.of == index)?;
        let Within::Value(axis, _, _) = part.within? else { return None };
        let word = word_of(self.policy.statements.get(index)?, part.within?)?;
        let mut request = shown.request.clone();
        match axis {
            Axis::Action => request.action = word,
            Axis::Resource => request.resource = word,
            Axis::Condition(place) => {
                let key = &self.policy.statements.get(index)?.conditions.get(place)?.key.value;
                request = request.with(&key.name, [word]);
            }
            // A requester is more than a text.
            Axis::Principal => return None,
        }
        Some(request)
    }
}

/// Returns a word that a value matches and that few others match.
fn word_of(statement: &Statement, within: Within) -> Option<String> {
    let Within::Value(axis, _, span) = within else { return None };
    match axis {
        Axis::Action => {
            let value = statement.action.values.iter().find(|value| value.span == span)?;
            Some(sample(&value.value.glob))
        }
        Axis::Resource => {
            let value = statement.resource.as_ref()?.values.iter().find(|value| value.span == span)?;
            Some(sample(&value.value.template))
        }
        Axis::Condition(place) => {
            let value = statement.conditions.get(place)?.values.iter().find(|value| value.span == span)?;
            Some(sample(&value.value.template))
        }
        Axis::Principal => None,
    }
}
