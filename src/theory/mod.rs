//! The theories of values: a value that passes and fails some tests of one variable, or a minimal conflict among them.

mod actions;
mod combinations;
mod domain;
mod examples;
mod few_values;
mod fill;
mod instantiate;
mod intervals;
mod key_values;
mod marked;
mod memo;
mod networks;
mod prefixes;
mod refine;
mod requesters;
mod stand_ins;
mod strings;
mod untyped;
mod values;
mod variables;

pub use actions::usual_spelling;
pub use examples::sample;
pub use strings::{Strings, Word};
pub use values::{Lemma, Theory};
pub use variables::{Tests, Valuation};
