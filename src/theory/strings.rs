//! Texts: conjunctions of wildcard patterns and their negations, decided by automata.

use super::domain::domain;
use super::readable::Readable;
use crate::automata::{Decision, Pattern, Symbol, decide, disjoint, find, includes};
use crate::formula::{Formula, PatternId, PatternKey, VariableId, build};
use crate::limits::{Exhausted, Meter};
use crate::policy::PolicyType;
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

/// The places of the positive and negative patterns that exclude every text.
pub(super) type Excluding = (Vec<usize>, Vec<usize>);

/// Pairs of patterns about which something is remembered, so that long lists do not fill the memory.
const REMEMBERED: usize = 1 << 21;

/// A value as automata see it.
pub type Word = Vec<Symbol>;

/// The patterns of one check as automata, built when first needed, and what was found out about them.
#[derive(Debug)]
pub struct Strings {
    policy_type: PolicyType,
    patterns: Vec<Option<Rc<Pattern>>>,
    domains: FxHashMap<VariableId, Rc<[Pattern]>>,
    relations: FxHashMap<(PatternId, PatternId), Relation>,
    readable: Readable,
}

#[derive(Clone, Copy, Debug, Default)]
struct Relation {
    disjoint: Option<bool>,
    included: Option<bool>,
}

impl Strings {
    /// Nothing known yet.
    pub fn new(policy_type: PolicyType) -> Strings {
        Strings {
            policy_type,
            patterns: Vec::new(),
            domains: FxHashMap::default(),
            relations: FxHashMap::default(),
            readable: Readable::new(policy_type),
        }
    }

    /// The automaton of a pattern.
    pub fn pattern(&mut self, formula: &Formula<'_>, id: PatternId) -> Rc<Pattern> {
        if self.patterns.len() <= id.index() {
            self.patterns.resize(formula.pattern_count().max(id.index().saturating_add(1)), None);
        }
        if let Some(Some(pattern)) = self.patterns.get(id.index()) {
            return Rc::clone(pattern);
        }
        let pattern = Rc::new(formula.pattern_of(id).map_or_else(Pattern::any, build));
        if let Some(slot) = self.patterns.get_mut(id.index()) {
            *slot = Some(Rc::clone(&pattern));
        }
        pattern
    }

    /// Where to remember what was found out about two patterns; `None` where too much is remembered already.
    fn relation(&mut self, pair: (PatternId, PatternId)) -> Option<&mut Relation> {
        let room = self.relations.len() < REMEMBERED;
        match self.relations.entry(pair) {
            Entry::Vacant(_) if !room => None,
            entry => Some(entry.or_default()),
        }
    }

    /// Whether no text matches both patterns.
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
        if let (Some(a), Some(b)) = (formula.pattern_of(a), formula.pattern_of(b))
            && apart(a, b)
        {
            return Ok(true);
        }
        let pair = if a < b { (a, b) } else { (b, a) };
        if let Some(known) = self.relations.get(&pair).and_then(|r| r.disjoint) {
            return Ok(known);
        }
        let (pa, pb) = (self.pattern(formula, a), self.pattern(formula, b));
        let answer = disjoint(&pa, &pb, meter)?;
        if let Some(relation) = self.relation(pair) {
            relation.disjoint = Some(answer);
        }
        Ok(answer)
    }

    /// Whether every text that matches `inner` matches `outer`.
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
        if let (Some(o), Some(i)) = (formula.pattern_of(outer), formula.pattern_of(inner)) {
            // A pattern that matches nothing would be inside; it is left to the loop, which finds out.
            if apart(o, i) || (o.word().is_some() && i.start().is_some() && i.word().is_none()) {
                return Ok(false);
            }
        }
        if let Some(known) = self.relations.get(&(outer, inner)).and_then(|r| r.included) {
            return Ok(known);
        }
        let (po, pi) = (self.pattern(formula, outer), self.pattern(formula, inner));
        let answer = includes(&po, &pi, meter)?;
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
        let domain = self.domain(formula, variable);
        let must: Vec<Rc<Pattern>> = positives.iter().map(|id| self.pattern(formula, *id)).collect();
        let must_not: Vec<Rc<Pattern>> = negatives.iter().map(|id| self.pattern(formula, *id)).collect();
        let must: Vec<&Pattern> = must.iter().map(AsRef::as_ref).collect();
        let must_not: Vec<&Pattern> = must_not.iter().map(AsRef::as_ref).collect();
        let fits = |word: &[Symbol]| {
            must.iter().all(|p| p.matches(word))
                && !must_not.iter().any(|p| p.matches(word))
                && domain.iter().any(|p| p.matches(word))
        };
        let candidates = self.readable.candidates(formula.variable_of(variable), &must);
        if let Some(word) = candidates.into_iter().find(|word| fits(word)) {
            return Ok(Ok(word));
        }
        let mut conflict_positives: Vec<usize> = Vec::new();
        let mut conflict_negatives: Vec<usize> = Vec::new();
        for form in domain.iter() {
            // What already excludes an earlier form may exclude this one too.
            let known_must: Vec<&Pattern> =
                conflict_positives.iter().filter_map(|i| must.get(*i).copied()).collect();
            let known_not: Vec<&Pattern> =
                conflict_negatives.iter().filter_map(|i| must_not.get(*i).copied()).collect();
            if !(known_must.is_empty() && known_not.is_empty())
                && matches!(decide(&[form], &known_must, &known_not, meter)?, Decision::Conflict(_))
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
        let must: Vec<Rc<Pattern>> = positives.iter().map(|id| self.pattern(formula, *id)).collect();
        let must_not: Vec<Rc<Pattern>> = negatives.iter().map(|id| self.pattern(formula, *id)).collect();
        let must: Vec<&Pattern> = std::iter::once(form).chain(must.iter().map(AsRef::as_ref)).collect();
        let must_not: Vec<&Pattern> = must_not.iter().map(AsRef::as_ref).chain(others).collect();
        find(&must, &must_not, meter)
    }

    fn domain(&mut self, formula: &Formula<'_>, variable: VariableId) -> Rc<[Pattern]> {
        if let Some(known) = self.domains.get(&variable) {
            return Rc::clone(known);
        }
        let patterns: Rc<[Pattern]> = match formula.variable_of(variable) {
            Some(v) => domain(v, self.policy_type).into(),
            None => [Pattern::any()].into(),
        };
        self.domains.insert(variable, Rc::clone(&patterns));
        patterns
    }
}

/// A cheap proof that no text matches both.
fn apart(a: &PatternKey<'_>, b: &PatternKey<'_>) -> bool {
    let (Some(start_a), Some(start_b)) = (a.start(), b.start()) else { return false };
    match (a.word().is_some(), b.word().is_some()) {
        (true, true) => start_a != start_b,
        (true, false) => !start_a.starts_with(start_b),
        (false, true) => !start_b.starts_with(start_a),
        (false, false) => !start_a.starts_with(start_b) && !start_b.starts_with(start_a),
    }
}
