//! Decides which linear wildcard patterns one word can match together. Exact, with no bound on the length of words.
//!
//! A [`Pattern`] is a sequence of single symbols and gaps (`*`). [`includes`] and [`disjoint`] compare two patterns, [`find`]
//! looks for a word that matches some patterns and does not match others, and [`decide`] returns the word or a minimal conflict.
//!
//! `emptiness.rs` and `inclusion.rs` use each other, on purpose. A pattern includes another if no word matches the inner pattern
//! and not the outer one, which is an emptiness query with one positive. A search with several positives is skipped if a
//! negative includes one of them. The second case never occurs inside the first, so the calls are at most two deep.

mod alphabet;
mod bit_parallel;
mod class;
mod conflict;
mod emptiness;
mod gap;
mod inclusion;
mod matching;
mod pattern;
mod product;
mod state_set;
mod step;
mod summary;
mod symbol;
#[cfg(test)]
mod tests;
mod track;

pub use class::Class;
pub use conflict::{Conflict, Decision, decide};
pub use emptiness::find;
pub use inclusion::{disjoint, includes};
pub use pattern::{Builder, Pattern};
pub use step::{Set, Step};
pub use symbol::Symbol;
