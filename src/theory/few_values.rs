//! The argument by cases: if the keys of a variable's patterns have only a few possible values, and none of their combinations
//! works, this is a lemma.

use crate::automata::{Pattern, Symbol};
use crate::formula::{Formula, PatternKey, Test, VariableId, decode};
use crate::index::broken;
use crate::limits::{Exhausted, Meter};
use crate::theory::combinations::Combinations;
use crate::theory::stand_ins::StandIns;
use crate::theory::strings::Word;
use crate::theory::values::{Lemma, Theory};
use crate::theory::variables::{
    Tests, deciding_variable, is_template, tests_of, variable_pattern, word_pattern,
};

/// The values of one key.
struct KeyValues<'a> {
    key: &'a str,
    values: Vec<Word>,
}

impl Theory {
    /// Finds a lemma by cases for one of these variables whose patterns contain policy variables.
    ///
    /// # Errors
    /// The meter ran out, or as [`Theory::value`].
    pub(super) fn exhaust_values(
        &mut self,
        formula: &mut Formula<'_>,
        tests: &[(VariableId, Tests)],
        variables: &[VariableId],
        meter: &mut Meter,
    ) -> Result<Option<Lemma>, Exhausted> {
        for variable in variables {
            let own = tests_of(tests, *variable);
            let mut keys: Vec<&str> = Vec::new();
            for key in own.all().filter_map(|t| variable_pattern(formula, *t)).flat_map(|p| &p.keys) {
                if !keys.contains(key) {
                    keys.push(key);
                }
            }
            let mut because = Lemma::default();
            let mut values: Vec<KeyValues<'_>> = Vec::new();
            for key in keys {
                let Some((list, lemma)) = self.few_values(formula, tests, key, meter)? else {
                    return Ok(None);
                };
                because.merge(lemma);
                values.push(KeyValues { key, values: list });
            }
            if let Some(lemma) = self.exclude_all(formula, (*variable, own), &values, because, meter)? {
                return Ok(Some(lemma));
            }
        }
        Ok(None)
    }

    /// Returns all values that a key can have under its tests, if they are few, with the tests that limit them.
    fn few_values<'a>(
        &mut self,
        formula: &mut Formula<'a>,
        tests: &[(VariableId, Tests)],
        key: &'a str,
        meter: &mut Meter,
    ) -> Result<Option<(Vec<Word>, Lemma)>, Exhausted> {
        let (variable, part) = deciding_variable(formula, key);
        let own = tests_of(tests, variable);
        let plain = |tests: &[Test]| tests.iter().filter(|t| !is_template(t)).copied().collect::<Vec<_>>();
        let (positives, mut negatives) = (plain(&own.positives), plain(&own.negatives));
        let given = negatives.len();
        let mut values = Vec::new();
        for _ in 0..=meter.limits().key_values {
            let word = match self.value(formula, variable, &positives, &negatives, meter)? {
                Ok(word) => word,
                Err(mut lemma) => {
                    let (_, excluded) = negatives.split_at(given);
                    lemma.negatives.retain(|(_, test)| !excluded.contains(test));
                    return Ok(Some((values, lemma)));
                }
            };
            let (value, patterns) = match part {
                Some(part) => match decode(&word).and_then(|decoded| part.value(&decoded)) {
                    Some(Some(text)) => (Symbol::word(&text), part.words(&Pattern::word(&text))),
                    _ => return Ok(None),
                },
                None => (word.clone(), vec![word_pattern(&word)]),
            };
            values.push(value);
            for pattern in patterns {
                negatives.push(Test::Pattern(formula.intern_pattern(PatternKey::built(pattern))));
            }
        }
        Ok(None)
    }

    /// Returns the lemma that the variable has no value, if it has none under any combination of the keys' values.
    fn exclude_all(
        &mut self,
        formula: &mut Formula<'_>,
        (variable, own): (VariableId, &Tests),
        keys: &[KeyValues<'_>],
        mut because: Lemma,
        meter: &mut Meter,
    ) -> Result<Option<Lemma>, Exhausted> {
        let most = meter.limits().assignments;
        let lists = || Combinations::of(keys.iter().map(|key| key.values.as_slice()).collect());
        if lists().take(most + 1).count() > most {
            return Ok(None);
        }
        for words in lists() {
            let mut put_in = |test: &Test| -> Option<Test> {
                let Some(template) = variable_pattern(formula, *test) else { return Some(*test) };
                let value_of = |name: &&str| -> &[Symbol] {
                    match keys.iter().zip(&words).find(|(key, _)| key.key == *name) {
                        Some((_, word)) => word.as_slice(),
                        None => broken("a value is chosen for every key of the patterns"),
                    }
                };
                let values: Vec<&[Symbol]> = template.keys.iter().map(value_of).collect();
                let pattern = template.substitute(&values)?;
                Some(Test::Pattern(formula.intern_pattern(PatternKey::built(pattern))))
            };
            let (mut positives, mut negatives) = (StandIns::default(), StandIns::default());
            let mut impossible = None;
            for test in &own.positives {
                match put_in(test) {
                    Some(asked) => positives.push(asked, *test),
                    // A value cannot stand in its place, so the test matches nothing.
                    None => impossible = impossible.or(Some(*test)),
                }
            }
            for test in &own.negatives {
                if let Some(asked) = put_in(test) {
                    negatives.push(asked, *test);
                }
            }
            if let Some(test) = impossible {
                because.positives.push((variable, test));
                continue;
            }
            match self.value(formula, variable, positives.asked(), negatives.asked(), meter)? {
                Ok(_) => return Ok(None),
                Err(mut lemma) => {
                    positives.put_back(&mut lemma.positives);
                    negatives.put_back(&mut lemma.negatives);
                    because.merge(lemma);
                }
            }
        }
        Ok(Some(because))
    }
}
