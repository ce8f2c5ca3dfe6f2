//! A set of literals of one graph, with the kind of each node.

use crate::formula::{Atom, Formula, Graph, Lit, Node, NodeId};
use crate::index::IndexVec;

/// Bits of a node: its positive literal is in the set; its negation is.
const IN: u8 = 1;
const NEGATION_IN: u8 = 2;
/// An atom about the presence of a context key.
const PRESENCE: u8 = 4;
/// Any other atom.
const ATOM: u8 = 8;
/// An opaque predicate, which is also an atom.
const OPAQUE: u8 = 16;
/// An AND with an opaque predicate among its parts, or among the parts of such an AND.
const AND_OF_OPAQUE: u8 = 32;

/// Returns the bit for a literal in a set, and the bit for its negation.
fn signs_of(lit: Lit) -> (u8, u8) {
    if lit.is_negated() { (NEGATION_IN, IN) } else { (IN, NEGATION_IN) }
}

/// The cost of making a literal true, cheapest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cost {
    /// The literal is already in the set.
    Nothing,
    /// A context key is absent.
    Absence,
    /// A test fails.
    Failure,
    /// Anything else.
    More,
    /// An opaque predicate would have to have a particular meaning, which no request can confirm.
    Opaque,
}

/// A set of literals.
#[derive(Debug, Default)]
pub(super) struct LiteralSet {
    /// The kind of every node, determined once for many sets.
    kinds: IndexVec<NodeId, u8>,
    /// The bits of the opaque predicates among them ([`Graph::support`]).
    opaque: u128,
    /// The kind of every node, and which of its literals are in the set.
    bits: IndexVec<NodeId, u8>,
}

impl LiteralSet {
    /// Empties the set, and takes the current state of this formula.
    pub(super) fn reset(&mut self, formula: &Formula<'_>) {
        let known = self.kinds.len();
        self.kinds.reserve(formula.graph.len() - known);
        for id in formula.graph.ids_from(known) {
            let kind = self.kind(formula, id);
            if kind & OPAQUE != 0 {
                self.opaque |= Graph::bit(id);
            }
            self.kinds.push(kind);
        }
        self.bits.clear();
        self.bits.extend_from_slice(self.kinds.as_slice());
    }

    /// Returns the kind of a node. The parts of an AND must have been classified before it.
    fn kind(&self, formula: &Formula<'_>, id: NodeId) -> u8 {
        match formula.graph.node(id) {
            Node::True => 0,
            Node::Atom(atom) => match formula.atom_of(atom) {
                Atom::Present(_) => PRESENCE,
                Atom::Opaque(_) => ATOM | OPAQUE,
                Atom::Match(..) | Atom::Unobservable(_) => ATOM,
            },
            Node::And(_) if formula.graph.support(id) & self.opaque == 0 => 0,
            Node::And(parts) => {
                let is_opaque = |part: &Lit| match self.kinds[part.node()] {
                    kind if kind & OPAQUE != 0 => true,
                    kind => kind & AND_OF_OPAQUE != 0 && !part.is_negated(),
                };
                if parts.iter().any(is_opaque) { AND_OF_OPAQUE } else { 0 }
            }
        }
    }

    /// Adds a literal; returns true if it was not in the set before.
    pub(super) fn insert(&mut self, lit: Lit) -> bool {
        let (own, _) = signs_of(lit);
        let bits = &mut self.bits[lit.node()];
        let is_new = *bits & own == 0;
        *bits |= own;
        is_new
    }

    /// True if the negation of the literal is in the set.
    pub(super) fn contains_negation(&self, lit: Lit) -> bool {
        let (_, other) = signs_of(lit);
        self.bits[lit.node()] & other != 0
    }

    /// True if the literal is an atom or the negation of one.
    pub(super) fn is_atom(&self, lit: Lit) -> bool {
        self.bits[lit.node()] & (ATOM | PRESENCE) != 0
    }

    /// Returns the cost of adding a literal to the set.
    pub(super) fn cost(&self, lit: Lit) -> Cost {
        let (bits, (own, _)) = (self.bits[lit.node()], signs_of(lit));
        if bits & own != 0 {
            Cost::Nothing
        } else if bits & OPAQUE != 0 {
            Cost::Opaque
        } else if !lit.is_negated() {
            if bits & AND_OF_OPAQUE != 0 { Cost::Opaque } else { Cost::More }
        } else if bits & PRESENCE != 0 {
            Cost::Absence
        } else if bits & ATOM != 0 {
            Cost::Failure
        } else {
            Cost::More
        }
    }
}
