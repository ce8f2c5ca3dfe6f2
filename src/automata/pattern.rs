//! Linear patterns: a sequence of single symbols and of gaps.

use crate::automata::class::Class;
use crate::automata::gap::is_greedy;
use crate::automata::step::{Set, Step};
use crate::automata::summary::Summary;
use crate::automata::symbol::Symbol;
use std::hash::{Hash, Hasher};

/// A canonical pattern, with what is asked of it often.
///
/// Canonical means: a set is written in one way; of adjacent gaps where one class covers the other only the greater
/// is kept; a single symbol of the same set as the gap before it stands before that gap (`*?` is `?*`); a pattern
/// that can match nothing is the one step "a symbol of the empty class".
///
/// ```
/// use iamsat::automata::{Class, Pattern, Symbol};
/// let pattern = Pattern::builder().text("s3:get").many(Class::NOT_COLON).finish();
/// assert!(pattern.matches(&Symbol::word("s3:getobject")));
/// assert!(!pattern.matches(&Symbol::word("s3:get:object")));
/// assert_eq!(pattern.prefix(), Symbol::word("s3:get"));
/// ```
#[derive(Clone)]
pub struct Pattern {
    steps: Box<[Step]>,
    prefix: Box<[Symbol]>,
    suffix: Box<[Symbol]>,
    min_len: usize,
    gaps: usize,
    required: u128,
    offered: u128,
    ascii: u128,
    others: Box<[Symbol]>,
    classes: Box<[Class]>,
    /// True if matching need not return to an earlier gap; see [`is_greedy`].
    greedy: bool,
    /// True if a gap of one single symbol stands before the spelled suffix.
    odd_tail: bool,
}

impl Pattern {
    /// Starts a pattern.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The pattern that matches this text only.
    pub fn word(text: &str) -> Pattern {
        Pattern::builder().text(text).finish()
    }

    /// The pattern that matches every text.
    pub fn any() -> Pattern {
        Pattern::builder().many(Class::ANY).finish()
    }

    /// The pattern in which `*` and `?` stand for symbols of the class and the rest for itself.
    #[cfg(test)]
    pub(crate) fn glob(class: Class, text: &str) -> Pattern {
        let mut builder = Pattern::builder();
        for c in text.chars() {
            builder.push(match c {
                '*' => Step::Many(class),
                '?' => Step::One(Set::Class(class)),
                c => Step::One(Set::Char(Symbol::from_char(c))),
            });
        }
        builder.finish()
    }

    /// Its steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The one word it matches, if it has only spelled symbols.
    pub fn as_word(&self) -> Option<&[Symbol]> {
        (self.prefix.len() == self.steps.len()).then_some(&*self.prefix)
    }

    /// The symbols that it spells at its start.
    pub fn prefix(&self) -> &[Symbol] {
        &self.prefix
    }

    /// The symbols that it spells at its end.
    pub fn suffix(&self) -> &[Symbol] {
        if self.as_word().is_some() { &self.prefix } else { &self.suffix }
    }

    /// The length of its shortest words.
    pub fn min_len(&self) -> usize {
        self.min_len
    }

    /// Returns true if it is a spelled prefix and then any text.
    pub fn is_prefix_of_any(&self) -> bool {
        matches!(self.steps.last(), Some(Step::Many(class)) if class.covers(Class::ANY))
            && self.prefix.len() + 1 == self.steps.len()
    }

    /// Returns true if no word matches it.
    pub fn is_void(&self) -> bool {
        matches!(&*self.steps, [Step::One(Set::Class(class))] if class.is_empty())
    }

    /// The ASCII characters that it spells.
    pub(crate) fn ascii(&self) -> u128 {
        self.ascii
    }

    /// The other symbols that it spells, in order.
    pub(crate) fn others(&self) -> &[Symbol] {
        &self.others
    }

    /// The number of its gaps.
    pub(crate) fn gaps(&self) -> usize {
        self.gaps
    }

    /// Returns true if no marker takes part in it.
    pub(crate) fn is_over_text(&self) -> bool {
        self.classes.iter().all(|c| Class::ANY.covers(*c))
            && self.others.iter().all(|s| s.to_marker().is_none())
    }

    /// The classes that it uses.
    pub(crate) fn classes(&self) -> &[Class] {
        &self.classes
    }

    /// Returns true if matching need not return to an earlier gap.
    pub(crate) fn is_greedy(&self) -> bool {
        self.greedy
    }

    /// Necessary for every word of `inner` to match `self`; cheap.
    ///
    /// * A spelled prefix of `self` starts every word of `inner`, so `inner` spells it: behind its own spelled prefix
    ///   its words go on in two ways or may end there, as a canonical pattern never has a gap of one symbol in front
    ///   of that symbol. The same holds at the end, except after a gap of one symbol.
    /// * A pair of adjacent symbols that `self` spells is in every word of `inner`, so adjacent steps of `inner`
    ///   spell it: otherwise take for every class of `inner` (none is tiny) a symbol that is not in the pair.
    pub(crate) fn may_include(&self, inner: &Pattern) -> bool {
        inner.is_void()
            || (self.required & !inner.offered == 0
                && self.min_len <= inner.min_len
                && (self.gaps > 0 || (inner.gaps == 0 && self.min_len == inner.min_len))
                && inner.prefix.starts_with(&self.prefix)
                && (inner.odd_tail || inner.suffix().ends_with(self.suffix())))
    }

    /// Necessary for one word to match both; cheap.
    pub(crate) fn may_meet(&self, other: &Pattern) -> bool {
        fn agree<'a>(
            mut a: impl Iterator<Item = &'a Symbol>,
            mut b: impl Iterator<Item = &'a Symbol>,
        ) -> bool {
            loop {
                match (a.next(), b.next()) {
                    (Some(x), Some(y)) if x == y => {}
                    (Some(_), Some(_)) => return false,
                    _ => return true,
                }
            }
        }
        (self.gaps > 0 || self.min_len >= other.min_len)
            && (other.gaps > 0 || other.min_len >= self.min_len)
            && agree(self.prefix.iter(), other.prefix.iter())
            && agree(self.suffix().iter().rev(), other.suffix().iter().rev())
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.steps == other.steps
    }
}

impl Eq for Pattern {}

impl PartialOrd for Pattern {
    fn partial_cmp(&self, other: &Pattern) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pattern {
    fn cmp(&self, other: &Pattern) -> std::cmp::Ordering {
        self.steps.cmp(&other.steps)
    }
}

impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.steps.hash(state);
    }
}

impl std::fmt::Debug for Pattern {
    /// `?` and `*` are over all texts; other classes show their bits.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for step in &self.steps {
            match step {
                Step::One(Set::Char(c)) => write!(f, "{c}")?,
                Step::One(Set::AnyCase(b)) => {
                    write!(f, "({}|{})", char::from(*b), char::from(b.to_ascii_uppercase()))?;
                }
                Step::One(Set::Class(Class::ANY)) => f.write_str("?")?,
                Step::One(Set::Class(class)) => write!(f, "{class:?}")?,
                Step::Many(Class::ANY) => f.write_str("*")?,
                Step::Many(class) => write!(f, "{class:?}*")?,
            }
        }
        Ok(())
    }
}

/// The number of steps that a builder makes room for with its first one.
const USUAL_STEPS: usize = 64;

/// Builds a [`Pattern`] from left to right.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    steps: Vec<Step>,
    void: bool,
}

impl Builder {
    /// This text.
    #[must_use]
    pub fn text(mut self, text: &str) -> Builder {
        self.make_room(text.len());
        let mut steps = text.chars().map(|c| Step::One(Set::Char(Symbol::from_char(c))));
        // Only a gap can change places with a symbol after it.
        while matches!(self.steps.last(), Some(Step::Many(_))) {
            let Some(step) = steps.next() else { break };
            self.push(step);
        }
        self.steps.extend(steps);
        self
    }

    /// This text, its ASCII letters in either case.
    #[must_use]
    pub fn text_any_case(mut self, text: &str) -> Builder {
        self.make_room(text.len());
        for c in text.chars() {
            self.push(Step::One(match u8::try_from(c) {
                Ok(byte) if byte.is_ascii_alphabetic() => Set::AnyCase(byte),
                _ => Set::Char(Symbol::from_char(c)),
            }));
        }
        self
    }

    /// This symbol.
    #[must_use]
    pub fn symbol(self, symbol: Symbol) -> Builder {
        self.one(Set::Char(symbol))
    }

    /// One symbol of the set.
    #[must_use]
    pub fn one(mut self, set: Set) -> Builder {
        self.push(Step::One(set));
        self
    }

    /// Any number of symbols of the class.
    #[must_use]
    pub fn many(mut self, class: Class) -> Builder {
        self.push(Step::Many(class));
        self
    }

    /// All steps of another pattern.
    #[must_use]
    pub fn pattern(mut self, pattern: &Pattern) -> Builder {
        self.make_room(pattern.steps.len());
        pattern.steps.iter().for_each(|s| self.push(*s));
        self
    }

    fn make_room(&mut self, steps: usize) {
        match self.steps.capacity() {
            0 => self.steps.reserve(steps.max(USUAL_STEPS)),
            _ => self.steps.reserve(steps),
        }
    }

    /// Adds one step at the end.
    pub fn push(&mut self, step: Step) {
        self.make_room(1);
        match step {
            Step::One(set) => {
                let set = set.canonical();
                self.void |= set == Set::Class(Class::EMPTY);
                match self.steps.last() {
                    Some(Step::Many(class)) if Set::Class(*class).canonical() == set => {
                        let gap = self.steps.pop();
                        self.steps.push(Step::One(set));
                        self.steps.extend(gap);
                    }
                    _ => self.steps.push(Step::One(set)),
                }
            }
            Step::Many(class) => {
                if class.is_empty() {
                    return;
                }
                // `A* B*` is `B*` if B covers A, and `A*` if A covers B.
                while let Some(Step::Many(last)) = self.steps.last() {
                    if last.covers(class) {
                        return;
                    }
                    if !class.covers(*last) {
                        break;
                    }
                    self.steps.pop();
                }
                self.steps.push(step);
            }
        }
    }

    /// The pattern.
    pub fn finish(self) -> Pattern {
        let steps: Box<[Step]> =
            if self.void { Box::new([Step::One(Set::Class(Class::EMPTY))]) } else { self.steps.into() };
        let spelled = |step: &Step| if let Step::One(Set::Char(c)) = step { Some(*c) } else { None };
        let is_spelled = |step: &&Step| spelled(step).is_some();
        let mut prefix = Vec::with_capacity(steps.iter().take_while(is_spelled).count());
        prefix.extend(steps.iter().map_while(spelled));
        let mut suffix = Vec::new();
        if prefix.len() < steps.len() {
            suffix.reserve_exact(steps.iter().rev().take_while(is_spelled).count());
            suffix.extend(steps.iter().rev().map_while(spelled));
            suffix.reverse();
        }
        let summary = Summary::of(&steps);
        Pattern {
            greedy: is_greedy(&steps),
            odd_tail: steps
                .iter()
                .rev()
                .find(|s| spelled(s).is_none())
                .is_some_and(|s| matches!(s, Step::Many(class) if class.single().is_some())),
            min_len: steps.len() - summary.gaps,
            gaps: summary.gaps,
            required: summary.required,
            offered: summary.offered(),
            ascii: summary.ascii,
            others: summary.others.into(),
            classes: summary.classes.into(),
            suffix: suffix.into(),
            prefix: prefix.into(),
            steps,
        }
    }
}
