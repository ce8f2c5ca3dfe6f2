//! Texts: conjunctions of wildcard patterns and their negations, decided by automata.

use crate::automata::{Decision, Pattern, Symbol, decide, disjoint, find, includes};
use crate::catalogue::Catalogue;
use crate::formula::{Formula, PatternId, Variable, VariableId, build};
use crate::index::{IndexVec, broken, pick};
use crate::limits::{Exhausted, Meter};
use crate::request::Requesters;
use crate::theory::domain::domain;
use crate::theory::examples::example;
use crate::theory::prefixes;
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// The indexes of the positive and negative patterns that together exclude every text.
pub(super) type Excluding = (Vec<usize>, Vec<usize>);

/// The number of pairs of patterns about which results are kept, so that long lists do not fill the memory.
const KEPT_PAIRS_THRESHOLD: usize = 1 << 21;

/// A comparison that needs automata counts as this many further comparisons.
const AUTOMATA: usize = 3;

/// A value as automata see it.
pub type Word = Vec<Symbol>;

/// Steps of an automaton that are built for one unit of work.
const STEPS: usize = 4;

/// The patterns of one check as automata, built when first needed, and the known relations between them.
#[derive(Debug)]
pub struct Strings {
    requesters: Requesters,
    /// The catalogue with the names of actions; the embedded one if absent, which is opened only if it is needed.
    catalogue: Option<Arc<Catalogue>>,
    patterns: IndexVec<PatternId, Option<Arc<Pattern>>>,
    relations: FxHashMap<(PatternId, PatternId), Relation>,
    /// The work of building automata and of trying words on them that is not paid for yet.
    unpaid: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Relation {
    disjoint: Option<bool>,
    included: Option<bool>,
}

impl Strings {
    /// Starts without any automaton.
    pub fn new(requesters: Requesters) -> Strings {
        Strings {
            requesters,
            catalogue: None,
            patterns: IndexVec::default(),
            relations: FxHashMap::default(),
            unpaid: 0,
        }
    }

    /// Takes the names of actions from this catalogue.
    pub(super) fn name_by(&mut self, catalogue: Option<Arc<Catalogue>>) {
        self.catalogue = catalogue;
    }

    /// Returns the automaton of a pattern.
    pub fn pattern(&mut self, formula: &Formula<'_>, id: PatternId) -> Arc<Pattern> {
        self.build(formula, id);
        Arc::clone(self.built(id))
    }

    /// Builds the automaton of a pattern unless it exists.
    fn build(&mut self, formula: &Formula<'_>, id: PatternId) {
        if !self.patterns.contains(id) {
            self.patterns.resize(formula.pattern_count(), None);
        }
        if self.patterns[id].is_none() {
            let built = build(formula.pattern_of(id));
            self.unpaid += 1 + built.steps().len() / STEPS;
            self.patterns[id] = Some(built);
        }
    }

    /// Returns the automaton of a pattern that was built already. Cloning the `Arc` would cost more than most comparisons.
    fn built(&self, id: PatternId) -> &Arc<Pattern> {
        match &self.patterns[id] {
            Some(pattern) => pattern,
            None => broken("an automaton is built before it is used"),
        }
    }

    /// Returns the entry for the known relation of two patterns; `None` if the table is full.
    fn relation(&mut self, pair: (PatternId, PatternId)) -> Option<&mut Relation> {
        let room = self.relations.len() < KEPT_PAIRS_THRESHOLD;
        match self.relations.entry(pair) {
            Entry::Vacant(_) if !room => None,
            entry => Some(entry.or_default()),
        }
    }

    /// True if no text matches both patterns.
    ///
    /// # Errors
    /// The meter ran out.
    pub fn disjoint(
        &mut self,
        formula: &Formula<'_>,
        a: PatternId,
        b: PatternId,
        meter: &mut Meter,
    ) -> Result<bool, Exhausted> {
        if a == b {
            return Ok(false);
        }
        meter.work(1)?;
        if let Some(plain) = prefixes::disjoint(formula.literal_prefix(a), formula.literal_prefix(b)) {
            return Ok(plain);
        }
        let pair = if a < b { (a, b) } else { (b, a) };
        if let Some(answer) = self.relations.get(&pair).and_then(|r| r.disjoint) {
            return Ok(answer);
        }
        self.build(formula, a);
        self.build(formula, b);
        meter.work(AUTOMATA + std::mem::take(&mut self.unpaid))?;
        let answer = disjoint(self.built(a), self.built(b), meter)?;
        if let Some(relation) = self.relation(pair) {
            relation.disjoint = Some(answer);
        }
        Ok(answer)
    }

    /// True if every text that matches `inner` matches `outer`.
    ///
    /// # Errors
    /// The meter ran out.
    pub fn includes(
        &mut self,
        formula: &Formula<'_>,
        outer: PatternId,
        inner: PatternId,
        meter: &mut Meter,
    ) -> Result<bool, Exhausted> {
        if outer == inner {
            return Ok(true);
        }
        meter.work(1)?;
        if let Some(plain) = prefixes::includes(formula.literal_prefix(outer), formula.literal_prefix(inner))
        {
            return Ok(plain);
        }
        if let Some(answer) = self.relations.get(&(outer, inner)).and_then(|r| r.included) {
            return Ok(answer);
        }
        self.build(formula, outer);
        self.build(formula, inner);
        meter.work(AUTOMATA + std::mem::take(&mut self.unpaid))?;
        let answer = includes(self.built(outer), self.built(inner), meter)?;
        if let Some(relation) = self.relation((outer, inner)) {
            relation.included = Some(answer);
        }
        Ok(answer)
    }

    /// Returns a value of the variable that matches all of `positives` and none of `negatives`, or the indexes of patterns that
    /// exclude every value.
    ///
    /// # Errors
    /// The meter ran out.
    pub fn value(
        &mut self,
        formula: &Formula<'_>,
        variable: VariableId,
        positives: &[PatternId],
        negatives: &[PatternId],
        meter: &mut Meter,
    ) -> Result<Result<Word, Excluding>, Exhausted> {
        let variable = formula.variable_of(variable);
        self.unpaid += positives.len() + negatives.len();
        let candidate = self.candidate(formula, variable, positives, negatives);
        meter.work(std::mem::take(&mut self.unpaid))?;
        if let Some(word) = candidate {
            return Ok(Ok(word));
        }
        let domain = domain(variable, self.requesters);
        let must: Vec<Arc<Pattern>> = positives.iter().map(|id| self.pattern(formula, *id)).collect();
        let must_not: Vec<Arc<Pattern>> = negatives.iter().map(|id| self.pattern(formula, *id)).collect();
        let must: Vec<&Pattern> = must.iter().map(AsRef::as_ref).collect();
        let must_not: Vec<&Pattern> = must_not.iter().map(AsRef::as_ref).collect();
        let mut conflict_positives: Vec<usize> = Vec::new();
        let mut conflict_negatives: Vec<usize> = Vec::new();
        for form in domain.iter() {
            // The patterns that exclude an earlier form may exclude this one too.
            let earlier = (pick(&must, &conflict_positives), pick(&must_not, &conflict_negatives));
            if !(earlier.0.is_empty() && earlier.1.is_empty())
                && matches!(decide(&[form], &earlier.0, &earlier.1, meter)?, Decision::Conflict(_))
            {
                continue;
            }
            match decide(&[form], &must, &must_not, meter)? {
                Decision::Word(word) => return Ok(Ok(word)),
                Decision::Conflict(conflict) => {
                    conflict_positives.extend(conflict.positives);
                    conflict_negatives.extend(conflict.negatives);
                }
            }
        }
        for places in [&mut conflict_positives, &mut conflict_negatives] {
            places.sort_unstable();
            places.dedup();
        }
        Ok(Err((conflict_positives, conflict_negatives)))
    }

    /// Returns a text of this form that matches all of the first patterns and none of the second.
    ///
    /// # Errors
    /// The meter ran out.
    pub(super) fn value_of_form(
        &mut self,
        formula: &Formula<'_>,
        form: &Pattern,
        (positives, negatives): (&[PatternId], &[PatternId]),
        others: &[Pattern],
        meter: &mut Meter,
    ) -> Result<Option<Word>, Exhausted> {
        let must: Vec<Arc<Pattern>> = positives.iter().map(|id| self.pattern(formula, *id)).collect();
        let must_not: Vec<Arc<Pattern>> = negatives.iter().map(|id| self.pattern(formula, *id)).collect();
        let must: Vec<&Pattern> = std::iter::once(form).chain(must.iter().map(AsRef::as_ref)).collect();
        let must_not: Vec<&Pattern> = must_not.iter().map(AsRef::as_ref).chain(others).collect();
        find(&must, &must_not, meter)
    }

    /// Returns a readable value, if one of the candidates fits.
    fn candidate(
        &mut self,
        formula: &Formula<'_>,
        variable: Variable<'_>,
        positives: &[PatternId],
        negatives: &[PatternId],
    ) -> Option<Word> {
        // If a positive pattern is a single word, that word is the only candidate.
        if let Some(word) = positives.iter().find_map(|id| formula.literal_prefix(*id).word()) {
            let word = Symbol::word(word);
            return self.fits(formula, variable, (positives, negatives), &word).then_some(word);
        }
        let must: Vec<Arc<Pattern>> = positives.iter().map(|id| self.pattern(formula, *id)).collect();
        let must: Vec<&Pattern> = must.iter().map(AsRef::as_ref).collect();
        let (requesters, catalogue) = (self.requesters, self.catalogue.clone());
        let mut fits = |word: &[Symbol]| self.fits(formula, variable, (positives, negatives), word);
        example(variable, (requesters, catalogue.as_deref()), &must, &mut fits)
    }

    /// True if the word is a value of the variable that matches all of the first patterns and none of the second.
    fn fits(
        &mut self,
        formula: &Formula<'_>,
        variable: Variable<'_>,
        (positives, negatives): (&[PatternId], &[PatternId]),
        word: &[Symbol],
    ) -> bool {
        positives.iter().all(|id| self.matches(formula, *id, word))
            && !negatives.iter().any(|id| self.matches(formula, *id, word))
            && domain(variable, self.requesters).iter().any(|form| form.matches(word))
    }

    /// True if the word matches the pattern.
    fn matches(&mut self, formula: &Formula<'_>, id: PatternId, word: &[Symbol]) -> bool {
        self.unpaid += 1;
        match prefixes::matches(formula.literal_prefix(id), word) {
            Some(plain) => plain,
            None => {
                self.build(formula, id);
                self.unpaid += self.built(id).matching_work(word.len());
                self.built(id).matches(word)
            }
        }
    }
}
