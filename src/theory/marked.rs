//! Lemmas that hold for every value of the keys in a pattern with policy variables.
//!
//! Each policy variable becomes one marker symbol that gaps may consume. A fact about such a pattern holds for every value,
//! because an accepting run that consumes the marker can consume the value at the same place.

use crate::automata::{Class, Decision, Pattern, Set, Step, Symbol, decide};
use crate::formula::{Formula, Piece, Test, VariableId, VariablePattern};
use crate::index::{broken, pick};
use crate::limits::{Exhausted, Meter};
use crate::theory::values::{Lemma, Theory};
use crate::theory::variables::{Tests, variable_pattern};

/// The work of putting markers into a pattern.
const MARKED: usize = 20;

/// The keys of some patterns, each with a marker that stands for its value.
struct Markers<'a> {
    names: Vec<&'a str>,
}

impl<'a> Markers<'a> {
    /// Returns the markers for the keys of these patterns; `None` if there are too many keys.
    fn of<'f>(patterns: impl Iterator<Item = &'f VariablePattern<'a>>) -> Option<Markers<'a>>
    where
        'a: 'f,
    {
        let mut names: Vec<&'a str> = Vec::new();
        for name in patterns.flat_map(|pattern| &pattern.keys) {
            if names.contains(name) {
                continue;
            }
            if names.len() == usize::from(Symbol::LAST_MARKER) {
                return None;
            }
            names.push(name);
        }
        Some(Markers { names })
    }

    fn numbers(&self) -> impl Iterator<Item = (&'a str, u8)> {
        self.names.iter().copied().zip(0..)
    }

    fn symbol(&self, name: &str) -> Symbol {
        match self.numbers().find(|(other, _)| *other == name) {
            Some((_, number)) => Symbol::marker(number),
            None => broken("every key of the patterns has a marker"),
        }
    }
}

impl Theory {
    /// Finds lemmas that follow from one positive pattern with policy variables and the negatives.
    ///
    /// # Errors
    /// The meter ran out.
    pub(super) fn marked(
        &mut self,
        formula: &Formula<'_>,
        variable: VariableId,
        tests: &Tests,
        meter: &mut Meter,
    ) -> Result<Vec<Lemma>, Exhausted> {
        let mut lemmas = Vec::new();
        if tests.negatives.is_empty() {
            return Ok(lemmas);
        }
        for test in &tests.positives {
            let Some(inner) = variable_pattern(formula, *test) else { continue };
            meter.work(tests.negatives.len() * MARKED)?;
            let others = tests.negatives.iter().filter_map(|test| variable_pattern(formula, *test));
            let Some(markers) = Markers::of(std::iter::once(inner).chain(others)) else { continue };
            // A gap consumes the value of a key if it consumes every symbol that can occur in the value.
            let rooms: Vec<(Class, Class)> =
                markers.numbers().map(|(name, number)| (room(inner, name), Class::marker(number))).collect();
            let let_through = |gap: Class| {
                let fitting = rooms.iter().filter(|(room, _)| gap.covers(*room));
                fitting.fold(Class::EMPTY, |class, (_, marker)| class.union(*marker))
            };
            let (mut originals, mut outer) = (Vec::new(), Vec::new());
            for test in &tests.negatives {
                let pattern = match (test, variable_pattern(formula, *test)) {
                    (Test::Pattern(id), _) => swallowing(&self.strings.pattern(formula, *id), &let_through),
                    (_, Some(template)) if fits_wherever(template, inner) => {
                        swallowing(&template.mark(|name| markers.symbol(name)), &let_through)
                    }
                    _ => continue,
                };
                originals.push((variable, *test));
                outer.push(pattern);
            }
            let inner = inner.mark(|name| markers.symbol(name));
            let outer: Vec<&Pattern> = outer.iter().collect();
            if let Decision::Conflict(conflict) = decide(&[], &[&inner], &outer, meter)? {
                let negatives = pick(&originals, &conflict.negatives);
                lemmas.push(Lemma { positives: vec![(variable, *test)], negatives });
            }
        }
        Ok(lemmas)
    }
}

/// Returns the symbols that can occur in a value of the key, given all places at which the value stands.
fn room(pattern: &VariablePattern<'_>, name: &str) -> Class {
    let of_key = |piece: &Piece| match piece {
        Piece::Value { key, class } if pattern.keys.get(*key).copied() == Some(name) => Some(*class),
        _ => None,
    };
    pattern.pieces.iter().filter_map(of_key).fold(Class::ANY, Class::and)
}

/// True if every value that can stand in all places of `positive` can also stand in all places of `negative`.
fn fits_wherever(negative: &VariablePattern<'_>, positive: &VariablePattern<'_>) -> bool {
    negative.keys.iter().all(|name| room(negative, name).covers(room(positive, name)))
}

/// Returns the pattern whose gaps also consume the markers that `let_through` names for them.
fn swallowing(pattern: &Pattern, let_through: &dyn Fn(Class) -> Class) -> Pattern {
    let mut builder = Pattern::builder();
    for step in pattern.steps() {
        builder.push(match *step {
            Step::Many(class) => Step::Many(class.union(let_through(class))),
            Step::One(Set::Class(class)) => Step::One(Set::Class(class.and(Class::ANY))),
            other => other,
        });
    }
    builder.finish()
}
