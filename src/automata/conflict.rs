//! Explains why a conjunction is empty: finds a part of it that is empty and from which nothing can be removed.

use crate::automata::emptiness::{Outcome, solve};
use crate::automata::inclusion::{disjoint, includes};
use crate::automata::pattern::Pattern;
use crate::automata::symbol::Symbol;
use crate::index::pick;
use crate::limits::{Exhausted, Meter};

/// A part of a conjunction, by the indexes of its members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflict {
    /// Indexes of positives, in order.
    pub positives: Vec<usize>,
    /// Indexes of negatives, in order.
    pub negatives: Vec<usize>,
}

/// The result for a conjunction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A word that it holds for.
    Word(Vec<Symbol>),
    /// There is no word: this part already excludes every word, and no smaller part of this part does.
    Conflict(Conflict),
}

/// Finds a word that matches all of `fixed` and `positives` and none of `negatives`, or a subset-minimal part of
/// `positives` and `negatives` that excludes every word of `fixed`.
///
/// An empty conjunction is first reduced to the negatives that its refutation used. If one negative includes one positive, or two
/// positives exclude each other, that pair is the starting point. Then one member after the other is removed for good if the rest
/// is still empty; every such test reduces the rest to the members that its refutation used.
///
/// # Errors
/// The meter ran out.
///
/// ```
/// use iamsat::{automata::{Class, Conflict, Decision, Pattern, Symbol, decide}, limits::{Meter, SearchLimits}};
/// let mut meter = Meter::new(&SearchLimits::default());
/// let start = |text| Pattern::builder().text(text).many(Class::ANY).finish();
/// let [a, ab, x] = ["a", "ab", "x"].map(start);
/// assert_eq!(decide(&[], &[&a], &[&ab], &mut meter), Ok(Decision::Word(Symbol::word("a"))));
/// // Every word that starts with `ab` starts with `a`. The negative `x` plays no part.
/// let conflict = Conflict { positives: vec![0], negatives: vec![1] };
/// assert_eq!(decide(&[], &[&ab], &[&x, &a], &mut meter), Ok(Decision::Conflict(conflict)));
/// ```
pub fn decide(
    fixed: &[&Pattern],
    positives: &[&Pattern],
    negatives: &[&Pattern],
    meter: &mut Meter,
) -> Result<Decision, Exhausted> {
    let question = Question { fixed, positives, negatives };
    let all =
        Conflict { positives: (0..positives.len()).collect(), negatives: (0..negatives.len()).collect() };
    let used = match question.solve(&all, meter)? {
        Outcome::Word(word) => return Ok(Decision::Word(word)),
        Outcome::Empty(used) => used,
    };
    let mut part = Conflict { positives: all.positives, negatives: used };
    if let Some(pair) = question.pair(&part, meter)? {
        part = pair;
    }
    question.shrink(&mut part, meter)?;
    Ok(Decision::Conflict(part))
}

struct Question<'a> {
    fixed: &'a [&'a Pattern],
    positives: &'a [&'a Pattern],
    negatives: &'a [&'a Pattern],
}

impl<'a> Question<'a> {
    fn positives(&self, part: &Conflict) -> Vec<&'a Pattern> {
        pick(self.positives, &part.positives)
    }

    fn negatives(&self, part: &Conflict) -> Vec<&'a Pattern> {
        pick(self.negatives, &part.negatives)
    }

    /// Solves a part of the conjunction; the indexes in an empty outcome are those of the whole conjunction.
    fn solve(&self, part: &Conflict, meter: &mut Meter) -> Result<Outcome, Exhausted> {
        let mut positives = self.fixed.to_vec();
        positives.extend(self.positives(part));
        Ok(match solve(&positives, &self.negatives(part), meter)? {
            Outcome::Word(word) => Outcome::Word(word),
            Outcome::Empty(used) => Outcome::Empty(pick(&part.negatives, &used)),
        })
    }

    /// Returns two members that exclude each other.
    fn pair(&self, part: &Conflict, meter: &mut Meter) -> Result<Option<Conflict>, Exhausted> {
        let positives = part.positives.iter().copied().zip(self.positives(part));
        for (p, positive) in positives.clone() {
            for (n, negative) in part.negatives.iter().copied().zip(self.negatives(part)) {
                if includes(negative, positive, meter)? {
                    return Ok(Some(Conflict { positives: vec![p], negatives: vec![n] }));
                }
            }
        }
        for (p, first) in positives.clone() {
            for (q, second) in positives.clone().filter(|(q, _)| *q > p) {
                if disjoint(first, second, meter)? {
                    return Ok(Some(Conflict { positives: vec![p, q], negatives: Vec::new() }));
                }
            }
        }
        Ok(None)
    }

    /// Removes every member that is not needed.
    fn shrink(&self, part: &mut Conflict, meter: &mut Meter) -> Result<(), Exhausted> {
        for place in part.positives.clone() {
            let mut less = part.clone();
            less.positives.retain(|p| *p != place);
            if let Outcome::Empty(used) = self.solve(&less, meter)? {
                part.positives = less.positives;
                part.negatives = used;
            }
        }
        for place in part.negatives.clone() {
            if !part.negatives.contains(&place) {
                continue;
            }
            let mut less = part.clone();
            less.negatives.retain(|n| *n != place);
            if let Outcome::Empty(used) = self.solve(&less, meter)? {
                part.negatives = used;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automata::Class;
    use crate::limits::SearchLimits;

    fn prefix(text: &str) -> Pattern {
        Pattern::builder().text(text).many(Class::ANY).finish()
    }

    fn check(
        fixed: &[&Pattern],
        positives: &[&Pattern],
        negatives: &[&Pattern],
        expected: (&[usize], &[usize]),
    ) {
        let mut meter = Meter::new(&SearchLimits::default());
        let expected = Conflict { positives: expected.0.to_vec(), negatives: expected.1.to_vec() };
        let decision = decide(fixed, positives, negatives, &mut meter);
        assert_eq!(decision, Ok(Decision::Conflict(expected)));
    }

    #[test]
    fn only_the_reason_is_named() {
        let all = ["a", "ab", "x", "y"].map(prefix);
        let [a, ab, x, y] = &all;
        check(&[], &[a, ab], &[x, y, a], (&[0], &[2]));
        check(&[], &[a, ab, x], &[y], (&[0, 2], &[]));
        check(&[x], &[a, ab], &[y], (&[1], &[]));
        check(&[x, y], &[a], &[ab], (&[], &[]));
        let digit = Pattern::builder().many(Class::DIGIT).finish();
        check(&[&digit], &[&Pattern::any()], &[x, &digit], (&[], &[1]));
    }

    #[test]
    fn a_word_is_no_conflict() {
        let (a, ab) = (prefix("a"), prefix("ab"));
        let mut meter = Meter::new(&SearchLimits::default());
        assert_eq!(decide(&[], &[&a], &[&ab], &mut meter), Ok(Decision::Word(Symbol::word("a"))));
    }
}
