//! Values for all variables together, where policy variables put the value of one into the pattern of another.
//!
//! Without policy variables every variable stands alone. With them, four arguments exclude a proposal for all requests:
//!
//! * a pattern with policy variables implies the pattern with "anything" in their places;
//! * where each policy variable is one strange symbol, what holds of the pattern holds for every value (`marked.rs`);
//! * where the value of a key has to match a pattern, that pattern can stand in the place of the key (`refine.rs`);
//! * where a key can only have a few values, each of them is tried (`few_values.rs`).
//!
//! And one shows it possible: values for the keys are chosen, put in, and the rest is solved (`instantiate.rs`). What neither
//! excludes nor shows is reported as undecided.

use crate::automata::{Pattern, Symbol};
use crate::formula::{Formula, RequesterKey, Test, VariableId, VariablePattern};
use crate::index::broken;
use crate::limits::{Exhausted, Meter};
use crate::theory::stand_ins::StandIns;
use crate::theory::strings::Word;
use crate::theory::values::{Lemma, Theory};
use rustc_hash::FxHashMap;

/// Tests that the value of one variable must pass, and must not.
#[derive(Clone, Debug, Default)]
pub struct Tests {
    /// Must pass.
    pub positives: Vec<Test>,
    /// Must not pass.
    pub negatives: Vec<Test>,
}

impl Tests {
    /// "A value of the variable does not pass and fail these", if that were so.
    fn as_lemma(&self, variable: VariableId) -> Lemma {
        let about = |tests: &[Test]| tests.iter().map(|test| (variable, *test)).collect();
        Lemma { positives: about(&self.positives), negatives: about(&self.negatives) }
    }

    /// All tests, those to be passed first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Test> {
        self.positives.iter().chain(&self.negatives)
    }
}

/// The facts known about a proposal.
#[derive(Debug)]
pub enum Valuation {
    /// Values that pass and fail everything as proposed.
    Values(FxHashMap<VariableId, Word>),
    /// Facts, each of which excludes the proposal.
    Conflicts(Vec<Lemma>),
    /// No values were found, and nothing that excludes them.
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
                // Another variable may exclude the proposal, or another proposal do without.
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

    /// A value by the tests with positive patterns widened and negative ones left out, where they have policy variables.
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

/// The tests of one variable of a proposal.
pub(super) fn tests_of(tests: &[(VariableId, Tests)], variable: VariableId) -> &Tests {
    static NONE: Tests = Tests { positives: Vec::new(), negatives: Vec::new() };
    match tests.iter().find(|(v, _)| *v == variable) {
        Some((_, tests)) => tests,
        None => &NONE,
    }
}

/// Returns true if the test is a pattern with policy variables.
pub(super) fn is_template(test: &Test) -> bool {
    matches!(test, Test::Template(_))
}

/// The pattern with policy variables that a test is, if it is one.
pub(super) fn variable_pattern<'f, 'a>(
    formula: &'f Formula<'a>,
    test: Test,
) -> Option<&'f VariablePattern<'a>> {
    match test {
        Test::Template(id) => Some(formula.template_of(id)),
        Test::Pattern(_) | Test::Bound(_) | Test::Network(_) => None,
    }
}

/// The test with anything in the places of its policy variables.
pub(super) fn widest(formula: &Formula<'_>, test: Test) -> Test {
    match formula.widened(test) {
        Some(pattern) => Test::Pattern(pattern),
        None => test,
    }
}

/// The variable of a key whose value stands in a pattern.
pub(super) fn variable_of_key<'a>(formula: &Formula<'a>, key: &'a str) -> VariableId {
    match formula.key_variable(key, 0) {
        Some(variable) => variable,
        None => broken("a key that stands in a pattern has a variable"),
    }
}

/// The variable whose value decides that of a key that stands in a pattern: the requester for what its word holds, with the part
/// that the key is.
pub(super) fn deciding_variable<'a>(
    formula: &Formula<'a>,
    key: &'a str,
) -> (VariableId, Option<RequesterKey>) {
    match formula.requester_key(key) {
        Some(part) => (VariableId::REQUESTER, Some(part)),
        None => (variable_of_key(formula, key), None),
    }
}

/// The pattern that this word alone matches.
pub(super) fn word_pattern(word: &[Symbol]) -> Pattern {
    word.iter().fold(Pattern::builder(), |builder, symbol| builder.symbol(*symbol)).finish()
}
