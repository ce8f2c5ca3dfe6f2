//! Texts: conjunctions of wildcard patterns and their negations, decided by automata.

use crate::automata::{Decision, Pattern, Symbol, decide, disjoint, find, includes};
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

/// The places of the positive and negative patterns that exclude every text.
pub(super) type Excluding = (Vec<usize>, Vec<usize>);

/// Pairs of patterns about which something is remembered, so that long lists do not fill the memory.
const KEPT_PAIRS_THRESHOLD: usize = 1 << 21;

/// As how many further comparisons one counts that takes automata.
const AUTOMATA: usize = 3;

/// A value as automata see it.
pub type Word = Vec<Symbol>;

/// Steps of an automaton that are built for one unit of work.
const STEPS: usize = 4;

/// The patterns of one check as automata, built when first needed, and what was found out about them.
#[derive(Debug)]
pub struct Strings {
    requesters: Requesters,
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
        Strings { requesters, patterns: IndexVec::default(), relations: FxHashMap::default(), unpaid: 0 }
    }

    /// The automaton of a pattern.
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

    /// The automaton of a pattern that was built: counting who holds it would cost more than most questions about it.
    fn built(&self, id: PatternId) -> &Arc<Pattern> {
        match &self.patterns[id] {
            Some(pattern) => pattern,
            None => broken("an automaton is built before it is used"),
        }
    }

    /// The entry for what was found out about two patterns; `None` where too much is remembered already.
    fn relation(&mut self, pair: (PatternId, PatternId)) -> Option<&mut Relation> {
        let room = self.relations.len() < KEPT_PAIRS_THRESHOLD;
        match self.relations.entry(pair) {
            Entry::Vacant(_) if !room => None,
            entry => Some(entry.or_default()),
        }
    }

    /// Returns true if no text matches both patterns.
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

    /// Returns true if every text that matches `inner` matches `outer`.
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

    /// A value of the variable that matches all of `positives` and none of `negatives`, or the places of
    /// those that exclude every value.
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
            // What already excludes an earlier form may exclude this one too.
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

    /// A text of this form that matches all of the first patterns and none of the others.
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

    /// A readable value, if one of those that are tried fits.
    fn candidate(
        &mut self,
        formula: &Formula<'_>,
        variable: Variable<'_>,
        positives: &[PatternId],
        negatives: &[PatternId],
    ) -> Option<Word> {
        // What has to be one word can only be that.
        if let Some(word) = positives.iter().find_map(|id| formula.literal_prefix(*id).word()) {
            let word = Symbol::word(word);
            return self.fits(formula, variable, (positives, negatives), &word).then_some(word);
        }
        let must: Vec<Arc<Pattern>> = positives.iter().map(|id| self.pattern(formula, *id)).collect();
        let must: Vec<&Pattern> = must.iter().map(AsRef::as_ref).collect();
        let requesters = self.requesters;
        let mut fits = |word: &[Symbol]| self.fits(formula, variable, (positives, negatives), word);
        example(variable, requesters, &must, &mut fits)
    }

    /// Returns true if the word is a value of the variable that matches all of the first patterns and none of the others.
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

    /// Returns true if the word matches the pattern.
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
