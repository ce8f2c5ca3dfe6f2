//! Typed indexes, the tables to which they belong, and the function that ends a check whose invariant is broken.
//!
//! Only the table makes its indexes, so an index out of bounds is a bug of this program, never a fault of its input. Such a bug
//! must not become a value on which an answer depends: it ends the check, and the surfaces report an internal error.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut, Range};

/// Ends the check because an invariant of this program does not hold. `check::ask` and every surface turn this into an internal
/// error, which is never PASS.
#[cold]
#[track_caller]
#[expect(clippy::panic, reason = "the one place where a broken invariant ends a check")]
pub(crate) fn broken(invariant: &str) -> ! {
    panic!("broken invariant: {invariant}")
}

/// Returns a value that an invariant of this program says is there.
#[track_caller]
pub(crate) fn guaranteed<T>(value: Option<T>, invariant: &str) -> T {
    match value {
        Some(value) => value,
        None => broken(invariant),
    }
}

/// An index of one kind.
pub(crate) trait Id: Copy {
    /// Returns the index of the value at this place of the table.
    fn at(place: usize) -> Self;
    /// Returns the place in the table.
    fn place(self) -> usize;
}

/// Declares an index type that is a `u32`; public unless stated otherwise.
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

/// A table whose values are found by indexes of one type. An index that does not belong to the table ends the check.
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

    /// Returns the number of values.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// True if there are no values.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the index of the next value.
    pub(crate) fn next_id(&self) -> I {
        I::at(self.values.len())
    }

    /// True if the index belongs to this table.
    pub(crate) fn contains(&self, id: I) -> bool {
        id.place() < self.values.len()
    }

    /// Returns the value at an index; `None` if the table has not grown to it yet. (If it were named `get`, the lint
    /// `indexing_slicing` would flag every use.)
    pub(crate) fn find(&self, id: I) -> Option<&T> {
        self.values.get(id.place())
    }

    /// Returns all indexes, in order.
    pub(crate) fn ids(&self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + use<I, T> {
        (0..self.values.len()).map(I::at)
    }

    /// Returns all values, in order of their indexes.
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.values.iter()
    }

    /// Returns all indexes with their values, in order.
    pub(crate) fn entries(&self) -> impl DoubleEndedIterator<Item = (I, &T)> + ExactSizeIterator {
        self.values.iter().enumerate().map(|(place, value)| (I::at(place), value))
    }

    /// Returns the values from one index up to another.
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

    /// Returns the values, in order of their indexes.
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

    /// Returns the values without their indexes.
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

/// Returns the values at these places of a list.
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
