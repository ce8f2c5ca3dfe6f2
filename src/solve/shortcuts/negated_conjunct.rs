//! A conjunct that negates the first one.
//!
//! The first conjunct of a goal is that a statement applies; the others are that statements of the other policy do not. Equal
//! statements are equal nodes, so one that both policies have is found by comparing literals, without any propagation.
//!
//! Sound: a conjunction that has a literal and its negation among its parts, or among the parts of its parts, is false.

use crate::formula::{Graph, Lit, Node};

/// Returns true if a later conjunct is the negation of the first, or has it as a part.
pub(in crate::solve) fn contains_negation(graph: &Graph, goal: &[Lit]) -> bool {
    let Some((first, rest)) = goal.split_first() else { return false };
    rest.iter().any(|conjunct| {
        let parts = match graph.node(conjunct.node()) {
            Node::And(parts) if !conjunct.is_negated() => parts,
            _ => &[],
        };
        *conjunct == !*first || parts.binary_search(&!*first).is_ok()
    })
}
