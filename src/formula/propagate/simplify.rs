//! Simplifies literals: puts in every decided value.

use crate::formula::graph::{Graph, Lit, Node, NodeId};
use crate::formula::propagate::assignment::Assignment;
use crate::index::{Id, IndexVec};

/// As how many parts a node counts.
const NODE: usize = 8;

/// The results of simplification, and its buffers.
#[derive(Clone, Debug, Default)]
pub(super) struct Simplifier {
    /// The simplification of each node, with the round in which it was found. The table grows with the nodes.
    memo: IndexVec<NodeId, (u32, Lit)>,
    /// The current round. Results of earlier rounds are outdated. Every use starts with [`Simplifier::next_round`], so 0 marks no
    /// result.
    round: u32,
    /// The parts of the nodes that are being simplified.
    stack: Vec<Lit>,
    /// The number of parts that were looked at.
    looks: usize,
}

impl Simplifier {
    /// Forgets all results, because a decision was made since.
    pub(super) fn next_round(&mut self) {
        self.round += 1;
    }

    /// The number of parts that were looked at since the last call.
    pub(super) fn take_looks(&mut self) -> usize {
        std::mem::take(&mut self.looks)
    }

    /// Returns the literal with every decided value put in.
    pub(super) fn simplify(&mut self, graph: &mut Graph, assignment: &Assignment, lit: Lit) -> Lit {
        match assignment.value(lit) {
            Some(true) => Lit::TRUE,
            Some(false) => Lit::FALSE,
            None => self.inside(graph, assignment, lit),
        }
    }

    /// Does the same as [`Simplifier::simplify`], but ignores the value of the literal itself.
    pub(super) fn inside(&mut self, graph: &mut Graph, assignment: &Assignment, lit: Lit) -> Lit {
        let node = lit.node();
        let Node::And(children) = graph.node(node) else { return lit };
        if let Some((round, known)) = self.memo.find(node)
            && *round == self.round
        {
            return known.negate_if(lit.is_negated());
        }
        self.looks += NODE + children.len();
        // Most conjunctions have a part that is false, or atoms alone.
        let start = self.stack.len();
        let (mut refuted, mut nested) = (false, false);
        for child in children {
            match assignment.value(*child) {
                Some(false) => {
                    refuted = true;
                    break;
                }
                Some(true) => {}
                None => {
                    nested |= graph.is_and(child.node());
                    self.stack.push(*child);
                }
            }
        }
        let (_, open) = self.stack.split_at(start);
        let result = if refuted {
            Lit::FALSE
        } else if nested {
            self.inside_parts(graph, assignment, node)
        } else if open.len() == children.len() {
            node.lit()
        } else {
            self.looks += NODE + open.len();
            graph.and_of_sorted(open)
        };
        self.stack.truncate(start);
        if !self.memo.contains(node) {
            self.memo.resize(graph.len().max((node.place() + 1) * 2), (0, Lit::TRUE));
        }
        self.memo[node] = (self.round, result);
        result.negate_if(lit.is_negated())
    }

    /// Returns the AND of the simplified parts of a node.
    fn inside_parts(&mut self, graph: &mut Graph, assignment: &Assignment, node: NodeId) -> Lit {
        let start = self.stack.len();
        let (mut changed, mut refuted) = (false, false);
        let mut place = 0;
        while let Some(child) = graph.child(node, place) {
            place += 1;
            let now = self.simplify(graph, assignment, child);
            changed |= now != child;
            if now == Lit::FALSE {
                refuted = true;
                break;
            }
            if now != Lit::TRUE {
                self.stack.push(now);
            }
        }
        let (_, parts) = self.stack.split_at(start);
        let result = match (refuted, changed) {
            (true, _) => Lit::FALSE,
            (false, false) => node.lit(),
            (false, true) => {
                self.looks += NODE + parts.len();
                graph.and(parts.iter().copied())
            }
        };
        self.stack.truncate(start);
        result
    }
}
