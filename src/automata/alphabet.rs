//! The few letters that the search for a word must try.
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
//! consume by a class cannot occur in the second case and are omitted.
//!
//! As classes are unions of sorts, so are the sets of alike symbols: splitting the union of all classes by each class
//! in turn gives at most 32 of them.

use crate::automata::class::{Class, first_ascii, most_readable, rank};
use crate::automata::pattern::Pattern;
use crate::automata::symbol::Symbol;
use crate::index::{IndexVec, broken, id};

id! {
    /// A letter of one search. Readable letters come first.
    pub(crate) struct LetterId
}

/// The letters of one search.
pub(crate) struct Alphabet {
    letters: IndexVec<LetterId, Symbol>,
    sorts: IndexVec<LetterId, Class>,
    free: Vec<LetterId>,
    /// The letters that are ASCII characters, by their codes.
    ascii: [Option<LetterId>; 128],
    /// The other letters, in order.
    others: Vec<(Symbol, LetterId)>,
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
            sorts: letters.iter().map(|s| Class::of(*s)).collect::<Vec<_>>().into(),
            free: Vec::with_capacity(free.len()),
            ascii: [None; 128],
            others: Vec::new(),
            all: Class::EMPTY,
            letters: letters.into(),
        };
        for (id, letter) in alphabet.letters.entries() {
            alphabet.all = alphabet.all.union(Class::of(*letter));
            match letter.to_ascii().and_then(|byte| alphabet.ascii.get_mut(usize::from(byte))) {
                Some(slot) => *slot = Some(id),
                None => alphabet.others.push((*letter, id)),
            }
        }
        alphabet.others.sort_unstable();
        for symbol in free {
            match alphabet.find(symbol) {
                Some(letter) => alphabet.free.push(letter),
                None => broken("a free letter is a letter"),
            }
        }
        alphabet.free.sort_unstable();
        alphabet
    }

    /// Returns all letters.
    pub(crate) fn letters(&self) -> &IndexVec<LetterId, Symbol> {
        &self.letters
    }

    /// Returns the sort of each letter.
    pub(crate) fn sorts(&self) -> &IndexVec<LetterId, Class> {
        &self.sorts
    }

    /// Returns the letters that are tried everywhere, in order.
    pub(crate) fn free(&self) -> &[LetterId] {
        &self.free
    }

    /// Returns the union of the sorts of all letters.
    pub(crate) fn all(&self) -> Class {
        self.all
    }

    /// Returns the letter for the symbol; `None` if it is not a letter, because only a negative spells it.
    pub(crate) fn find(&self, symbol: Symbol) -> Option<LetterId> {
        if let Some(byte) = symbol.to_ascii() {
            return *self.ascii.get(usize::from(byte))?;
        }
        let found = self.others.binary_search_by_key(&symbol, |(s, _)| *s).ok()?;
        self.others.get(found).map(|(_, letter)| *letter)
    }

    /// Returns the most readable free letter of a class.
    pub(crate) fn free_in(&self, class: Class) -> Option<Symbol> {
        self.free.iter().map(|letter| self.letters[*letter]).find(|symbol| class.contains(*symbol))
    }
}

/// Returns the sets of alike symbols that every positive may consume by a class.
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
        let mut split = Vec::new();
        for group in &mut groups {
            let (inside, outside) = (group.and(class), group.minus(class));
            if !inside.is_empty() && !outside.is_empty() {
                *group = inside;
                split.push(outside);
            }
        }
        groups.append(&mut split);
    }
    groups
}

fn ascii_symbols(mut mask: u128) -> impl Iterator<Item = Symbol> {
    std::iter::from_fn(move || {
        let first = first_ascii(mask)?;
        mask &= mask - 1;
        Some(first)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(positives: &[&Pattern], negatives: &[&Pattern]) -> (String, String) {
        let alphabet = Alphabet::new(positives, negatives);
        let free: Vec<Symbol> = alphabet.free().iter().map(|p| alphabet.letters()[*p]).collect();
        for (id, letter) in alphabet.letters().entries() {
            assert_eq!(alphabet.find(*letter), Some(id));
        }
        let text = |word: &[Symbol]| word.iter().map(Symbol::to_string).collect();
        (text(alphabet.letters().as_slice()), text(&free))
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
