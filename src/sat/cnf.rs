//! Translates the AND/NOT graph to clauses.
//!
//! Each node is defined only in the directions that its polarity requires. Plaisted and Greenbaum, "A structure-preserving clause
//! form translation", Journal of Symbolic Computation 2, 1986.

use crate::formula::{AtomId, Graph, Lit, Node, NodeId};
use crate::index::broken;
use crate::limits::Exhausted;
use crate::sat::solver::{Solver, index_of};
use rustc_hash::FxHashMap;

/// Numbers nodes densely and writes their clauses when they are first used in a polarity.
#[derive(Debug, Default)]
pub struct Encoder {
    numbers: FxHashMap<NodeId, i32>,
    /// The polarities of a node whose clauses have been written: bit 0 positive, bit 1 negative.
    written: FxHashMap<NodeId, u8>,
    atoms: Vec<(AtomId, i32)>,
}

impl Encoder {
    /// Returns the number of a literal's node, with the literal's sign.
    fn number(&mut self, graph: &Graph, lit: Lit) -> i32 {
        let Ok(next) = i32::try_from(self.numbers.len() + 1) else {
            broken("a graph has fewer than 2^31 nodes");
        };
        let node = lit.node();
        let number = *self.numbers.entry(node).or_insert(next);
        if number == next
            && let Node::Atom(atom) = graph.node(node)
        {
            self.atoms.push((atom, number));
        }
        if lit.is_negated() { -number } else { number }
    }

    /// Adds clauses that make the literal true.
    ///
    /// # Errors
    /// More clause literals than the limit allows.
    pub fn assert(&mut self, graph: &Graph, lit: Lit, solver: &mut Solver) -> Result<(), Exhausted> {
        if lit == Lit::TRUE {
            return Ok(());
        }
        if lit == Lit::FALSE {
            return solver.add(&[]);
        }
        match (graph.node(lit.node()), lit.is_negated()) {
            (Node::And(children), false) => {
                for child in children {
                    self.assert(graph, *child, solver)?;
                }
                Ok(())
            }
            (Node::And(children), true) => {
                let clause: Vec<i32> = children.iter().map(|child| self.number(graph, !*child)).collect();
                solver.add(&clause)?;
                self.define_all(graph, children.iter().map(|child| !*child), solver)
            }
            _ => {
                let number = self.number(graph, lit);
                solver.add(&[number])
            }
        }
    }

    /// Adds a clause of literals.
    ///
    /// # Errors
    /// As [`Encoder::assert`].
    pub fn clause(&mut self, graph: &Graph, literals: &[Lit], solver: &mut Solver) -> Result<(), Exhausted> {
        if literals.contains(&Lit::TRUE) {
            return Ok(());
        }
        let literals = || literals.iter().copied().filter(|lit| *lit != Lit::FALSE);
        let clause: Vec<i32> = literals().map(|lit| self.number(graph, lit)).collect();
        solver.add(&clause)?;
        self.define_all(graph, literals(), solver)
    }

    /// Writes `number -> meaning` for every literal used, and for the nodes below it.
    fn define_all(
        &mut self,
        graph: &Graph,
        literals: impl Iterator<Item = Lit>,
        solver: &mut Solver,
    ) -> Result<(), Exhausted> {
        let mut queue: Vec<Lit> = literals.collect();
        while let Some(lit) = queue.pop() {
            let Node::And(children) = graph.node(lit.node()) else { continue };
            let bit = if lit.is_negated() { 2 } else { 1 };
            let written = self.written.entry(lit.node()).or_default();
            if *written & bit != 0 {
                continue;
            }
            *written |= bit;
            let not_this = self.number(graph, !lit);
            if lit.is_negated() {
                let mut clause = vec![not_this];
                clause.extend(children.iter().map(|child| self.number(graph, !*child)));
                solver.add(&clause)?;
                queue.extend(children.iter().map(|child| !*child));
            } else {
                for child in children {
                    let number = self.number(graph, *child);
                    solver.add(&[not_this, number])?;
                }
                queue.extend(children.iter().copied());
            }
        }
        Ok(())
    }

    /// Returns the atoms in the clauses, with the truth values that a model of [`Solver::solve`] gives them.
    pub fn values<'m>(&'m self, model: &'m [bool]) -> impl Iterator<Item = (AtomId, bool)> + 'm {
        self.atoms.iter().map(|(atom, number)| match model.get(index_of(*number)) {
            Some(value) => (*atom, *value),
            None => broken("every numbered node is in a clause"),
        })
    }
}
