//! The literals that a formula needs to be true: one true part of every OR, all parts of every AND.
//!
//! A model of the SAT solver gives a truth value to every atom, but only some of them matter. Asking the theories about these
//! alone keeps conflicts few and witnesses small.

use crate::formula::{Atom, Conjunction, Formula, Graph, Lit, Node, VariableId};
use crate::solve::literal_set::{Cost, LiteralSet};
use crate::solve::proposer::Truth;
use crate::solve::tests_by_variable::TestsByVariable;
use crate::theory::Tests;
use rustc_hash::FxHashMap;

/// Up to this many tests of values, a goal is guessed at as it stands. With more, finding values takes longer than finding out
/// which tests matter.
const CHEAP_TESTS_THRESHOLD: usize = 16;

/// Parts of the formula that are looked at for one unit of work.
const LOOKS: usize = 8;

/// The number of parts of ANDs for which memory is reserved at the start.
const USUAL_PARTS: usize = 64;

/// The literals that a proposal needs.
#[derive(Clone, Debug)]
pub(super) struct Justification {
    /// The atoms with their required sign, each once, except those in `absent`.
    pub(super) literals: Vec<Lit>,
    /// Keys, or elements of keys, that must be absent; there may be very many.
    pub(super) absent: Vec<VariableId>,
    /// The literals about values, by variable, in order of first use.
    pub(super) tests: Vec<(VariableId, Tests)>,
}

/// Justifies proposals, one after the other.
#[derive(Debug, Default)]
pub(super) struct Justifier {
    /// The literals that are needed so far.
    needed: LiteralSet,
    tests: TestsByVariable,
    /// Parts of the formula that were looked at.
    looks: usize,
}

impl Justifier {
    /// The work since the last call.
    pub(super) fn take_work(&mut self) -> usize {
        std::mem::take(&mut self.looks) / LOOKS
    }

    /// Finds the literals that the conjunction needs under `truth`, or without `truth` by a guess. `None` if a guess needs an
    /// atom in both signs.
    pub(super) fn justify(
        &mut self,
        formula: &Formula<'_>,
        conjunction: &Conjunction,
        truth: Option<&Truth>,
    ) -> Option<Justification> {
        let mut values: FxHashMap<Lit, bool> = FxHashMap::default();
        let can_be = |part, _| truth.is_none_or(|truth| holds(&formula.graph, part, truth, &mut values));
        let justification =
            self.satisfy(formula, (conjunction.units(), conjunction.disjunctions()), can_be, None);
        // The truth of each was found out once.
        self.looks += values.len() * LOOKS;
        justification
    }

    /// Finds the literals that the unpropagated goal needs, by a guess that considers only the cost of its parts. `None` if there
    /// are too many, or if they contradict one another.
    pub(super) fn cheap_guess(&mut self, formula: &Formula<'_>, goal: &[Lit]) -> Option<Justification> {
        let can_be = |_, excluded: bool| !excluded;
        self.satisfy(formula, (&[], goal), can_be, Some(CHEAP_TESTS_THRESHOLD))
    }

    /// Satisfies the atoms and the conjuncts by the cheapest part of every OR that can be true. `can_be` receives each part, and
    /// true if the opposite sign is already needed. `None` if some atom is needed in both signs, or if there are more than `most`
    /// tests.
    fn satisfy(
        &mut self,
        formula: &Formula<'_>,
        (atoms, conjuncts): (&[Lit], &[Lit]),
        mut can_be: impl FnMut(Lit, bool) -> bool,
        most: Option<usize>,
    ) -> Option<Justification> {
        let graph = &formula.graph;
        let mut literals: Vec<Lit> = Vec::with_capacity(atoms.len() + CHEAP_TESTS_THRESHOLD);
        literals.extend(atoms);
        let mut absent: Vec<VariableId> = Vec::new();
        self.needed.reset(formula);
        literals.iter().for_each(|lit| {
            self.needed.insert(*lit);
        });
        let mut queue: Vec<Lit> = Vec::with_capacity(conjuncts.len() + USUAL_PARTS);
        queue.extend(conjuncts.iter().rev());
        let mut tests = 0usize;
        // The set of those that are needed is as long as the formula, and takes one byte for each node.
        self.looks += atoms.len() + formula.graph.len() / 64;
        while let Some(next) = queue.pop() {
            self.looks += 1;
            if !self.needed.insert(next) {
                continue;
            }
            let lit = match (graph.node(next.node()), next.is_negated()) {
                (Node::And(children), false) => {
                    queue.extend(children.iter().rev());
                    continue;
                }
                (Node::And(children), true) => {
                    self.looks += children.len();
                    let part = self.cheapest(children, &mut can_be)?;
                    if !self.needed.is_atom(part) {
                        queue.push(part);
                        continue;
                    }
                    if !self.needed.insert(part) {
                        continue;
                    }
                    part
                }
                (Node::True, true) => return None,
                (Node::True, false) => continue,
                (Node::Atom(_), _) => next,
            };
            if self.needed.contains_negation(lit) {
                return None;
            }
            let Node::Atom(atom) = graph.node(lit.node()) else { continue };
            match formula.atom_of(atom) {
                Atom::Present(variable) if lit.is_negated() => absent.push(variable),
                _ => {
                    tests += 1;
                    if most.is_some_and(|most| tests > most) {
                        return None;
                    }
                    literals.push(lit);
                }
            }
        }
        let tests = self.tests.of(formula, &literals);
        Some(Justification { literals, absent, tests })
    }

    /// Returns the cheapest part of an OR, the first if several cost the same; parts that cannot be true are skipped. The OR is
    /// given by the negations of its parts.
    fn cheapest(&self, children: &[Lit], can_be: &mut impl FnMut(Lit, bool) -> bool) -> Option<Lit> {
        let mut cheapest: Option<(Cost, Lit)> = None;
        for child in children {
            let part = !*child;
            let cost = self.needed.cost(part);
            if cost == Cost::Nothing {
                return Some(part);
            }
            if cheapest.is_none_or(|(least, _)| cost < least)
                && can_be(part, self.needed.contains_negation(part))
            {
                cheapest = Some((cost, part));
            }
        }
        cheapest.map(|(_, part)| part)
    }
}

/// Returns the truth of a literal; an atom in no clause counts as false.
fn holds(graph: &Graph, lit: Lit, truth: &Truth, values: &mut FxHashMap<Lit, bool>) -> bool {
    let positive = lit.node().lit();
    let value = match graph.node(lit.node()) {
        Node::True => true,
        Node::Atom(atom) => truth.get(&atom) == Some(&true),
        Node::And(children) => match values.get(&positive) {
            Some(value) => *value,
            None => {
                let value = children.iter().all(|child| holds(graph, *child, truth, values));
                values.insert(positive, value);
                value
            }
        },
    };
    value != lit.is_negated()
}
