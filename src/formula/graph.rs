//! A hash-consed graph of AND and NOT over atoms.
//!
//! Equal formulas are equal literals: a statement that two policies have in common is one node, and propagation removes it before
//! any automaton exists. OR is written `not (not a and not b)`. Structural hashing of
//! AND-inverter graphs: Kuehlmann et al., "Robust Boolean Reasoning for Equivalence Checking and Functional Property
//! Verification", TCAD 2002.

use crate::formula::AtomId;
use crate::index::{Id, IndexVec, broken, id};
use hashbrown::HashTable;
use rustc_hash::FxHasher;
use std::hash::{Hash, Hasher};

/// A node or its negation: node index and sign bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lit(u32);

impl Lit {
    /// The constant true.
    pub const TRUE: Lit = Lit(0);
    /// The constant false.
    pub const FALSE: Lit = Lit(1);

    /// True if the sign bit is set.
    pub fn is_negated(self) -> bool {
        self.0 & 1 == 1
    }

    /// Returns the node.
    pub fn node(self) -> NodeId {
        NodeId(self.0 >> 1)
    }

    /// Returns the literal itself, or its negation.
    #[must_use]
    pub fn negate_if(self, negate: bool) -> Lit {
        Lit(self.0 ^ u32::from(negate))
    }
}

impl std::ops::Not for Lit {
    type Output = Lit;
    fn not(self) -> Lit {
        Lit(self.0 ^ 1)
    }
}

id! {
    /// Index of a node.
    NodeId
}

id! {
    /// A place among the literals of all conjunctions.
    struct Place
}

impl NodeId {
    /// Returns the positive literal of the node.
    pub fn lit(self) -> Lit {
        Lit(self.0 << 1)
    }
}

/// A node of the graph.
#[derive(Clone, Copy, Debug)]
pub enum Node<'g> {
    /// The constant true.
    True,
    /// An atom.
    Atom(AtomId),
    /// A conjunction of at least two different literals, sorted, none of them constant, no two complementary.
    And(&'g [Lit]),
}

#[derive(Clone, Copy, Debug)]
enum Stored {
    True,
    Atom(AtomId),
    And { start: Place, end: Place },
}

/// The number of nodes for which a new graph has room.
const USUAL_NODES: usize = 16;

/// The graph. Nodes are only ever added; children come before parents.
#[derive(Debug)]
pub struct Graph {
    nodes: IndexVec<NodeId, Stored>,
    /// See [`Graph::support`].
    supports: IndexVec<NodeId, u128>,
    children: IndexVec<Place, Lit>,
    /// Hashes of the children and nodes.
    table: HashTable<(u64, NodeId)>,
    scratch: Vec<Lit>,
}

impl Default for Graph {
    fn default() -> Self {
        // Room for a statement with a few patterns: most formulas are made for one statement.
        let mut nodes = Vec::with_capacity(USUAL_NODES);
        nodes.push(Stored::True);
        let mut supports = Vec::with_capacity(USUAL_NODES);
        supports.push(0);
        Graph {
            nodes: nodes.into(),
            supports: supports.into(),
            children: IndexVec::default(),
            table: HashTable::new(),
            scratch: Vec::new(),
        }
    }
}

impl Graph {
    /// Makes room for this many more nodes.
    pub(crate) fn reserve(&mut self, nodes: usize) {
        self.nodes.reserve(nodes);
        self.supports.reserve(nodes);
        self.children.reserve(nodes);
        self.scratch.reserve(nodes);
    }
}

fn hash_of(children: &[Lit]) -> u64 {
    let mut hasher = FxHasher::default();
    children.hash(&mut hasher);
    hasher.finish()
}

impl Graph {
    /// Returns the number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns false: a graph always holds the constant.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Returns all nodes, children before parents.
    pub(crate) fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        self.nodes.ids()
    }

    /// Returns the nodes after the first ones, children before parents.
    pub fn ids_from(&self, first: usize) -> impl Iterator<Item = NodeId> + use<> {
        (first..self.nodes.len()).map(NodeId::at)
    }

    /// Returns the node behind an index.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        match self.nodes[id] {
            Stored::True => Node::True,
            Stored::Atom(atom) => Node::Atom(atom),
            Stored::And { start, end } => Node::And(self.children.range(start..end)),
        }
    }

    /// Returns the bit of a node in [`Graph::support`].
    pub(crate) fn bit(id: NodeId) -> u128 {
        1u128.wrapping_shl(id.0.wrapping_mul(0x9E37_79B1) >> 25)
    }

    /// Returns the bits of the node and of all nodes below it. A node whose support lacks some bits does not contain the nodes
    /// that have these bits.
    pub(crate) fn support(&self, id: NodeId) -> u128 {
        self.supports[id]
    }

    /// True if the node is a conjunction.
    pub(crate) fn is_and(&self, id: NodeId) -> bool {
        matches!(self.nodes[id], Stored::And { .. })
    }

    /// Returns one literal of a conjunction.
    pub fn child(&self, id: NodeId, place: usize) -> Option<Lit> {
        match self.node(id) {
            Node::And(children) => children.get(place).copied(),
            Node::True | Node::Atom(_) => None,
        }
    }

    /// Returns a new leaf. The caller interns atoms, so that each is added once.
    pub fn leaf(&mut self, atom: AtomId) -> Lit {
        self.push(Stored::Atom(atom)).lit()
    }

    fn push(&mut self, node: Stored) -> NodeId {
        let id = self.nodes.push(node);
        if id.0 > u32::MAX >> 1 {
            broken("a graph has fewer than 2^31 nodes");
        }
        let below = match node {
            Stored::And { start, end } => {
                let children = self.children.range(start..end);
                children.iter().fold(0, |all, child| all | self.support(child.node()))
            }
            Stored::Atom(_) | Stored::True => 0,
        };
        self.supports.push(below | Graph::bit(id));
        id
    }

    /// Returns the conjunction of the literals: flattened, sorted, without duplicates and constants.
    pub fn and(&mut self, literals: impl IntoIterator<Item = Lit>) -> Lit {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let mut contradiction = false;
        for lit in literals {
            match (self.nodes[lit.node()], lit.is_negated()) {
                (Stored::And { start, end }, false) => {
                    scratch.extend_from_slice(self.children.range(start..end));
                }
                (Stored::True, negated) => contradiction |= negated,
                _ => scratch.push(lit),
            }
        }
        let result = if contradiction { Lit::FALSE } else { self.and_of(&mut scratch) };
        self.scratch = scratch;
        result
    }

    fn and_of(&mut self, literals: &mut Vec<Lit>) -> Lit {
        if !literals.is_sorted_by(|a, b| a < b) {
            literals.sort_unstable();
            literals.dedup();
        }
        // Sorted, a literal and its negation are neighbours.
        if literals.windows(2).any(|w| matches!(w, [a, b] if a.node() == b.node())) {
            return Lit::FALSE;
        }
        self.and_of_sorted(literals)
    }

    /// Returns the conjunction of literals that are sorted and different, none of them constant or a conjunction, no two
    /// complementary.
    pub(crate) fn and_of_sorted(&mut self, literals: &[Lit]) -> Lit {
        match literals {
            [] => Lit::TRUE,
            [only] => *only,
            many => {
                let hash = hash_of(many);
                let (nodes, children) = (&self.nodes, &self.children);
                let is_same = |id: NodeId| match nodes[id] {
                    Stored::And { start, end } => children.range(start..end) == many,
                    Stored::Atom(_) | Stored::True => false,
                };
                if let Some((_, found)) = self.table.find(hash, |(h, id)| *h == hash && is_same(*id)) {
                    return found.lit();
                }
                let start = self.children.next_id();
                self.children.extend_from_slice(many);
                let end = self.children.next_id();
                let id = self.push(Stored::And { start, end });
                self.table.insert_unique(hash, (hash, id), |(hash, _)| *hash);
                id.lit()
            }
        }
    }

    /// Returns the disjunction of the literals.
    pub fn or(&mut self, literals: impl IntoIterator<Item = Lit>) -> Lit {
        !self.and(literals.into_iter().map(|lit| !lit))
    }
}

#[cfg(test)]
mod tests {
    use super::Graph;
    use crate::formula::AtomId;
    use crate::index::Id;

    #[test]
    #[should_panic(expected = "broken invariant: an index belongs to its table")]
    fn a_node_of_another_graph_ends_the_check() {
        let mut other = Graph::default();
        let foreign = other.leaf(AtomId::at(0));
        Graph::default().node(foreign.node());
    }
}
