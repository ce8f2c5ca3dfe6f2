//! What ends a goal, or shortens it, before the loop of [`crate::solve::search`] begins.
//!
//! In the order in which they are tried, with the goals that each ends. Counted at every end of a goal over 1,982 questions, each
//! of the 992 managed policies of AWS against its neighbour by name, both ways: 11,627 goals. The loop gets 117 of them.
//!
//! | shortcut | ends | file |
//! |---|---:|---|
//! | a guess at the goal as it stands, where one satisfied the goal before | 6,088 of 8,478 tried | `guesses.rs` |
//! | a conjunct that negates the first | 63 | `negated_conjunct.rs` |
//! | propagation alone | 1,049 | `formula/propagate` |
//! | a test that has to pass implies one that has to fail | 16 | `unit_conflict.rs` |
//! | a guess before relevance, from the eighth goal of a question on | 1,248 of 1,341 tried | `guesses.rs` |
//! | relevance: what the required patterns decide | 34 | [`crate::solve::relevance`] |
//! | the guess that is the first proposal | 3,010 | `guesses.rs` |
//! | a conflict of that guess about nothing but decided atoms | 2 | `decided_lemma.rs` |
//!
//! Without relevance 222 goals come to the loop, which takes 515 rounds instead of 133. Without the inclusions that are stated before
//! the first proposal (`inclusions.rs`) it takes 163 rounds.
//!
//! None of them can change an answer: a guess is a model only if the theories have a value for everything it asks for, and
//! an end without a model follows from the goal by propagation and lemmas. Each file has its argument.

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
