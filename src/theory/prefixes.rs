//! Comparisons of patterns that their literal prefixes decide without an automaton.

use crate::automata::Symbol;
use crate::formula::LiteralPrefix;

/// Returns true if no text matches both, false if some text does, and `None` if the prefixes do not decide it.
pub(super) fn disjoint(a: LiteralPrefix<'_>, b: LiteralPrefix<'_>) -> Option<bool> {
    use LiteralPrefix::{Hidden, Prefix, Start, Word};
    match (a, b) {
        (Hidden, _) | (_, Hidden) => None,
        (Word(a), Word(b)) => Some(a != b),
        (Prefix(prefix), Word(text) | Start(text)) | (Word(text) | Start(text), Prefix(prefix))
            if text.starts_with(prefix) =>
        {
            Some(false)
        }
        (Prefix(a), Prefix(b)) => Some(!a.starts_with(b) && !b.starts_with(a)),
        (Word(word), Prefix(start) | Start(start)) | (Prefix(start) | Start(start), Word(word)) => {
            (!word.starts_with(start)).then_some(true)
        }
        (Prefix(a) | Start(a), Start(b)) | (Start(a), Prefix(b)) => {
            (!a.starts_with(b) && !b.starts_with(a)).then_some(true)
        }
    }
}

/// Returns true if `outer` matches every text that `inner` matches, false if not, and `None` if the prefixes do not decide it.
pub(super) fn includes(outer: LiteralPrefix<'_>, inner: LiteralPrefix<'_>) -> Option<bool> {
    use LiteralPrefix::{Hidden, Prefix, Start, Word};
    match (outer, inner) {
        (Hidden, _) | (_, Hidden) => None,
        (Word(outer), Word(inner)) => Some(outer == inner),
        // It has more than one match.
        (Word(_), Prefix(_) | Start(_)) => Some(false),
        (Prefix(prefix), Word(text) | Prefix(text) | Start(text)) => Some(text.starts_with(prefix)),
        // After this start, some match continues with another character than `outer` has there.
        (Start(outer), Word(text) | Prefix(text) | Start(text)) => {
            (!text.starts_with(outer)).then_some(false)
        }
    }
}

/// Returns true if the word matches, false if not, and `None` if the prefix does not decide it.
pub(super) fn matches(pattern: LiteralPrefix<'_>, word: &[Symbol]) -> Option<bool> {
    let mut rest = word.iter();
    let begins = pattern.start()?.chars().all(|c| rest.next() == Some(&Symbol::from_char(c)));
    match pattern {
        LiteralPrefix::Hidden => None,
        _ if !begins => Some(false),
        LiteralPrefix::Word(_) => Some(rest.next().is_none()),
        LiteralPrefix::Prefix(_) => Some(rest.all(|symbol| symbol.to_marker().is_none())),
        LiteralPrefix::Start(_) => None,
    }
}
