//! The literals a formula needs: one true part for every OR, all parts for every AND.
//!
//! A model of the SAT solver gives a truth value to every atom, but only some of them matter; asking the theories for no
//! more than those keeps conflicts few and witnesses small.

use crate::formula::{Atom, AtomId, Conjunction, Formula, Graph, Lit, Node, VariableId};
use crate::theory::Tests;
use rustc_hash::FxHashMap;

/// What a proposal asks for.
#[derive(Clone, Debug)]
pub(super) struct Needed {
    /// The atoms with the sign they need, each once, but for those of `absent`.
    pub(super) literals: Vec<Lit>,
    /// Keys, or elements of keys, that have to be absent; there may be very many.
    pub(super) absent: Vec<VariableId>,
    /// The literals about values, by variable, in order of first use.
    pub(super) tests: Vec<(VariableId, Tests)>,
}

/// Tests of values in a guess at a goal as it stands; with more, finding values for them takes longer than it takes to
/// find out which of them matter.
const FEW: usize = 16;

/// What satisfies the atoms and the conjuncts if the cheapest part of every OR is true that can be; of each part
/// `can_be` is told whether it is needed in the other sign so far. `None` if that takes some atom in both signs, or more than
/// `most` tests.
fn met_by(
    formula: &Formula<'_>,
    (atoms, conjuncts): (&[Lit], &[Lit]),
    mut can_be: impl FnMut(Lit, bool) -> bool,
    most: usize,
) -> Option<Needed> {
    let graph = &formula.graph;
    let (mut literals, mut absent): (Vec<Lit>, Vec<VariableId>) = (atoms.to_vec(), Vec::new());
    let mut seen = Seen::new(graph);
    literals.iter().for_each(|lit| {
        seen.insert(*lit);
    });
    let mut queue: Vec<Lit> = conjuncts.iter().rev().copied().collect();
    let mut tests = 0usize;
    while let Some(lit) = queue.pop() {
        if !seen.insert(lit) {
            continue;
        }
        match (graph.node(lit.node()), lit.is_negated()) {
            (Node::And(children), false) => queue.extend(children.iter().rev()),
            (Node::And(children), true) => {
                let mut chosen: Option<(Cost, Lit)> = None;
                for part in children.iter().map(|child| !*child) {
                    let (needed, excluded) = seen.signs(part);
                    if needed {
                        chosen = Some((Cost::Nothing, part));
                        break;
                    }
                    let least = chosen.map(|(cost, _)| cost);
                    if least == Some(Cost::Absence) {
                        continue;
                    }
                    let cost = cost(formula, part);
                    if least.is_none_or(|least| cost < least) && can_be(part, excluded) {
                        chosen = Some((cost, part));
                    }
                }
                queue.push(chosen?.1);
            }
            // Of the atoms, what was seen is what is needed.
            (Node::Atom(_), _) if seen.signs(lit).1 => return None,
            (Node::Atom(atom), is_negated) => match formula.atom_of(atom) {
                Some(Atom::Present(variable)) if is_negated => absent.push(variable),
                _ => {
                    tests = tests.saturating_add(1);
                    if tests > most {
                        return None;
                    }
                    literals.push(lit);
                }
            },
            // The constant.
            (Node::True, false) => {}
            (Node::True, true) => return None,
        }
    }
    let tests = by_variable(formula, &literals);
    Some(Needed { literals, absent, tests })
}

/// What a part of an OR asks of a request, least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cost {
    /// It is needed anyway.
    Nothing,
    /// A context key has to be absent.
    Absence,
    /// A test has to be failed.
    Failure,
    /// More than that.
    More,
}

fn cost(formula: &Formula<'_>, part: Lit) -> Cost {
    match formula.graph.node(part.node()) {
        Node::Atom(atom) if part.is_negated() => match formula.atom_of(atom) {
            Some(Atom::Present(_)) => Cost::Absence,
            _ => Cost::Failure,
        },
        _ => Cost::More,
    }
}

/// A set of literals of a graph.
struct Seen(Vec<u8>);

impl Seen {
    fn new(graph: &Graph) -> Seen {
        Seen(vec![0; graph.len()])
    }

    /// Whether it was not in the set before.
    fn insert(&mut self, lit: Lit) -> bool {
        let bit = if lit.is_negated() { 2 } else { 1 };
        let Some(bits) = self.0.get_mut(lit.node().index()) else { return false };
        let is_new = *bits & bit == 0;
        *bits |= bit;
        is_new
    }

    /// Whether it is in the set, and whether its negation is.
    fn signs(&self, lit: Lit) -> (bool, bool) {
        let bits = self.0.get(lit.node().index()).copied().unwrap_or(0);
        let (own, other) = if lit.is_negated() { (2, 1) } else { (1, 2) };
        (bits & own != 0, bits & other != 0)
    }
}

fn holds(graph: &Graph, lit: Lit, truth: &FxHashMap<AtomId, bool>, known: &mut FxHashMap<Lit, bool>) -> bool {
    let positive = lit.node().lit();
    let value = match graph.node(lit.node()) {
        Node::True => true,
        Node::Atom(atom) => truth.get(&atom).copied().unwrap_or(false),
        Node::And(children) => match known.get(&positive) {
            Some(value) => *value,
            None => {
                let value = children.iter().all(|child| holds(graph, *child, truth, known));
                known.insert(positive, value);
                value
            }
        },
    };
    value != lit.is_negated()
}

/// What the conjunction needs under `truth`, by what it is about; without it, by a guess. `None` if a guess needs an atom both
/// ways.
pub(super) fn needed(
    formula: &Formula<'_>,
    conjunction: &Conjunction,
    truth: Option<&FxHashMap<AtomId, bool>>,
) -> Option<Needed> {
    let mut known: FxHashMap<Lit, bool> = FxHashMap::default();
    let can_be = |part, _| truth.is_none_or(|truth| holds(&formula.graph, part, truth, &mut known));
    let conjuncts = (conjunction.units(), conjunction.disjunctions());
    met_by(formula, conjuncts, can_be, usize::MAX)
}

/// What the goal as it stands needs by a guess that looks at nothing but what its parts cost; `None` if that is too much, or
/// cannot be.
pub(super) fn guessed(formula: &Formula<'_>, goal: &[Lit]) -> Option<Needed> {
    let can_be = |_, excluded: bool| !excluded;
    met_by(formula, (&[], goal), can_be, FEW)
}

/// The literals about values, by variable, in order of first use.
fn by_variable(formula: &Formula<'_>, literals: &[Lit]) -> Vec<(VariableId, Tests)> {
    let mut found: Vec<(VariableId, Tests)> = Vec::new();
    let mut places: FxHashMap<VariableId, usize> = FxHashMap::default();
    for lit in literals {
        let Node::Atom(atom) = formula.graph.node(lit.node()) else { continue };
        let Some(Atom::Match(variable, test)) = formula.atom_of(atom) else { continue };
        let next = found.len();
        let place = *places.entry(variable).or_insert(next);
        if place == next {
            found.push((variable, Tests::default()));
        }
        if let Some((_, tests)) = found.get_mut(place) {
            if lit.is_negated() { tests.negatives.push(test) } else { tests.positives.push(test) }
        }
    }
    found
}
