//! Which linear wildcard patterns can one word match together? Exact, with no bound on the length of words.
//!
//! A [`Pattern`] is a sequence of single symbols and of gaps (`*`). [`includes`] and [`disjoint`] compare two of them,
//! [`find`] looks for a word that matches some patterns and does not match others, and [`decide`] gives the word or a
//! minimal conflict.
//!
//! `emptiness.rs` and `inclusion.rs` use one another, on purpose: a pattern includes another if no word matches the one and not
//! the other, which is a question of emptiness of one positive; and the search for a word of several positives is spared where
//! a negative includes one of them. The second never comes up inside the first, so the calls are two deep at most.

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
