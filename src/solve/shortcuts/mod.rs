//! Shortcuts that end or shorten a goal before the loop of [`crate::solve::search`] begins.
//!
//! They are listed in the order in which they are tried, with the number of goals that each ends. Measured over 1,982 queries,
//! each of the 992 managed policies of AWS against its neighbour by name, both ways: 11,627 goals. The loop gets 117 of them.
//!
//! | shortcut | ends | file |
//! |---|---:|---|
//! | a guess at the unpropagated goal, if a guess satisfied the previous goal | 6,088 of 8,478 tried | `guesses.rs` |
//! | a conjunct that negates the first | 63 | `negated_conjunct.rs` |
//! | propagation alone | 1,049 | `formula/propagate` |
//! | a test that must pass implies one that must fail | 16 | `unit_conflict.rs` |
//! | a guess before relevance, from the eighth goal of a query on | 1,248 of 1,341 tried | `guesses.rs` |
//! | relevance: the atoms that the required patterns decide | 34 | [`crate::solve::relevance`] |
//! | the first proposal, which is a guess | 3,010 | `guesses.rs` |
//! | a conflict of that guess in which every atom is decided | 2 | `decided_lemma.rs` |
//!
//! Without relevance, 222 goals reach the loop, which takes 515 rounds instead of 133. Without the inclusions stated before the
//! first proposal (`inclusions.rs`) it takes 163 rounds.
//!
//! None of them can change an answer: a guess becomes a model only if the theories have a value for all its tests, and an end
//! without a model follows from the goal by propagation and lemmas. Each file gives its argument.

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
