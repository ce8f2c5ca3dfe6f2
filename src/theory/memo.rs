//! Values that were found before: the goals of one check often ask for a value that passes the same tests.

use crate::formula::{Test, VariableId};
use crate::theory::strings::Word;
use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;
use std::hash::BuildHasher;

/// The number of symbols and tests that are kept.
const KEPT_SIZE_THRESHOLD: usize = 1 << 20;

/// The values found so far, by the tests that they pass and fail.
#[derive(Debug, Default)]
pub(super) struct Memo {
    found: HashTable<(u64, Answer)>,
    /// Symbols and tests in them.
    size: usize,
}

#[derive(Debug)]
struct Answer {
    variable: VariableId,
    /// The tests to be passed, then those to be failed.
    tests: Box<[Test]>,
    passed: usize,
    word: Word,
}

/// The variable of a value, the tests that it must pass, and the tests that it must fail.
pub(super) type Request<'t> = (VariableId, &'t [Test], &'t [Test]);

impl Answer {
    fn is_for(&self, (variable, positives, negatives): Request<'_>) -> bool {
        self.variable == variable && self.tests.split_at_checked(self.passed) == Some((positives, negatives))
    }
}

impl Memo {
    /// Returns the value that was found for the request.
    pub(super) fn get(&self, request: Request<'_>) -> Option<&Word> {
        let hash = FxBuildHasher.hash_one(request);
        let (_, answer) = self.found.find(hash, |(of, answer)| *of == hash && answer.is_for(request))?;
        Some(&answer.word)
    }

    /// Keeps the value found for a request that has none yet, if there is room.
    pub(super) fn keep(&mut self, request: Request<'_>, word: &Word) {
        let (variable, positives, negatives) = request;
        let tests = [positives, negatives].concat();
        let size = self.size + tests.len() + word.len();
        if size > KEPT_SIZE_THRESHOLD {
            return;
        }
        self.size = size;
        let answer = Answer { variable, tests: tests.into(), passed: positives.len(), word: word.clone() };
        let hash = FxBuildHasher.hash_one(request);
        self.found.insert_unique(hash, (hash, answer), |(hash, _)| *hash);
    }
}
