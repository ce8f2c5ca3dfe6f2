//! Cheap tests that come before the query whether a part of a statement has an effect.

use super::Linter;
use crate::check::query_budget::Stopped;
use crate::check::reduction::Kind;
use crate::check::region::Axis;
use crate::evaluate::glob_matches;
use crate::policy::{Effect, Part, Template};
use crate::span::Span;

/// A word counts as one more comparison for each such number of bytes.
const LONG_WORD: usize = 32;

impl Linter<'_> {
    /// A cheap test: true if each action of an Allow statement may be allowed by another statement too.
    pub(super) fn may_be_covered(&mut self, index: usize) -> Result<bool, Stopped> {
        let Some(statement) = self.policy.statements.get(index) else { return Ok(false) };
        if statement.action.negated {
            return Ok(true);
        }
        let beside = self.beside(index);
        for action in &statement.action.values {
            if !self.is_elsewhere(Kind::Less, index, &beside, None, &action.value.glob)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// True if another action pattern of these statements matches a sample word of this one. Patterns of the statement itself
    /// count only if `value` is given.
    fn is_elsewhere(
        &mut self,
        kind: Kind,
        index: usize,
        beside: &[usize],
        value: Option<Span>,
        glob: &Template,
    ) -> Result<bool, Stopped> {
        let word = sample(glob);
        let others = beside.iter().filter(|place| **place != index || value.is_some());
        for statement in others.filter_map(|place| self.reduction.statement(kind, *place)) {
            self.budget.compare(tries(statement.action.values.len(), &word))?;
            let mut values = statement.action.values.iter();
            if statement.action.negated
                || values.any(|other| Some(other.span) != value && glob_matches(&other.value.glob, &word))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A cheap test: a sample word of the value must match some other value too, unless it does not matter.
    pub(super) fn may_be_redundant(
        &mut self,
        index: usize,
        beside: &[usize],
        axis: Axis,
        place: usize,
    ) -> Result<bool, Stopped> {
        let Some(statement) = self.policy.statements.get(index) else { return Ok(false) };
        match axis {
            Axis::Action if !statement.action.negated => {
                let Some(action) = statement.action.values.get(place) else { return Ok(false) };
                let kind = Kind::of(statement.effect.value, false);
                self.is_elsewhere(kind, index, beside, Some(action.span), &action.value.glob)
            }
            Axis::Resource if statement.effect.value == Effect::Allow => {
                let resource = statement.resource.as_ref().filter(|r| !r.negated);
                let Some(value) = resource.and_then(|r| r.values.get(place)) else { return Ok(true) };
                let word = sample(&value.value.template);
                let others = beside.iter().filter_map(|other| self.reduction.statement(Kind::Less, *other));
                for element in others.filter_map(|s| s.resource.as_ref()) {
                    self.budget.compare(tries(element.values.len(), &word))?;
                    let mut values = element.values.iter().filter(|v| v.span != value.span);
                    if element.negated
                        || values.any(|v| {
                            v.value.template.has_variables() || glob_matches(&v.value.template, &word)
                        })
                    {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => Ok(true),
        }
    }
}

/// Returns the number of comparisons for matching a word with patterns: a long word counts more.
fn tries(patterns: usize, word: &str) -> usize {
    patterns * (1 + word.len() / LONG_WORD)
}

/// Returns a word that the pattern matches and that few other patterns match.
fn sample(glob: &Template) -> String {
    let mut word = String::new();
    for part in glob.parts() {
        match part {
            Part::Text(text) => word.push_str(text),
            Part::One => word.push('q'),
            Part::Many => word.push_str("qzq"),
            Part::Variable(_) => word.push_str("qvq"),
        }
    }
    word
}
