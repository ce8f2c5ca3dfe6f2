//! A conjunct that negates the first one.
//!
//! The first conjunct of a goal says that a statement applies; the others say that statements of the other policy do not. Equal
//! statements are equal nodes, so a statement that both policies contain is found by comparing literals, without propagation.
//!
//! Sound: a conjunction is false if a literal and its negation are among its parts, or among the parts of its parts.

use crate::formula::{Graph, Lit, Node};

/// True if a later conjunct is the negation of the first, or contains it as a part.
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
