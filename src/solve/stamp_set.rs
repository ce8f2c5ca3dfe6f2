//! Sets of nodes that are emptied at once.

use crate::formula::{Graph, Lit, Node, NodeId};
use crate::index::{Id, IndexVec};

/// Nodes that there is room for from the start.
const USUAL_NODES: usize = 64;

/// Some nodes of the graph, such as those below some literals.
#[derive(Debug, Default)]
pub(super) struct StampSet {
    /// The round in which each node was last added.
    stamps: IndexVec<NodeId, u32>,
    round: u32,
    queue: Vec<NodeId>,
    /// The nodes of the set.
    nodes: Vec<NodeId>,
}

impl StampSet {
    /// Empties the set.
    pub(super) fn clear(&mut self, graph: &Graph) {
        self.round += 1;
        self.stamps.resize(graph.len(), 0);
        self.nodes.clear();
    }

    /// Adds a node; true if it was not in the set before.
    pub(super) fn insert(&mut self, node: NodeId) -> bool {
        if !self.stamps.contains(node) {
            // The graph has grown.
            self.stamps.resize(node.place() + 1, 0);
        }
        let is_new = std::mem::replace(&mut self.stamps[node], self.round) != self.round;
        if is_new {
            self.nodes.push(node);
        }
        is_new
    }

    /// The nodes of the set.
    pub(super) fn nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// Replaces the nodes of the set by those below these literals.
    pub(super) fn fill_below(&mut self, graph: &Graph, literals: &[Lit]) {
        self.clear(graph);
        if self.nodes.capacity() == 0 {
            self.nodes.reserve(USUAL_NODES);
            self.queue.reserve(USUAL_NODES);
        }
        self.queue.extend(literals.iter().map(|lit| lit.node()));
        while let Some(node) = self.queue.pop() {
            if self.insert(node)
                && let Node::And(children) = graph.node(node)
            {
                self.queue.extend(children.iter().map(|child| child.node()));
            }
        }
    }

    /// Returns true if the node of the literal is in the set.
    pub(super) fn contains(&self, lit: Lit) -> bool {
        self.stamps.find(lit.node()) == Some(&self.round)
    }
}
