//! Which linear wildcard patterns can one word match together? Exact, with no bound on the length of words.
//!
//! A [`Pattern`] is a sequence of single symbols and runs. [`includes`] and [`disjoint`] compare two of them,
//! [`find`] looks for a word that matches some patterns and does not match others, and [`decide`] gives the word or a
//! minimal conflict.

mod alphabet;
mod bit_parallel;
mod class;
mod conflict;
mod emptiness;
mod inclusion;
mod pattern;
mod state_set;
mod symbol;
#[cfg(test)]
mod tests;

pub use class::Class;
pub use conflict::{Conflict, Decision, decide};
pub use emptiness::find;
pub use inclusion::{disjoint, includes};
pub use pattern::{Builder, Pattern, Set, Step};
pub use symbol::Symbol;
