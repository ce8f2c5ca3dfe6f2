//! A partial assignment of the nodes, which is taken back for the next goal.

use crate::formula::graph::{Graph, Lit, NodeId};
use crate::formula::propagate::bulk::Bulk;
use crate::formula::propagate::value::Value;
use crate::index::{Id, IndexVec};

/// Assigned nodes that there is room for from the start.
const USUAL_ASSIGNED: usize = 64;

/// The values of the nodes.
#[derive(Clone, Debug, Default)]
pub(super) struct Assignment {
    /// The table grows with the assigned nodes: a node beyond its end is open.
    values: IndexVec<NodeId, Value>,
    /// The assigned nodes with their values before.
    trail: Vec<(NodeId, Value)>,
    /// True if the assumable atoms are assumed to be false.
    has_assumed: bool,
    bulk: Bulk,
    /// The support bits of the nodes that were assigned since the last call of [`Assignment::take_fresh`]; see
    /// [`Graph::support`].
    fresh: u128,
}

impl Assignment {
    /// Takes all values back, except which atoms are assumable.
    pub(super) fn clear(&mut self) {
        for (node, before) in self.trail.drain(..).rev() {
            self.values[node] = before;
        }
        self.has_assumed = false;
        self.fresh = 0;
    }

    /// Makes room for this many nodes.
    pub(super) fn reserve(&mut self, nodes: usize) {
        self.values.resize(self.values.len().max(nodes), Value::Open);
        self.trail.reserve(nodes.min(USUAL_ASSIGNED));
    }

    /// Makes an atom assumable.
    pub(super) fn make_assumable(&mut self, atom: NodeId) {
        self.set(atom, Value::Assumable);
    }

    /// Finds the nodes that assuming decides.
    pub(super) fn prepare_bulk(&mut self, graph: &Graph) {
        self.values.resize(self.values.len().max(graph.len()), Value::Open);
        self.bulk = Bulk::of(graph, &mut self.values);
    }

    /// True if the assumable atoms are assumed to be false.
    pub(super) fn has_assumed(&self) -> bool {
        self.has_assumed
    }

    /// Assumes all assumable atoms that are open to be false, except these.
    pub(super) fn assume_all(&mut self, kept: impl IntoIterator<Item = Lit>) {
        for atom in kept {
            if self.value(atom).is_none() {
                self.assign(atom.node(), Value::Open);
            }
        }
        self.has_assumed = true;
        self.fresh = u128::MAX;
    }

    /// The value of a literal. It is asked for more often than anything else, so the usual part of it is small enough to be inlined.
    #[inline]
    pub(super) fn value(&self, lit: Lit) -> Option<bool> {
        match self.values.find(lit.node())? {
            Value::True => Some(!lit.is_negated()),
            Value::False => Some(lit.is_negated()),
            Value::Open => None,
            Value::Assumable => self.has_assumed.then_some(lit.is_negated()),
            Value::NorNode => self.has_assumed.then_some(!lit.is_negated()),
            Value::Dependent if self.has_assumed => self.dependent(lit),
            Value::Dependent => None,
        }
    }

    /// The value of a literal of a node that is false as long as one of its parts is, by what is assumed.
    #[inline(never)]
    fn dependent(&self, lit: Lit) -> Option<bool> {
        let part = self.values[self.bulk.deciding(lit.node())];
        matches!(part, Value::Assumable | Value::NorNode).then_some(lit.is_negated())
    }

    /// Makes a literal true.
    pub(super) fn decide(&mut self, lit: Lit) {
        self.assign(lit.node(), if lit.is_negated() { Value::False } else { Value::True });
    }

    /// Makes a literal true without marking its node as fresh.
    pub(super) fn decide_quietly(&mut self, lit: Lit) {
        let fresh = self.fresh;
        self.decide(lit);
        self.fresh = fresh;
    }

    /// The support bits of the nodes that were assigned since the last call.
    pub(super) fn take_fresh(&mut self) -> u128 {
        std::mem::take(&mut self.fresh)
    }

    /// The parts of an AND that may be open, if they are fewer than all and known without a look at all.
    pub(super) fn open_parts(&self, node: NodeId) -> Option<Vec<Lit>> {
        if self.has_assumed { self.bulk.open_parts(node, &self.trail) } else { None }
    }

    fn set(&mut self, node: NodeId, value: Value) -> Value {
        if !self.values.contains(node) {
            self.values.resize((node.place() + 1) * 2, Value::Open);
        }
        std::mem::replace(&mut self.values[node], value)
    }

    fn assign(&mut self, node: NodeId, value: Value) {
        let before = self.set(node, value);
        self.trail.push((node, before));
        self.fresh |= Graph::bit(node);
        if before == Value::Assumable {
            self.open_nor_nodes(node);
        }
    }

    /// Makes the NOR nodes open that this atom is a part of: that the other parts are false does not make them true any more.
    fn open_nor_nodes(&mut self, atom: NodeId) {
        for nor in self.bulk.nor_nodes_of(atom) {
            let value = &mut self.values[nor];
            if *value == Value::NorNode {
                *value = Value::Open;
                self.trail.push((nor, Value::NorNode));
            }
        }
    }
}
