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

/// Patterns of one text and a gap that are tried for one unit of work: most do not start as the word does.
const TRIES: usize = 3;

/// Patterns of a list that a cache does not hold, of which each takes so many times as long.
const UNCACHED: (usize, usize) = (2_000, 3);

/// Most parts of a pattern that are looked at before it is known that a word does not match.
const USUAL_PARTS: usize = 8;

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
            if statement.action.negated {
                return Ok(true);
            }
            let others = statement.action.values.iter().filter(|other| Some(other.span) != value);
            if self.some_matches(others.map(|other| &other.value.glob), &word)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns true if the word matches one of these patterns, or may because it has variables.
    fn some_matches<'t>(
        &self,
        mut patterns: impl Iterator<Item = &'t Template>,
        word: &str,
    ) -> Result<bool, Stopped> {
        let (mut patterns_tried, mut tries) = (0, 0);
        let found = patterns.any(|pattern| {
            patterns_tried += 1;
            tries += match pattern.parts().len() {
                0..=2 => 1,
                parts => 2 * parts.min(USUAL_PARTS),
            };
            glob_matches(pattern, word) || pattern.has_variables()
        });
        let (many, times) = UNCACHED;
        let tries = if patterns_tried < many { tries } else { tries * times };
        self.budget.compare((1 + tries / TRIES) * (1 + word.len() / LONG_WORD))?;
        Ok(found)
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
                    let values = element.values.iter().filter(|v| v.span != value.span);
                    if element.negated || self.some_matches(values.map(|v| &v.value.template), &word)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            _ => Ok(true),
        }
    }
}

/// Returns a word that the pattern matches and that few other patterns match.
pub(super) fn sample(glob: &Template) -> String {
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
