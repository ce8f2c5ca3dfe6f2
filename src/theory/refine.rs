//! Patterns with policy variables whose keys have to match patterns themselves: if `aws:username` has to match `dev-*`, then
//! `home/${aws:username}/*` matches nothing but what `home/dev-*/*` matches.

use crate::automata::Pattern;
use crate::formula::{Formula, PatternKey, Test, VariableId};
use crate::limits::{Exhausted, Meter};
use crate::theory::values::{Lemma, Theory};
use crate::theory::variables::{Tests, is_template, symbolic};

/// A pattern that the value of a key has to match, and the test that says so, if it is not a matter of course.
type Known = (Pattern, Option<(VariableId, Test)>);

impl Theory {
    /// Lemmas that hold because keys have to match patterns: for each positive template, that with those patterns in place.
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
            let Some(template) = symbolic(formula, *template_test) else { continue };
            let known: Vec<Option<Known>> =
                template.keys.iter().map(|key| self.known(formula, tests, key)).collect();
            if known.iter().all(Option::is_none) {
                continue;
            }
            let patterns: Vec<Option<Pattern>> =
                known.iter().map(|k| k.as_ref().map(|k| k.0.clone())).collect();
            let because: Vec<(VariableId, Test)> =
                known.iter().flatten().filter_map(|(_, test)| *test).collect();
            let Some(pattern) = template.refine(&patterns) else {
                // No value that the key can have can stand in its place.
                let mut lemma = Lemma { positives: vec![(variable, *template_test)], negatives: Vec::new() };
                lemma.merge(Lemma { positives: because, negatives: Vec::new() });
                lemmas.push(lemma);
                continue;
            };
            let refined = Test::Pattern(formula.intern_pattern(PatternKey::built(pattern)));
            let mut positives: Vec<(Test, Test)> = vec![(refined, *template_test)];
            for test in &own.positives {
                let widened =
                    if is_template(test) { formula.widened(*test).map(Test::Pattern) } else { Some(*test) };
                positives.extend(widened.map(|widened| (widened, *test)));
            }
            let query: Vec<Test> = positives.iter().map(|(query, _)| *query).collect();
            let Err(mut lemma) = self.value(formula, variable, &query, &negatives, meter)? else { continue };
            for (_, test) in &mut lemma.positives {
                let original =
                    positives.iter().find(|(query, _)| query == test).map(|(_, original)| *original);
                *test = original.unwrap_or(*test);
            }
            lemma.merge(Lemma { positives: because, negatives: Vec::new() });
            lemmas.push(lemma);
        }
        Ok(lemmas)
    }

    /// A pattern that the value of the key has to match under the tests of a proposal.
    fn known(&mut self, formula: &Formula<'_>, tests: &[(VariableId, Tests)], key: &str) -> Option<Known> {
        let of = |variable: VariableId| {
            let own = tests.iter().find(|(v, _)| *v == variable);
            own.into_iter().flat_map(|(_, tests)| &tests.positives).copied()
        };
        let Some(tied) = formula.requester_key(key) else {
            let variable = formula.key_variable(key, 0)?;
            let test = of(variable).find(|test| matches!(test, Test::Pattern(_)))?;
            let pattern = self.strings.pattern(formula, formula.widened(test)?);
            return Some(((*pattern).clone(), Some((variable, test))));
        };
        let implied =
            of(VariableId::REQUESTER).find_map(|test| Some((test, formula.implied_for_key(test, key)?)));
        match implied {
            Some((test, value)) => {
                let pattern = self.strings.pattern(formula, value);
                Some(((*pattern).clone(), Some((VariableId::REQUESTER, test))))
            }
            None => tied.shape().map(|shape| (shape, None)),
        }
    }
}
