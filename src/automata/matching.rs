//! Matches one word with one pattern.

use crate::automata::class::Class;
use crate::automata::pattern::Pattern;
use crate::automata::step::Step;
use crate::automata::symbol::Symbol;

/// Symbols and steps that are compared for one unit of work.
const COMPARED: usize = 24;

impl Pattern {
    /// The work of matching a word of this length: see [`crate::limits::SearchLimits::work`].
    pub(crate) fn matching_work(&self, length: usize) -> usize {
        let steps = self.steps().len();
        1 + match (length < self.min_len(), self.is_greedy()) {
            (true, _) => 0,
            (false, true) => (length + steps) / COMPARED,
            (false, false) => length * steps / COMPARED,
        }
    }

    /// Returns true if the word matches.
    pub fn matches(&self, word: &[Symbol]) -> bool {
        if let Some(own) = self.as_word() {
            return own == word;
        }
        if word.len() < self.min_len() || !word.starts_with(self.prefix()) || !word.ends_with(self.suffix()) {
            return false;
        }
        if self.is_greedy() { self.matches_greedily(word) } else { self.matches_in_parallel(word) }
    }

    /// Returns to the last gap only.
    fn matches_greedily(&self, word: &[Symbol]) -> bool {
        let start = self.prefix().len();
        let (_, mut steps) = self.steps().split_at(start);
        let (_, mut rest) = word.split_at(start);
        let mut back: Option<(Class, &[Step], &[Symbol])> = None;
        loop {
            match (steps, rest) {
                ([Step::Many(class), more @ ..], _) => {
                    back = Some((*class, more, rest));
                    steps = more;
                    continue;
                }
                ([Step::One(set), more @ ..], [symbol, tail @ ..]) if set.contains(*symbol) => {
                    steps = more;
                    rest = tail;
                    continue;
                }
                ([], []) => return true,
                _ => {}
            }
            match back {
                Some((class, more, [symbol, tail @ ..])) if class.contains(*symbol) => {
                    back = Some((class, more, tail));
                    steps = more;
                    rest = tail;
                }
                _ => return false,
            }
        }
    }

    /// Keeps all positions.
    fn matches_in_parallel(&self, word: &[Symbol]) -> bool {
        let size = self.steps().len() + 1;
        // True at every position that is reached.
        let mut now = vec![false; size];
        let mut next = vec![false; size];
        now.iter_mut().take(1).for_each(|first| *first = true);
        self.leave_gaps(&mut now);
        for symbol in word {
            next.fill(false);
            let class = Class::of(*symbol);
            let mut onward = next.iter_mut().peekable();
            let mut alive = false;
            for (step, here) in self.steps().iter().zip(&now) {
                let same = onward.next();
                if !*here {
                    continue;
                }
                match step {
                    Step::Many(gap) if gap.covers(class) => {
                        same.into_iter().for_each(|bit| *bit = true);
                        alive = true;
                    }
                    Step::One(set) if set.contains(*symbol) => {
                        onward.peek_mut().into_iter().for_each(|bit| **bit = true);
                        alive = true;
                    }
                    _ => {}
                }
            }
            if !alive {
                return false;
            }
            std::mem::swap(&mut now, &mut next);
            self.leave_gaps(&mut now);
        }
        now.ends_with(&[true])
    }

    /// A gap may be left at once.
    fn leave_gaps(&self, set: &mut [bool]) {
        let mut bits = set.iter_mut();
        let mut carry = false;
        for step in self.steps() {
            let Some(bit) = bits.next() else { return };
            *bit |= carry;
            carry = *bit && matches!(step, Step::Many(_));
        }
        bits.next().into_iter().for_each(|bit| *bit |= carry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delimiters_keep_matching_greedy() {
        assert!(Pattern::glob(Class::ANY, "a*b*c").is_greedy());
        assert!(Pattern::glob(Class::NOT_COLON, "arn:*:s3:*:*:x*y").is_greedy());
        let early = Pattern::builder().many(Class::ANY).text("a:").many(Class::NOT_COLON).text("b").finish();
        assert!(!early.is_greedy());
        // Backtracking to the last gap only would stop at the first `a:`.
        assert!(early.matches(&Symbol::word("a:xa:b")));
        assert!(early.matches(&Symbol::word("a:a:xb")));
        assert!(!early.matches(&Symbol::word("a:x:b")));
    }
}
