//! A set of literals of one graph that knows what their nodes are.

use crate::formula::{Atom, Formula, Lit, Node, NodeId};
use crate::index::IndexVec;

/// Bits of a node: its literal is in the set, and so is the negation of that.
const IN: u8 = 1;
const NEGATION_IN: u8 = 2;
/// An atom that says that a context key is present.
const PRESENCE: u8 = 4;
/// Any other atom.
const ATOM: u8 = 8;
/// An opaque predicate, which is an atom too.
const OPAQUE: u8 = 16;
/// An AND that has an opaque predicate among its parts, or in such an AND.
const AND_OF_OPAQUE: u8 = 32;

/// The bits for a literal being in a set, and for its negation.
fn signs_of(lit: Lit) -> (u8, u8) {
    if lit.is_negated() { (NEGATION_IN, IN) } else { (IN, NEGATION_IN) }
}

/// The effort that a literal asks of a request, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cost {
    /// The literal is in the set anyway.
    Nothing,
    /// A context key is absent.
    Absence,
    /// A test fails.
    Failure,
    /// Anything else.
    More,
    /// An opaque predicate would have to mean something certain, which no request can show.
    Opaque,
}

/// A set of literals.
#[derive(Debug, Default)]
pub(super) struct LiteralSet {
    /// What every node is, found out once for many sets.
    kinds: IndexVec<NodeId, u8>,
    /// What every node is, and which of its literals are in the set.
    bits: IndexVec<NodeId, u8>,
}

impl LiteralSet {
    /// Empties the set, for literals of this formula as it stands.
    pub(super) fn reset(&mut self, formula: &Formula<'_>) {
        let known = self.kinds.len();
        self.kinds.reserve(formula.graph.len() - known);
        for id in formula.graph.ids_from(known) {
            let kind = self.kind(formula, formula.graph.node(id));
            self.kinds.push(kind);
        }
        self.bits.clear();
        self.bits.extend_from_slice(self.kinds.as_slice());
    }

    /// What a node is; its parts come before it.
    fn kind(&self, formula: &Formula<'_>, node: Node<'_>) -> u8 {
        match node {
            Node::True => 0,
            Node::Atom(atom) => match formula.atom_of(atom) {
                Atom::Present(_) => PRESENCE,
                Atom::Opaque(_) => ATOM | OPAQUE,
                Atom::Match(..) | Atom::Unobservable(_) => ATOM,
            },
            Node::And(parts) => {
                let is_opaque = |part: &Lit| match self.kinds[part.node()] {
                    kind if kind & OPAQUE != 0 => true,
                    kind => kind & AND_OF_OPAQUE != 0 && !part.is_negated(),
                };
                if parts.iter().any(is_opaque) { AND_OF_OPAQUE } else { 0 }
            }
        }
    }

    /// Adds a literal; true if it was not in the set before.
    pub(super) fn insert(&mut self, lit: Lit) -> bool {
        let (own, _) = signs_of(lit);
        let bits = &mut self.bits[lit.node()];
        let is_new = *bits & own == 0;
        *bits |= own;
        is_new
    }

    /// Returns true if the negation of the literal is in the set.
    pub(super) fn contains_negation(&self, lit: Lit) -> bool {
        let (_, other) = signs_of(lit);
        self.bits[lit.node()] & other != 0
    }

    /// Returns true if the literal is an atom or the negation of one.
    pub(super) fn is_atom(&self, lit: Lit) -> bool {
        self.bits[lit.node()] & (ATOM | PRESENCE) != 0
    }

    /// The cost of a literal beside those of the set.
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
