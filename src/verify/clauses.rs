//! The query as clauses, written straight from the AND/NOT graph. Every node gets one number, in the order in which a walk from
//! the conjuncts first visits it, and the clauses that define it in the directions in which it is used. Nothing is simplified, so
//! the same query always gives the same clauses.
//!
//! Every clause holds for every request that satisfies the query (assign each number the truth of its node). So clauses without a
//! model prove that no request satisfies it. Tseitin, "On the complexity of derivation in propositional calculus", 1968; omitting
//! unused directions is due to Plaisted and Greenbaum.

use crate::formula::{Graph, Lit, Node, NodeId};
use crate::index::{Id, broken};

/// Clauses, one after the other. Literals are numbers from 1, negative for negations.
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

    /// True if there is no clause.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns the literals of all clauses, one clause after the other.
    pub fn literals(&self) -> &[i32] {
        &self.literals
    }

    /// Returns the index after the last literal of each clause.
    pub fn ends(&self) -> &[usize] {
        &self.ends
    }

    /// Returns the clause with this index.
    pub fn get(&self, place: usize) -> Option<&[i32]> {
        let start = match place.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.literals.get(start..*self.ends.get(place)?)
    }

    /// Returns all clauses, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[i32]> {
        (0..self.len()).filter_map(|place| self.get(place))
    }
}

/// The clauses of a query.
#[derive(Clone, Debug, Default)]
pub struct QueryClauses {
    /// All of them.
    pub all: Clauses,
    /// The node of each number, starting with number 1.
    nodes: Vec<NodeId>,
    /// The number of each node; 0 for nodes that do not occur.
    numbers: Vec<i32>,
    /// The written directions of each node: bit 0 if it is used positively, bit 1 if it is used negated.
    written: Vec<u8>,
    waiting: Vec<Lit>,
}

impl QueryClauses {
    /// Writes the clauses that state that all conjuncts hold.
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

    /// Returns the largest number.
    pub fn variables(&self) -> usize {
        self.nodes.len()
    }

    /// Returns the node with a number.
    pub fn node(&self, number: u32) -> Option<NodeId> {
        self.nodes.get((number as usize).checked_sub(1)?).copied()
    }

    /// Returns the literal as a number, negative if it is negated; 0 if its node does not occur.
    pub fn literal(&self, lit: Lit) -> i32 {
        match self.numbers.get(lit.node().place()) {
            Some(number) if lit.is_negated() => -number,
            Some(number) => *number,
            // The node was added to the graph after the clauses were written.
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

    /// Writes the definitions of the waiting literals, and of the literals in these.
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
        // Two units for the conjuncts, the definition of each, and both halves of the shared part.
        assert_eq!(clauses.len(), 6);
        clauses.sort_unstable();
        clauses.dedup();
        assert_eq!(clauses.len(), 6);
    }
}
