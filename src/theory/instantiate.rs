//! Puts values of keys into the patterns that contain them, which shows that a proposal with policy variables is possible.

use crate::automata::Symbol;
use crate::formula::{Formula, PatternKey, Test, VariableId, decode};
use crate::limits::{Exhausted, Meter};
use crate::theory::combinations::Combinations;
use crate::theory::strings::Word;
use crate::theory::values::{Lemma, Theory};
use crate::theory::variables::{
    Tests, Valuation, deciding_variable, is_template, tests_of, variable_of_key, variable_pattern,
};
use rustc_hash::FxHashMap;

/// The values chosen for variables so far.
pub(super) type Words = FxHashMap<VariableId, Word>;

impl Theory {
    /// Chooses values for the keys of patterns, puts them in, and solves the rest.
    ///
    /// # Errors
    /// The meter ran out, or no choice was decided.
    pub(super) fn instantiate(
        &mut self,
        formula: &mut Formula<'_>,
        tests: &[(VariableId, Tests)],
        words: Words,
        meter: &mut Meter,
    ) -> Result<Valuation, Exhausted> {
        let all = Lemma {
            positives: tests.iter().flat_map(|(v, t)| t.positives.iter().map(|t| (*v, *t))).collect(),
            negatives: tests.iter().flat_map(|(v, t)| t.negatives.iter().map(|t| (*v, *t))).collect(),
        };
        let order = DependencyOrder::of(formula, tests);
        let mut is_mixed = false;
        // Usually any values work, or the first ones worth trying; then the others need not be searched for.
        if let Some(words) = self.attempt(formula, (tests, &order), words.clone(), &mut is_mixed, meter)? {
            return Ok(Valuation::Values(words));
        }
        let first = self.slots(formula, (tests, &order.variables), &words, 1, meter)?;
        let mut chosen = words.clone();
        chosen.extend(first.into_iter().filter_map(|(v, values)| Some((v, values.into_iter().next()?))));
        if let Some(words) = self.attempt(formula, (tests, &order), chosen, &mut is_mixed, meter)? {
            return Ok(Valuation::Values(words));
        }
        let slots = self.slots(formula, (tests, &order.variables), &words, usize::MAX, meter)?;
        let combinations = Combinations::of(slots.iter().map(|(_, values)| values.as_slice()).collect());
        for values in combinations.take(meter.limits().assignments) {
            let mut chosen = words.clone();
            chosen.extend(slots.iter().zip(values).map(|((variable, _), word)| (*variable, word.clone())));
            if let Some(words) = self.attempt(formula, (tests, &order), chosen, &mut is_mixed, meter)? {
                return Ok(Valuation::Values(words));
            }
        }
        if order.has_cycle {
            return Ok(Valuation::Undecided(all));
        }
        Ok(match self.exhaust_values(formula, tests, &order.variables, meter)? {
            Some(lemma) => Valuation::Conflicts(vec![lemma]),
            None if is_mixed => return Err(Exhausted::Mixed),
            None => Valuation::Undecided(all),
        })
    }

    /// Does the same as [`Theory::fill_in`], except that [`Exhausted::Mixed`] (operators of several types test one key, and no text
    /// was found that satisfies all) only sets `is_mixed`, because other values may still work.
    fn attempt(
        &mut self,
        formula: &mut Formula<'_>,
        of: (&[(VariableId, Tests)], &DependencyOrder),
        words: Words,
        is_mixed: &mut bool,
        meter: &mut Meter,
    ) -> Result<Option<Words>, Exhausted> {
        match self.fill_in(formula, of, words, meter) {
            Err(Exhausted::Mixed) => {
                *is_mixed = true;
                Ok(None)
            }
            other => other,
        }
    }

    /// Solves the variables whose patterns contain policy variables, in order, given the values of the others. `None` if one of
    /// them then has no value.
    fn fill_in(
        &mut self,
        formula: &mut Formula<'_>,
        (tests, order): (&[(VariableId, Tests)], &DependencyOrder),
        mut words: Words,
        meter: &mut Meter,
    ) -> Result<Option<Words>, Exhausted> {
        for variable in &order.variables {
            let own = tests_of(tests, *variable);
            // On a cycle, a value that already passes is kept, because others were chosen to match it.
            if order.has_cycle && self.passes(formula, (*variable, own), &words, meter)? {
                continue;
            }
            let mut positives = Vec::new();
            for test in &own.positives {
                match self.put_in(formula, *test, &words, meter)? {
                    Some(test) => positives.push(test),
                    None => return Ok(None),
                }
            }
            let mut negatives = Vec::new();
            for test in &own.negatives {
                // A value that cannot stand in its place makes the pattern match nothing.
                negatives.extend(self.put_in(formula, *test, &words, meter)?);
            }
            match self.value(formula, *variable, &positives, &negatives, meter)? {
                Ok(word) => words.insert(*variable, word),
                Err(_) => return Ok(None),
            };
        }
        // On a cycle, keys may have got new values after their old ones were put in.
        for variable in order.variables.iter().filter(|_| order.has_cycle) {
            if !self.passes(formula, (*variable, tests_of(tests, *variable)), &words, meter)? {
                return Ok(None);
            }
        }
        Ok(Some(words))
    }

    /// True if the value of the variable passes and fails its patterns with policy variables as required.
    fn passes(
        &mut self,
        formula: &mut Formula<'_>,
        (variable, own): (VariableId, &Tests),
        words: &Words,
        meter: &mut Meter,
    ) -> Result<bool, Exhausted> {
        let word = self.chosen(formula, variable, words, meter)?;
        for (list, wanted) in [(&own.positives, true), (&own.negatives, false)] {
            for test in list.iter().filter(|test| is_template(test)) {
                let matched = match self.put_in(formula, *test, words, meter)? {
                    Some(Test::Pattern(pattern)) => self.strings.pattern(formula, pattern).matches(&word),
                    _ => false,
                };
                if matched != wanted {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Returns the test with the values of its keys put in; `None` if it then matches nothing.
    fn put_in(
        &mut self,
        formula: &mut Formula<'_>,
        test: Test,
        words: &Words,
        meter: &mut Meter,
    ) -> Result<Option<Test>, Exhausted> {
        let Some(template) = variable_pattern(formula, test) else { return Ok(Some(test)) };
        let mut values = Vec::new();
        for key in &template.keys {
            values.push(self.value_of_key(formula, key, words, meter)?);
        }
        let values: Vec<&[Symbol]> = values.iter().map(Vec::as_slice).collect();
        let pattern = template.substitute(&values);
        Ok(pattern.map(|p| Test::Pattern(formula.intern_pattern(PatternKey::built(p)))))
    }

    /// Returns the value of a key under the chosen words; if the requester's word fixes the key, that value.
    fn value_of_key<'a>(
        &mut self,
        formula: &Formula<'a>,
        key: &'a str,
        words: &Words,
        meter: &mut Meter,
    ) -> Result<Word, Exhausted> {
        if let Some(part) = formula.requester_key(key) {
            let requester = self.chosen(formula, VariableId::REQUESTER, words, meter)?;
            if let Some(Some(text)) = decode(&requester).and_then(|decoded| part.value(&decoded)) {
                return Ok(Symbol::word(&text));
            }
        }
        self.chosen(formula, variable_of_key(formula, key), words, meter)
    }

    /// Returns the chosen value of a variable, or any value if none is chosen.
    fn chosen(
        &mut self,
        formula: &Formula<'_>,
        variable: VariableId,
        words: &Words,
        meter: &mut Meter,
    ) -> Result<Word, Exhausted> {
        match words.get(&variable) {
            Some(word) => Ok(word.clone()),
            None => self.any_value(formula, variable, meter),
        }
    }
}

/// The variables whose patterns contain policy variables, ordered so that a variable comes after those whose values it needs.
struct DependencyOrder {
    variables: Vec<VariableId>,
    /// True if some of them need one another; then the first of them comes before those that it needs.
    has_cycle: bool,
}

impl DependencyOrder {
    fn of(formula: &Formula<'_>, tests: &[(VariableId, Tests)]) -> DependencyOrder {
        let needs = |tests: &Tests| -> Vec<VariableId> {
            let patterns = tests.all().filter_map(|test| variable_pattern(formula, *test));
            patterns.flat_map(|pattern| &pattern.keys).map(|key| deciding_variable(formula, key).0).collect()
        };
        let mut open: Vec<(VariableId, Vec<VariableId>)> =
            tests.iter().map(|(v, t)| (*v, needs(t))).filter(|(_, n)| !n.is_empty()).collect();
        let mut order = DependencyOrder { variables: Vec::new(), has_cycle: false };
        while !open.is_empty() {
            let waiting: Vec<VariableId> = open.iter().map(|(v, _)| *v).collect();
            let ready = open.iter().position(|(_, needs)| !needs.iter().any(|n| waiting.contains(n)));
            order.has_cycle |= ready.is_none();
            order.variables.push(open.remove(ready.map_or(0, |ready| ready)).0);
        }
        order
    }
}
