//! What ends a goal, or most of it, before the loop of [`crate::solve::search`] begins.

mod decided_lemma;
mod guesses;
mod inclusions;
mod negated_conjunct;
mod polarity;
mod unit_conflict;

pub(super) use decided_lemma::decided_lemma;
pub(super) use guesses::Guesses;
pub(super) use inclusions::inclusions;
pub(super) use negated_conjunct::contains_negation;
pub(super) use unit_conflict::unit_conflict;
