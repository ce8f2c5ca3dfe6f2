//! Which atoms can still matter, given patterns of which one must match.
//!
//! If the action must match one of `s3:Get*` and `s3:PutObject`, then `ec2:*` is false and `s3:*` is true, whatever the
//! rest of the formula says. On real policies this decides most atoms before any solver runs.

use super::search::Search;
use crate::formula::{Atom, Conjunction, Formula, Lit, Node, PatternId, Test, VariableId};
use crate::limits::Exhausted;
use rustc_hash::{FxHashMap, FxHashSet};

/// Atoms of the open disjunctions, by the sign in which they occur.
#[derive(Debug, Default)]
pub(super) struct Occurrences {
    /// Tests that occur positively, by variable, in order of first occurrence.
    pub(super) positive: FxHashMap<VariableId, Vec<(Test, Lit)>>,
    /// Tests that occur negatively.
    pub(super) negative: FxHashMap<VariableId, Vec<(Test, Lit)>>,
}

impl Occurrences {
    pub(super) fn of(formula: &Formula<'_>, conjunction: &Conjunction) -> Occurrences {
        let mut found = Occurrences::default();
        let mut seen: FxHashSet<Lit> = FxHashSet::default();
        let mut queue: Vec<Lit> = conjunction.disjunctions().iter().rev().copied().collect();
        while let Some(lit) = queue.pop() {
            if !seen.insert(lit) {
                continue;
            }
            match formula.graph.node(lit.node()) {
                Node::And(children) => {
                    queue.extend(children.iter().rev().map(|child| child.negate_if(lit.is_negated())));
                }
                Node::Atom(atom) => {
                    if let Some(Atom::Match(variable, test)) = formula.atom_of(atom) {
                        let map = if lit.is_negated() { &mut found.negative } else { &mut found.positive };
                        map.entry(variable).or_default().push((test, lit.node().lit()));
                    }
                }
                Node::True => {}
            }
        }
        found
    }
}

/// Patterns of one variable, one of which must match.
#[derive(Debug, Default)]
struct Required<'a> {
    words: Vec<(&'a str, PatternId)>,
    patterns: Vec<PatternId>,
}

impl<'a> Required<'a> {
    fn new(formula: &Formula<'a>, ids: impl Iterator<Item = PatternId>) -> Required<'a> {
        let mut required = Required::default();
        for id in ids {
            match formula.pattern_of(id).and_then(|key| key.word()) {
                Some(word) => required.words.push((word, id)),
                None => required.patterns.push(id),
            }
        }
        required.words.sort_unstable();
        required
    }

    /// The words that start with `text`.
    fn starting_with(&self, text: &str) -> &[(&'a str, PatternId)] {
        let from = self.words.partition_point(|(word, _)| *word < text);
        let rest = self.words.get(from..).unwrap_or(&[]);
        let count = rest.partition_point(|(word, _)| word.starts_with(text));
        rest.get(..count).unwrap_or(&[])
    }
}

impl<'a> Search<'_, 'a> {
    /// Decides what the required patterns decide, until nothing changes.
    ///
    /// # Errors
    /// The meter ran out.
    pub(super) fn decide_by_relevance(&mut self) -> Result<(), Exhausted> {
        loop {
            if self.conjunction.is_contradiction() || self.conjunction.disjunctions().is_empty() {
                return Ok(());
            }
            let decided = self.consequences()?;
            if decided.is_empty() {
                return Ok(());
            }
            self.conjunction.add(&mut self.formula.graph, decided);
        }
    }

    fn consequences(&mut self) -> Result<Vec<Lit>, Exhausted> {
        let occurrences = Occurrences::of(self.formula, &self.conjunction);
        let required = self.required();
        let mut decided: Vec<Lit> = Vec::new();
        let mut seen: FxHashSet<Lit> = FxHashSet::default();
        for (variable, sets) in &required {
            let positive = occurrences.positive.get(variable).map_or(&[][..], Vec::as_slice);
            let negative = occurrences.negative.get(variable).map_or(&[][..], Vec::as_slice);
            for (test, lit) in positive.iter().chain(negative) {
                let Some(pattern) = self.formula.widened(*test) else { continue };
                if self.conjunction.value(*lit).is_some() || !seen.insert(*lit) {
                    continue;
                }
                for set in sets {
                    match self.implied(set, pattern)? {
                        // That the widened pattern matches says nothing about the values of the keys in it.
                        Some(true) if matches!(test, Test::Template(_)) => {}
                        Some(value) => {
                            decided.push(lit.negate_if(!value));
                            break;
                        }
                        None => {}
                    }
                }
            }
        }
        Ok(decided)
    }

    /// The variables of which some pattern must match, with the patterns.
    fn required(&self) -> Vec<(VariableId, Vec<Required<'a>>)> {
        let mut sets: Vec<(VariableId, Vec<Required<'a>>)> = Vec::new();
        let mut add =
            |variable: VariableId, set: Required<'a>| match sets.iter_mut().find(|(v, _)| *v == variable) {
                Some((_, list)) => list.push(set),
                None => sets.push((variable, vec![set])),
            };
        let pattern_of = |lit: Lit| match self.formula.graph.node(lit.node()) {
            Node::Atom(atom) if !lit.is_negated() => match self.formula.atom_of(atom) {
                Some(Atom::Match(variable, test)) => Some((variable, self.formula.widened(test)?)),
                _ => None,
            },
            _ => None,
        };
        for unit in self.conjunction.units() {
            if let Some((variable, pattern)) = pattern_of(*unit) {
                add(variable, Required::new(self.formula, std::iter::once(pattern)));
            }
        }
        for disjunction in self.conjunction.disjunctions() {
            let Node::And(children) = self.formula.graph.node(disjunction.node()) else { continue };
            let Some((variable, _)) = children.first().and_then(|first| pattern_of(!*first)) else {
                continue;
            };
            let patterns: Option<Vec<PatternId>> = children
                .iter()
                .map(|child| pattern_of(!*child).filter(|(v, _)| *v == variable).map(|(_, p)| p))
                .collect();
            if let Some(patterns) = patterns {
                add(variable, Required::new(self.formula, patterns.into_iter()));
            }
        }
        sets
    }

    /// Whether the pattern matches every value that the set allows, or none; `None` if neither, or if it is in the set.
    fn implied(&mut self, set: &Required<'a>, pattern: PatternId) -> Result<Option<bool>, Exhausted> {
        let Some(key) = self.formula.pattern_of(pattern) else { return Ok(None) };
        let (word, start) = (key.word(), key.start());
        let near = match (word, start) {
            // Different words exclude each other; only patterns are left to look at.
            (Some(word), _) => {
                if set.words.binary_search_by(|(w, _)| (*w).cmp(word)).is_ok() {
                    return Ok((set.words.len() == 1 && set.patterns.is_empty()).then_some(true));
                }
                &[]
            }
            (None, Some(start)) => set.starting_with(start),
            (None, None) => set.words.as_slice(),
        };
        if set.patterns.contains(&pattern) {
            return Ok((set.words.is_empty() && set.patterns.len() == 1).then_some(true));
        }
        let mut any = false;
        let mut all = near.len() == set.words.len();
        let ids = near.iter().map(|(_, id)| *id).chain(set.patterns.iter().copied());
        for id in ids {
            if self.theory.strings.disjoint(self.formula, id, pattern, &mut self.meter)? {
                all = false;
            } else {
                any = true;
                all = all && self.theory.strings.includes(self.formula, pattern, id, &mut self.meter)?;
            }
            if any && !all {
                return Ok(None);
            }
        }
        Ok(if any { Some(true) } else { Some(false) })
    }
}
