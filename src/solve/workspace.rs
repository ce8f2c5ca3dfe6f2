//! What all parts of one search work on.

use crate::formula::{Atom, Conjunction, Formula, Lit, Node, NodeId, Test, VariableId};
use crate::limits::{Exhausted, Meter};
use crate::theory::Theory;

/// A formula, one goal over it as far as it is decided, the theories of its values, and the meter that pays for all of it.
pub(super) struct Workspace<'f, 'a> {
    pub(super) formula: &'f mut Formula<'a>,
    pub(super) conjunction: Conjunction,
    pub(super) theory: Theory,
    pub(super) meter: Meter,
}

impl<'a> Workspace<'_, 'a> {
    /// Adds conjuncts to the goal and propagates.
    ///
    /// # Errors
    /// The meter ran out.
    pub(super) fn add(&mut self, literals: impl IntoIterator<Item = Lit>) -> Result<(), Exhausted> {
        self.conjunction.add(&mut self.formula.graph, literals, &mut self.meter)
    }

    /// Returns true if no disjunction of the goal is left, or nothing can satisfy it.
    pub(super) fn is_settled(&self) -> bool {
        self.conjunction.is_contradiction() || self.conjunction.disjunctions().is_empty()
    }

    /// The decided tests, each with whether it has to pass.
    pub(super) fn decided_tests(&self) -> impl Iterator<Item = (VariableId, Test, bool)> {
        self.conjunction.units().iter().filter_map(|lit| {
            let (variable, test) = test_of(self.formula, lit.node())?;
            Some((variable, test, !lit.is_negated()))
        })
    }
}

/// The test of a value that a node is, if it is one.
pub(super) fn test_of(formula: &Formula<'_>, node: NodeId) -> Option<(VariableId, Test)> {
    let Node::Atom(atom) = formula.graph.node(node) else { return None };
    match formula.atom_of(atom) {
        Atom::Match(variable, test) => Some((variable, test)),
        Atom::Present(_) | Atom::Unobservable(_) | Atom::Opaque(_) => None,
    }
}
