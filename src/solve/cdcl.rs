//! A small clause learner that records, for each clause, the clauses from which it follows; proofs are written from this.
//!
//! First unique implication points: Marques-Silva and Sakallah, "GRASP", IEEE Transactions on Computers 48(5), 1999; watched
//! literals: Moskewicz et al., "Chaff", DAC 2001. Literals are numbers from 1, negative for negations; clauses are numbered from
//! 0. The caller chooses the decisions.

use crate::index::{Id, IndexVec, broken, id};
use crate::verify::{Clauses, Lemma, Proof, Refutation, Step};

id! {
    /// A variable, by its number; no variable has number 0.
    struct Variable
}

id! {
    /// A literal, by the number and the sign of its variable.
    struct Literal
}

id! {
    /// A clause. The given clauses come first.
    struct Clause
}

/// The origin of a clause that was not given.
#[derive(Debug)]
enum Origin {
    Lemma(Lemma),
    Learned(Vec<Clause>),
}

/// Clauses, and the truth values that follow from the decisions.
#[derive(Debug)]
pub(super) struct Cdcl {
    /// The number of given clauses.
    plain: usize,
    /// The literals of all clauses; the first two of each are watched.
    literals: Vec<i32>,
    /// Where each clause ends.
    ends: IndexVec<Clause, usize>,
    /// The origin of each clause that was not given.
    origins: Vec<Origin>,
    /// The clauses that watch a literal.
    watches: IndexVec<Literal, Vec<Clause>>,
    values: IndexVec<Variable, Option<bool>>,
    /// The number of decisions on which the value of each variable depends.
    levels: IndexVec<Variable, usize>,
    /// The clause from which the value of each variable follows, unless the variable was decided.
    reasons: IndexVec<Variable, Option<Clause>>,
    seen: IndexVec<Variable, bool>,
    trail: Vec<i32>,
    /// The length of the trail at each decision.
    decisions: Vec<usize>,
    head: usize,
    /// The length of the part of the trail whose literals have unit clauses as reasons.
    settled: usize,
    contradiction: bool,
}

fn index(literal: i32) -> Literal {
    Literal::at(literal.unsigned_abs() as usize * 2 + usize::from(literal < 0))
}

fn variable(literal: i32) -> Variable {
    Variable::at(literal.unsigned_abs() as usize)
}

/// Returns the truth of a literal, if its variable has a value.
fn value_in(values: &IndexVec<Variable, Option<bool>>, literal: i32) -> Option<bool> {
    values[variable(literal)].map(|value| value != (literal < 0))
}

/// Returns a table of this length with equal values.
fn filled<I: Id, T: Clone>(len: usize, value: T) -> IndexVec<I, T> {
    let mut table = IndexVec::default();
    table.resize(len, value);
    table
}

impl Cdcl {
    /// Starts with the given clauses over this number of variables.
    pub(super) fn new(plain: &Clauses, variables: usize) -> Cdcl {
        let numbers = variables + 1;
        let mut core = Cdcl {
            plain: plain.len(),
            literals: plain.literals().to_vec(),
            ends: plain.ends().to_vec().into(),
            origins: Vec::new(),
            watches: filled(numbers * 2, Vec::new()),
            values: filled(numbers, None),
            levels: filled(numbers, 0),
            reasons: filled(numbers, None),
            seen: filled(numbers, false),
            trail: Vec::new(),
            decisions: Vec::new(),
            head: 0,
            settled: 0,
            contradiction: false,
        };
        for clause in core.ends.ids() {
            match core.clause(clause) {
                [] => core.contradiction = true,
                [unit] => {
                    let unit = *unit;
                    match core.value(unit) {
                        None => core.assign(unit, Some(clause)),
                        Some(true) => {}
                        Some(false) => core.conclude(clause),
                    }
                }
                _ => core.watch(clause),
            }
        }
        core
    }

    /// True if a contradiction was derived.
    pub(super) fn is_contradiction(&self) -> bool {
        self.contradiction
    }

    /// Returns the truth of a literal; `None` if it is open.
    pub(super) fn value(&self, literal: i32) -> Option<bool> {
        value_in(&self.values, literal)
    }

    /// Returns the number of decisions.
    pub(super) fn level(&self) -> usize {
        self.decisions.len()
    }

    /// Decides that an open literal is true.
    pub(super) fn decide(&mut self, literal: i32) {
        self.decisions.push(self.trail.len());
        self.assign(literal, None);
    }

    fn assign(&mut self, literal: i32, reason: Option<Clause>) {
        let variable = variable(literal);
        self.values[variable] = Some(literal > 0);
        self.levels[variable] = self.decisions.len();
        self.reasons[variable] = reason;
        self.trail.push(literal);
    }

    fn level_of(&self, literal: i32) -> usize {
        self.levels[variable(literal)]
    }

    /// Returns the clause from which the value of a literal follows; the literal must not be a decision.
    fn reason_of(&self, literal: i32) -> Clause {
        match self.reasons[variable(literal)] {
            Some(reason) => reason,
            None => broken("what was not decided has a reason"),
        }
    }

    fn clause(&self, clause: Clause) -> &[i32] {
        match self.literals.get(self.span(clause)) {
            Some(literals) => literals,
            None => broken("a clause ends among the literals"),
        }
    }

    /// Returns the range of the literals of a clause.
    fn span(&self, clause: Clause) -> std::ops::Range<usize> {
        let start = match clause.place().checked_sub(1) {
            Some(before) => self.ends[Clause::at(before)],
            None => 0,
        };
        start..self.ends[clause]
    }

    /// Watches the first two literals.
    fn watch(&mut self, clause: Clause) {
        let both = match self.clause(clause) {
            [a, b, ..] => [*a, *b],
            _ => return,
        };
        for literal in both {
            self.watches[index(literal)].push(clause);
        }
    }

    /// Propagates the assigned literals until nothing more follows or there is a contradiction.
    pub(super) fn propagate(&mut self) {
        while !self.contradiction {
            match self.find_conflict() {
                Some(clause) => self.resolve(clause),
                None => break,
            }
        }
    }

    fn find_conflict(&mut self) -> Option<Clause> {
        while let Some(literal) = self.trail.get(self.head).copied() {
            self.head += 1;
            let falsified = -literal;
            let mut watching = std::mem::take(&mut self.watches[index(falsified)]);
            let mut conflict = None;
            watching.retain(|clause| {
                if conflict.is_some() {
                    return true;
                }
                match self.visit(*clause, falsified) {
                    Visit::Moved => return false,
                    Visit::Satisfied => {}
                    Visit::Unit(other) => self.assign(other, Some(*clause)),
                    Visit::Conflict => conflict = Some(*clause),
                }
                true
            });
            self.watches[index(falsified)] = watching;
            if conflict.is_some() {
                return conflict;
            }
        }
        self.settle();
        None
    }

    /// Processes a clause whose watched literal has become false.
    fn visit(&mut self, clause: Clause, falsified: i32) -> Visit {
        let span = self.span(clause);
        let Some([first, second, rest @ ..]) = self.literals.get_mut(span) else {
            broken("a clause that is watched has two literals")
        };
        if *first == falsified {
            std::mem::swap(first, second);
        }
        let other = *first;
        if value_in(&self.values, other) == Some(true) {
            return Visit::Satisfied;
        }
        if let Some(open) = rest.iter_mut().find(|literal| value_in(&self.values, **literal) != Some(false)) {
            std::mem::swap(second, open);
            let watched = *second;
            self.watches[index(watched)].push(clause);
            return Visit::Moved;
        }
        match value_in(&self.values, other) {
            Some(_) => Visit::Conflict,
            None => Visit::Unit(other),
        }
    }

    /// Adds a unit clause for every literal that follows without decisions, so that later clauses can name it as a reason.
    fn settle(&mut self) {
        if !self.decisions.is_empty() {
            return;
        }
        while let Some(literal) = self.trail.get(self.settled).copied() {
            self.settled += 1;
            let reason = self.reason_of(literal);
            if self.clause(reason).len() > 1 {
                let others = self.clause(reason).iter().filter(|other| **other != literal);
                let hints = others.map(|other| self.reason_of(*other)).chain([reason]).collect();
                let unit = self.add(&[literal], Origin::Learned(hints));
                self.reasons[variable(literal)] = Some(unit);
            }
        }
    }

    fn add(&mut self, clause: &[i32], origin: Origin) -> Clause {
        self.literals.extend_from_slice(clause);
        self.origins.push(origin);
        self.ends.push(self.literals.len())
    }

    /// Derives the contradiction from a clause that is false without decisions.
    fn conclude(&mut self, clause: Clause) {
        self.settle();
        let hints = self.clause(clause).iter().map(|literal| self.reason_of(*literal)).chain([clause]);
        let hints = hints.collect();
        self.add(&[], Origin::Learned(hints));
        self.contradiction = true;
    }

    /// Learns a clause from a false one, and backtracks to the level at which the learned clause is a unit.
    fn resolve(&mut self, conflict: Clause) {
        let level = self.highest_level(self.clause(conflict));
        self.back_to(level);
        if level == 0 {
            self.conclude(conflict);
            return;
        }
        let (asserted, others, hints) = self.first_unique_implication(conflict, level);
        let mut learned = vec![asserted];
        learned.extend(others);
        // The literals that become open first when backtracking are watched.
        let back = self.highest_level(learned.iter().skip(1));
        if let Some((_, others)) = learned.split_first_mut()
            && let Some(place) = others.iter().position(|literal| self.level_of(*literal) == back)
        {
            others.swap(0, place);
        }
        self.back_to(back);
        let clause = self.add(&learned, Origin::Learned(hints));
        self.watch(clause);
        self.assign(asserted, Some(clause));
    }

    /// Returns the highest level of the literals; 0 for none, as an empty clause depends on no decision.
    fn highest_level<'l>(&self, literals: impl IntoIterator<Item = &'l i32>) -> usize {
        literals.into_iter().fold(0, |highest, literal| highest.max(self.level_of(*literal)))
    }

    /// Resolves a false clause with reasons until one literal of the level remains. Returns the negation of that literal, the
    /// other literals of the learned clause, and the clauses from which it follows.
    fn first_unique_implication(&mut self, conflict: Clause, level: usize) -> (i32, Vec<i32>, Vec<Clause>) {
        let (mut others, mut units, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
        let (mut clause, mut open) = (conflict, 0usize);
        let mut trail = self.trail.len();
        let implied = loop {
            for place in self.span(clause) {
                let Some(literal) = self.literals.get(place).copied() else {
                    broken("a clause ends among the literals")
                };
                // In the reason of a literal, every other literal is false.
                if self.seen[variable(literal)] || self.value(literal) == Some(true) {
                    continue;
                }
                self.seen[variable(literal)] = true;
                match self.level_of(literal) {
                    0 => units.push(self.reason_of(literal)),
                    l if l == level => open += 1,
                    _ => others.push(literal),
                }
            }
            let next = loop {
                trail -= 1;
                match self.trail.get(trail).copied() {
                    Some(literal) if self.seen[variable(literal)] && self.level_of(literal) == level => {
                        break literal;
                    }
                    Some(_) => {}
                    None => broken("a conflict depends on the last decision"),
                }
            };
            open -= 1;
            if open == 0 {
                break next;
            }
            clause = self.reason_of(next);
            reasons.push(clause);
        };
        let variables = self.seen.len();
        self.seen.clear();
        self.seen.resize(variables, false);
        let hints = units.into_iter().chain(reasons.into_iter().rev()).chain([conflict]).collect();
        (-implied, others, hints)
    }

    fn back_to(&mut self, level: usize) {
        let Some(length) = self.decisions.get(level).copied() else { return };
        for literal in self.trail.drain(length..) {
            self.values[variable(literal)] = None;
        }
        self.decisions.truncate(level);
        self.head = self.head.min(length);
    }

    /// Adds a lemma, and learns from it if it is false under the current assignment.
    pub(super) fn add_lemma(&mut self, lemma: Lemma) {
        let mut clause: Vec<i32> = lemma.clause().collect();
        // Open literals are watched first, then those that were falsified last.
        let last_falsified = |literal: i32| match self.value(literal) {
            Some(false) => (false, self.level_of(literal)),
            _ => (true, 0),
        };
        clause.sort_by_key(|literal| std::cmp::Reverse(last_falsified(*literal)));
        let false_from = clause.iter().position(|literal| self.value(*literal) == Some(false));
        let first = clause.first().copied();
        let clause = self.add(&clause, Origin::Lemma(lemma));
        self.watch(clause);
        match (false_from, first) {
            (Some(0), _) | (_, None) => self.resolve(clause),
            (Some(1), Some(unit)) if self.value(unit).is_none() => self.assign(unit, Some(clause)),
            (None, Some(unit)) if self.clause(clause).len() == 1 && self.value(unit).is_none() => {
                self.back_to(0);
                self.assign(unit, Some(clause));
            }
            _ => {}
        }
    }

    /// Returns the number of clauses that were not given.
    pub(super) fn learned(&self) -> usize {
        self.origins.len()
    }

    /// Returns the clauses that were not given, with their origins.
    fn origins(&self) -> impl DoubleEndedIterator<Item = (Clause, &Origin)> {
        let clauses = (self.plain..self.ends.len()).map(Clause::at);
        clauses.zip(&self.origins)
    }

    /// Returns the steps from which the contradiction follows, and the lemmas on which those steps rest.
    pub(super) fn refutation(&self) -> Refutation {
        let mut is_needed: IndexVec<Clause, bool> = filled(self.ends.len(), false);
        if let Some((last, _)) = self.origins().next_back() {
            is_needed[last] = true;
        }
        for (clause, origin) in self.origins().rev() {
            if let (Origin::Learned(hints), true) = (origin, is_needed[clause]) {
                hints.iter().for_each(|hint| is_needed[*hint] = true);
            }
        }
        // The given clauses keep their numbers. Of the others, those that are used follow, lemmas first.
        let mut numbers: IndexVec<Clause, u32> = (1..).take(self.plain).collect();
        let Ok(mut next) = u32::try_from(self.plain) else { broken("there are fewer than 2^32 clauses") };
        numbers.resize(self.ends.len(), 0);
        let mut refutation = Refutation::default();
        for (clause, origin) in self.origins() {
            if let (Origin::Lemma(lemma), true) = (origin, is_needed[clause]) {
                next += 1;
                numbers[clause] = next;
                refutation.lemmas.push(lemma.clone());
            }
        }
        let mut proof = Proof::default();
        for (clause, origin) in self.origins() {
            if let (Origin::Learned(hints), true) = (origin, is_needed[clause]) {
                next += 1;
                numbers[clause] = next;
                let hints = hints.iter().map(|hint| numbers[*hint]).collect();
                proof.steps.push(Step::Add { clause: self.clause(clause).to_vec(), hints });
            }
        }
        refutation.proof = proof;
        refutation
    }
}

/// The result of processing a clause whose watched literal has become false.
enum Visit {
    Satisfied,
    /// The clause watches another literal now.
    Moved,
    /// Only this literal of the clause is open.
    Unit(i32),
    Conflict,
}
