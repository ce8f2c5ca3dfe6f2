//! Patterns with policy variables whose keys must match patterns themselves: if `aws:username` must match `dev-*`, then every
//! match of `home/${aws:username}/*` is a match of `home/dev-*/*`.

use crate::automata::Pattern;
use crate::formula::{Formula, PatternKey, Test, VariableId};
use crate::limits::{Exhausted, Meter};
use crate::theory::stand_ins::StandIns;
use crate::theory::values::{Lemma, Theory};
use crate::theory::variables::{Tests, deciding_variable, is_template, tests_of, variable_pattern, widest};

/// Tests that are looked at for one unit of work.
const LOOKS: usize = 16;

/// A pattern that the value of a key must match, with the test that requires it, unless every value matches it.
type ImpliedPattern = (Pattern, Option<(VariableId, Test)>);

impl Theory {
    /// Finds lemmas in which each positive pattern is replaced by the pattern with the implied patterns of its keys.
    ///
    /// # Errors
    /// The meter ran out, or as [`Theory::value`].
    pub(super) fn refined(
        &mut self,
        formula: &mut Formula<'_>,
        tests: &[(VariableId, Tests)],
        variable: VariableId,
        own: &Tests,
        meter: &mut Meter,
    ) -> Result<Vec<Lemma>, Exhausted> {
        let mut lemmas = Vec::new();
        let negatives: Vec<Test> = own.negatives.iter().filter(|t| !is_template(t)).copied().collect();
        for template_test in own.positives.iter().filter(|t| is_template(t)) {
            let Some(template) = variable_pattern(formula, *template_test) else { continue };
            // The tests of each key are looked for among all.
            let looks = template.keys.len() * (tests.len() + own.positives.len());
            meter.work(1 + (looks + own.negatives.len()) / LOOKS)?;
            let implied: Vec<Option<ImpliedPattern>> =
                template.keys.iter().map(|key| self.implied_pattern(formula, tests, key)).collect();
            if implied.iter().all(Option::is_none) {
                continue;
            }
            let patterns: Vec<Option<Pattern>> =
                implied.iter().map(|p| p.as_ref().map(|p| p.0.clone())).collect();
            let because: Vec<(VariableId, Test)> =
                implied.iter().flatten().filter_map(|(_, test)| *test).collect();
            let Some(pattern) = template.refine(&patterns) else {
                // No possible value of the key can stand in its place.
                let mut lemma = Lemma { positives: vec![(variable, *template_test)], negatives: Vec::new() };
                lemma.merge(Lemma { positives: because, negatives: Vec::new() });
                lemmas.push(lemma);
                continue;
            };
            let refined = Test::Pattern(formula.intern_pattern(PatternKey::built(pattern)));
            let mut positives = StandIns::default();
            positives.push(refined, *template_test);
            for test in &own.positives {
                positives.push(widest(formula, *test), *test);
            }
            let found = self.value(formula, variable, positives.asked(), &negatives, meter)?;
            let Err(mut lemma) = found else { continue };
            positives.put_back(&mut lemma.positives);
            lemma.merge(Lemma { positives: because, negatives: Vec::new() });
            lemmas.push(lemma);
        }
        Ok(lemmas)
    }

    /// Returns a pattern that the value of the key must match under the tests of a proposal.
    fn implied_pattern<'a>(
        &mut self,
        formula: &Formula<'a>,
        tests: &[(VariableId, Tests)],
        key: &'a str,
    ) -> Option<ImpliedPattern> {
        let (variable, part) = deciding_variable(formula, key);
        let positives = &tests_of(tests, variable).positives;
        let Some(part) = part else {
            let found = positives.iter().find_map(|test| match test {
                Test::Pattern(pattern) => Some((*test, *pattern)),
                Test::Template(_) | Test::Bound(_) | Test::Network(_) => None,
            });
            let (test, pattern) = found?;
            return Some(((*self.strings.pattern(formula, pattern)).clone(), Some((variable, test))));
        };
        let implied = positives.iter().find_map(|test| Some((*test, formula.implied_for_key(*test, key)?)));
        match implied {
            Some((test, pattern)) => {
                Some(((*self.strings.pattern(formula, pattern)).clone(), Some((variable, test))))
            }
            None => part.shape().map(|shape| (shape, None)),
        }
    }
}
