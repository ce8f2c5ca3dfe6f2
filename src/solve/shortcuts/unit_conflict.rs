//! A test that must pass and implies a test that must fail. Most unsatisfiable goals end here, before any disjunction is looked
//! at.
//!
//! Sound: the implication is a fact about patterns that holds for every value; it is one of the lemmas that the proof names.

use crate::formula::{Test, VariableId};
use crate::limits::Exhausted;
use crate::solve::workspace::Workspace;
use crate::theory::Lemma;

/// Tests that have to pass that are looked at for one unit of work.
const PASSED: usize = 16;

/// Finds the first such pair among the decided tests.
///
/// # Errors
/// The meter ran out.
pub(in crate::solve) fn unit_conflict(workspace: &mut Workspace<'_, '_>) -> Result<Option<Lemma>, Exhausted> {
    let most = workspace.conjunction.units().len();
    let mut passed: Vec<(VariableId, Test)> = Vec::with_capacity(most);
    let mut failed: Vec<(VariableId, Test)> = Vec::with_capacity(most);
    for (variable, test, is_passed) in workspace.decided_tests() {
        if is_passed { passed.push((variable, test)) } else { failed.push((variable, test)) }
    }
    let Workspace { formula, theory, meter, .. } = workspace;
    for (variable, outer) in failed {
        meter.work(1 + passed.len() / PASSED)?;
        let Test::Pattern(wide) = outer else { continue };
        for (_, inner) in passed.iter().filter(|(v, _)| *v == variable) {
            let Some(narrow) = formula.widened(*inner) else { continue };
            if theory.strings.includes(formula, wide, narrow, meter)? {
                let (positives, negatives) = (vec![(variable, *inner)], vec![(variable, outer)]);
                return Ok(Some(Lemma { positives, negatives }));
            }
        }
    }
    Ok(None)
}
