//! Texts that are sorted by comparing many bytes at a time.

use crate::hash::are_equal;
use std::cmp::Ordering;

/// The number of bytes that are compared at once.
const HEAD: usize = size_of::<u128>();

/// A text that is compared by its first bytes as one number, and by the rest only if these are equal. Names of actions and
/// resources start alike, so comparing them byte by byte would dominate sorting.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeadOrdered<'a> {
    head: u128,
    text: &'a str,
}

impl<'a> HeadOrdered<'a> {
    pub(super) fn new(text: &'a str) -> HeadOrdered<'a> {
        let head = match text.as_bytes().first_chunk() {
            Some(head) => *head,
            None => {
                let mut head = [0; HEAD];
                head.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
                head
            }
        };
        HeadOrdered { head: u128::from_be_bytes(head), text }
    }

    pub(super) fn text(self) -> &'a str {
        self.text
    }
}

impl PartialEq for HeadOrdered<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.head == other.head && are_equal(self.text.as_bytes(), other.text.as_bytes())
    }
}

impl Eq for HeadOrdered<'_> {}

impl Ord for HeadOrdered<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        // A text that fits into the head has no rest, which sorts before any rest.
        let rest = |of: &Self| of.text.as_bytes().get(HEAD..);
        // A head is padded with the smallest byte, which may also occur in a text.
        let more = || rest(self).cmp(&rest(other)).then(self.text.len().cmp(&other.text.len()));
        self.head.cmp(&other.head).then_with(more)
    }
}

impl PartialOrd for HeadOrdered<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_texts() {
        let mut texts: Vec<String> =
            ["", "a", "a\0", "ab", "b", "\0", "\u{e9}", "s3:"].map(str::to_owned).into();
        let long: Vec<String> = texts
            .iter()
            .flat_map(|t| [format!("s3:GetObjectLon{t}"), format!("s3:GetObjectLonger{t}")])
            .collect();
        texts.extend(long);
        for a in &texts {
            for b in &texts {
                assert_eq!(HeadOrdered::new(a).cmp(&HeadOrdered::new(b)), a.cmp(b), "{a:?} {b:?}");
                assert_eq!(HeadOrdered::new(a) == HeadOrdered::new(b), a == b);
            }
        }
    }
}
