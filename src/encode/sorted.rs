//! A small set in order.

use std::borrow::Borrow;

/// Different items in order. For the few keys of most documents, this is smaller and faster than a hash table; no input makes it
/// slow.
#[derive(Clone, Debug)]
pub(crate) struct Sorted<T>(Vec<T>);

impl<T: Ord> Sorted<T> {
    /// True if there is no item.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True if this is one of the items.
    pub(crate) fn contains(&self, item: &T) -> bool {
        self.0.binary_search(item).is_ok()
    }

    /// Returns the item that is equal to this one.
    pub(crate) fn get<Q: Ord + ?Sized>(&self, item: &Q) -> Option<&T>
    where
        T: Borrow<Q>,
    {
        let place = self.0.binary_search_by(|one| one.borrow().cmp(item)).ok()?;
        self.0.get(place)
    }

    /// Returns all items in order.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }
}

impl<T: Ord> FromIterator<T> for Sorted<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Sorted<T> {
        let mut different: Vec<T> = Vec::new();
        for item in items {
            // Most documents repeat few keys many times, and repetitions in a row are not sorted.
            if different.last().is_none_or(|last| *last != item) {
                different.push(item);
            }
        }
        different.sort_unstable();
        different.dedup();
        Sorted(different)
    }
}
