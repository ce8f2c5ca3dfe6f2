//! Typed indexes and the tables they belong to, and the end of a program whose invariant is broken.
//!
//! An index is only made by the table it belongs to, so one that is out of bounds is a fault of this program, never of its
//! input. Such a fault must not become a value that an answer could rest on: it ends the check, and the surfaces report an
//! internal error.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut, Range};

/// Ends the check, because something that this program guarantees does not hold. `check::ask` and every surface turn it into an
/// internal error, which is never PASS.
#[cold]
#[track_caller]
#[expect(clippy::panic, reason = "the one place where a broken invariant ends a check")]
pub(crate) fn broken(invariant: &str) -> ! {
    panic!("broken invariant: {invariant}")
}

/// An index of one kind.
pub(crate) trait Id: Copy {
    /// The index of the value at this place of its table.
    fn at(place: usize) -> Self;
    /// The place in its table.
    fn place(self) -> usize;
}

/// Declares an index type that is a `u32`; public unless said otherwise.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $crate::index::id! {
            $(#[$doc])*
            pub struct $name
        }
    };
    ($(#[$doc:meta])* $visibility:vis struct $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $visibility struct $name(u32);

        impl $crate::index::Id for $name {
            fn at(place: usize) -> $name {
                match u32::try_from(place) {
                    Ok(place) => $name(place),
                    Err(_) => $crate::index::broken("a table has fewer than 2^32 values"),
                }
            }

            fn place(self) -> usize {
                self.0 as usize
            }
        }
    };
}
pub(crate) use id;

/// A table whose values are found by indexes of one type. An index that is not of this table ends the check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexVec<I, T> {
    values: Vec<T>,
    index: PhantomData<fn(I) -> I>,
}

impl<I, T> Default for IndexVec<I, T> {
    fn default() -> Self {
        IndexVec { values: Vec::new(), index: PhantomData }
    }
}

impl<I: Id, T> FromIterator<T> for IndexVec<I, T> {
    fn from_iter<V: IntoIterator<Item = T>>(values: V) -> Self {
        IndexVec::from(values.into_iter().collect::<Vec<T>>())
    }
}

impl<I, T> From<Vec<T>> for IndexVec<I, T> {
    fn from(values: Vec<T>) -> Self {
        IndexVec { values, index: PhantomData }
    }
}

impl<I: Id, T> IndexVec<I, T> {
    /// Adds a value; its index.
    pub(crate) fn push(&mut self, value: T) -> I {
        let id = I::at(self.values.len());
        self.values.push(value);
        id
    }

    /// The number of values.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// True if there are no values.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The index that the next value gets.
    pub(crate) fn next_id(&self) -> I {
        I::at(self.values.len())
    }

    /// True if the index is one of this table.
    pub(crate) fn contains(&self, id: I) -> bool {
        id.place() < self.values.len()
    }

    /// The value at an index, of a table that grows with use and need not reach it yet. (With the name `get` every use of an index
    /// would count as one that the lint `indexing_slicing` forbids.)
    pub(crate) fn find(&self, id: I) -> Option<&T> {
        self.values.get(id.place())
    }

    /// All indexes, in order.
    pub(crate) fn ids(&self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + use<I, T> {
        (0..self.values.len()).map(I::at)
    }

    /// All values, in order of their indexes.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.values.iter()
    }

    /// All indexes with their values, in order.
    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = (I, &T)> + ExactSizeIterator {
        self.values.iter().enumerate().map(|(place, value)| (I::at(place), value))
    }

    /// The values from one index up to another.
    #[track_caller]
    pub(crate) fn range(&self, range: Range<I>) -> &[T] {
        match self.values.get(range.start.place()..range.end.place()) {
            Some(values) => values,
            None => broken("an index belongs to its table"),
        }
    }

    /// Adds several values.
    pub(crate) fn extend_from_slice(&mut self, values: &[T])
    where
        T: Clone,
    {
        self.values.extend_from_slice(values);
    }

    /// The values, in order of their indexes.
    pub(crate) fn as_slice(&self) -> &[T] {
        &self.values
    }

    /// Makes room for more values.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.values.reserve(more);
    }

    /// Fills the table up to this many values.
    pub(crate) fn resize(&mut self, len: usize, value: T)
    where
        T: Clone,
    {
        self.values.resize(len, value);
    }

    /// Forgets all values.
    pub(crate) fn clear(&mut self) {
        self.values.clear();
    }

    /// The values without their indexes.
    pub(crate) fn into_vec(self) -> Vec<T> {
        self.values
    }
}

impl<I: Id, T> Index<I> for IndexVec<I, T> {
    type Output = T;

    #[track_caller]
    fn index(&self, id: I) -> &T {
        match self.values.get(id.place()) {
            Some(value) => value,
            None => broken("an index belongs to its table"),
        }
    }
}

impl<I: Id, T> IndexMut<I> for IndexVec<I, T> {
    #[track_caller]
    fn index_mut(&mut self, id: I) -> &mut T {
        match self.values.get_mut(id.place()) {
            Some(value) => value,
            None => broken("an index belongs to its table"),
        }
    }
}

/// The values at these places of a list.
#[track_caller]
pub(crate) fn pick<T: Copy>(values: &[T], places: &[usize]) -> Vec<T> {
    let at = |place: &usize| match values.get(*place) {
        Some(value) => *value,
        None => broken("a place belongs to its list"),
    };
    places.iter().map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    id! {
        /// An index of the tests.
        struct Place
    }

    #[test]
    fn a_value_is_found_by_its_own_index() {
        let mut table: IndexVec<Place, &str> = IndexVec::default();
        let (a, b) = (table.push("a"), table.push("b"));
        assert_eq!((table[a], table[b], table.len()), ("a", "b", 2));
        assert_eq!(table.ids().collect::<Vec<_>>(), [a, b]);
    }

    #[test]
    #[should_panic(expected = "broken invariant: an index belongs to its table")]
    fn an_index_of_another_table_ends_the_check() {
        let table: IndexVec<Place, &str> = IndexVec::default();
        let _ = table[Place::at(0)];
    }
}
