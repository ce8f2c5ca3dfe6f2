//! A summary of a pattern, made in one pass over its steps, for cheap comparisons of patterns and for the alphabet of a search.

use crate::automata::class::Class;
use crate::automata::step::{Set, Step};
use crate::automata::symbol::Symbol;

/// The facts collected in one pass over the steps of a pattern.
#[derive(Default)]
pub(crate) struct Summary {
    /// The number of gaps.
    pub(crate) gaps: usize,
    /// The bits of the pairs of adjacent symbols that occur in every word.
    pub(crate) required: u128,
    /// The bits of the pairs of adjacent symbols that the steps spell.
    offered: u128,
    /// The ASCII characters that the steps spell.
    pub(crate) ascii: u128,
    /// The other symbols that they spell, in order.
    pub(crate) others: Vec<Symbol>,
    /// The classes that they use, each once.
    pub(crate) classes: Vec<Class>,
    /// True if one of the classes holds fewer than three symbols.
    has_tiny_class: bool,
    last: Option<Set>,
}

impl Summary {
    /// Summarizes the steps.
    pub(crate) fn of(steps: &[Step]) -> Summary {
        let mut summary = Summary::default();
        steps.iter().for_each(|step| summary.add(*step));
        summary.others.sort_unstable();
        summary.others.dedup();
        summary
    }

    /// Returns the bits of the pairs of adjacent symbols that an including pattern may spell. [`Pattern::may_include`] gives the
    /// argument. It does not hold if a class is tiny; then every pair is allowed.
    ///
    /// [`Pattern::may_include`]: crate::automata::Pattern::may_include
    pub(crate) fn offered(&self) -> u128 {
        if self.has_tiny_class { u128::MAX } else { self.offered }
    }

    fn add(&mut self, step: Step) {
        let class = match step {
            Step::One(Set::Class(class)) => class,
            Step::Many(class) => {
                self.gaps += 1;
                class
            }
            Step::One(set) => return self.spell(set),
        };
        self.last = None;
        self.has_tiny_class |= class.is_tiny();
        if !self.classes.contains(&class) {
            self.classes.push(class);
        }
    }

    fn spell(&mut self, set: Set) {
        // Most steps are an ASCII character that follows another.
        if let (Set::Char(symbol), Some(Set::Char(last))) = (set, self.last)
            && let Some(byte) = symbol.to_ascii()
        {
            let pair = pair(last, symbol);
            (self.offered, self.required) = (self.offered | pair, self.required | pair);
            self.ascii |= 1 << byte;
            self.last = Some(set);
            return;
        }
        for symbol in set.spelled() {
            match symbol.to_ascii() {
                Some(byte) => self.ascii |= 1 << byte,
                None => self.others.push(symbol),
            }
        }
        if let Some(last) = self.last {
            for (a, b) in last.spelled().flat_map(|a| set.spelled().map(move |b| (a, b))) {
                self.offered |= pair(a, b);
            }
            if let (Set::Char(a), Set::Char(b)) = (last, set) {
                self.required |= pair(a, b);
            }
        }
        self.last = Some(set);
    }
}

/// Returns the bit for a pair of adjacent symbols in `offered` and `required`.
fn pair(a: Symbol, b: Symbol) -> u128 {
    let mixed =
        a.code().wrapping_mul(0x9E37_79B1).rotate_left(15).wrapping_add(b.code()).wrapping_mul(0x85EB_CA6B);
    1 << (mixed >> 25)
}
