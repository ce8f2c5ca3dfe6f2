//! The tests that imply another test of the same variable.

use crate::formula::{Conjunction, Lit, Test, VariableId};
use crate::limits::Exhausted;
use crate::solve::atom_index::AtomIndex;
use crate::solve::workspace::Workspace;

/// Atoms that are looked at for one unit of work.
pub(super) const NEAR: usize = 4;

/// Finds the tests that imply `outer`: patterns that it includes, networks inside it. `is_wanted` selects the atoms to look at. A
/// pattern with policy variables implies `outer` if it does so for all values of the variables.
///
/// # Errors
/// The meter ran out.
pub(super) fn implying<'a>(
    workspace: &mut Workspace<'_, 'a>,
    atoms: &AtomIndex<'a>,
    (variable, outer): (VariableId, Test),
    is_wanted: &dyn Fn(&Conjunction, Lit) -> bool,
) -> Result<Vec<(Test, Lit)>, Exhausted> {
    let mut found = Vec::new();
    let Some(atoms) = atoms.about(variable) else { return Ok(found) };
    let Workspace { formula, conjunction, theory, meter } = workspace;
    match outer {
        Test::Pattern(wide) => {
            // A single word includes only itself, and that is the same atom.
            if formula.literal_prefix(wide).word().is_some() {
                return Ok(found);
            }
            let mut near = Vec::new();
            atoms.near(formula, wide, &mut near);
            meter.work(near.len() / NEAR)?;
            for atom in near.into_iter().map(|place| atoms.texts[place]) {
                if atom.test != outer
                    && is_wanted(conjunction, atom.lit)
                    && theory.strings.includes(formula, wide, atom.pattern, meter)?
                {
                    found.push((atom.test, atom.lit));
                }
            }
        }
        Test::Network(wide) => {
            meter.work(atoms.networks.len() / NEAR)?;
            let wide = formula.network_of(wide);
            for (narrow, lit) in &atoms.networks {
                let test = Test::Network(*narrow);
                let is_inside = wide.covers(formula.network_of(*narrow));
                if is_inside && test != outer && is_wanted(conjunction, *lit) {
                    found.push((test, *lit));
                }
            }
        }
        Test::Bound(_) | Test::Template(_) => {}
    }
    Ok(found)
}
