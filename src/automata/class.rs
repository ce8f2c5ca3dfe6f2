//! Classes of symbols: unions of sorts, which are the parts of one fixed partition of all symbols.
//!
//! The partition has at most 32 sorts, so a class is one machine word, and union, difference, inclusion and
//! membership are single instructions.

use crate::automata::symbol::Symbol;
use crate::index::broken;

/// A set of symbols that is a union of sorts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(u32);

/// Returns the ASCII characters from `first` to `last`, as a bit mask.
const fn range(first: u8, last: u8) -> u128 {
    let mut mask = 0;
    let mut byte = first;
    while byte <= last {
        mask |= bit(byte);
        byte += 1;
    }
    mask
}

/// Returns one ASCII character as a bit mask.
const fn bit(byte: u8) -> u128 {
    1 << byte
}

const VISIBLE: u128 = range(0x21, 0x7E);
const LOWER: u128 = range(b'a', b'z');
const UPPER: u128 = range(b'A', b'Z');
const DIGITS: u128 = range(b'0', b'9');
const NAMES: u128 = bit(b'-') | bit(b'_') | bit(b'.');
const SIGNS: u128 = bit(b'+') | bit(b'=') | bit(b',') | bit(b'@');
const FIELDS: u128 = bit(b':') | bit(b'/');

/// The ASCII sorts; the number of a sort is its index here.
const ASCII: [u128; 14] = [
    bit(b':'),
    bit(b'/'),
    DIGITS,
    range(b'a', b'f'),
    range(b'g', b'z'),
    range(b'A', b'F'),
    range(b'G', b'Z'),
    bit(b'-'),
    bit(b'_'),
    bit(b'.'),
    SIGNS,
    VISIBLE & !(LOWER | UPPER | DIGITS | NAMES | SIGNS | FIELDS),
    bit(b' '),
    range(0, 0x1F) | bit(0x7F),
];

/// The ASCII characters in the order in which witnesses prefer them.
const READABLE: [u128; 8] = [LOWER, DIGITS, UPPER, NAMES, FIELDS, SIGNS, VISIBLE, bit(b' ')];

const NON_ASCII: u32 = 14;
const FIRST_MARKER: u32 = 20;

/// The sort of every ASCII character.
const SORTS: [u8; 128] = {
    let mut sorts = [0; 128];
    let mut rest: &mut [u8] = &mut sorts;
    let mut byte = 0u8;
    while let [first, tail @ ..] = rest {
        let mut sort = 0u8;
        let mut masks: &[u128] = &ASCII;
        while let [mask, more @ ..] = masks {
            if *mask & bit(byte) != 0 {
                *first = sort;
            }
            sort += 1;
            masks = more;
        }
        byte += 1;
        rest = tail;
    }
    sorts
};

impl Class {
    /// No symbol.
    pub const EMPTY: Class = Class(0);
    /// All Unicode scalar values, no marker.
    pub const ANY: Class = Class(0x7FFF);
    /// `:`.
    pub const COLON: Class = Class(1);
    /// `/`.
    pub const SLASH: Class = Class(1 << 1);
    /// Unicode without `:`.
    pub const NOT_COLON: Class = Class::ANY.minus(Class::COLON);
    /// Unicode without `/`.
    pub const NOT_SLASH: Class = Class::ANY.minus(Class::SLASH);
    /// `0` to `9`.
    pub const DIGIT: Class = Class(1 << 2);
    /// `0` to `9` and `a` to `f`.
    pub const HEX_LOWER: Class = Class(1 << 2 | 1 << 3);
    /// `a` to `z`.
    pub const LOWER: Class = Class(1 << 3 | 1 << 4);
    /// `A` to `Z`.
    pub const UPPER: Class = Class(1 << 5 | 1 << 6);
    /// `0` to `9` and `a` to `z`.
    pub const ALNUM_LOWER: Class = Class::DIGIT.union(Class::LOWER);
    /// `0` to `9`, `A` to `Z` and `a` to `z`.
    pub const ALNUM: Class = Class::ALNUM_LOWER.union(Class::UPPER);
    /// `-`.
    pub const HYPHEN: Class = Class(1 << 7);
    /// `.`.
    pub const DOT: Class = Class(1 << 9);
    /// `+`, `=`, `,` and `@`.
    pub const SIGNS: Class = Class(1 << 10);
    /// Visible ASCII, 0x21 to 0x7E.
    pub const VISIBLE: Class = Class(0xFFF);
    /// Visible ASCII without `:` and without `A` to `Z`.
    pub const VISIBLE_LOWER_NOT_COLON: Class = Class::VISIBLE.minus(Class::COLON).minus(Class::UPPER);
    /// ASCII, controls and space included.
    pub const ASCII: Class = Class(0x3FFF);

    /// Returns the class of [`Symbol::marker`].
    pub const fn marker(n: u8) -> Class {
        assert!(n <= Symbol::LAST_MARKER, "a marker has a sort of its own");
        Class(1 << (FIRST_MARKER + n as u32))
    }

    /// Returns the union.
    pub const fn union(self, other: Class) -> Class {
        Class(self.0 | other.0)
    }

    /// Returns the difference: the symbols in `self` and not in `other`.
    pub const fn minus(self, other: Class) -> Class {
        Class(self.0 & !other.0)
    }

    /// Returns the intersection.
    pub const fn and(self, other: Class) -> Class {
        Class(self.0 & other.0)
    }

    /// True if the class is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// True if the class contains all of `other`.
    pub const fn covers(self, other: Class) -> bool {
        other.0 & !self.0 == 0
    }

    /// Returns the sort of a symbol, as a class.
    pub fn of(symbol: Symbol) -> Class {
        let sort = match (symbol.to_ascii(), symbol.to_marker()) {
            (Some(byte), _) => match SORTS.get(usize::from(byte)) {
                Some(sort) => u32::from(*sort),
                None => broken("an ASCII character is below 128"),
            },
            (None, Some(n)) => FIRST_MARKER + u32::from(n),
            (None, None) => NON_ASCII,
        };
        Class(1 << sort)
    }

    /// True if the symbol is in the class.
    pub fn contains(self, symbol: Symbol) -> bool {
        self.covers(Class::of(symbol))
    }

    /// Returns its ASCII characters as a bit mask.
    pub(crate) fn ascii(self) -> u128 {
        ASCII.iter().zip(0u32..).filter(|(_, n)| self.0 >> n & 1 == 1).fold(0, |all, (mask, _)| all | mask)
    }

    /// True if it contains characters beyond ASCII.
    pub(crate) fn has_non_ascii(self) -> bool {
        self.0 >> NON_ASCII & 1 == 1
    }

    /// Iterates over the markers in the class.
    pub(crate) fn markers(self) -> impl Iterator<Item = Symbol> {
        (0..=Symbol::LAST_MARKER).map(Symbol::marker).filter(move |m| self.contains(*m))
    }

    /// Returns the only symbol of the class; `None` if it has none or several.
    pub(crate) fn single(self) -> Option<Symbol> {
        if self.has_non_ascii() || self.0.count_ones() != 1 {
            return None;
        }
        if let Some(marker) = self.markers().next() {
            return Some(marker);
        }
        let mask = self.ascii();
        first_ascii(mask).filter(|_| mask.count_ones() == 1)
    }

    /// True if it contains fewer than three symbols.
    pub(crate) fn is_tiny(self) -> bool {
        let markers = (self.0 >> FIRST_MARKER).count_ones();
        !self.has_non_ascii() && self.ascii().count_ones() + markers < 3
    }
}

/// Returns the most readable of these ASCII characters.
pub(crate) fn most_readable(mask: u128) -> Option<Symbol> {
    let preferred = READABLE.iter().chain(&[u128::MAX]).map(|m| m & mask).find(|m| *m != 0)?;
    first_ascii(preferred)
}

/// Returns the first of these ASCII characters.
pub(crate) fn first_ascii(mask: u128) -> Option<Symbol> {
    u8::try_from(mask.trailing_zeros()).ok().filter(|byte| *byte < 128).map(Symbol::from_byte)
}

/// Returns the rank of a symbol in the order in which witnesses prefer symbols.
pub(crate) fn rank(symbol: Symbol) -> (usize, Symbol) {
    let is_of = |byte: u8| READABLE.iter().position(|m| m & bit(byte) != 0);
    let group = match symbol.to_ascii().map(is_of) {
        Some(Some(group)) => group,
        None => READABLE.len(),
        // A control character.
        Some(None) => READABLE.len() + 1,
    };
    (group, symbol)
}

impl std::fmt::Debug for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{:x}]", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sorts_are_a_partition_of_ascii() {
        let mut seen = 0u128;
        for mask in ASCII {
            assert_eq!(seen & mask, 0);
            seen |= mask;
        }
        assert_eq!(seen, u128::MAX);
    }

    #[test]
    fn named_classes_hold_what_their_names_say() {
        let all: Vec<char> = (0u32..0x250).filter_map(char::from_u32).collect();
        let check = |class: Class, inside: &dyn Fn(char) -> bool| {
            for c in &all {
                assert_eq!(class.contains(Symbol::from_char(*c)), inside(*c), "{c:?}");
            }
            assert!(!class.contains(Symbol::marker(0)));
        };
        check(Class::ANY, &|_| true);
        check(Class::NOT_COLON, &|c| c != ':');
        check(Class::NOT_SLASH, &|c| c != '/');
        check(Class::DIGIT, &|c| c.is_ascii_digit());
        check(Class::HEX_LOWER, &|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
        check(Class::ALNUM_LOWER, &|c| c.is_ascii_digit() || c.is_ascii_lowercase());
        check(Class::ALNUM, &|c| c.is_ascii_alphanumeric());
        check(Class::VISIBLE, &|c| c.is_ascii_graphic());
        check(Class::VISIBLE_LOWER_NOT_COLON, &|c| {
            c.is_ascii_graphic() && c != ':' && !c.is_ascii_uppercase()
        });
        check(Class::ASCII, &|c| c.is_ascii());
        check(Class::SIGNS, &|c| "+=,@".contains(c));
        check(Class::HYPHEN, &|c| c == '-');
        check(Class::DOT, &|c| c == '.');
    }

    #[test]
    fn small_classes_are_known() {
        assert_eq!(Class::COLON.single(), Some(Symbol::from_char(':')));
        assert_eq!(Class::marker(4).single(), Some(Symbol::marker(4)));
        assert_eq!(Class::DIGIT.single(), None);
        assert_eq!(Class::ANY.minus(Class::ASCII).single(), None);
        assert!(Class::COLON.union(Class::SLASH).is_tiny());
        assert!(Class::COLON.union(Class::marker(1)).is_tiny());
        assert!(!Class::DIGIT.is_tiny());
        assert!(!Class::ANY.minus(Class::ASCII).is_tiny());
    }

    #[test]
    fn lower_case_is_most_readable() {
        assert_eq!(most_readable(u128::MAX), Some(Symbol::from_char('a')));
        assert_eq!(most_readable(Class::NOT_COLON.minus(Class::LOWER).ascii()), Some(Symbol::from_char('0')));
        assert_eq!(most_readable(0), None);
        assert!(rank(Symbol::from_char('z')) < rank(Symbol::from_char('0')));
        assert!(rank(Symbol::from_char(' ')) < rank(Symbol::from_char('\n')));
    }
}
