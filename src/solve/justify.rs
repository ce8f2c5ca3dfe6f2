//! The literals a formula needs: one true part for every OR, all parts for every AND.
//!
//! A model of the SAT solver gives a truth value to every atom, but only some of them matter; asking the theories for no
//! more than those keeps conflicts few and witnesses small.

use crate::formula::{Atom, AtomId, Conjunction, Formula, Graph, Lit, Node, NodeId, VariableId};
use crate::index::Id;
use crate::theory::Tests;
use rustc_hash::FxHashMap;

/// What a proposal asks for.
#[derive(Clone, Debug)]
pub(super) struct Justification {
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

/// Parts of ANDs that there is room for from the start.
const MANY: usize = 64;

/// What satisfies the atoms and the conjuncts if the cheapest part of every OR is true that can be; of each part
/// `can_be` is told whether it is needed in the other sign so far. `None` if that takes some atom in both signs, or more than
/// `most` tests.
fn met_by(
    (formula, kinds): (&Formula<'_>, &mut Kinds),
    (atoms, conjuncts): (&[Lit], &[Lit]),
    mut can_be: impl FnMut(Lit, bool) -> bool,
    most: usize,
) -> Option<Justification> {
    let graph = &formula.graph;
    let mut literals: Vec<Lit> = Vec::with_capacity(atoms.len().saturating_add(FEW));
    literals.extend(atoms);
    let mut absent: Vec<VariableId> = Vec::new();
    let mut seen = kinds.seen(formula);
    literals.iter().for_each(|lit| {
        seen.insert(*lit);
    });
    let mut queue: Vec<Lit> = Vec::with_capacity(conjuncts.len().saturating_add(MANY));
    queue.extend(conjuncts.iter().rev());
    let mut tests = 0usize;
    while let Some(next) = queue.pop() {
        if !seen.insert(next) {
            continue;
        }
        let lit = match (graph.node(next.node()), next.is_negated()) {
            (Node::And(children), false) => {
                queue.extend(children.iter().rev());
                continue;
            }
            (Node::And(children), true) => {
                let part = cheapest(children, &seen, &mut can_be)?;
                if !seen.is_atom(part) {
                    queue.push(part);
                    continue;
                }
                if !seen.insert(part) {
                    continue;
                }
                part
            }
            (Node::True, true) => return None,
            (Node::True, false) => continue,
            (Node::Atom(_), _) => next,
        };
        // Of the atoms, what was seen is what is needed.
        if seen.signs(lit).1 {
            return None;
        }
        match graph.node(lit.node()) {
            Node::Atom(atom) => match formula.atom_of(atom) {
                Atom::Present(variable) if lit.is_negated() => absent.push(variable),
                _ => {
                    tests = tests.saturating_add(1);
                    if tests > most {
                        return None;
                    }
                    literals.push(lit);
                }
            },
            Node::True | Node::And(_) => {}
        }
    }
    let tests = by_variable(formula, &literals, &mut kinds.places);
    Some(Justification { literals, absent, tests })
}

/// The part of an OR, given by the negations of its parts, that asks least of a request: nothing, as it is needed anyway; that a
/// context key is absent; that a test is failed; more. The first of several, and none that cannot be.
fn cheapest(children: &[Lit], seen: &Seen<'_>, can_be: &mut impl FnMut(Lit, bool) -> bool) -> Option<Lit> {
    const NONE: u8 = 3;
    let (mut least, mut chosen) = (NONE, Lit::FALSE);
    for child in children {
        let part = !*child;
        let (bits, (own, other)) = (seen.bits(part.node()), signs_of(part));
        if bits & own != 0 {
            return Some(part);
        }
        let cost = if !part.is_negated() {
            2
        } else if bits & PRESENCE != 0 {
            0
        } else if bits & ATOM != 0 {
            1
        } else {
            2
        };
        if cost < least && can_be(part, bits & other != 0) {
            (least, chosen) = (cost, part);
        }
    }
    (least < NONE).then_some(chosen)
}

/// Bits of a node: whether it is in a set of literals, and whether its negation is.
const IN: u8 = 1;
const NEGATION_IN: u8 = 2;
/// An atom that says that a context key is present.
const PRESENCE: u8 = 4;
/// Any other atom.
const ATOM: u8 = 8;

/// The bits for a literal being in a set, and for its negation.
fn signs_of(lit: Lit) -> (u8, u8) {
    if lit.is_negated() { (NEGATION_IN, IN) } else { (IN, NEGATION_IN) }
}

/// What the nodes of a graph are, found out once for many guesses.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    /// The bits of every node.
    kinds: Vec<u8>,
    /// Memory for one guess after the other.
    seen: Vec<u8>,
    /// Memory for one list of tests after the other.
    places: Vec<usize>,
}

impl Kinds {
    /// An empty set of literals of the graph.
    fn seen(&mut self, formula: &Formula<'_>) -> Seen<'_> {
        self.kinds.extend(formula.graph.ids_from(self.kinds.len()).map(|id| match formula.graph.node(id) {
            Node::Atom(atom) if matches!(formula.atom_of(atom), Atom::Present(_)) => PRESENCE,
            Node::Atom(_) => ATOM,
            Node::True | Node::And(_) => 0,
        }));
        self.seen.clone_from(&self.kinds);
        Seen(&mut self.seen)
    }
}

/// A set of literals of a graph, and what its nodes are.
struct Seen<'k>(&'k mut Vec<u8>);

impl Seen<'_> {
    /// Whether it was not in the set before.
    fn insert(&mut self, lit: Lit) -> bool {
        let (bit, _) = signs_of(lit);
        let Some(bits) = self.0.get_mut(lit.node().place()) else { return false };
        let is_new = *bits & bit == 0;
        *bits |= bit;
        is_new
    }

    fn bits(&self, node: NodeId) -> u8 {
        self.0.get(node.place()).copied().unwrap_or(0)
    }

    fn is_atom(&self, lit: Lit) -> bool {
        self.bits(lit.node()) & (ATOM | PRESENCE) != 0
    }

    /// Whether it is in the set, and whether its negation is.
    fn signs(&self, lit: Lit) -> (bool, bool) {
        let ((own, other), bits) = (signs_of(lit), self.bits(lit.node()));
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
pub(super) fn justify(
    (formula, kinds): (&Formula<'_>, &mut Kinds),
    conjunction: &Conjunction,
    truth: Option<&FxHashMap<AtomId, bool>>,
) -> Option<Justification> {
    let mut known: FxHashMap<Lit, bool> = FxHashMap::default();
    let can_be = |part, _| truth.is_none_or(|truth| holds(&formula.graph, part, truth, &mut known));
    let conjuncts = (conjunction.units(), conjunction.disjunctions());
    met_by((formula, kinds), conjuncts, can_be, usize::MAX)
}

/// What the goal as it stands needs by a guess that looks at nothing but what its parts cost; `None` if that is too much, or
/// cannot be.
pub(super) fn cheap_guess(encoding: (&Formula<'_>, &mut Kinds), goal: &[Lit]) -> Option<Justification> {
    let can_be = |_, excluded: bool| !excluded;
    met_by(encoding, (&[], goal), can_be, FEW)
}

/// The literals about values, by variable, in order of first use.
fn by_variable(formula: &Formula<'_>, literals: &[Lit], places: &mut Vec<usize>) -> Vec<(VariableId, Tests)> {
    places.clear();
    places.resize(formula.variable_count(), 0);
    let mut found: Vec<(VariableId, Tests)> = Vec::with_capacity(literals.len().min(FEW));
    for lit in literals {
        let Node::Atom(atom) = formula.graph.node(lit.node()) else { continue };
        let Atom::Match(variable, test) = formula.atom_of(atom) else { continue };
        let Some(after) = places.get_mut(variable.place()) else { continue };
        if *after == 0 {
            found.push((variable, Tests::default()));
            *after = found.len();
        }
        if let Some((_, tests)) = after.checked_sub(1).and_then(|place| found.get_mut(place)) {
            if lit.is_negated() { tests.negatives.push(test) } else { tests.positives.push(test) }
        }
    }
    found
}
