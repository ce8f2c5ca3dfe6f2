//! Tests that stand for others in a question.

use crate::formula::{Test, VariableId};
use crate::index::broken;

/// Tests that are asked about instead of others: what is learned about them is learned about those.
#[derive(Debug, Default)]
pub(super) struct StandIns {
    asked: Vec<Test>,
    originals: Vec<Test>,
}

impl StandIns {
    /// Adds a test that stands for another, or for itself.
    pub(super) fn push(&mut self, asked: Test, original: Test) {
        self.asked.push(asked);
        self.originals.push(original);
    }

    /// The tests to ask about.
    pub(super) fn asked(&self) -> &[Test] {
        &self.asked
    }

    /// Puts the originals into the tests of a lemma.
    pub(super) fn put_back(&self, tests: &mut [(VariableId, Test)]) {
        for (_, test) in tests {
            let place = self.asked.iter().position(|asked| asked == test);
            match place.and_then(|place| self.originals.get(place)) {
                Some(original) => *test = *original,
                None => broken("a lemma is about the tests that were asked about"),
            }
        }
    }
}
