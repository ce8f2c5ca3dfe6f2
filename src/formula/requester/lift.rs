//! Patterns made from patterns: a pattern on one part of a text as a pattern on the text that it is part of.
//!
//! Facts that real requests tie together (the account in `aws:PrincipalAccount`, `aws:PrincipalArn` and `Principal`) are kept
//! together by being one text; what a policy says about one of them becomes a pattern on that text.

use crate::automata::{Builder, Class, Pattern, Set, Step, Symbol};
use crate::formula::pattern_key::PatternKey;
use crate::policy::{Part, Template};
use std::sync::Arc;

/// The automaton pattern that a key stands for.
pub fn build(key: &PatternKey<'_>) -> Arc<Pattern> {
    match key {
        PatternKey::Glob(template) => Arc::new(glob(Builder::default(), template, Class::ANY).finish()),
        PatternKey::Fields { fields, .. } => Arc::new(by_fields(fields.as_slice())),
        PatternKey::Built(pattern) => Arc::clone(pattern),
    }
}

/// Six fields joined by `:`, the wildcards of the first five not matching it.
pub(crate) fn by_fields(fields: &[Template]) -> Pattern {
    let mut builder = Builder::default();
    for (i, field) in fields.iter().enumerate() {
        if i > 0 {
            builder = builder.text(":");
        }
        builder = glob(builder, field, if i < 5 { Class::NOT_COLON } else { Class::ANY });
    }
    builder.finish()
}

/// Appends a template without variables, its wildcards matching the symbols of `class`.
pub(crate) fn glob(mut builder: Builder, template: &Template, class: Class) -> Builder {
    for part in template.parts() {
        builder = match part {
            Part::Text(text) => builder.text(text),
            Part::One => builder.one(Set::Class(class)),
            Part::Many | Part::Variable(_) => builder.many(class),
        };
    }
    builder
}

fn from_steps(steps: impl IntoIterator<Item = Step>) -> Pattern {
    let mut builder = Builder::default();
    steps.into_iter().for_each(|step| builder.push(step));
    builder.finish()
}

/// The pattern on texts over `class` only; `None` if it needs another symbol.
pub(crate) fn restrict(pattern: &Pattern, class: Class) -> Option<Pattern> {
    restrict_steps(pattern.steps(), class)
}

fn restrict_steps(steps: &[Step], class: Class) -> Option<Pattern> {
    let mut builder = Builder::default();
    for step in steps {
        match *step {
            Step::One(Set::Class(c)) if c.and(class).is_empty() => return None,
            Step::One(Set::Class(c)) => builder.push(Step::One(Set::Class(c.and(class)))),
            Step::One(Set::Char(symbol)) if !class.contains(symbol) => return None,
            Step::One(set) => builder.push(Step::One(set)),
            Step::Many(c) => builder.push(Step::Many(c.and(class))),
        }
    }
    Some(builder.finish())
}

/// All ways to match `first SEPARATOR second` where `first` does not hold the separator: pairs of patterns on the two.
pub(crate) fn split(pattern: &Pattern, separator: char, not_separator: Class) -> Vec<(Pattern, Pattern)> {
    let steps = pattern.steps();
    let separator = Symbol::from_char(separator);
    let mut pairs = Vec::new();
    for (i, step) in steps.iter().enumerate() {
        let after = i.saturating_add(1);
        let (left, right) = match *step {
            Step::One(set) if set.contains(separator) => (steps.get(..i), steps.get(after..)),
            Step::Many(class) if class.contains(separator) => (steps.get(..after), steps.get(i..)),
            _ => continue,
        };
        if let (Some(left), Some(right)) = (left.and_then(|l| restrict_steps(l, not_separator)), right) {
            pairs.push((left, from_steps(right.iter().copied())));
        }
    }
    pairs
}

/// The patterns on what may follow `text`: all ways to match `text` and stop in between.
pub(crate) fn residuals(pattern: &Pattern, text: &str) -> Vec<Pattern> {
    let steps = pattern.steps();
    // Places in the pattern, runs skipped lazily.
    let mut places = closure(steps, vec![0]);
    for c in text.chars() {
        let symbol = Symbol::from_char(c);
        let next = places
            .iter()
            .filter_map(|place| match steps.get(*place)? {
                Step::One(set) => set.contains(symbol).then(|| place.saturating_add(1)),
                Step::Many(class) => class.contains(symbol).then_some(*place),
            })
            .collect();
        places = closure(steps, next);
    }
    // A place just after a run is covered by the place at the run.
    places
        .iter()
        .filter(|place| {
            place.checked_sub(1).is_none_or(|before| {
                !(matches!(steps.get(before), Some(Step::Many(_))) && places.contains(&before))
            })
        })
        .filter_map(|place| Some(from_steps(steps.get(*place..)?.iter().copied())))
        .collect()
}

fn closure(steps: &[Step], mut places: Vec<usize>) -> Vec<usize> {
    let mut i = 0;
    while let Some(place) = places.get(i).copied() {
        i = i.saturating_add(1);
        let after = place.saturating_add(1);
        if matches!(steps.get(place), Some(Step::Many(_))) && !places.contains(&after) {
            places.push(after);
        }
    }
    places.sort_unstable();
    places.dedup();
    places
}
