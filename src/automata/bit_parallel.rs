//! Running patterns over words: one word at a time, and as sets of positions in bit-parallel.
//!
//! Position `i` of a pattern means that the steps before `i` are done. The bit-parallel simulation is that of
//! Baeza-Yates and Gonnet, "A new approach to text searching" (CACM 35, 1992), with runs as in Navarro and Raffinot,
//! "Flexible pattern matching in strings" (2002), section 4.3.
//!
//! **Domination.** Let step `j` be a run of class B and let all sets of steps `i..j` lie inside B. Then what can
//! follow position `i` can follow position `j` too: the symbols that lead from `i` to `j` are all in B, and the run
//! consumes them. So beside `j` the positions `i..j` add nothing and are dropped. For the plain `*` that leaves
//! nothing before the last run reached. `reach` of a run is the least such `i`.

use crate::automata::alphabet::Alphabet;
use crate::automata::class::Class;
use crate::automata::pattern::{Pattern, Step};
use crate::automata::symbol::Symbol;

/// Whether, on reaching a run, everything before it may be forgotten: at each run but the first, either it dominates
/// the run before, or between the two stands a single symbol that nothing from the earlier run up to there can
/// consume. Past such a delimiter, no other way to have come there is alive.
pub(crate) fn is_greedy(steps: &[Step]) -> bool {
    let mut since: Option<Class> = None;
    let mut delimited = false;
    for step in steps {
        match step {
            Step::One(set) => {
                if let Some(all) = since {
                    delimited |= all.and(set.hull()).is_empty();
                    since = Some(all.union(set.hull()));
                }
            }
            Step::Many(class) => {
                if since.is_some_and(|all| !delimited && !class.covers(all)) {
                    return false;
                }
                since = Some(*class);
                delimited = false;
            }
        }
    }
    true
}

/// For every step that is a run, the first position that it dominates; for the others and the end, the place itself.
pub(crate) fn reaches(steps: &[Step]) -> Vec<u32> {
    let mut reach: Vec<u32> = Vec::with_capacity(steps.len().saturating_add(1));
    for (j, step) in steps.iter().enumerate() {
        let mut first = j;
        if let Step::Many(class) = step {
            while let Some(before) = first.checked_sub(1) {
                first = match steps.get(before) {
                    Some(Step::One(set)) if class.covers(set.hull()) => before,
                    // What that run dominates lies inside its class, and so inside this one.
                    Some(Step::Many(inner)) if class.covers(*inner) => {
                        reach.get(before).map_or(before, |r| usize::try_from(*r).unwrap_or(before))
                    }
                    _ => break,
                };
            }
        }
        reach.push(u32::try_from(first).unwrap_or(u32::MAX));
    }
    reach.push(u32::try_from(steps.len()).unwrap_or(u32::MAX));
    reach
}

impl Pattern {
    /// Whether the word matches.
    pub fn matches(&self, word: &[Symbol]) -> bool {
        if let Some(own) = self.as_word() {
            return own == word;
        }
        if word.len() < self.min_len() || !word.starts_with(self.prefix()) || !word.ends_with(self.suffix()) {
            return false;
        }
        if self.is_greedy() { self.matches_greedily(word) } else { self.matches_in_parallel(word) }
    }

    /// Returns to the last run only.
    fn matches_greedily(&self, word: &[Symbol]) -> bool {
        let start = self.prefix().len();
        let mut steps = self.steps().get(start..).unwrap_or_default();
        let mut rest = word.get(start..).unwrap_or_default();
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
        let size = self.steps().len().saturating_add(1);
        let mut now = vec![false; size];
        let mut next = vec![false; size];
        if let Some(first) = now.first_mut() {
            *first = true;
        }
        self.close(&mut now);
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
                    Step::Many(run) if run.covers(class) => {
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
            self.close(&mut now);
        }
        now.last().copied().unwrap_or(false)
    }

    /// A run may be left at once.
    fn close(&self, set: &mut [bool]) {
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

/// A pattern prepared for one alphabet: sets of positions as machine words, and a move per letter.
pub(crate) struct Machine {
    words: usize,
    /// Per letter: the positions whose single symbol consumes it, then the positions whose run consumes it.
    rows: Vec<u64>,
    /// The positions that are runs.
    runs: Vec<u64>,
    /// The longest sequence of adjacent runs.
    hops: usize,
    reach: Vec<u32>,
    end: usize,
    /// Whether the last step is a run that consumes every letter.
    open: bool,
}

impl Machine {
    pub(crate) fn new(pattern: &Pattern, alphabet: &Alphabet) -> Machine {
        let steps = pattern.steps();
        let words = (steps.len() >> 6).saturating_add(1);
        let stride = words.saturating_mul(2);
        let mut machine = Machine {
            words,
            rows: vec![0; stride.saturating_mul(alphabet.letters().len())],
            runs: vec![0; words],
            hops: 0,
            reach: reaches(steps),
            end: steps.len(),
            open: matches!(steps.last(), Some(Step::Many(class)) if class.covers(alphabet.all())),
        };
        for class in pattern.classes() {
            let mut ones = vec![0; words];
            let mut runs = vec![0; words];
            for (i, step) in steps.iter().enumerate() {
                match step {
                    Step::One(crate::automata::Set::Class(c)) if c == class => set_bit(&mut ones, i),
                    Step::Many(c) if c == class => set_bit(&mut runs, i),
                    _ => {}
                }
            }
            machine.runs.iter_mut().zip(&runs).for_each(|(all, run)| *all |= run);
            for (row, sort) in machine.rows.chunks_exact_mut(stride).zip(alphabet.sorts()) {
                if class.covers(*sort) {
                    row.iter_mut().zip(ones.iter().chain(&runs)).for_each(|(to, from)| *to |= from);
                }
            }
        }
        let mut hops = 0usize;
        for (i, step) in steps.iter().enumerate() {
            match step {
                Step::Many(_) => {
                    hops = hops.saturating_add(1);
                    machine.hops = machine.hops.max(hops);
                }
                Step::One(set) => {
                    hops = 0;
                    for letter in set.spelled().filter_map(|s| alphabet.place(s)) {
                        let at = stride.saturating_mul(letter);
                        machine.rows.get_mut(at..).into_iter().for_each(|row| set_bit(row, i));
                    }
                }
            }
        }
        machine
    }

    /// How many words a set of positions takes.
    pub(crate) fn words(&self) -> usize {
        self.words
    }

    /// How many words the tables take.
    pub(crate) fn size(&self) -> usize {
        self.rows.len()
    }

    /// The positions before the first letter.
    pub(crate) fn start(&self, to: &mut [u64]) {
        to.fill(0);
        set_bit(to, 0);
        self.settle(to);
    }

    /// The positions after one more letter.
    pub(crate) fn advance(&self, letter: usize, from: &[u64], to: &mut [u64]) {
        let at = self.words.saturating_mul(2).saturating_mul(letter);
        let row = self.rows.get(at..).unwrap_or_default();
        if let ([from], [to], [one, many, ..]) = (from, &mut *to, row) {
            *to = (from & one) << 1 | from & many;
        } else {
            let many = row.get(self.words..).unwrap_or_default();
            let mut carry = 0;
            for (((from, to), one), many) in from.iter().zip(&mut *to).zip(row).zip(many) {
                let moved = from & one;
                *to = moved << 1 | carry | from & many;
                carry = moved >> 63;
            }
        }
        self.settle(to);
    }

    /// Lets runs be left at once and drops dominated positions.
    fn settle(&self, set: &mut [u64]) {
        for _ in 0..self.hops {
            let mut carry = 0;
            for (word, runs) in set.iter_mut().zip(&self.runs) {
                let left = *word & runs;
                *word |= left << 1 | carry;
                carry = left >> 63;
            }
        }
        // From the last run down: `floor` is the least position dominated so far.
        let mut floor = u64::MAX;
        let mut base = u64::try_from(set.len()).unwrap_or(0) << 6;
        for (word, runs) in set.iter_mut().zip(&self.runs).rev() {
            base = base.saturating_sub(64);
            *word &= below(floor.saturating_sub(base));
            let mut open = *word & runs;
            while let Some(bit) = open.checked_ilog2() {
                let at = base.saturating_add(u64::from(bit));
                let reach =
                    usize::try_from(at).ok().and_then(|at| self.reach.get(at)).map_or(at, |r| u64::from(*r));
                let keep = below(reach.saturating_sub(base));
                *word &= keep | !below(u64::from(bit));
                open &= keep & below(u64::from(bit));
                floor = floor.min(reach);
            }
        }
    }

    /// Whether the letters so far match.
    pub(crate) fn accepts(&self, set: &[u64]) -> bool {
        has_bit(set, self.end)
    }

    /// Whether everything that begins with the letters so far matches.
    pub(crate) fn accepts_all(&self, set: &[u64]) -> bool {
        self.open && has_bit(set, self.end.saturating_sub(1))
    }
}

/// The bits below `n`.
fn below(n: u64) -> u64 {
    match u32::try_from(n) {
        Ok(n) if n < 64 => 1u64.wrapping_shl(n).wrapping_sub(1),
        _ => u64::MAX,
    }
}

fn set_bit(words: &mut [u64], n: usize) {
    words.get_mut(n >> 6).into_iter().for_each(|w| *w |= 1 << (n & 63));
}

fn has_bit(words: &[u64], n: usize) -> bool {
    words.get(n >> 6).is_some_and(|w| w >> (n & 63) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(class: Class, text: &str) -> Pattern {
        let pieces = text.split('*');
        let mut builder = Pattern::builder();
        for (i, piece) in pieces.enumerate() {
            builder = if i > 0 { builder.many(class) } else { builder };
            builder = builder.text(piece);
        }
        builder.finish()
    }

    #[test]
    fn a_run_dominates_what_lies_inside_its_class() {
        assert_eq!(reaches(pattern(Class::ANY, "ab*c*d").steps()), [0, 1, 0, 3, 0, 5, 6]);
        assert_eq!(reaches(pattern(Class::NOT_COLON, "a:*c*d").steps()), [0, 1, 2, 3, 2, 5, 6]);
        assert_eq!(reaches(pattern(Class::NOT_COLON, "*:*").steps()), [0, 1, 2, 3]);
    }

    #[test]
    fn delimiters_keep_matching_greedy() {
        assert!(pattern(Class::ANY, "a*b*c").is_greedy());
        assert!(pattern(Class::NOT_COLON, "arn:*:s3:*:*:x*y").is_greedy());
        let early = Pattern::builder().many(Class::ANY).text("a:").many(Class::NOT_COLON).text("b").finish();
        assert!(!early.is_greedy());
        // Returning to the last run only would stop at the first `a:`.
        assert!(early.matches(&Symbol::word("a:xa:b")));
        assert!(early.matches(&Symbol::word("a:a:xb")));
        assert!(!early.matches(&Symbol::word("a:x:b")));
    }

    #[test]
    fn sets_over_several_words_agree_with_matching() {
        let text = "ab".repeat(70);
        let pattern = pattern(Class::ANY, &format!("{text}*{text}*a"));
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
                machine.advance(alphabet.place(symbol).unwrap(), &now, &mut next);
                std::mem::swap(&mut now, &mut next);
            }
            assert_eq!(machine.accepts(&now), expected);
            assert_eq!(pattern.matches(&Symbol::word(&word)), expected);
        }
    }

    /// A run of few letters dominates nothing, wherever in the machine words it stands: what is before it stays possible.
    #[test]
    fn narrow_runs_keep_what_is_before_them() {
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
                    machine.advance(alphabet.place(symbol).unwrap(), &now, &mut next);
                    std::mem::swap(&mut now, &mut next);
                }
                assert_eq!(machine.accepts(&now), expected, "{length} {word}");
                assert_eq!(pattern.matches(&Symbol::word(&word)), expected, "{length} {word}");
            }
        }
    }
}
