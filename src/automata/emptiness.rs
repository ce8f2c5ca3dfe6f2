//! Decides if there is a word that matches all of some patterns and none of others.
//!
//! Cheap comparisons of the patterns and likely words are tried before the search over the product of their states
//! (`product.rs`).
//!
//! A negative enters the search only when a word that was found matches it. A conjunction with fewer negatives has more words, so
//! "none" is final at once, and a word is final when no other negative matches it.

use crate::automata::alphabet::Alphabet;
use crate::automata::inclusion::includes;
use crate::automata::pattern::Pattern;
use crate::automata::product::Product;
use crate::automata::step::{Set, Step};
use crate::automata::symbol::Symbol;
use crate::limits::{Exhausted, Meter};
use std::cmp::Reverse;

/// Steps of a pattern that are prepared for the product for one unit of work.
const STEPS: usize = 8;

/// The result of a search.
pub(crate) enum Outcome {
    /// A word.
    Word(Vec<Symbol>),
    /// There is no word; these negatives already exclude every word.
    Empty(Vec<usize>),
}

/// Returns a short, readable word that matches all of `positives` and none of `negatives`, or `None` if there is no such word.
/// Without positives, any text is searched for.
///
/// # Errors
/// The meter ran out.
///
/// ```
/// use iamsat::automata::{Class, Pattern, Symbol, find};
/// use iamsat::limits::{Meter, SearchLimits};
/// let mut meter = Meter::new(&SearchLimits::default());
/// let starts = Pattern::builder().text("a").many(Class::ANY).finish();
/// let ends = Pattern::builder().many(Class::ANY).text("a").finish();
/// let (one, more) = (Pattern::word("a"), Pattern::builder().text("a").many(Class::ANY).text("a").finish());
/// assert_eq!(find(&[&starts, &ends], &[&one], &mut meter), Ok(Some(Symbol::word("aa"))));
/// assert_eq!(find(&[&starts, &ends], &[&one, &more], &mut meter), Ok(None));
/// ```
pub fn find(
    positives: &[&Pattern],
    negatives: &[&Pattern],
    meter: &mut Meter,
) -> Result<Option<Vec<Symbol>>, Exhausted> {
    Ok(match solve(positives, negatives, meter)? {
        Outcome::Word(word) => Some(word),
        Outcome::Empty(_) => None,
    })
}

/// Does the same as [`find`], and also returns the negatives that excluded the last word.
pub(crate) fn solve(
    positives: &[&Pattern],
    negatives: &[&Pattern],
    meter: &mut Meter,
) -> Result<Outcome, Exhausted> {
    meter.charge(1)?;
    // Positives are compared in pairs.
    let pairs = positives.len().checked_mul(positives.len()).ok_or(Exhausted::Work)?;
    meter.work(pairs / 2)?;
    meter.work(positives.len() + negatives.len())?;
    let text;
    let whole;
    let positives = if positives.is_empty() {
        text = Pattern::any();
        whole = [&text];
        &whole
    } else {
        positives
    };
    if let Some(word) = positives.iter().find_map(|p| p.as_word()) {
        return Ok(match fit(positives, negatives, word, meter)? {
            Fit::No => Outcome::Empty(Vec::new()),
            Fit::But(place) => Outcome::Empty(vec![place]),
            Fit::Yes => Outcome::Word(word.to_vec()),
        });
    }
    let mut rest = positives;
    while let [first, more @ ..] = rest {
        if first.is_void() || more.iter().any(|p| !first.may_meet(p)) {
            return Ok(Outcome::Empty(Vec::new()));
        }
        rest = more;
    }
    let alphabet = Alphabet::new(positives, negatives);
    if let Some(word) = plain_word(positives, negatives, &alphabet, meter)? {
        return Ok(Outcome::Word(word));
    }
    if let Some(word) = chained_word(positives).filter(|_| positives.len() > 2)
        && fit(positives, negatives, &word, meter)? == Fit::Yes
    {
        return Ok(Outcome::Word(word));
    }
    refine(positives, negatives, &alphabet, meter)
}

/// The result of trying a word on patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    /// It matches all positives and no negative.
    Yes,
    /// It does not match all positives.
    No,
    /// It matches all positives, and this negative first.
    But(usize),
}

/// Tries a word on patterns.
fn fit(
    positives: &[&Pattern],
    negatives: &[&Pattern],
    word: &[Symbol],
    meter: &mut Meter,
) -> Result<Fit, Exhausted> {
    for positive in positives {
        meter.work(positive.matching_work(word.len()))?;
        if !positive.matches(word) {
            return Ok(Fit::No);
        }
    }
    for (place, negative) in negatives.iter().enumerate() {
        meter.work(negative.matching_work(word.len()))?;
        if negative.matches(word) {
            return Ok(Fit::But(place));
        }
    }
    Ok(Fit::Yes)
}

/// Tries two words of the positive that requires most letters: one without its gaps, and one with a free letter in each gap.
fn plain_word(
    positives: &[&Pattern],
    negatives: &[&Pattern],
    alphabet: &Alphabet,
    meter: &mut Meter,
) -> Result<Option<Vec<Symbol>>, Exhausted> {
    let Some(model) = positives.iter().max_by_key(|p| (p.min_len(), Reverse(p.gaps()))) else {
        return Ok(None);
    };
    for filled in [false, true] {
        let Some(word) = word_of(model, alphabet, filled) else { return Ok(None) };
        if fit(positives, negatives, &word, meter)? == Fit::Yes {
            return Ok(Some(word));
        }
    }
    Ok(None)
}

/// A word of a pattern, with nothing in its gaps or one free letter in each.
fn word_of(model: &Pattern, alphabet: &Alphabet, filled: bool) -> Option<Vec<Symbol>> {
    let mut word = Vec::with_capacity(model.steps().len());
    for step in model.steps() {
        match step {
            Step::One(Set::Class(class)) => word.push(alphabet.free_in(*class)?),
            Step::One(set) => word.extend(set.spelled().next()),
            Step::Many(class) if filled => word.push(alphabet.free_in(*class)?),
            Step::Many(_) => {}
        }
    }
    Some(word)
}

/// Chains the texts that the positives spell between their ends, one after another. This finds a word for many `*infix*` patterns,
/// where the product of the positions is large.
fn chained_word(positives: &[&Pattern]) -> Option<Vec<Symbol>> {
    let longest = |end: fn(&Pattern) -> &[Symbol]| positives.iter().map(|p| end(p)).max_by_key(|e| e.len());
    let mut word = longest(Pattern::prefix)?.to_vec();
    for positive in positives {
        let inner = positive.steps().len().checked_sub(positive.suffix().len())?;
        for step in positive.steps().get(positive.prefix().len()..inner)? {
            if let Step::One(set) = step {
                word.push(set.spelled().next()?);
            }
        }
    }
    word.extend(longest(Pattern::suffix)?);
    Some(word)
}

/// Searches with a growing set of negatives.
fn refine(
    positives: &[&Pattern],
    negatives: &[&Pattern],
    alphabet: &Alphabet,
    meter: &mut Meter,
) -> Result<Outcome, Exhausted> {
    meter.work(positives.iter().map(|positive| positive.steps().len()).sum::<usize>() / STEPS)?;
    let mut product = Product::new(positives, alphabet);
    let mut active: Vec<usize> = Vec::new();
    loop {
        let Some(word) = product.find_word(meter)? else {
            active.sort_unstable();
            return Ok(Outcome::Empty(active));
        };
        meter.work(negatives.iter().map(|negative| negative.matching_work(word.len())).sum())?;
        let violated: Vec<(usize, &Pattern)> =
            negatives.iter().copied().enumerate().filter(|(_, n)| n.matches(&word)).collect();
        if violated.is_empty() {
            return Ok(Outcome::Word(word));
        }
        for (place, negative) in violated {
            // Usually one negative includes one positive. With several positives it is cheaper to look for this alone.
            if positives.len() > 1 {
                for positive in positives {
                    if includes(negative, positive, meter)? {
                        return Ok(Outcome::Empty(vec![place]));
                    }
                }
            }
            active.push(place);
            product.exclude(negative, meter)?;
        }
    }
}
