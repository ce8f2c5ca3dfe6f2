//! The theories of values: they find a value that passes and fails given tests of one variable, or a minimal conflict among the
//! tests.

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
