//! Unknown texts of policies as keys of requests: every request has the key, with one value, and the value is one of those that
//! the text may have.
//!
//! A policy with an unknown text in it is the policy with a policy variable in its place whose key is this one: a request and a
//! value of the key together are a request and a value of the text. So a proof for every request is a proof for every value.

use crate::automata::{Class, Pattern, Set, Symbol};
use crate::encode::context::Context;
use crate::encode::presence::{matches, presence};
use crate::formula::{Formula, Lit, PatternKey};

/// The start of the names of the keys. AWS has no service of this name.
const START: &str = "iamsat:unknown-";

/// Repetitions that a pattern spells out; beyond them it has a gap.
const MOST: u32 = 32;

/// A key for an unknown text of characters from one set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnknownKey {
    /// Distinguishes the texts.
    pub(crate) number: u32,
    /// The ASCII characters that the text may hold.
    pub(crate) ascii: u128,
    /// True if it may hold all others.
    pub(crate) others: bool,
    /// The least number of characters.
    pub(crate) min: u32,
    /// The greatest number, if there is one.
    pub(crate) max: Option<u32>,
}

impl UnknownKey {
    /// Returns the name, which says everything about the key.
    pub(crate) fn name(self) -> String {
        let UnknownKey { number, ascii, others, min, max } = self;
        let max = max.map_or_else(|| "x".to_owned(), |max| max.to_string());
        format!("{START}{number}.{ascii:x}.{}.{min}.{max}", u8::from(others))
    }

    /// Reads a name.
    fn of_name(name: &str) -> Option<UnknownKey> {
        let mut parts = name.strip_prefix(START)?.split('.');
        let number = parts.next()?.parse().ok()?;
        let ascii = u128::from_str_radix(parts.next()?, 16).ok()?;
        let others = parts.next()? == "1";
        let min = parts.next()?.parse().ok()?;
        let max = match parts.next()? {
            "x" => None,
            max => Some(max.parse().ok()?),
        };
        Some(UnknownKey { number, ascii, others, min, max })
    }

    /// Returns the pattern that every value matches: the characters are those of a union of sorts, which is the set or larger.
    fn pattern(self) -> Pattern {
        let mut class = Class::EMPTY;
        for byte in 0..128u8 {
            if (self.ascii >> byte) & 1 == 1 {
                class = class.union(Class::of(Symbol::from_char(char::from(byte))));
            }
        }
        if self.others {
            class = class.union(Class::ANY.minus(Class::ASCII));
        }
        let mut builder = Pattern::builder();
        for _ in 0..self.min.min(MOST) {
            builder = builder.one(Set::Class(class));
        }
        if self.max != Some(self.min) || self.min > MOST {
            builder = builder.many(class);
        }
        builder.finish()
    }
}

/// Returns the facts about the unknown texts that the formula mentions: each is present, and one of its values.
pub(crate) fn unknown_texts<'a>(formula: &mut Formula<'a>, context: &Context<'a>) -> Vec<Lit> {
    let mut facts = Vec::new();
    for name in formula.mentioned().to_vec() {
        let Some(key) = UnknownKey::of_name(name) else { continue };
        facts.push(presence(formula, context, name, 0));
        facts.push(matches(formula, context, name, 0, PatternKey::built(key.pattern())));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_everything() {
        for key in [
            UnknownKey { number: 3, ascii: u128::MAX, others: true, min: 0, max: None },
            UnknownKey { number: 0, ascii: 1 << 48, others: false, min: 12, max: Some(12) },
        ] {
            assert_eq!(UnknownKey::of_name(&key.name()), Some(key));
        }
        assert_eq!(UnknownKey::of_name("iamsat:unknown-1"), None);
    }

    #[test]
    fn the_pattern_covers_the_values() {
        let digits = ('0'..='9').fold(0, |mask, digit| mask | 1u128 << u32::from(digit));
        let account =
            UnknownKey { number: 0, ascii: digits, others: false, min: 12, max: Some(12) }.pattern();
        assert!(
            account.matches(&Symbol::word("111122223333"))
                && !account.matches(&Symbol::word("1111222233334"))
        );
        let long = UnknownKey { number: 0, ascii: digits, others: false, min: 3, max: Some(63) }.pattern();
        assert!(long.matches(&Symbol::word("1234")) && !long.matches(&Symbol::word("12a4")));
    }
}
