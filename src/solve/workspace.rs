//! The state shared by all parts of one search.

use crate::formula::{Atom, Conjunction, Formula, Lit, Node, NodeId, Test, VariableId};
use crate::limits::{Exhausted, Meter};
use crate::theory::Theory;

/// A formula, one partly decided goal over it, the theories of its values, and the meter that all work is charged to.
pub(super) struct Workspace<'f, 'a> {
    pub(super) formula: &'f mut Formula<'a>,
    pub(super) conjunction: Conjunction,
    pub(super) theory: Theory,
    pub(super) meter: Meter,
}

impl<'a> Workspace<'_, 'a> {
    /// Adds conjuncts to the goal and propagates them.
    ///
    /// # Errors
    /// The meter ran out.
    pub(super) fn add(&mut self, literals: impl IntoIterator<Item = Lit>) -> Result<(), Exhausted> {
        self.conjunction.add(&mut self.formula.graph, literals, &mut self.meter)
    }

    /// True if no disjunction of the goal is left, or if nothing can satisfy the goal.
    pub(super) fn is_settled(&self) -> bool {
        self.conjunction.is_contradiction() || self.conjunction.disjunctions().is_empty()
    }

    /// Returns the decided tests; true for those that must pass.
    pub(super) fn decided_tests(&self) -> impl Iterator<Item = (VariableId, Test, bool)> {
        self.conjunction.units().iter().filter_map(|lit| {
            let (variable, test) = test_of(self.formula, lit.node())?;
            Some((variable, test, !lit.is_negated()))
        })
    }
}

/// Returns the test of a value that a node stands for, if it is one.
pub(super) fn test_of(formula: &Formula<'_>, node: NodeId) -> Option<(VariableId, Test)> {
    let Node::Atom(atom) = formula.graph.node(node) else { return None };
    match formula.atom_of(atom) {
        Atom::Match(variable, test) => Some((variable, test)),
        Atom::Present(_) | Atom::Unobservable(_) | Atom::Opaque(_) => None,
    }
}
