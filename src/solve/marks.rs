//! Sets of nodes that are emptied at once.

use crate::formula::{Graph, Lit, Node, NodeId};

/// Some nodes of the graph, such as those below some literals.
#[derive(Debug, Default)]
pub(super) struct Marks {
    rounds: Vec<u32>,
    round: u32,
    queue: Vec<NodeId>,
}

impl Marks {
    /// Marks nothing.
    pub(super) fn forget(&mut self, graph: &Graph) {
        self.round = self.round.wrapping_add(1);
        self.rounds.resize(graph.len(), 0);
    }

    /// Marks a node; whether it was not marked before.
    pub(super) fn insert(&mut self, node: NodeId) -> bool {
        if self.rounds.len() <= node.index() {
            self.rounds.resize(node.index().saturating_add(1), 0);
        }
        let slot = self.rounds.get_mut(node.index());
        slot.is_some_and(|slot| std::mem::replace(slot, self.round) != self.round)
    }

    /// Marks the nodes below these literals, and no others.
    pub(super) fn mark(&mut self, graph: &Graph, literals: &[Lit]) {
        self.forget(graph);
        self.queue.extend(literals.iter().map(|lit| lit.node()));
        while let Some(node) = self.queue.pop() {
            if self.insert(node)
                && let Node::And(children) = graph.node(node)
            {
                self.queue.extend(children.iter().map(|child| child.node()));
            }
        }
    }

    pub(super) fn contains(&self, lit: Lit) -> bool {
        self.rounds.get(lit.node().index()) == Some(&self.round)
    }
}
