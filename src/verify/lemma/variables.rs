//! Lemmas about patterns that contain the values of other keys. Four arguments, each of which holds for all values:
//!
//! * *widened*: with "anything that may stand there" in place of each value, a pattern matches more. So this replacement is sound
//!   for patterns that must be passed.
//! * *refined*: if the tests of a key require its value to match a pattern, that pattern may replace the value.
//! * *marked*: replace each key's value by one marker, which no text contains, and let gaps consume the marker if they consume
//!   everything that can occur in the value. If then every word of a pattern is a word of some other pattern, this holds for the
//!   values too: a run of the other pattern over the word consumes each marker either as the value of the same key or in a gap,
//!   and so it can consume the value in its place.
//! * *few values*: if the tests leave few values to each key, every combination is tried.

use crate::automata::{Class, Pattern, Set, Step, Symbol};
use crate::formula::{Piece, RequesterKey, Test, Variable, VariableId, VariablePattern, decode};
use crate::index::broken;
use crate::verify::Refusal;
use crate::verify::lemma::byte_automata::{ByteAutomaton, word};
use crate::verify::lemma::{ENUMERATION_LIMIT, Prover, Tests, steps};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Returns the pattern with anything that may stand there in place of each value.
pub(super) fn widened(symbolic: &VariablePattern<'_>) -> Vec<Step> {
    build(symbolic, |_, class, steps| steps.push(Step::Many(class)))
}

fn build(symbolic: &VariablePattern<'_>, mut value: impl FnMut(&str, Class, &mut Vec<Step>)) -> Vec<Step> {
    let mut steps = Vec::new();
    for piece in &symbolic.pieces {
        match piece {
            Piece::Step(step) => steps.push(*step),
            Piece::Value { key, class } => match symbolic.keys.get(*key) {
                Some(key) => value(key, *class, &mut steps),
                None => broken("a value of a pattern is that of one of its keys"),
            },
        }
    }
    steps
}

/// Returns the pattern with values put in; `None` if a value cannot stand in its place.
fn filled(symbolic: &VariablePattern<'_>, values: &BTreeMap<&str, Vec<Symbol>>) -> Option<Vec<Step>> {
    let mut fits = true;
    let steps = build(symbolic, |key, class, steps| match values.get(key) {
        Some(value) => {
            fits &= value.iter().all(|symbol| class.contains(*symbol));
            steps.extend(value.iter().map(|symbol| Step::One(Set::Char(*symbol))));
        }
        None => fits = false,
    });
    fits.then_some(steps)
}

/// Returns the symbols that may occur in a key's value at all of its places.
fn room(symbolic: &VariablePattern<'_>, name: &str) -> Class {
    let mut room = Class::ANY;
    for piece in &symbolic.pieces {
        if let Piece::Value { key, class } = piece
            && symbolic.keys.get(*key).copied() == Some(name)
        {
            room = room.and(*class);
        }
    }
    room
}

impl<'a> Prover<'_, 'a> {
    /// Returns true if, for all values, some pattern that must be passed is included in the patterns that must be failed.
    pub(super) fn marked(&mut self, variable: VariableId, tests: &Tests) -> Result<bool, Refusal> {
        let formula = self.formula;
        let symbolic = |test: &Test| match test {
            Test::Template(id) => Some(formula.template_of(*id)),
            _ => None,
        };
        if variable == VariableId::REQUESTER {
            // Words of requesters contain markers of their own.
            return Ok(false);
        }
        for inner in tests.pass.iter().filter_map(symbolic) {
            let mut names: Vec<&str> = Vec::new();
            for key in tests.pass.iter().chain(&tests.fail).filter_map(symbolic).flat_map(|s| &s.keys) {
                if !names.contains(key) {
                    names.push(key);
                }
            }
            if names.len() > usize::from(Symbol::LAST_MARKER) {
                return Err(Refusal::inconclusive("too many keys stand in its patterns"));
            }
            let number = |name: &str| match names.iter().zip(0u8..).find(|(known, _)| **known == name) {
                Some((_, number)) => number,
                None => broken("a key of a pattern is among the keys of all patterns"),
            };
            // A gap consumes a value if it consumes every symbol that can occur in it.
            let markers = |run: Class| {
                let fitting = names.iter().filter(|name| run.covers(room(inner, name)));
                fitting.fold(Class::EMPTY, |all, name| all.union(Class::marker(number(name))))
            };
            let mark = |symbolic: &VariablePattern<'a>| {
                build(symbolic, |key, _, steps| steps.push(Step::One(Set::Char(Symbol::marker(number(key))))))
            };
            let mut outside = Vec::new();
            for test in &tests.fail {
                let steps = match (test, symbolic(test)) {
                    (Test::Pattern(id), _) => steps(formula.pattern_of(*id)),
                    // Every value that fits in `inner` must fit here too.
                    (_, Some(outer))
                        if outer.keys.iter().all(|key| room(outer, key).covers(room(inner, key))) =>
                    {
                        mark(outer)
                    }
                    _ => continue,
                };
                let swallowing = steps.into_iter().map(|step| match step {
                    Step::Many(class) => Step::Many(class.union(markers(class))),
                    Step::One(Set::Class(class)) => Step::One(Set::Class(class.and(Class::ANY))),
                    other => other,
                });
                outside.push(self.built(swallowing.collect())?);
            }
            let inner = self.built(mark(inner))?;
            let outside: Vec<&ByteAutomaton> = outside.iter().collect();
            if crate::verify::lemma::byte_automata::find(&[&inner], &outside, self.budget)?.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns true if no text is left when the patterns that the keys must match replace their values.
    pub(super) fn refined(
        &mut self,
        variable: VariableId,
        tests: &Tests,
        all: &BTreeMap<VariableId, Tests>,
    ) -> Result<bool, Refusal> {
        let (mut inside, mut outside) = (Vec::new(), Vec::new());
        for test in &tests.pass {
            match test {
                Test::Pattern(id) => inside.push(self.automaton(*id)?),
                Test::Template(id) => {
                    let symbolic = self.formula.template_of(*id);
                    let mut known: BTreeMap<&str, Vec<Step>> = BTreeMap::new();
                    for key in &symbolic.keys {
                        known.extend(self.known(key, all).map(|steps| (*key, steps)));
                    }
                    let mut possible = true;
                    let steps = build(symbolic, |key, class, steps| match known.get(key) {
                        Some(known) => steps.extend(known.iter().map(|step| match *step {
                            Step::Many(run) => Step::Many(run.and(class)),
                            Step::One(Set::Class(one)) => {
                                possible &= !one.and(class).is_empty();
                                Step::One(Set::Class(one.and(class)))
                            }
                            Step::One(Set::Char(symbol)) => {
                                possible &= class.contains(symbol);
                                *step
                            }
                            Step::One(Set::AnyCase(_)) => *step,
                        })),
                        None => steps.push(Step::Many(class)),
                    });
                    if !possible {
                        // No possible value of the key can stand in its place.
                        return Ok(true);
                    }
                    inside.push(Rc::new(self.built(steps)?));
                }
                Test::Bound(_) | Test::Network(_) => {}
            }
        }
        for test in &tests.fail {
            if let Test::Pattern(id) = test {
                outside.push(self.automaton(*id)?);
            }
        }
        self.empty(variable, &inside, &outside)
    }

    /// Returns a pattern that the value of the key must match under the tests.
    fn known(&self, key: &str, all: &BTreeMap<VariableId, Tests>) -> Option<Vec<Step>> {
        let formula = self.formula;
        let pattern = |id| steps(formula.pattern_of(id));
        match RequesterKey::of(key).filter(|_| !self.aws_compat) {
            Some(tied) => {
                let requester = all.get(&VariableId::REQUESTER).into_iter().flat_map(|tests| &tests.pass);
                let implied = requester.filter_map(|test| formula.implied_for_key(*test, key)).next();
                implied.map(pattern).or_else(|| tied.shape().map(|shape| shape.steps().to_vec()))
            }
            None => {
                let own = |v: Variable<'_>| matches!(v, Variable::Key(name, 0) if name == key);
                let variable = formula.variables().find(|(_, v)| own(*v)).map(|(id, _)| id)?;
                let tests = all.get(&variable).filter(|_| !self.is_typed(variable))?;
                let first = tests.pass.iter().find_map(|test| match test {
                    Test::Pattern(id) => Some(*id),
                    _ => None,
                });
                first.map(pattern)
            }
        }
    }

    /// Returns true if the keys in the variable's patterns have few possible values under their own tests, and no combination of
    /// them leaves the variable a value.
    pub(super) fn excluded_with_keys(
        &mut self,
        variable: VariableId,
        tests: &Tests,
        all: &BTreeMap<VariableId, Tests>,
    ) -> Result<bool, Refusal> {
        let formula = self.formula;
        let symbolic = |test: &Test| match test {
            Test::Template(id) => Some(formula.template_of(*id)),
            _ => None,
        };
        let mut combinations: Vec<BTreeMap<&str, Vec<Symbol>>> = vec![BTreeMap::new()];
        let mut names: Vec<&str> = Vec::new();
        for key in tests.pass.iter().chain(&tests.fail).filter_map(symbolic).flat_map(|s| &s.keys) {
            if names.contains(key) {
                continue;
            }
            names.push(key);
            let Some(values) = self.values(key, all)? else { return Ok(false) };
            let with = |one: &BTreeMap<&'a str, Vec<Symbol>>| {
                let mut more = Vec::new();
                for value in &values {
                    let mut longer = one.clone();
                    longer.insert(key, value.clone());
                    more.push(longer);
                }
                more
            };
            combinations = combinations.iter().flat_map(with).collect();
            if combinations.len() > ENUMERATION_LIMIT {
                return Err(Refusal::inconclusive("there are too many combinations of values to check"));
            }
        }
        if names.is_empty() {
            return Ok(false);
        }
        'combinations: for combination in &combinations {
            let (mut inside, mut outside) = (Vec::new(), Vec::new());
            for (list, automata, passed) in
                [(&tests.pass, &mut inside, true), (&tests.fail, &mut outside, false)]
            {
                for test in list {
                    match (test, symbolic(test)) {
                        (Test::Pattern(id), _) => automata.push(self.automaton(*id)?),
                        (_, Some(symbolic)) => match filled(symbolic, combination) {
                            Some(steps) => automata.push(Rc::new(self.built(steps)?)),
                            // It matches nothing.
                            None if passed => continue 'combinations,
                            None => {}
                        },
                        _ => {}
                    }
                }
            }
            if !self.empty(variable, &inside, &outside)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns all values that a key can have under its own tests, if they are few.
    fn values(
        &mut self,
        key: &str,
        all: &BTreeMap<VariableId, Tests>,
    ) -> Result<Option<Vec<Vec<Symbol>>>, Refusal> {
        let tied = RequesterKey::of(key).filter(|_| !self.aws_compat);
        let own = |v: Variable<'_>| matches!(v, Variable::Key(name, 0) if name == key);
        let variable = match tied {
            Some(_) => Some(VariableId::REQUESTER),
            None => self.formula.variables().find(|(_, v)| own(*v)).map(|(id, _)| id),
        };
        let Some(variable) = variable.filter(|v| !self.is_typed(*v)) else { return Ok(None) };
        let unrestricted = Tests::default();
        let tests = match all.get(&variable) {
            Some(tests) => tests,
            None => &unrestricted,
        };
        let (mut inside, mut outside) = (Vec::new(), Vec::new());
        for (list, automata) in [(&tests.pass, &mut inside), (&tests.fail, &mut outside)] {
            for test in list {
                if let Test::Pattern(id) = test {
                    automata.push(self.automaton(*id)?);
                }
            }
        }
        let mut values = Vec::new();
        for _ in 0..ENUMERATION_LIMIT {
            let Some(found) = self.value(variable, &inside, &outside)? else { return Ok(Some(values)) };
            let Some(found) = word(&found) else { return Ok(None) };
            match tied {
                None => {
                    let spelled = found.iter().map(|symbol| Step::One(Set::Char(*symbol)));
                    outside.push(Rc::new(self.built(spelled.collect())?));
                    values.push(found);
                }
                Some(tied) => {
                    // For some requesters the key is undocumented or absent.
                    let value = decode(&found).and_then(|decoded| tied.value(&decoded)).flatten();
                    let Some(value) = value else { return Ok(None) };
                    for pattern in tied.words(&Pattern::word(&value)) {
                        outside.push(Rc::new(self.built(pattern.steps().to_vec())?));
                    }
                    values.push(Symbol::word(&value));
                }
            }
            if values.len() > ENUMERATION_LIMIT / 4 {
                return Ok(None);
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::lemma::domain::text;

    #[test]
    fn a_value_that_cannot_stand_there_matches_nothing() {
        let symbolic = VariablePattern {
            pieces: text("a:")
                .into_iter()
                .map(Piece::Step)
                .chain([Piece::Value { key: 0, class: Class::NOT_COLON }])
                .collect(),
            keys: vec!["k"],
        };
        let with = |value: &str| filled(&symbolic, &BTreeMap::from([("k", Symbol::word(value))]));
        assert_eq!(with("x*"), Some(text("a:x*")));
        assert_eq!(with("x:y"), None);
        assert_eq!(filled(&symbolic, &BTreeMap::new()), None);
        assert_eq!(widened(&symbolic), [text("a:"), vec![Step::Many(Class::NOT_COLON)]].concat());
    }
}
