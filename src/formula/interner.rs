//! Tables that give equal values equal indexes.

use crate::hash::TextHash;
use crate::index::{Id, IndexVec};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxBuildHasher;
use std::hash::{BuildHasher, Hash};

/// More equal hashes than this are an attack: the table rehashes with [`TextHash`], for which equal hashes cannot be computed.
const ALIKE_THRESHOLD: usize = 16;

/// A table that gives equal values equal indexes.
#[derive(Debug)]
pub(super) struct Table<I, T> {
    /// Hashes and indexes.
    index: HashTable<(u64, I)>,
    pub(super) values: IndexVec<I, T>,
    /// The keyed hash, once the fast hash was the same for many values.
    keyed: Option<TextHash>,
}

impl<I, T> Default for Table<I, T> {
    fn default() -> Self {
        Table { index: HashTable::new(), values: IndexVec::default(), keyed: None }
    }
}

/// The hash by which a value is found until its table uses the keyed hash.
pub(crate) fn fast<T: Hash>(value: &T) -> u64 {
    FxBuildHasher.hash_one(value)
}

impl<I: Id, T: Eq + Hash> Table<I, T> {
    /// Makes room for more values.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.index.reserve(more, |(hash, _)| *hash);
        self.values.reserve(more);
    }

    fn hash(&self, value: &T) -> u64 {
        match &self.keyed {
            Some(keyed) => keyed.hash_one(value),
            None => fast(value),
        }
    }

    pub(crate) fn find(&self, value: &T) -> Option<I> {
        let hash = self.hash(value);
        let is_value = |(h, id): &(u64, I)| *h == hash && self.values[*id] == *value;
        self.index.find(hash, is_value).map(|(_, id)| *id)
    }

    pub(crate) fn intern(&mut self, value: T) -> I {
        self.intern_hashed(fast(&value), value)
    }

    /// As [`Table::intern`], of a value whose fast hash is known.
    pub(crate) fn intern_hashed(&mut self, fast: u64, value: T) -> I {
        let hash = if self.keyed.is_some() { self.hash(&value) } else { fast };
        let (values, mut alike) = (&self.values, 0usize);
        let is_value = |(h, id): &(u64, I)| {
            let is_alike = *h == hash;
            alike += usize::from(is_alike);
            is_alike && values[*id] == value
        };
        match self.index.entry(hash, is_value, |(hash, _)| *hash) {
            Entry::Occupied(known) => known.get().1,
            Entry::Vacant(free) => {
                free.insert((hash, values.next_id()));
                let id = self.values.push(value);
                if alike > ALIKE_THRESHOLD && self.keyed.is_none() {
                    self.rehash();
                }
                id
            }
        }
    }

    /// Finds all values by the keyed hash from here on; their indexes stay.
    fn rehash(&mut self) {
        self.keyed = Some(TextHash::default());
        self.index.clear();
        for (id, value) in self.values.entries() {
            let hash = self.hash(value);
            self.index.insert_unique(hash, (hash, id), |(hash, _)| *hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::id;

    id! {
        /// An index of the tests.
        struct Number
    }

    /// Indexes are what they would be, whether values come with a hash or without, before and after.
    #[test]
    fn values_made_to_be_alike_are_found_all_the_same() {
        let mut table: Table<Number, (u64, u64)> = Table::default();
        // The fast hash multiplies what it has by this constant and adds what comes next.
        let made = |n: u64| (n, n.wrapping_mul(0xf135_7aea_2e62_a9c5).wrapping_neg());
        let values: Vec<(u64, u64)> = (0..200).map(made).collect();
        assert!(values.iter().all(|value| fast(value) == fast(&made(0))));
        for (index, value) in (0usize..).zip(&values) {
            let id = match index.is_multiple_of(2) {
                true => table.intern(*value),
                false => table.intern_hashed(fast(value), *value),
            };
            assert_eq!(id, Number::at(index));
        }
        assert!(table.keyed.is_some());
        for (index, value) in (0usize..).zip(&values) {
            assert_eq!(table.find(value), Some(Number::at(index)));
            assert_eq!(table.intern_hashed(fast(value), *value), Number::at(index));
        }
        assert_eq!(table.find(&made(200)), None);
    }
}
