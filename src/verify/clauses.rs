//! The query as clauses, written straight from the AND/NOT graph: one number for every node, in the order in which a walk
//! from the conjuncts meets them; for every node the clauses that say what it is, in the directions in which it is used. Nothing
//! is simplified, and the same question always gives the same clauses.
//!
//! Every clause holds in every request that meets the question (take for each number the truth of its node). So clauses that
//! have no model prove that no request does. Tseitin, "On the complexity of derivation in propositional calculus", 1968;
//! leaving out the direction that is not used is Plaisted and Greenbaum's.

use crate::formula::{Graph, Lit, Node, NodeId};
use crate::index::{Id, broken};

/// Clauses one after the other. Literals are numbers from 1, negative for negations.
#[derive(Clone, Debug, Default)]
pub struct Clauses {
    literals: Vec<i32>,
    ends: Vec<usize>,
}

impl Clauses {
    /// Adds one.
    pub fn push(&mut self, clause: impl IntoIterator<Item = i32>) {
        self.literals.extend(clause);
        self.ends.push(self.literals.len());
    }

    /// Their number.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns true if there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The literals of all of them, one clause after the other.
    pub fn literals(&self) -> &[i32] {
        &self.literals
    }

    /// Where each one ends among the literals.
    pub fn ends(&self) -> &[usize] {
        &self.ends
    }

    /// The clause at a place.
    pub fn get(&self, place: usize) -> Option<&[i32]> {
        let start = match place.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.literals.get(start..*self.ends.get(place)?)
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[i32]> {
        (0..self.len()).filter_map(|place| self.get(place))
    }
}

/// The clauses of a query.
#[derive(Clone, Debug, Default)]
pub struct QueryClauses {
    /// All of them.
    pub all: Clauses,
    /// The node of each number, from 1.
    nodes: Vec<NodeId>,
    /// The number of each node; 0 for nodes that do not occur.
    numbers: Vec<i32>,
    /// Which directions of a node are written: bit 0 if it is used as it is, bit 1 if it is used negated.
    written: Vec<u8>,
    waiting: Vec<Lit>,
}

impl QueryClauses {
    /// The clauses that say that all conjuncts hold.
    pub fn new(graph: &Graph, conjuncts: &[Lit]) -> QueryClauses {
        let mut clauses = QueryClauses {
            numbers: vec![0; graph.len()],
            written: vec![0; graph.len()],
            ..QueryClauses::default()
        };
        for conjunct in conjuncts {
            match *conjunct {
                Lit::TRUE => {}
                Lit::FALSE => clauses.all.push([]),
                lit => {
                    let number = clauses.number(lit);
                    clauses.all.push([number]);
                    clauses.waiting.push(lit);
                    clauses.define(graph);
                }
            }
        }
        clauses
    }

    /// The number of numbers.
    pub fn variables(&self) -> usize {
        self.nodes.len()
    }

    /// The node with a number.
    pub fn node(&self, number: u32) -> Option<NodeId> {
        self.nodes.get((number as usize).checked_sub(1)?).copied()
    }

    /// The literal as a number, negative if it is negated; 0 if it does not occur.
    pub fn literal(&self, lit: Lit) -> i32 {
        match self.numbers.get(lit.node().place()) {
            Some(number) if lit.is_negated() => -number,
            Some(number) => *number,
            // Its node was added to the graph after the clauses were written.
            None => 0,
        }
    }

    fn number(&mut self, lit: Lit) -> i32 {
        if let Some(number @ 0) = self.numbers.get_mut(lit.node().place()) {
            self.nodes.push(lit.node());
            *number = match i32::try_from(self.nodes.len()) {
                Ok(number) => number,
                Err(_) => broken("a formula has fewer than 2^31 nodes"),
            };
        }
        self.literal(lit)
    }

    /// Writes what the waiting literals say, and what the literals in that say.
    fn define(&mut self, graph: &Graph) {
        while let Some(lit) = self.waiting.pop() {
            let Node::And(children) = graph.node(lit.node()) else { continue };
            let Some(written) = self.written.get_mut(lit.node().place()) else { continue };
            let direction = if lit.is_negated() { 2 } else { 1 };
            if *written & direction != 0 {
                continue;
            }
            *written |= direction;
            let this = self.number(lit);
            if lit.is_negated() {
                // Not all of them.
                self.all.literals.push(-this);
                for child in children {
                    let part = self.number(!*child);
                    self.all.literals.push(part);
                }
                self.all.push([]);
                self.waiting.extend(children.iter().rev().map(|child| !*child));
            } else {
                for child in children {
                    let child = self.number(*child);
                    self.all.push([-this, child]);
                }
                self.waiting.extend(children.iter().rev());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automata::Pattern;
    use crate::formula::{Formula, PatternKey, VariableId};

    #[test]
    fn a_part_that_occurs_twice_is_written_once() {
        let mut formula = Formula::default();
        let [a, b, c] = ["a:a", "b:b", "c:c"]
            .map(|word| formula.matches(VariableId::ACTION, PatternKey::built(Pattern::word(word))));
        let shared = formula.graph.and([a, b]);
        let conjuncts = [formula.graph.or([shared, c]), formula.graph.or([shared, !c])];
        let clauses = QueryClauses::new(&formula.graph, &conjuncts);
        let mut clauses: Vec<&[i32]> = clauses.all.iter().collect();
        // Two conjuncts, what each says, and the two halves of the shared part.
        assert_eq!(clauses.len(), 6);
        clauses.sort_unstable();
        clauses.dedup();
        assert_eq!(clauses.len(), 6);
    }
}
