//! Why a conjunction is empty: a part of it that is empty already, and of which nothing can be left out.

use super::emptiness::find;
use super::pattern::Pattern;
use super::symbol::Symbol;
use crate::limits::{Exhausted, Meter};

/// A part of a conjunction, by the places of its members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflict {
    /// Places among the positives, in order.
    pub positives: Vec<usize>,
    /// Places among the negatives, in order.
    pub negatives: Vec<usize>,
}

/// What is known of a conjunction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A word that it holds for.
    Word(Vec<Symbol>),
    /// No word; this part of it suffices, and no smaller part of this part does.
    Conflict(Conflict),
}

/// Finds a word that matches all of `fixed` and `positives` and none of `negatives`, or a subset-minimal part of
/// `positives` and `negatives` that excludes every word of `fixed`.
///
/// # Errors
/// The meter ran out.
pub fn decide(
    fixed: &[&Pattern],
    positives: &[&Pattern],
    negatives: &[&Pattern],
    meter: &mut Meter,
) -> Result<Decision, Exhausted> {
    let all: Vec<&Pattern> = fixed.iter().chain(positives).copied().collect();
    Ok(match find(&all, negatives, meter)? {
        Some(word) => Decision::Word(word),
        None => Decision::Conflict(Conflict {
            positives: (0..positives.len()).collect(),
            negatives: (0..negatives.len()).collect(),
        }),
    })
}

/// The conflict of [`decide`], or `None` if there is a word.
///
/// # Errors
/// The meter ran out.
pub fn minimal_conflict(
    fixed: &[&Pattern],
    positives: &[&Pattern],
    negatives: &[&Pattern],
    meter: &mut Meter,
) -> Result<Option<Conflict>, Exhausted> {
    Ok(match decide(fixed, positives, negatives, meter)? {
        Decision::Word(_) => None,
        Decision::Conflict(conflict) => Some(conflict),
    })
}
