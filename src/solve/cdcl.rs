//! A small clause learner that remembers what each clause follows from, for proofs.
//!
//! First unique implication points: Marques-Silva and Sakallah, "GRASP", IEEE Transactions on Computers 48(5), 1999; watched
//! literals: Moskewicz et al., "Chaff", DAC 2001. Literals are numbers from 1, negative for negations; clauses are numbered
//! from 0. What to decide next is the caller's business.

use crate::verify::{Clauses, Lemma, Proof, Refutation, Step};

const NONE: u32 = u32::MAX;

/// Where a clause that is not plain comes from.
#[derive(Debug)]
enum Origin {
    Lemma(Lemma),
    Learned(Vec<u32>),
}

/// Clauses and the truth values that follow from some decisions.
#[derive(Debug)]
pub(super) struct Cdcl {
    plain: usize,
    /// The literals of all clauses; the first two of each are watched.
    literals: Vec<i32>,
    /// Where each clause ends.
    ends: Vec<usize>,
    origins: Vec<Origin>,
    /// For each literal, the clauses that watch it.
    watches: Vec<Vec<u32>>,
    values: Vec<i8>,
    levels: Vec<u32>,
    reasons: Vec<u32>,
    seen: Vec<bool>,
    trail: Vec<i32>,
    /// The length of the trail at each decision.
    decisions: Vec<usize>,
    head: usize,
    /// How much of the trail has a unit clause as its reason.
    settled: usize,
    contradiction: bool,
}

fn place(literal: i32) -> usize {
    (literal.unsigned_abs() as usize).saturating_mul(2).saturating_add(usize::from(literal < 0))
}

fn number(literal: i32) -> usize {
    literal.unsigned_abs() as usize
}

fn id(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(NONE)
}

impl Cdcl {
    pub(super) fn new(plain: &Clauses, variables: usize) -> Cdcl {
        let numbers = variables.saturating_add(1);
        let mut core = Cdcl {
            plain: plain.len(),
            literals: plain.literals().to_vec(),
            ends: plain.ends().to_vec(),
            origins: Vec::new(),
            watches: vec![Vec::new(); numbers.saturating_mul(2)],
            values: vec![0; numbers],
            levels: vec![0; numbers],
            reasons: vec![NONE; numbers],
            seen: vec![false; numbers],
            trail: Vec::new(),
            decisions: Vec::new(),
            head: 0,
            settled: 0,
            contradiction: false,
        };
        for clause in (0..core.plain).map(id) {
            match core.clause(clause) {
                [] => core.contradiction = true,
                [unit] => {
                    let unit = *unit;
                    match core.value(unit) {
                        0 => core.assign(unit, clause),
                        1 => {}
                        _ => core.conclude(clause),
                    }
                }
                _ => core.watch(clause),
            }
        }
        core
    }

    /// Whether a contradiction was derived.
    pub(super) fn is_contradiction(&self) -> bool {
        self.contradiction
    }

    /// 1, -1 or 0 for open.
    pub(super) fn value(&self, literal: i32) -> i8 {
        let value = self.values.get(number(literal)).copied().unwrap_or(0);
        if literal < 0 { value.saturating_neg() } else { value }
    }

    /// How many decisions there are.
    pub(super) fn level(&self) -> usize {
        self.decisions.len()
    }

    pub(super) fn decide(&mut self, literal: i32) {
        self.decisions.push(self.trail.len());
        self.assign(literal, NONE);
    }

    fn assign(&mut self, literal: i32, reason: u32) {
        let number = number(literal);
        if let Some(value) = self.values.get_mut(number) {
            *value = if literal < 0 { -1 } else { 1 };
        }
        if let Some(level) = self.levels.get_mut(number) {
            *level = id(self.decisions.len());
        }
        if let Some(slot) = self.reasons.get_mut(number) {
            *slot = reason;
        }
        self.trail.push(literal);
    }

    fn level_of(&self, literal: i32) -> u32 {
        self.levels.get(number(literal)).copied().unwrap_or(0)
    }

    fn reason_of(&self, literal: i32) -> u32 {
        self.reasons.get(number(literal)).copied().unwrap_or(NONE)
    }

    fn clause(&self, clause: u32) -> &[i32] {
        self.literals.get(self.span(clause)).unwrap_or(&[])
    }

    /// Where the literals of a clause stand.
    fn span(&self, clause: u32) -> std::ops::Range<usize> {
        let place = clause as usize;
        let end = |place: usize| self.ends.get(place).copied();
        let start = place.checked_sub(1).map_or(Some(0), end).unwrap_or(0);
        start..end(place).unwrap_or(start)
    }

    /// Watches the first two literals.
    fn watch(&mut self, clause: u32) {
        let both = match self.clause(clause) {
            [a, b, ..] => [*a, *b],
            _ => return,
        };
        for literal in both {
            if let Some(watching) = self.watches.get_mut(place(literal)) {
                watching.push(clause);
            }
        }
    }

    /// Draws the consequences of what is assigned; whether there was no conflict, or one that led to a new clause.
    /// Afterwards nothing is left to draw, unless there is a contradiction.
    pub(super) fn propagate(&mut self) {
        while !self.contradiction {
            match self.conflict() {
                Some(clause) => self.resolve(clause),
                None => break,
            }
        }
    }

    fn conflict(&mut self) -> Option<u32> {
        while let Some(literal) = self.trail.get(self.head).copied() {
            self.head = self.head.saturating_add(1);
            let falsified = literal.saturating_neg();
            let mut watching = match self.watches.get_mut(place(falsified)) {
                Some(list) => std::mem::take(list),
                None => continue,
            };
            let (mut from, mut to) = (0usize, 0usize);
            let mut conflict = None;
            while let Some(clause) = watching.get(from).copied() {
                from = from.saturating_add(1);
                let kept = conflict.is_some() || {
                    match self.visit(clause, falsified) {
                        Visit::Moved => false,
                        Visit::Satisfied => true,
                        Visit::Unit(other) => {
                            self.assign(other, clause);
                            true
                        }
                        Visit::Conflict => {
                            conflict = Some(clause);
                            true
                        }
                    }
                };
                if kept {
                    if let Some(slot) = watching.get_mut(to) {
                        *slot = clause;
                    }
                    to = to.saturating_add(1);
                }
            }
            watching.truncate(to);
            if let Some(list) = self.watches.get_mut(place(falsified)) {
                *list = watching;
            }
            if conflict.is_some() {
                return conflict;
            }
        }
        self.settle();
        None
    }

    /// Looks at a clause of which a watched literal has become false.
    fn visit(&mut self, clause: u32, falsified: i32) -> Visit {
        let (span, values) = (self.span(clause), &self.values);
        let value = |literal: i32| {
            let value = values.get(number(literal)).copied().unwrap_or(0);
            if literal < 0 { value.saturating_neg() } else { value }
        };
        let Some(literals) = self.literals.get_mut(span) else { return Visit::Satisfied };
        if literals.first() == Some(&falsified) {
            literals.swap(0, 1);
        }
        let Some(other) = literals.first().copied() else { return Visit::Satisfied };
        if value(other) == 1 {
            return Visit::Satisfied;
        }
        if let Some(found) = literals.iter().skip(2).position(|literal| value(*literal) != -1) {
            literals.swap(1, found.saturating_add(2));
            let watched = literals.get(1).copied().unwrap_or(other);
            if let Some(list) = self.watches.get_mut(place(watched)) {
                list.push(clause);
            }
            return Visit::Moved;
        }
        if value(other) == -1 { Visit::Conflict } else { Visit::Unit(other) }
    }

    /// Gives what follows without decisions a unit clause each, so that later clauses can name it.
    fn settle(&mut self) {
        if !self.decisions.is_empty() {
            return;
        }
        while let Some(literal) = self.trail.get(self.settled).copied() {
            self.settled = self.settled.saturating_add(1);
            let reason = self.reason_of(literal);
            if self.clause(reason).len() > 1 {
                let others = self.clause(reason).iter().filter(|other| **other != literal);
                let hints = others.map(|other| self.reason_of(*other)).chain([reason]).collect();
                let unit = self.add(&[literal], Origin::Learned(hints));
                if let Some(slot) = self.reasons.get_mut(number(literal)) {
                    *slot = unit;
                }
            }
        }
    }

    fn add(&mut self, clause: &[i32], origin: Origin) -> u32 {
        let place = id(self.ends.len());
        self.literals.extend_from_slice(clause);
        self.ends.push(self.literals.len());
        self.origins.push(origin);
        place
    }

    /// Derives the contradiction from a clause that is false without decisions.
    fn conclude(&mut self, clause: u32) {
        self.settle();
        let hints = self.clause(clause).iter().map(|literal| self.reason_of(*literal)).chain([clause]);
        let hints = hints.collect();
        self.add(&[], Origin::Learned(hints));
        self.contradiction = true;
    }

    /// Learns from a clause that is false, and goes back to where what was learned says something.
    fn resolve(&mut self, conflict: u32) {
        let level = self.clause(conflict).iter().map(|literal| self.level_of(*literal)).max().unwrap_or(0);
        self.back_to(level as usize);
        if level == 0 {
            self.conclude(conflict);
            return;
        }
        let (mut learned, mut units, mut reasons) = (vec![0], Vec::new(), Vec::new());
        let (mut clause, mut open, mut at) = (conflict, 0usize, self.trail.len());
        let asserted = loop {
            for literal in self.literals.get(self.span(clause)).into_iter().flatten().copied() {
                let Some(seen) = self.seen.get_mut(number(literal)).filter(|seen| !**seen) else { continue };
                // Of the reason of a literal everything but the literal is false.
                if self.values.get(number(literal)).copied() == Some(if literal < 0 { -1 } else { 1 }) {
                    continue;
                }
                *seen = true;
                match self.levels.get(number(literal)).copied().unwrap_or(0) {
                    0 => units.push(self.reasons.get(number(literal)).copied().unwrap_or(NONE)),
                    l if l == level => open = open.saturating_add(1),
                    _ => learned.push(literal),
                }
            }
            let next = loop {
                at = at.saturating_sub(1);
                let literal = self.trail.get(at).copied().unwrap_or(0);
                let is_open =
                    self.seen.get(number(literal)) == Some(&true) && self.level_of(literal) == level;
                if is_open || at == 0 {
                    break literal;
                }
            };
            open = open.saturating_sub(1);
            if open == 0 {
                break next;
            }
            clause = self.reason_of(next);
            reasons.push(clause);
        };
        self.seen.iter_mut().for_each(|seen| *seen = false);
        if let Some(first) = learned.first_mut() {
            *first = asserted.saturating_neg();
        }
        let hints = units.into_iter().chain(reasons.into_iter().rev()).chain([conflict]).collect();
        let back = learned.iter().skip(1).map(|literal| self.level_of(*literal)).max().unwrap_or(0);
        if let Some(second) = learned.iter().skip(1).position(|literal| self.level_of(*literal) == back) {
            learned.swap(1, second.saturating_add(1));
        }
        self.back_to(back as usize);
        let clause = self.add(&learned, Origin::Learned(hints));
        self.watch(clause);
        self.assign(asserted.saturating_neg(), clause);
    }

    fn back_to(&mut self, level: usize) {
        let Some(length) = self.decisions.get(level).copied() else { return };
        for literal in self.trail.drain(length..) {
            if let Some(value) = self.values.get_mut(number(literal)) {
                *value = 0;
            }
        }
        self.decisions.truncate(level);
        self.head = self.head.min(length);
    }

    /// Adds a lemma, and learns from it if it is false.
    pub(super) fn add_lemma(&mut self, lemma: Lemma) {
        let mut clause: Vec<i32> = lemma.clause().collect();
        // What is open, or was falsified last, is watched.
        let rank = |literal: i32| if self.value(literal) == -1 { self.level_of(literal) } else { NONE };
        clause.sort_by_key(|literal| std::cmp::Reverse(rank(*literal)));
        let false_from = clause.iter().position(|literal| self.value(*literal) == -1);
        let first = clause.first().copied();
        let clause = self.add(&clause, Origin::Lemma(lemma));
        self.watch(clause);
        match (false_from, first) {
            (Some(0), _) | (_, None) => self.resolve(clause),
            (Some(1), Some(unit)) if self.value(unit) == 0 => self.assign(unit, clause),
            (None, Some(unit)) if self.clause(clause).len() == 1 && self.value(unit) == 0 => {
                self.back_to(0);
                self.assign(unit, clause);
            }
            _ => {}
        }
    }

    /// How many clauses were learned.
    pub(super) fn learned(&self) -> usize {
        self.origins.len()
    }

    /// The steps that the contradiction needs, and the lemmas that those need.
    pub(super) fn refutation(&self) -> Refutation {
        let mut needed = vec![false; self.ends.len()];
        if let Some(last) = needed.last_mut() {
            *last = !self.origins.is_empty();
        }
        for (place, origin) in self.origins.iter().enumerate().rev() {
            let own = self.plain.saturating_add(place);
            if let (Origin::Learned(hints), Some(true)) = (origin, needed.get(own)) {
                for hint in hints {
                    if let Some(slot) = needed.get_mut(*hint as usize) {
                        *slot = true;
                    }
                }
            }
        }
        let mut numbers: Vec<u32> = (1..=id(self.plain)).collect();
        numbers.resize(self.ends.len(), 0);
        let mut next = id(self.plain);
        let mut refutation = Refutation::default();
        let is_needed = |own: usize| needed.get(own) == Some(&true);
        let origins =
            || self.origins.iter().enumerate().map(|(i, origin)| (self.plain.saturating_add(i), origin));
        for (own, origin) in origins() {
            if let (Origin::Lemma(lemma), true) = (origin, is_needed(own)) {
                next = next.saturating_add(1);
                numbers.get_mut(own).into_iter().for_each(|slot| *slot = next);
                refutation.lemmas.push(lemma.clone());
            }
        }
        let mut proof = Proof::default();
        for (own, origin) in origins() {
            if let (Origin::Learned(hints), true) = (origin, is_needed(own)) {
                next = next.saturating_add(1);
                numbers.get_mut(own).into_iter().for_each(|slot| *slot = next);
                let hints = hints.iter().filter_map(|hint| numbers.get(*hint as usize)).copied().collect();
                proof.steps.push(Step::Add { clause: self.clause(id(own)).to_vec(), hints });
            }
        }
        refutation.proof = proof;
        refutation
    }
}

enum Visit {
    Satisfied,
    Moved,
    Unit(i32),
    Conflict,
}
