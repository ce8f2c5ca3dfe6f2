//! Sets of nodes that are emptied at once.

use crate::formula::{Graph, Lit, Node, NodeId};
use crate::index::Id;

/// Some nodes of the graph, such as those below some literals.
#[derive(Debug, Default)]
pub(super) struct StampSet {
    rounds: Vec<u32>,
    round: u32,
    queue: Vec<NodeId>,
    /// The marked nodes.
    nodes: Vec<NodeId>,
}

impl StampSet {
    /// StampSet nothing.
    pub(super) fn forget(&mut self, graph: &Graph) {
        self.round = self.round.wrapping_add(1);
        self.rounds.resize(graph.len(), 0);
        self.nodes.clear();
    }

    /// StampSet a node; whether it was not marked before.
    pub(super) fn insert(&mut self, node: NodeId) -> bool {
        if self.rounds.len() <= node.place() {
            self.rounds.resize(node.place().saturating_add(1), 0);
        }
        let slot = self.rounds.get_mut(node.place());
        let is_new = slot.is_some_and(|slot| std::mem::replace(slot, self.round) != self.round);
        if is_new {
            self.nodes.push(node);
        }
        is_new
    }

    /// The marked nodes.
    pub(super) fn nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// StampSet the nodes below these literals, and no others.
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
        self.rounds.get(lit.node().place()) == Some(&self.round)
    }
}

/// Two counts for each of many places, all set to zero at once.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    counts: Vec<(u32, Tally)>,
    round: u32,
}

/// Of one place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    /// In how many patterns it was met.
    pub(super) meets: u32,
    /// How many of those it includes.
    pub(super) includes: u32,
}

impl Tallies {
    /// Counts from zero, for so many places.
    pub(super) fn forget(&mut self, places: usize) {
        self.round = self.round.wrapping_add(1);
        if self.counts.len() < places {
            self.counts.resize(places, (0, Tally::default()));
        }
    }

    /// The counts of a place.
    pub(super) fn at(&mut self, place: usize) -> Option<&mut Tally> {
        let (round, tally) = self.counts.get_mut(place)?;
        if std::mem::replace(round, self.round) != self.round {
            *tally = Tally::default();
        }
        Some(tally)
    }
}
