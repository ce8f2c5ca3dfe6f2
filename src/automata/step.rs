//! The steps of patterns: single symbols and gaps.

use crate::automata::class::Class;
use crate::automata::symbol::Symbol;

/// A set of symbols that one step may consume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Set {
    /// This symbol.
    Char(Symbol),
    /// An ASCII letter in both cases, stored in lower case.
    AnyCase(u8),
    /// Every symbol of the class.
    Class(Class),
}

impl Set {
    /// True if the symbol is in the set.
    pub fn contains(self, symbol: Symbol) -> bool {
        match self {
            Set::Char(c) => c == symbol,
            Set::AnyCase(letter) => symbol.to_ascii().is_some_and(|b| b.eq_ignore_ascii_case(&letter)),
            Set::Class(class) => class.contains(symbol),
        }
    }

    /// Returns the symbols that it spells; a class spells none.
    pub(crate) fn spelled(self) -> impl Iterator<Item = Symbol> {
        let (first, second) = match self {
            Set::Char(c) => (Some(c), None),
            Set::AnyCase(b) => (Some(Symbol::from_byte(b)), Some(Symbol::from_byte(b.to_ascii_uppercase()))),
            Set::Class(_) => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// Returns the smallest class that contains the set.
    pub(crate) fn hull(self) -> Class {
        match self {
            Set::Char(c) => Class::of(c),
            Set::AnyCase(b) => {
                Class::of(Symbol::from_byte(b)).union(Class::of(Symbol::from_byte(b.to_ascii_uppercase())))
            }
            Set::Class(class) => class,
        }
    }

    /// True if the set contains all of `other`.
    pub(crate) fn covers(self, other: Set) -> bool {
        match other {
            Set::Char(c) => self.contains(c),
            Set::AnyCase(_) => other.spelled().all(|s| self.contains(s)),
            Set::Class(inner) => matches!(self, Set::Class(class) if class.covers(inner)),
        }
    }

    /// True if some symbol is in both sets.
    pub(crate) fn meets(self, other: Set) -> bool {
        match (self, other) {
            (Set::Class(a), Set::Class(b)) => !a.and(b).is_empty(),
            (Set::Class(_), spelled) => spelled.spelled().any(|s| self.contains(s)),
            (spelled, _) => spelled.spelled().any(|s| other.contains(s)),
        }
    }

    /// Returns the same set in its canonical form.
    pub(crate) fn canonical(self) -> Set {
        match self {
            Set::AnyCase(b) if b.is_ascii_alphabetic() => Set::AnyCase(b.to_ascii_lowercase()),
            Set::AnyCase(b) => Set::Char(Symbol::from_byte(b)),
            Set::Class(class) => class.single().map_or(self, Set::Char),
            Set::Char(_) => self,
        }
    }
}

/// One step of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Exactly one symbol of the set.
    One(Set),
    /// Any number of symbols of the class.
    Many(Class),
}

impl Step {
    /// Returns the smallest class that contains the symbols that the step consumes.
    pub(crate) fn hull(self) -> Class {
        match self {
            Step::One(set) => set.hull(),
            Step::Many(class) => class,
        }
    }
}
