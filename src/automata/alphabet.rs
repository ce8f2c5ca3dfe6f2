//! The few letters that a search must try.
//!
//! **Theorem.** Let a conjunction of positive and negative patterns be given. Call a symbol *spelled* if some pattern
//! of the conjunction spells it, and call two symbols *alike* if they belong to the same classes among all classes
//! that the conjunction uses. If a word `w` satisfies the conjunction, fix one accepting run of every positive over
//! it. Let `c` be the symbol at one place of `w`, and suppose that every one of these runs consumes it by a class,
//! none by a spelled set. Then `c` may be replaced there by any unspelled `d` that is alike: the new word satisfies
//! the conjunction.
//!
//! *Proof.* Every positive run consumes `d` by the class by which it consumed `c`. If a negative matched the new
//! word by some run, that run would consume `d` by a class, as nothing spells `d`; this class holds `c` too, so the
//! same run would match `w`. ∎
//!
//! So every place of a word may be filled with one of: a symbol that some positive consumes there *by spelling it*;
//! for each set of alike symbols one unspelled representative if it has one; else any of its symbols (then it is
//! finite and all of them are spelled). The last two kinds are the *free* letters: they are tried everywhere, the
//! spelled ones only where a positive consumes them as spelled. Sets of alike symbols that some positive can never
//! consume by a class cannot occur in the second case and are left out.
//!
//! As classes are unions of sorts, so are the sets of alike symbols: splitting the union of all classes by each class
//! in turn gives at most 32 of them.

use crate::automata::class::{Class, most_readable, rank};
use crate::automata::pattern::Pattern;
use crate::automata::symbol::Symbol;

/// The letters of one search.
pub(crate) struct Alphabet {
    letters: Vec<Symbol>,
    sorts: Vec<Class>,
    free: Vec<usize>,
    ascii: [u16; 128],
    others: Vec<(Symbol, usize)>,
    all: Class,
}

impl Alphabet {
    pub(crate) fn new(positives: &[&Pattern], negatives: &[&Pattern]) -> Alphabet {
        let patterns = || positives.iter().chain(negatives);
        let spelled = patterns().fold(0, |all, p| all | p.ascii());
        let is_spelled = |s: Symbol| patterns().any(|p| p.others().binary_search(&s).is_ok());

        let mut letters = Vec::new();
        let mut free = Vec::new();
        for group in groups(positives, negatives) {
            if let Some(letter) = most_readable(group.ascii() & !spelled) {
                free.push(letter);
            } else if group.has_non_ascii() {
                free.extend(('à'..).map(Symbol::from_char).find(|s| !is_spelled(*s)));
            } else if let Some(marker) = group.markers().find(|m| !is_spelled(*m)) {
                free.push(marker);
            } else {
                free.extend(ascii_symbols(group.ascii()).chain(group.markers()));
            }
        }
        letters.extend(&free);
        letters.extend(ascii_symbols(positives.iter().fold(0, |all, p| all | p.ascii())));
        letters.extend(positives.iter().flat_map(|p| p.others()));
        letters.sort_unstable_by_key(|s| rank(*s));
        letters.dedup();

        let mut alphabet = Alphabet {
            sorts: letters.iter().map(|s| Class::of(*s)).collect(),
            free: Vec::with_capacity(free.len()),
            ascii: [u16::MAX; 128],
            others: Vec::new(),
            all: Class::EMPTY,
            letters,
        };
        for (place, letter) in alphabet.letters.iter().enumerate() {
            alphabet.all = alphabet.all.union(Class::of(*letter));
            match letter.to_ascii().and_then(|b| alphabet.ascii.get_mut(usize::from(b))) {
                // ASCII letters stand among the first few hundred places unless the others are many; those are
                // found by search then.
                Some(slot) if place < usize::from(u16::MAX) => {
                    *slot = u16::try_from(place).unwrap_or(u16::MAX)
                }
                _ => alphabet.others.push((*letter, place)),
            }
        }
        alphabet.others.sort_unstable();
        alphabet.free = free.iter().filter_map(|s| alphabet.place(*s)).collect();
        alphabet.free.sort_unstable();
        alphabet
    }

    /// All letters, the readable ones first.
    pub(crate) fn letters(&self) -> &[Symbol] {
        &self.letters
    }

    /// The sort of each letter.
    pub(crate) fn sorts(&self) -> &[Class] {
        &self.sorts
    }

    /// The places of the letters that are tried everywhere, in order.
    pub(crate) fn free(&self) -> &[usize] {
        &self.free
    }

    /// The union of the sorts of all letters.
    pub(crate) fn all(&self) -> Class {
        self.all
    }

    /// The place of a symbol among the letters.
    pub(crate) fn place(&self, symbol: Symbol) -> Option<usize> {
        let ascii = symbol.to_ascii().and_then(|b| self.ascii.get(usize::from(b)));
        if let Some(place) = ascii.filter(|p| **p != u16::MAX) {
            return Some(usize::from(*place));
        }
        let found = self.others.binary_search_by_key(&symbol, |(s, _)| *s).ok()?;
        self.others.get(found).map(|(_, place)| *place)
    }

    /// The most readable free letter of a class.
    pub(crate) fn free_in(&self, class: Class) -> Option<Symbol> {
        let places = self.free.iter();
        places.filter_map(|p| self.letters.get(*p)).copied().find(|s| class.contains(*s))
    }
}

/// The sets of alike symbols that every positive may consume by a class.
fn groups(positives: &[&Pattern], negatives: &[&Pattern]) -> Vec<Class> {
    let union = |p: &&Pattern| p.classes().iter().fold(Class::EMPTY, |all, c| all.union(*c));
    let mut common: Option<Class> = None;
    for all in positives.iter().map(union) {
        common = Some(common.map_or(all, |c| c.and(all)));
    }
    let mut groups: Vec<Class> = common.into_iter().filter(|c| !c.is_empty()).collect();
    let mut last = Class::EMPTY;
    for class in positives.iter().chain(negatives).flat_map(|p| p.classes()).copied() {
        if class == last {
            continue;
        }
        last = class;
        for place in 0..groups.len() {
            let Some(group) = groups.get_mut(place) else { break };
            let (inside, outside) = (group.and(class), group.minus(class));
            if !inside.is_empty() && !outside.is_empty() {
                *group = inside;
                groups.push(outside);
            }
        }
    }
    groups
}

fn ascii_symbols(mut mask: u128) -> impl Iterator<Item = Symbol> {
    std::iter::from_fn(move || {
        let byte = u8::try_from(mask.trailing_zeros()).ok().filter(|b| *b < 128)?;
        mask &= mask.wrapping_sub(1);
        Some(Symbol::from_byte(byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(positives: &[&Pattern], negatives: &[&Pattern]) -> (String, String) {
        let alphabet = Alphabet::new(positives, negatives);
        let free: Vec<Symbol> = alphabet.free().iter().map(|p| alphabet.letters()[*p]).collect();
        for (place, letter) in alphabet.letters().iter().enumerate() {
            assert_eq!(alphabet.place(*letter), Some(place));
        }
        let text = |word: &[Symbol]| word.iter().map(Symbol::to_string).collect();
        (text(alphabet.letters()), text(&free))
    }

    #[test]
    fn the_plain_case_has_the_spelled_letters_and_one_more() {
        let positive = Pattern::builder().text("ab/é").many(Class::ANY).finish();
        let negative = Pattern::builder().text("cd:").many(Class::ANY).finish();
        assert_eq!(show(&[&positive], &[&negative]), ("abe/é".to_owned(), "e".to_owned()));
    }

    #[test]
    fn a_class_of_a_negative_splits_the_rest() {
        let field = Pattern::builder().many(Class::NOT_COLON).finish();
        assert_eq!(show(&[&Pattern::any()], &[&field]).1, "a:");
    }

    #[test]
    fn a_fully_spelled_set_keeps_all_its_letters() {
        let digit = Pattern::builder().many(Class::DIGIT).finish();
        let spelled = Pattern::word("0123456789");
        assert_eq!(show(&[&digit], &[&spelled]).1, "0123456789");
        assert_eq!(show(&[&digit], &[&Pattern::word("012345678")]).1, "9");
    }

    #[test]
    fn what_one_positive_never_consumes_is_left_out() {
        let digits = Pattern::builder().many(Class::DIGIT).finish();
        assert_eq!(show(&[&digits, &Pattern::any()], &[]).1, "0");
        let marker = Pattern::builder().many(Class::marker(3)).finish();
        assert_eq!(show(&[&marker], &[]).1, "<3>");
        assert_eq!(show(&[&marker, &Pattern::any()], &[]).1, "");
    }
}
