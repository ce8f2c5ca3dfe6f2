//! Simulates patterns on the letters of one search: bit-parallel sets of the positions that a word reaches.
//!
//! Position `i` of a pattern means that the steps before `i` are consumed. The simulation is that of
//! Baeza-Yates and Gonnet, "A new approach to text searching" (CACM 35, 1992), with gaps as in Navarro and Raffinot,
//! "Flexible pattern matching in strings" (2002), section 4.3. Dominated positions are dropped: see [`first_dominated`].

use crate::automata::alphabet::{Alphabet, LetterId};
use crate::automata::gap::{Position, first_dominated};
use crate::automata::pattern::Pattern;
use crate::automata::step::{Set, Step};
use crate::index::{Id, IndexVec, broken};

/// A pattern prepared for one alphabet: sets of positions as machine words, and one transition for each letter.
pub(crate) struct Machine {
    words: usize,
    /// Per letter: the positions whose single symbol consumes it, then the positions whose gap consumes it.
    rows: Vec<u64>,
    /// The positions that are gaps.
    gaps: Vec<u64>,
    /// The longest sequence of adjacent gaps.
    hops: usize,
    first_dominated: IndexVec<Position, Position>,
    end: usize,
    /// True if the last step is a gap that consumes every letter.
    open: bool,
}

impl Machine {
    pub(crate) fn new(pattern: &Pattern, alphabet: &Alphabet) -> Machine {
        let steps = pattern.steps();
        let words = steps.len() / 64 + 1;
        let stride = words * 2;
        let mut machine = Machine {
            words,
            rows: vec![0; stride * alphabet.letters().len()],
            gaps: vec![0; words],
            hops: 0,
            first_dominated: first_dominated(steps),
            end: steps.len(),
            open: matches!(steps.last(), Some(Step::Many(class)) if class.covers(alphabet.all())),
        };
        for class in pattern.classes() {
            let mut ones = vec![0; words];
            let mut gaps = vec![0; words];
            for (i, step) in steps.iter().enumerate() {
                match step {
                    Step::One(Set::Class(c)) if c == class => set_bit(&mut ones, i),
                    Step::Many(c) if c == class => set_bit(&mut gaps, i),
                    _ => {}
                }
            }
            machine.gaps.iter_mut().zip(&gaps).for_each(|(all, gap)| *all |= gap);
            for (row, sort) in machine.rows.chunks_exact_mut(stride).zip(alphabet.sorts().iter()) {
                if class.covers(*sort) {
                    row.iter_mut().zip(ones.iter().chain(&gaps)).for_each(|(to, from)| *to |= from);
                }
            }
        }
        let mut hops = 0usize;
        for (i, step) in steps.iter().enumerate() {
            match step {
                Step::Many(_) => {
                    hops += 1;
                    machine.hops = machine.hops.max(hops);
                }
                Step::One(set) => {
                    hops = 0;
                    for letter in set.spelled().filter_map(|s| alphabet.find(s)) {
                        let (_, row) = machine.rows.split_at_mut(stride * letter.place());
                        set_bit(row, i);
                    }
                }
            }
        }
        machine
    }

    /// Returns the number of machine words of a set of positions.
    pub(crate) fn words(&self) -> usize {
        self.words
    }

    /// Returns the number of machine words of the tables.
    pub(crate) fn size(&self) -> usize {
        self.rows.len()
    }

    /// Writes the set of positions before the first letter.
    pub(crate) fn start(&self, to: &mut [u64]) {
        to.fill(0);
        set_bit(to, 0);
        self.settle(to);
    }

    /// Writes the set of positions after one more letter.
    pub(crate) fn advance(&self, letter: LetterId, from: &[u64], to: &mut [u64]) {
        let (_, row) = self.rows.split_at(self.words * 2 * letter.place());
        if let ([from], [to], [one, many, ..]) = (from, &mut *to, row) {
            *to = (from & one) << 1 | from & many;
        } else {
            let (ones, rest) = row.split_at(self.words);
            let mut carry = 0;
            for (((from, to), one), many) in from.iter().zip(&mut *to).zip(ones).zip(rest) {
                let moved = from & one;
                *to = moved << 1 | carry | from & many;
                carry = moved >> 63;
            }
        }
        self.settle(to);
    }

    /// Adds the positions reached by skipping gaps, and drops dominated positions.
    fn settle(&self, set: &mut [u64]) {
        for _ in 0..self.hops {
            let mut carry = 0;
            for (word, gaps) in set.iter_mut().zip(&self.gaps) {
                let left = *word & gaps;
                *word |= left << 1 | carry;
                carry = left >> 63;
            }
        }
        // From the last gap to the first: `floor` is the least position dominated so far.
        let mut floor = usize::MAX;
        let mut base = set.len() * 64;
        for (word, gaps) in set.iter_mut().zip(&self.gaps).rev() {
            base -= 64;
            *word &= below(floor, base);
            let mut open = *word & gaps;
            while let Some(bit) = open.checked_ilog2() {
                let gap = base + bit as usize;
                let first = self.first_dominated[Position::at(gap)].place();
                let keep = below(first, base);
                *word &= keep | !below(gap, base);
                open &= keep & below(gap, base);
                floor = floor.min(first);
            }
        }
    }

    /// True if the letters so far match.
    pub(crate) fn accepts(&self, set: &[u64]) -> bool {
        has_bit(set, self.end)
    }

    /// True if every word that starts with the letters so far matches.
    pub(crate) fn accepts_all(&self, set: &[u64]) -> bool {
        // A pattern with this property has a last step.
        self.open && has_bit(set, self.end - 1)
    }
}

/// Returns the bits of the positions below `end` in the word that starts at position `base`.
fn below(end: usize, base: usize) -> u64 {
    match end.checked_sub(base) {
        None => 0,
        Some(bits @ 0..64) => (1 << bits) - 1,
        Some(_) => u64::MAX,
    }
}

fn set_bit(words: &mut [u64], n: usize) {
    match words.get_mut(n / 64) {
        Some(word) => *word |= 1 << (n % 64),
        None => broken("a set has a bit for every position"),
    }
}

fn has_bit(words: &[u64], n: usize) -> bool {
    match words.get(n / 64) {
        Some(word) => word >> (n % 64) & 1 == 1,
        None => broken("a set has a bit for every position"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automata::class::Class;
    use crate::automata::symbol::Symbol;

    #[test]
    fn sets_over_several_words_agree_with_matching() {
        let text = "ab".repeat(70);
        let pattern = Pattern::glob(Class::ANY, &format!("{text}*{text}*a"));
        let alphabet = Alphabet::new(&[&pattern], &[]);
        let machine = Machine::new(&pattern, &alphabet);
        assert_eq!(machine.words(), 5);
        for (word, expected) in [
            (format!("{text}{text}a"), true),
            (format!("{text}a{text}ba"), true),
            (format!("{text}{text}"), false),
            (format!("{text}a"), false),
        ] {
            let mut now = vec![0; machine.words()];
            let mut next = now.clone();
            machine.start(&mut now);
            for symbol in Symbol::word(&word) {
                machine.advance(alphabet.find(symbol).unwrap(), &now, &mut next);
                std::mem::swap(&mut now, &mut next);
            }
            assert_eq!(machine.accepts(&now), expected);
            assert_eq!(pattern.matches(&Symbol::word(&word)), expected);
        }
    }

    /// A gap of few letters does not dominate the positions before it, wherever it lies in the machine words: they stay possible.
    #[test]
    fn narrow_gaps_keep_what_is_before_them() {
        for length in 58..=70 {
            let text = "a".repeat(length);
            let pattern = Pattern::builder()
                .many(Class::ANY)
                .text("b")
                .text(&text)
                .many(Class::DIGIT)
                .text("c")
                .finish();
            let alphabet = Alphabet::new(&[&pattern], &[]);
            let machine = Machine::new(&pattern, &alphabet);
            let digit = alphabet.free_in(Class::DIGIT).and_then(Symbol::to_char).unwrap();
            for (word, expected) in [
                (format!("b{text}{digit}c"), true),
                (format!("b{text}ab{text}{digit}c"), true),
                (format!("b{text}{digit}ab{text}c"), true),
                (format!("b{text}{digit}ac"), false),
            ] {
                let mut now = vec![0; machine.words()];
                let mut next = now.clone();
                machine.start(&mut now);
                for symbol in Symbol::word(&word) {
                    machine.advance(alphabet.find(symbol).unwrap(), &now, &mut next);
                    std::mem::swap(&mut now, &mut next);
                }
                assert_eq!(machine.accepts(&now), expected, "{length} {word}");
                assert_eq!(pattern.matches(&Symbol::word(&word)), expected, "{length} {word}");
            }
        }
    }
}
