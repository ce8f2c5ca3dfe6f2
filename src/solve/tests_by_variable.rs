//! Groups the tests of some literals by variable.

use crate::formula::{Formula, Lit, VariableId};
use crate::index::{IndexVec, id};
use crate::solve::workspace::test_of;
use crate::theory::Tests;

id! {
    /// The index of a variable among those of the literals.
    struct Group
}

/// The number of variables for which memory is reserved at the start.
const USUAL_VARIABLES: usize = 16;

/// Groups tests; keeps its memory for the next list.
#[derive(Debug, Default)]
pub(super) struct TestsByVariable {
    groups: IndexVec<VariableId, Option<Group>>,
}

impl TestsByVariable {
    /// Returns the tests of the literals, in order of first use.
    pub(super) fn of(&mut self, formula: &Formula<'_>, literals: &[Lit]) -> Vec<(VariableId, Tests)> {
        self.groups.clear();
        self.groups.resize(formula.variable_count(), None);
        let mut found: IndexVec<Group, (VariableId, Tests)> = IndexVec::default();
        found.reserve(literals.len().min(USUAL_VARIABLES));
        for lit in literals {
            let Some((variable, test)) = test_of(formula, lit.node()) else { continue };
            let first = || found.push((variable, Tests::default()));
            let group = *self.groups[variable].get_or_insert_with(first);
            let (_, tests) = &mut found[group];
            if lit.is_negated() { tests.negatives.push(test) } else { tests.positives.push(test) }
        }
        found.into_vec()
    }
}
