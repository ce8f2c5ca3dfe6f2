//! Values for all variables together, where policy variables put the value of one into the pattern of another.
//!
//! Without policy variables every variable stands alone. With them, four arguments exclude a proposal for all requests:
//!
//! * a pattern with policy variables implies the pattern with "anything" in their places;
//! * what holds of a pattern when each policy variable is one strange symbol, which wildcards may swallow, holds for every
//!   value, because a run that consumes the symbol consumes the value in the same place;
//! * where the value of a key has to match a pattern, that pattern can stand in the place of the key (`refine.rs`);
//! * where a key can only have a few values, each of them is tried.
//!
//! And one shows it possible: values for the keys are chosen, put in, and the rest is solved. What neither excludes nor shows
//! is reported as undecided.

use crate::automata::{Builder, Class, Decision, Pattern, Set, Step, Symbol, decide};
use crate::formula::{Formula, PatternKey, Piece, RequesterKey, Test, VariableId, VariablePattern, decode};
use crate::limits::{Exhausted, Meter};
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

/// What is known of a proposal.
#[derive(Debug)]
pub enum Valuation {
    /// Values that pass and fail everything as proposed.
    Values(FxHashMap<VariableId, Word>),
    /// HiddenAttributes, each of which excludes the proposal.
    Conflicts(Vec<Lemma>),
    /// No values were found, and nothing that excludes them.
    Undecided(Lemma),
}

/// How many assignments to keys are tried before giving up.
const MOST_TRIES: usize = 64;
/// How many letters one of the values of a key has.
const LONG: usize = 6;
/// How many values of one key are tried.
const MOST_VALUES: usize = 5;

type Found = Result<Word, Lemma>;

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
        let mut conflicts = Vec::new();
        for (variable, tests) in tests {
            match self.plain(formula, *variable, tests, meter)? {
                Ok(word) => {
                    words.insert(*variable, word);
                }
                Err(lemma) => conflicts.push(lemma),
            }
            conflicts.extend(self.marked(formula, *variable, tests, meter)?);
        }
        if conflicts.is_empty() {
            for (variable, own) in tests {
                conflicts.extend(self.refined(formula, tests, *variable, own, meter)?);
            }
        }
        if !conflicts.is_empty() {
            return Ok(Valuation::Conflicts(conflicts));
        }
        if !tests.iter().any(|(_, t)| t.positives.iter().chain(&t.negatives).any(is_template)) {
            return Ok(Valuation::Values(words));
        }
        self.instantiate(formula, tests, words, meter)
    }

    /// The tests with patterns widened and negative templates left out.
    fn plain(
        &mut self,
        formula: &Formula<'_>,
        variable: VariableId,
        tests: &Tests,
        meter: &mut Meter,
    ) -> Result<Found, Exhausted> {
        if !tests.positives.iter().chain(&tests.negatives).any(is_template) {
            return self.value(formula, variable, &tests.positives, &tests.negatives, meter);
        }
        let widened: Vec<Test> = tests
            .positives
            .iter()
            .map(|t| if is_template(t) { formula.widened(*t).map_or(*t, Test::Pattern) } else { *t })
            .collect();
        let negatives: Vec<Test> = tests.negatives.iter().filter(|t| !is_template(t)).copied().collect();
        let found = self.value(formula, variable, &widened, &negatives, meter)?;
        Ok(found.map_err(|mut lemma| {
            for (_, test) in &mut lemma.positives {
                if let Some(place) = widened.iter().position(|w| w == test) {
                    *test = tests.positives.get(place).copied().unwrap_or(*test);
                }
            }
            lemma
        }))
    }

    /// Lemmas that hold for every value of the keys: one positive template against the negatives, each key one symbol.
    fn marked(
        &mut self,
        formula: &Formula<'_>,
        variable: VariableId,
        tests: &Tests,
        meter: &mut Meter,
    ) -> Result<Vec<Lemma>, Exhausted> {
        let mut lemmas = Vec::new();
        for test in tests.positives.iter().filter(|t| is_template(t)) {
            let Some(template) = symbolic(formula, *test) else { continue };
            let mut names: Vec<&str> = template.keys.clone();
            for other in tests.negatives.iter().filter_map(|t| symbolic(formula, *t)) {
                names.extend(other.keys.iter().filter(|k| !names.contains(k)).copied().collect::<Vec<_>>());
            }
            if names.len() > usize::from(Symbol::LAST_MARKER) || tests.negatives.is_empty() {
                continue;
            }
            let number = |name: &str| {
                let place = names.iter().position(|n| *n == name).unwrap_or(0);
                u8::try_from(place).unwrap_or(Symbol::LAST_MARKER)
            };
            // A run takes the value of a key if it takes all symbols that can be in it.
            let rooms: Vec<(Class, Class)> =
                names.iter().map(|name| (room(template, name), Class::marker(number(name)))).collect();
            let let_through = |run: Class| {
                let fitting = rooms.iter().filter(|(room, _)| run.covers(*room));
                fitting.fold(Class::EMPTY, |class, (_, marker)| class.union(*marker))
            };
            let positive = template.mark(|name| Symbol::marker(number(name)));
            let (mut places, mut negatives) = (Vec::new(), Vec::new());
            for (place, test) in tests.negatives.iter().enumerate() {
                let pattern = match test {
                    Test::Pattern(id) => swallowing(&self.strings.pattern(formula, *id), &let_through),
                    Test::Template(_) => {
                        match symbolic(formula, *test).filter(|t| fits_wherever(t, template)) {
                            Some(template) => {
                                swallowing(&template.mark(|name| Symbol::marker(number(name))), &let_through)
                            }
                            None => continue,
                        }
                    }
                    Test::Bound(_) | Test::Network(_) => continue,
                };
                places.push(place);
                negatives.push(pattern);
            }
            let negatives: Vec<&Pattern> = negatives.iter().collect();
            if let Decision::Conflict(conflict) = decide(&[], &[&positive], &negatives, meter)? {
                let negative = |i: &usize| places.get(*i).and_then(|p| tests.negatives.get(*p)).copied();
                lemmas.push(Lemma {
                    positives: vec![(variable, *test)],
                    negatives: conflict
                        .negatives
                        .iter()
                        .filter_map(negative)
                        .map(|t| (variable, t))
                        .collect(),
                });
            }
        }
        Ok(lemmas)
    }

    /// Chooses values for the keys of templates, puts them in and solves the rest.
    fn instantiate(
        &mut self,
        formula: &mut Formula<'_>,
        tests: &[(VariableId, Tests)],
        mut words: FxHashMap<VariableId, Word>,
        meter: &mut Meter,
    ) -> Result<Valuation, Exhausted> {
        let all = Lemma {
            positives: tests.iter().flat_map(|(v, t)| t.positives.iter().map(|t| (*v, *t))).collect(),
            negatives: tests.iter().flat_map(|(v, t)| t.negatives.iter().map(|t| (*v, *t))).collect(),
        };
        let Some(order) = dependency_order(formula, tests) else { return Ok(Valuation::Undecided(all)) };
        // Mostly any values do, or the first ones that are worth trying, and the others are not looked for.
        let before: Vec<(VariableId, Option<Word>)> =
            order.iter().map(|variable| (*variable, words.get(variable).cloned())).collect();
        let mut mixed = false;
        if self.attempt(formula, tests, &order, (&mut words, &mut mixed), meter)? {
            return Ok(Valuation::Values(words));
        }
        for (variable, word) in before {
            match word {
                Some(word) => words.insert(variable, word),
                None => words.remove(&variable),
            };
        }
        let first = self.slots(formula, tests, &words, &order, 1, meter)?;
        let mut chosen = words.clone();
        chosen.extend(
            first.into_iter().filter_map(|(v, candidates)| Some((v, candidates.into_iter().next()?))),
        );
        if self.attempt(formula, tests, &order, (&mut chosen, &mut mixed), meter)? {
            return Ok(Valuation::Values(chosen));
        }
        let slots = self.slots(formula, tests, &words, &order, usize::MAX, meter)?;
        let mut tries = 0usize;
        let mut places = vec![0usize; slots.len()];
        loop {
            let mut words = words.clone();
            for (place, (variable, candidates)) in places.iter().zip(&slots) {
                if let Some(word) = candidates.get(*place) {
                    words.insert(*variable, word.clone());
                }
            }
            if self.attempt(formula, tests, &order, (&mut words, &mut mixed), meter)? {
                return Ok(Valuation::Values(words));
            }
            tries = tries.saturating_add(1);
            let mut carry = true;
            for (place, (_, candidates)) in places.iter_mut().zip(&slots) {
                *place = place.saturating_add(1);
                carry = *place >= candidates.len();
                if !carry {
                    break;
                }
                *place = 0;
            }
            if carry || tries >= MOST_TRIES {
                break;
            }
        }
        Ok(match self.exhausted(formula, tests, &order, meter)? {
            Some(lemma) => Valuation::Conflicts(vec![lemma]),
            None if mixed => return Err(Exhausted::Mixed),
            None => Valuation::Undecided(all),
        })
    }

    /// As [`Theory::fill_in`]; where operators of several kinds meet in a way that is not decided, other values may do, and
    /// `mixed` is set.
    fn attempt(
        &mut self,
        formula: &mut Formula<'_>,
        tests: &[(VariableId, Tests)],
        order: &[VariableId],
        (words, mixed): (&mut FxHashMap<VariableId, Word>, &mut bool),
        meter: &mut Meter,
    ) -> Result<bool, Exhausted> {
        match self.fill_in(formula, tests, order, words, meter) {
            Err(Exhausted::Mixed) => {
                *mixed = true;
                Ok(false)
            }
            other => other,
        }
    }

    /// Solves the variables with templates, in order, the values of the others given. Whether all have a value.
    fn fill_in(
        &mut self,
        formula: &mut Formula<'_>,
        tests: &[(VariableId, Tests)],
        order: &[VariableId],
        words: &mut FxHashMap<VariableId, Word>,
        meter: &mut Meter,
    ) -> Result<bool, Exhausted> {
        for variable in order {
            let Some((_, own)) = tests.iter().find(|(v, _)| v == variable) else { continue };
            let put_in =
                |theory: &mut Theory, formula: &mut Formula<'_>, list: &[Test], meter: &mut Meter| {
                    let mut out = Vec::new();
                    for test in list {
                        out.push(match theory.put_in(formula, *test, words, meter)? {
                            Some(test) => test,
                            None => return Ok(None),
                        });
                    }
                    Ok(Some(out))
                };
            let Some(positives) = put_in(self, formula, &own.positives, meter)? else { return Ok(false) };
            let mut negatives = Vec::new();
            for test in &own.negatives {
                // A value that cannot stand in its place makes the pattern match nothing.
                negatives.extend(self.put_in(formula, *test, words, meter)?);
            }
            match self.value(formula, *variable, &positives, &negatives, meter)? {
                Ok(word) => words.insert(*variable, word),
                Err(_) => return Ok(false),
            };
        }
        Ok(true)
    }

    /// The test with the values of its keys; `None` if it matches nothing.
    fn put_in(
        &mut self,
        formula: &mut Formula<'_>,
        test: Test,
        words: &FxHashMap<VariableId, Word>,
        meter: &mut Meter,
    ) -> Result<Option<Test>, Exhausted> {
        let Some(template) = symbolic(formula, test) else { return Ok(Some(test)) };
        let mut values = Vec::new();
        for key in &template.keys {
            values.push(self.value_of_key(formula, key, words, meter)?);
        }
        let values: Vec<&[Symbol]> = values.iter().map(Vec::as_slice).collect();
        let pattern = template.substitute(&values);
        Ok(pattern.map(|p| Test::Pattern(formula.intern_pattern(PatternKey::built(p)))))
    }

    /// The value of a key under the words chosen; of a key that the requester's word fixes, what it fixes.
    fn value_of_key(
        &mut self,
        formula: &Formula<'_>,
        key: &str,
        words: &FxHashMap<VariableId, Word>,
        meter: &mut Meter,
    ) -> Result<Word, Exhausted> {
        if let Some(tied) = formula.requester_key(key) {
            let requester = match words.get(&VariableId::REQUESTER) {
                Some(word) => word.clone(),
                None => self.any(formula, VariableId::REQUESTER, meter)?,
            };
            if let Some(Some(text)) = decode(&requester).and_then(|decoded| tied.value(&decoded)) {
                return Ok(Symbol::word(&text));
            }
        }
        match formula.key_variable(key, 0) {
            Some(variable) => match words.get(&variable) {
                Some(word) => Ok(word.clone()),
                None => self.any(formula, variable, meter),
            },
            None => Ok(Word::new()),
        }
    }

    fn any(
        &mut self,
        formula: &Formula<'_>,
        variable: VariableId,
        meter: &mut Meter,
    ) -> Result<Word, Exhausted> {
        Ok(self.value(formula, variable, &[], &[], meter)?.unwrap_or_default())
    }

    /// The variables that templates take values from, each with values worth trying, up to `most` of them.
    fn slots(
        &mut self,
        formula: &mut Formula<'_>,
        tests: &[(VariableId, Tests)],
        words: &FxHashMap<VariableId, Word>,
        order: &[VariableId],
        most: usize,
        meter: &mut Meter,
    ) -> Result<Vec<(VariableId, Vec<Word>)>, Exhausted> {
        let mut slots: Vec<(VariableId, Vec<Word>)> = Vec::new();
        let mut wanted: Vec<(VariableId, Option<RequesterKey>, Vec<Word>)> = Vec::new();
        for (key, hints) in hints(formula, tests, words) {
            let Some(own) = formula.key_variable(key, 0) else { continue };
            if let Some(tied) = formula.requester_key(key) {
                wanted.push((VariableId::REQUESTER, Some(tied), hints.clone()));
            }
            // Some requesters leave a key free that others fix.
            wanted.push((own, None, hints));
        }
        for (variable, tied, hints) in wanted.into_iter().filter(|(v, _, _)| !order.contains(v)) {
            if slots.iter().any(|(v, list)| *v == variable && list.len() >= most) {
                continue;
            }
            let literals =
                tests.iter().find(|(v, _)| *v == variable).map(|(_, t)| t.clone()).unwrap_or_default();
            let candidates = self.candidates(formula, (variable, tied), &literals, hints, most, meter)?;
            match slots.iter_mut().find(|(v, _)| *v == variable) {
                Some((_, list)) => list.extend(candidates),
                None => slots.push((variable, candidates)),
            }
        }
        for (_, candidates) in &mut slots {
            let mut seen = rustc_hash::FxHashSet::default();
            candidates.retain(|word| seen.insert(word.clone()));
        }
        slots.retain(|(_, candidates)| !candidates.is_empty());
        Ok(slots)
    }

    /// Values of one variable that its literals allow: those that make it or the key tied to it a hint, and a few others.
    fn candidates(
        &mut self,
        formula: &mut Formula<'_>,
        (variable, tied): (VariableId, Option<RequesterKey>),
        literals: &Tests,
        hints: Vec<Word>,
        most: usize,
        meter: &mut Meter,
    ) -> Result<Vec<Word>, Exhausted> {
        let mut candidates: Vec<Word> = Vec::new();
        // Beside the hints, a value of some length.
        let letters = |b: Builder, _| b.one(Set::Class(Class::ALNUM_LOWER));
        let long = std::iter::once_with(|| (0..LONG).fold(Pattern::builder(), letters).finish());
        let wanted = hints.iter().map(|hint| word_pattern(hint)).chain(long);
        for hint in wanted {
            let patterns = match tied {
                Some(tied) => tied.words(&hint),
                None => vec![hint],
            };
            for pattern in patterns {
                if candidates.len() >= most {
                    return Ok(candidates);
                }
                let mut positives = literals.positives.clone();
                positives.push(Test::Pattern(formula.intern_pattern(PatternKey::built(pattern))));
                if let Ok(word) = self.value(formula, variable, &positives, &literals.negatives, meter)? {
                    candidates.push(word);
                }
            }
        }
        let mut negatives = literals.negatives.clone();
        for _ in 0..MOST_VALUES {
            if candidates.len() >= most {
                break;
            }
            let Ok(word) = self.value(formula, variable, &literals.positives, &negatives, meter)? else {
                break;
            };
            let others = match tied {
                Some(tied) => match decode(&word).and_then(|d| tied.value(&d)).flatten() {
                    Some(text) => tied.words(&Pattern::word(&text)),
                    None => vec![word_pattern(&word)],
                },
                None => vec![word_pattern(&word)],
            };
            candidates.push(word);
            for other in others {
                negatives.push(Test::Pattern(formula.intern_pattern(PatternKey::built(other))));
            }
        }
        Ok(candidates)
    }

    /// If every key can only have a few values and none of them works: the lemma that says so.
    fn exhausted(
        &mut self,
        formula: &mut Formula<'_>,
        tests: &[(VariableId, Tests)],
        order: &[VariableId],
        meter: &mut Meter,
    ) -> Result<Option<Lemma>, Exhausted> {
        for variable in order {
            let Some((_, own)) = tests.iter().find(|(v, _)| v == variable) else { continue };
            let mut keys: Vec<&str> = Vec::new();
            for template in own.positives.iter().chain(&own.negatives).filter_map(|t| symbolic(formula, *t)) {
                keys.extend(template.keys.iter().filter(|k| !keys.contains(k)).copied().collect::<Vec<_>>());
            }
            let mut because = Lemma::default();
            let mut values: Vec<(&str, Vec<Word>)> = Vec::new();
            for key in keys {
                let Some((list, lemma)) = self.few_values(formula, tests, key, meter)? else {
                    return Ok(None);
                };
                because.merge(lemma);
                values.push((key, list));
            }
            if let Some(lemma) = self.no_combination(formula, (*variable, own), &values, because, meter)? {
                return Ok(Some(lemma));
            }
        }
        Ok(None)
    }

    /// All values a key can have under its literals, if they are few, and the literals that make it so.
    fn few_values(
        &mut self,
        formula: &mut Formula<'_>,
        tests: &[(VariableId, Tests)],
        key: &str,
        meter: &mut Meter,
    ) -> Result<Option<(Vec<Word>, Lemma)>, Exhausted> {
        let tied = formula.requester_key(key);
        let Some(own) = formula.key_variable(key, 0) else { return Ok(None) };
        let variable = if tied.is_some() { VariableId::REQUESTER } else { own };
        let literals = tests.iter().find(|(v, _)| *v == variable).map(|(_, t)| t.clone()).unwrap_or_default();
        let literals = Tests {
            positives: literals.positives.iter().filter(|t| !is_template(t)).copied().collect(),
            negatives: literals.negatives.iter().filter(|t| !is_template(t)).copied().collect(),
        };
        let mut excluded: Vec<Test> = Vec::new();
        let mut values = Vec::new();
        for _ in 0..=MOST_VALUES {
            let mut negatives = literals.negatives.clone();
            negatives.extend(&excluded);
            let word = match self.value(formula, variable, &literals.positives, &negatives, meter)? {
                Ok(word) => word,
                Err(mut lemma) => {
                    lemma.negatives.retain(|(_, test)| !excluded.contains(test));
                    return Ok(Some((values, lemma)));
                }
            };
            let (value, patterns) = match tied {
                Some(tied) => match decode(&word).and_then(|d| tied.value(&d)) {
                    Some(Some(text)) => (Symbol::word(&text), tied.words(&Pattern::word(&text))),
                    _ => return Ok(None),
                },
                None => (word.clone(), vec![word_pattern(&word)]),
            };
            values.push(value);
            for pattern in patterns {
                excluded.push(Test::Pattern(formula.intern_pattern(PatternKey::built(pattern))));
            }
        }
        Ok(None)
    }

    /// If the variable has no value under any combination of the keys' values: the lemma that says so.
    fn no_combination(
        &mut self,
        formula: &mut Formula<'_>,
        (variable, own): (VariableId, &Tests),
        values: &[(&str, Vec<Word>)],
        mut because: Lemma,
        meter: &mut Meter,
    ) -> Result<Option<Lemma>, Exhausted> {
        let count = values.iter().fold(1usize, |n, (_, list)| n.saturating_mul(list.len()));
        if count > MOST_TRIES {
            return Ok(None);
        }
        for number in 0..count {
            let mut rest = number;
            let mut chosen: FxHashMap<&str, &Word> = FxHashMap::default();
            for (key, list) in values {
                let place = rest.checked_rem(list.len()).unwrap_or(0);
                rest = rest.checked_div(list.len()).unwrap_or(0);
                if let Some(word) = list.get(place) {
                    chosen.insert(key, word);
                }
            }
            let mut put_in = |test: &Test| -> Option<Test> {
                let Some(template) = symbolic(formula, *test) else { return Some(*test) };
                let words: Vec<&[Symbol]> =
                    template.keys.iter().map(|k| chosen.get(k).map_or(&[][..], |w| w.as_slice())).collect();
                template
                    .substitute(&words)
                    .map(|p| Test::Pattern(formula.intern_pattern(PatternKey::built(p))))
            };
            let positives: Vec<(Test, Option<Test>)> =
                own.positives.iter().map(|t| (*t, put_in(t))).collect();
            let negatives: Vec<(Test, Test)> =
                own.negatives.iter().filter_map(|t| put_in(t).map(|p| (*t, p))).collect();
            if let Some((original, _)) = positives.iter().find(|(_, p)| p.is_none()) {
                because.positives.push((variable, *original));
                continue;
            }
            let ps: Vec<Test> = positives.iter().filter_map(|(_, p)| *p).collect();
            let ns: Vec<Test> = negatives.iter().map(|(_, p)| *p).collect();
            match self.value(formula, variable, &ps, &ns, meter)? {
                Ok(_) => return Ok(None),
                Err(lemma) => {
                    let original = |list: &[(Test, Test)], test: &Test| {
                        list.iter().find(|(_, p)| p == test).map(|(t, _)| *t)
                    };
                    let positives: Vec<(Test, Test)> =
                        positives.iter().filter_map(|(t, p)| p.map(|p| (*t, p))).collect();
                    because.merge(Lemma {
                        positives: lemma
                            .positives
                            .iter()
                            .filter_map(|(v, t)| original(&positives, t).map(|t| (*v, t)))
                            .collect(),
                        negatives: lemma
                            .negatives
                            .iter()
                            .filter_map(|(v, t)| original(&negatives, t).map(|t| (*v, t)))
                            .collect(),
                    });
                }
            }
        }
        Ok(Some(because))
    }
}

pub(super) fn is_template(test: &Test) -> bool {
    matches!(test, Test::Template(_))
}

pub(super) fn symbolic<'f, 'a>(formula: &'f Formula<'a>, test: Test) -> Option<&'f VariablePattern<'a>> {
    match test {
        Test::Template(id) => Some(formula.template_of(id)),
        _ => None,
    }
}

fn word_pattern(word: &[Symbol]) -> Pattern {
    word.iter().fold(Pattern::builder(), |builder, symbol| builder.symbol(*symbol)).finish()
}

/// What can be in a value of the key that stands in all of its places.
fn room(template: &VariablePattern<'_>, name: &str) -> Class {
    let of_key = |piece: &Piece| match piece {
        Piece::Value { key, class } if template.keys.get(*key).copied() == Some(name) => Some(*class),
        _ => None,
    };
    template.pieces.iter().filter_map(of_key).fold(Class::ANY, Class::and)
}

/// Whether a value that can stand in every place of `positive` can stand in every place of `negative`.
fn fits_wherever(negative: &VariablePattern<'_>, positive: &VariablePattern<'_>) -> bool {
    negative.keys.iter().all(|name| room(negative, name).covers(room(positive, name)))
}

/// The pattern with the markers let through by each run that it may take.
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

/// The variables with templates, those whose values others need first; `None` if they need one another.
fn dependency_order(formula: &Formula<'_>, tests: &[(VariableId, Tests)]) -> Option<Vec<VariableId>> {
    let needs = |tests: &Tests| -> Vec<VariableId> {
        let templates = tests.positives.iter().chain(&tests.negatives).filter_map(|t| symbolic(formula, *t));
        let keys: Vec<&str> = templates.flat_map(|t| t.keys.iter().copied()).collect();
        keys.iter()
            .filter_map(|k| {
                if formula.requester_key(k).is_some() {
                    Some(VariableId::REQUESTER)
                } else {
                    formula.key_variable(k, 0)
                }
            })
            .collect()
    };
    let mut open: Vec<(VariableId, Vec<VariableId>)> =
        tests.iter().map(|(v, t)| (*v, needs(t))).filter(|(_, n)| !n.is_empty()).collect();
    let mut order = Vec::new();
    while !open.is_empty() {
        let waiting: Vec<VariableId> = open.iter().map(|(v, _)| *v).collect();
        let ready = open.iter().position(|(_, needs)| !needs.iter().any(|n| waiting.contains(n)))?;
        order.push(open.remove(ready).0);
    }
    Some(order)
}

/// The keys that templates mention, with values that would make positive templates match the words chosen so far.
fn hints<'a>(
    formula: &Formula<'a>,
    tests: &[(VariableId, Tests)],
    words: &FxHashMap<VariableId, Word>,
) -> Vec<(&'a str, Vec<Word>)> {
    let mut found: Vec<(&'a str, Vec<Word>)> = Vec::new();
    for (variable, tests) in tests {
        for (test, positive) in
            tests.positives.iter().map(|t| (t, true)).chain(tests.negatives.iter().map(|t| (t, false)))
        {
            let Some(template) = symbolic(formula, *test) else { continue };
            let word = words.get(variable).filter(|_| positive);
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
