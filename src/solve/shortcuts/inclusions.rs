//! The inclusions among the patterns of a goal, stated before the first proposal: the loop would learn them one by one.
//!
//! `p -> n` is stated for each `p` that occurs positively and `n` that occurs negatively such that every value passing `p` passes
//! `n`. No other pair can be part of a conflict of two tests.
//!
//! Sound: each inclusion is a fact about patterns that holds for every value, a lemma like the learned ones.

use crate::formula::{Conjunction, Lit, VariableId};
use crate::limits::Exhausted;
use crate::solve::atom_index::AtomIndex;
use crate::solve::implying::implying;
use crate::solve::shortcuts::polarity::Polarity;
use crate::solve::workspace::Workspace;
use crate::theory::Lemma;
use rustc_hash::FxHashSet;

/// Finds the inclusions of the open disjunctions.
///
/// # Errors
/// The meter ran out.
pub(in crate::solve) fn inclusions<'a>(
    workspace: &mut Workspace<'_, 'a>,
    atoms: &AtomIndex<'a>,
) -> Result<Vec<Lemma>, Exhausted> {
    let occurrences = Polarity::of(workspace.formula, &workspace.conjunction);
    let mut variables: Vec<VariableId> = occurrences.positive.keys().copied().collect();
    variables.sort_unstable();
    let mut lemmas = Vec::new();
    for variable in variables {
        let (Some(positive), Some(negative)) =
            (occurrences.positive.get(&variable), occurrences.negative.get(&variable))
        else {
            continue;
        };
        let occurs: FxHashSet<Lit> = positive.iter().map(|(_, lit)| *lit).collect();
        let is_wanted = |_: &Conjunction, lit: Lit| occurs.contains(&lit);
        for (outer, _) in negative {
            for (inner, _) in implying(workspace, atoms, (variable, *outer), &is_wanted)? {
                let (positives, negatives) = (vec![(variable, inner)], vec![(variable, *outer)]);
                lemmas.push(Lemma { positives, negatives });
            }
        }
    }
    Ok(lemmas)
}
