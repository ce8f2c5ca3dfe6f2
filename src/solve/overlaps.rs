//! How the patterns of which one must match overlap with each atom of their variable.

use crate::index::IndexVec;
use crate::solve::atom_index::AtomPlace;

/// One atom among the patterns so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Overlap {
    /// The number of patterns that some text matches together with the atom's.
    pub(super) meets: u32,
    /// The number of those that the atom's pattern includes.
    pub(super) includes: u32,
}

/// The overlaps of the atoms of one variable after the other, all set to zero at once.
#[derive(Debug, Default)]
pub(super) struct Overlaps {
    /// Each with the round that it is of.
    overlaps: IndexVec<AtomPlace, (u32, Overlap)>,
    round: u32,
}

impl Overlaps {
    /// Sets all overlaps to zero, for so many atoms.
    pub(super) fn reset(&mut self, atoms: usize) {
        self.round += 1;
        if self.overlaps.len() < atoms {
            self.overlaps.resize(atoms, (0, Overlap::default()));
        }
    }

    /// The overlap of an atom.
    pub(super) fn at(&mut self, place: AtomPlace) -> &mut Overlap {
        let (round, overlap) = &mut self.overlaps[place];
        if std::mem::replace(round, self.round) != self.round {
            *overlap = Overlap::default();
        }
        overlap
    }
}
