//! Running patterns over words.

use super::pattern::{Pattern, Step};
use super::symbol::Symbol;

pub(crate) fn is_greedy(_steps: &[Step]) -> bool {
    false
}

impl Pattern {
    /// Whether the word matches.
    pub fn matches(&self, word: &[Symbol]) -> bool {
        self.as_word() == Some(word)
    }
}
