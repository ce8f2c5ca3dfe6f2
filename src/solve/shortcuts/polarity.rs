//! The atoms of the open disjunctions, by the sign in which they occur.

use crate::formula::{Conjunction, Formula, Lit, Node, Test, VariableId};
use crate::solve::workspace::test_of;
use rustc_hash::{FxHashMap, FxHashSet};

/// Tests by variable, in order of first occurrence, with their atoms.
type Tests = FxHashMap<VariableId, Vec<(Test, Lit)>>;

/// The tests of the open disjunctions.
#[derive(Debug, Default)]
pub(super) struct Polarity {
    /// Tests that occur positively.
    pub(super) positive: Tests,
    /// Tests that occur negatively.
    pub(super) negative: Tests,
}

impl Polarity {
    pub(super) fn of(formula: &Formula<'_>, conjunction: &Conjunction) -> Polarity {
        let mut found = Polarity::default();
        let mut seen: FxHashSet<Lit> = FxHashSet::default();
        let mut queue: Vec<Lit> = conjunction.disjunctions().iter().rev().copied().collect();
        while let Some(lit) = queue.pop() {
            if !seen.insert(lit) {
                continue;
            }
            if let Node::And(children) = formula.graph.node(lit.node()) {
                queue.extend(children.iter().rev().map(|child| child.negate_if(lit.is_negated())));
            } else if let Some((variable, test)) = test_of(formula, lit.node()) {
                let tests = if lit.is_negated() { &mut found.negative } else { &mut found.positive };
                tests.entry(variable).or_default().push((test, lit.node().lit()));
            }
        }
        found
    }
}
