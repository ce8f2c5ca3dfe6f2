//! Atoms of the open disjunctions, by the sign in which they occur.

use crate::formula::{Atom, Conjunction, Formula, Lit, Node, Test, VariableId};
use rustc_hash::{FxHashMap, FxHashSet};

/// The tests of the open disjunctions.
#[derive(Debug, Default)]
pub(super) struct Polarity {
    /// Tests that occur positively, by variable, in order of first occurrence.
    pub(super) positive: FxHashMap<VariableId, Vec<(Test, Lit)>>,
    /// Tests that occur negatively.
    pub(super) negative: FxHashMap<VariableId, Vec<(Test, Lit)>>,
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
            match formula.graph.node(lit.node()) {
                Node::And(children) => {
                    queue.extend(children.iter().rev().map(|child| child.negate_if(lit.is_negated())));
                }
                Node::Atom(atom) => {
                    if let Atom::Match(variable, test) = formula.atom_of(atom) {
                        let map = if lit.is_negated() { &mut found.negative } else { &mut found.positive };
                        map.entry(variable).or_default().push((test, lit.node().lit()));
                    }
                }
                Node::True => {}
            }
        }
        found
    }
}
