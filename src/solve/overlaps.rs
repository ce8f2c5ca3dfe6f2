//! How the patterns of which one must match overlap with the pattern of each atom of their variable.

use crate::index::IndexVec;
use crate::solve::atom_index::AtomPlace;

/// The overlap of one atom with the patterns seen so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Overlap {
    /// The number of patterns that share a match with the atom's pattern.
    pub(super) meets: u32,
    /// The number of these patterns that the atom's pattern includes.
    pub(super) includes: u32,
}

/// The overlap of each atom of a variable. The next variable uses the same memory; a reset takes constant time, because each
/// overlap is marked with the round that wrote it.
#[derive(Debug, Default)]
pub(super) struct Overlaps {
    /// Each overlap with the round in which it was written.
    overlaps: IndexVec<AtomPlace, (u32, Overlap)>,
    round: u32,
}

impl Overlaps {
    /// Resets all overlaps to zero, for this many atoms.
    pub(super) fn reset(&mut self, atoms: usize) {
        self.round += 1;
        if self.overlaps.len() < atoms {
            self.overlaps.resize(atoms, (0, Overlap::default()));
        }
    }

    /// Returns the overlap of an atom.
    pub(super) fn at(&mut self, place: AtomPlace) -> &mut Overlap {
        let (round, overlap) = &mut self.overlaps[place];
        if std::mem::replace(round, self.round) != self.round {
            *overlap = Overlap::default();
        }
        overlap
    }
}
