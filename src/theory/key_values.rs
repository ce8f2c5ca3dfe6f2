//! Finds the values of keys that are worth putting into the patterns that contain them.

use crate::automata::{Builder, Class, Pattern, Set};
use crate::formula::{Formula, PatternKey, RequesterKey, Test, VariableId, decode};
use crate::limits::{Exhausted, Meter};
use crate::theory::instantiate::Words;
use crate::theory::strings::Word;
use crate::theory::values::Theory;
use crate::theory::variables::{Tests, tests_of, variable_of_key, variable_pattern, word_pattern};
use rustc_hash::FxHashSet;

/// The length of the long value that is tried beside the others.
const LONG_VALUE: usize = 6;

/// A variable, with the values worth trying.
pub(super) type Slot = (VariableId, Vec<Word>);

impl Theory {
    /// Returns the variables from which patterns take values, each with up to `most` values worth trying.
    ///
    /// # Errors
    /// The meter ran out, or as [`Theory::value`].
    pub(super) fn slots(
        &mut self,
        formula: &mut Formula<'_>,
        (tests, order): (&[(VariableId, Tests)], &[VariableId]),
        words: &Words,
        most: usize,
        meter: &mut Meter,
    ) -> Result<Vec<Slot>, Exhausted> {
        let mut slots: Vec<Slot> = Vec::new();
        let mut wanted: Vec<(VariableId, Option<RequesterKey>, Vec<Word>)> = Vec::new();
        for (key, hints) in hints(formula, tests, words) {
            if let Some(part) = formula.requester_key(key) {
                wanted.push((VariableId::REQUESTER, Some(part), hints.clone()));
            }
            // A key that the word fixes for some requesters is free for others.
            wanted.push((variable_of_key(formula, key), None, hints));
        }
        for (variable, part, hints) in wanted.into_iter().filter(|(v, _, _)| !order.contains(v)) {
            if slots.iter().any(|(v, list)| *v == variable && list.len() >= most) {
                continue;
            }
            let own = tests_of(tests, variable);
            let candidates = self.candidates(formula, (variable, part), own, hints, most, meter)?;
            match slots.iter_mut().find(|(v, _)| *v == variable) {
                Some((_, list)) => list.extend(candidates),
                None => slots.push((variable, candidates)),
            }
        }
        for (_, candidates) in &mut slots {
            let mut seen = FxHashSet::default();
            candidates.retain(|word| seen.insert(word.clone()));
        }
        slots.retain(|(_, candidates)| !candidates.is_empty());
        Ok(slots)
    }

    /// Returns values of one variable that its tests allow: values that give the variable, or the key that is a part of it, a
    /// hinted value, and a few others.
    fn candidates(
        &mut self,
        formula: &mut Formula<'_>,
        (variable, part): (VariableId, Option<RequesterKey>),
        own: &Tests,
        hints: Vec<Word>,
        most: usize,
        meter: &mut Meter,
    ) -> Result<Vec<Word>, Exhausted> {
        let mut candidates: Vec<Word> = Vec::new();
        // Beside the hints, a longer value.
        let letters = |b: Builder, _| b.one(Set::Class(Class::ALNUM_LOWER));
        let long = std::iter::once_with(|| (0..LONG_VALUE).fold(Pattern::builder(), letters).finish());
        let wanted = hints.iter().map(|hint| word_pattern(hint)).chain(long);
        for hint in wanted {
            let patterns = match part {
                Some(part) => part.words(&hint),
                None => vec![hint],
            };
            for pattern in patterns {
                if candidates.len() >= most {
                    return Ok(candidates);
                }
                let mut positives = own.positives.clone();
                positives.push(Test::Pattern(formula.intern_pattern(PatternKey::built(pattern))));
                if let Ok(word) = self.value(formula, variable, &positives, &own.negatives, meter)? {
                    candidates.push(word);
                }
            }
        }
        let mut negatives = own.negatives.clone();
        for _ in 0..meter.limits().key_values {
            if candidates.len() >= most {
                break;
            }
            let Ok(word) = self.value(formula, variable, &own.positives, &negatives, meter)? else {
                break;
            };
            let text = part.and_then(|part| {
                let text = decode(&word).and_then(|decoded| part.value(&decoded)).flatten()?;
                Some((part, text))
            });
            let others = match text {
                Some((part, text)) => part.words(&Pattern::word(&text)),
                None => vec![word_pattern(&word)],
            };
            candidates.push(word);
            for other in others {
                negatives.push(Test::Pattern(formula.intern_pattern(PatternKey::built(other))));
            }
        }
        Ok(candidates)
    }
}

/// Returns the keys that patterns contain, with values under which positive patterns match the words chosen so far.
fn hints<'a>(
    formula: &Formula<'a>,
    tests: &[(VariableId, Tests)],
    words: &Words,
) -> Vec<(&'a str, Vec<Word>)> {
    let mut found: Vec<(&'a str, Vec<Word>)> = Vec::new();
    for (variable, tests) in tests {
        let positives = tests.positives.iter().map(|test| (test, true));
        for (test, is_positive) in positives.chain(tests.negatives.iter().map(|test| (test, false))) {
            let Some(template) = variable_pattern(formula, *test) else { continue };
            let word = words.get(variable).filter(|_| is_positive);
            let values = [true, false].map(|long| word.and_then(|word| template.extract(word, long)));
            for (i, key) in template.keys.iter().enumerate() {
                let of_key = values.iter().flatten().filter_map(|values| values.get(i)).cloned();
                match found.iter_mut().find(|(k, _)| k == key) {
                    Some((_, list)) => list.extend(of_key),
                    None => found.push((key, of_key.collect())),
                }
            }
        }
    }
    found
}
