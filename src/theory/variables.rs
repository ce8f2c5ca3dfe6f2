//! Finds values for all variables together, where policy variables put the value of one variable into the pattern of another.
//!
//! Without policy variables, each variable is solved alone. With them, four arguments can exclude a proposal for all requests:
//!
//! * a match of a pattern with policy variables is a match of the pattern with "anything" in their places;
//! * a fact about the pattern in which each policy variable is one marker symbol holds for every value (`marked.rs`);
//! * if the value of a key must match a pattern, that pattern can replace the key (`refine.rs`);
//! * if a key has only a few possible values, each of them is tried (`few_values.rs`).
//!
//! One argument shows that a proposal is possible: choose values for the keys, put them in, and solve the rest
//! (`instantiate.rs`). If neither side succeeds, the proposal is reported as undecided.

use crate::automata::{Pattern, Symbol};
use crate::formula::{Formula, RequesterKey, Test, VariableId, VariablePattern};
use crate::index::broken;
use crate::limits::{Exhausted, Meter};
use crate::theory::stand_ins::StandIns;
use crate::theory::strings::Word;
use crate::theory::values::{Lemma, Theory};
use rustc_hash::FxHashMap;

/// The tests that the value of one variable must pass, and those that it must fail.
#[derive(Clone, Debug, Default)]
pub struct Tests {
    /// Must pass.
    pub positives: Vec<Test>,
    /// Must not pass.
    pub negatives: Vec<Test>,
}

impl Tests {
    /// Returns the lemma "no value of the variable passes and fails these tests as required", which need not be true.
    fn as_lemma(&self, variable: VariableId) -> Lemma {
        let about = |tests: &[Test]| tests.iter().map(|test| (variable, *test)).collect();
        Lemma { positives: about(&self.positives), negatives: about(&self.negatives) }
    }

    /// Returns all tests, those to be passed first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Test> {
        self.positives.iter().chain(&self.negatives)
    }
}

/// The result for a proposal.
#[derive(Debug)]
pub enum Valuation {
    /// Values that pass and fail all tests as proposed.
    Values(FxHashMap<VariableId, Word>),
    /// Lemmas, each of which excludes the proposal.
    Conflicts(Vec<Lemma>),
    /// The search found neither values nor a lemma that excludes the proposal.
    Undecided(Lemma),
}

impl Theory {
    /// Decides all tests of a proposal together.
    ///
    /// # Errors
    /// The meter ran out, or as [`Theory::value`].
    pub fn values(
        &mut self,
        formula: &mut Formula<'_>,
        tests: &[(VariableId, Tests)],
        meter: &mut Meter,
    ) -> Result<Valuation, Exhausted> {
        let mut words: FxHashMap<VariableId, Word> = FxHashMap::default();
        words.reserve(tests.len());
        let (mut conflicts, mut mixed) = (Vec::new(), None);
        for (variable, tests) in tests {
            match self.widened(formula, *variable, tests, meter) {
                Ok(Ok(word)) => {
                    words.insert(*variable, word);
                }
                Ok(Err(lemma)) => conflicts.push(lemma),
                // Another variable may still exclude the proposal, or another proposal may not need this variable.
                Err(Exhausted::Mixed) => mixed = mixed.or_else(|| Some(tests.as_lemma(*variable))),
                Err(limit) => return Err(limit),
            }
            conflicts.extend(self.marked(formula, *variable, tests, meter)?);
        }
        if conflicts.is_empty()
            && let Some(mixed) = mixed
        {
            return Ok(Valuation::Undecided(mixed));
        }
        if conflicts.is_empty() {
            for (variable, own) in tests {
                conflicts.extend(self.refined(formula, tests, *variable, own, meter)?);
            }
        }
        if !conflicts.is_empty() {
            return Ok(Valuation::Conflicts(conflicts));
        }
        if !tests.iter().any(|(_, t)| t.all().any(is_template)) {
            return Ok(Valuation::Values(words));
        }
        self.instantiate(formula, tests, words, meter)
    }

    /// Returns a value for the tests after widening positive patterns with policy variables and dropping negative ones.
    fn widened(
        &mut self,
        formula: &Formula<'_>,
        variable: VariableId,
        tests: &Tests,
        meter: &mut Meter,
    ) -> Result<Result<Word, Lemma>, Exhausted> {
        if !tests.all().any(is_template) {
            return self.value(formula, variable, &tests.positives, &tests.negatives, meter);
        }
        let mut positives = StandIns::default();
        for test in &tests.positives {
            positives.push(widest(formula, *test), *test);
        }
        let negatives: Vec<Test> = tests.negatives.iter().filter(|t| !is_template(t)).copied().collect();
        let found = self.value(formula, variable, positives.asked(), &negatives, meter)?;
        Ok(found.map_err(|mut lemma| {
            positives.put_back(&mut lemma.positives);
            lemma
        }))
    }
}

/// Returns the tests of one variable of a proposal.
pub(super) fn tests_of(tests: &[(VariableId, Tests)], variable: VariableId) -> &Tests {
    static NONE: Tests = Tests { positives: Vec::new(), negatives: Vec::new() };
    match tests.iter().find(|(v, _)| *v == variable) {
        Some((_, tests)) => tests,
        None => &NONE,
    }
}

/// True if the test is a pattern with policy variables.
pub(super) fn is_template(test: &Test) -> bool {
    matches!(test, Test::Template(_))
}

/// Returns the pattern if the test is a pattern with policy variables.
pub(super) fn variable_pattern<'f, 'a>(
    formula: &'f Formula<'a>,
    test: Test,
) -> Option<&'f VariablePattern<'a>> {
    match test {
        Test::Template(id) => Some(formula.template_of(id)),
        Test::Pattern(_) | Test::Bound(_) | Test::Network(_) => None,
    }
}

/// Returns the test with anything in place of its policy variables.
pub(super) fn widest(formula: &Formula<'_>, test: Test) -> Test {
    match formula.widened(test) {
        Some(pattern) => Test::Pattern(pattern),
        None => test,
    }
}

/// Returns the variable of a key whose value occurs in a pattern.
pub(super) fn variable_of_key<'a>(formula: &Formula<'a>, key: &'a str) -> VariableId {
    match formula.key_variable(key, 0) {
        Some(variable) => variable,
        None => broken("a key that stands in a pattern has a variable"),
    }
}

/// Returns the variable whose value decides the value of a key in a pattern: for a key read off the requester's word, the
/// requester and the part of its word that the key is.
pub(super) fn deciding_variable<'a>(
    formula: &Formula<'a>,
    key: &'a str,
) -> (VariableId, Option<RequesterKey>) {
    match formula.requester_key(key) {
        Some(part) => (VariableId::REQUESTER, Some(part)),
        None => (variable_of_key(formula, key), None),
    }
}

/// Returns the pattern that matches only this word.
pub(super) fn word_pattern(word: &[Symbol]) -> Pattern {
    word.iter().fold(Pattern::builder(), |builder, symbol| builder.symbol(*symbol)).finish()
}
