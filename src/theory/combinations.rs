//! All ways to choose one value from each of several lists.

use crate::index::broken;

/// The combinations; the first list varies fastest. There are none if a list is empty.
pub(super) struct Combinations<'l, T> {
    lists: Vec<&'l [T]>,
    /// The place of the next choice in each list.
    next: Option<Vec<usize>>,
}

impl<'l, T> Combinations<'l, T> {
    pub(super) fn of(lists: Vec<&'l [T]>) -> Combinations<'l, T> {
        let first = lists.iter().all(|list| !list.is_empty()).then(|| vec![0; lists.len()]);
        Combinations { lists, next: first }
    }
}

impl<'l, T> Iterator for Combinations<'l, T> {
    type Item = Vec<&'l T>;

    fn next(&mut self) -> Option<Vec<&'l T>> {
        let mut places = self.next.take()?;
        let chosen = self.lists.iter().zip(&places).map(|(list, place)| match list.get(*place) {
            Some(value) => value,
            None => broken("a choice is one of its list"),
        });
        let chosen = chosen.collect();
        for (place, list) in places.iter_mut().zip(&self.lists) {
            *place += 1;
            if *place < list.len() {
                self.next = Some(places);
                break;
            }
            *place = 0;
        }
        Some(chosen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_comes_once() {
        let all: Vec<Vec<&u8>> = Combinations::of(vec![&[1, 2], &[3, 4]]).collect();
        assert_eq!(all, [[&1, &3], [&2, &3], [&1, &4], [&2, &4]]);
        assert_eq!(Combinations::<u8>::of(Vec::new()).count(), 1);
        assert_eq!(Combinations::of(vec![&[1][..], &[]]).count(), 0);
    }
}
