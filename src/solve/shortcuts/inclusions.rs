//! The inclusions among the patterns of a goal, stated before the first proposal: what the loop would learn one by one.
//!
//! `p -> n` is stated wherever every value that passes `p` passes `n`, for `p` that occur positively and `n` that
//! occur negatively: no other pairs can be part of a conflict of two.
//!
//! Sound: each is a fact about patterns for every value, a lemma like those that are learned.

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
