//! A conflict of the first guess in which every atom is decided: every proposal would have it.
//!
//! Sound: the lemma says that no value gives its tests these truth values, and the conjunction implies these truth values. A
//! proposal that the theories could not decide is not a lemma; the caller does not ask about one.

use crate::formula::{Test, VariableId};
use crate::solve::workspace::Workspace;
use crate::theory::Lemma;

/// Finds the first conflict that the conjunction already contains: each of its tests is decided, with the truth value it has there.
pub(in crate::solve) fn decided_lemma(
    workspace: &mut Workspace<'_, '_>,
    conflicts: &[Lemma],
) -> Option<Lemma> {
    let mut are_decided = |tests: &[(VariableId, Test)], is_passed: bool| {
        tests.iter().all(|(variable, test)| {
            let lit = workspace.formula.match_literal(*variable, *test);
            workspace.conjunction.value(lit) == Some(is_passed)
        })
    };
    let mut is_decided =
        |lemma: &&Lemma| are_decided(&lemma.positives, true) && are_decided(&lemma.negatives, false);
    conflicts.iter().find(|lemma| is_decided(lemma)).cloned()
}
