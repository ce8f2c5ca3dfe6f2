//! Tests that replace other tests in a request to a theory.

use crate::formula::{Test, VariableId};
use crate::index::broken;

/// The replacing tests and the originals: a lemma about the former is a lemma about the latter.
#[derive(Debug, Default)]
pub(super) struct StandIns {
    asked: Vec<Test>,
    originals: Vec<Test>,
}

impl StandIns {
    /// Adds a test that replaces another one, or that stands for itself.
    pub(super) fn push(&mut self, asked: Test, original: Test) {
        self.asked.push(asked);
        self.originals.push(original);
    }

    /// Returns the tests to ask the theory about.
    pub(super) fn asked(&self) -> &[Test] {
        &self.asked
    }

    /// Replaces the tests of a lemma by the originals.
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
