//! Which literals about one variable can hold together? A value for them, or a minimal conflict.

mod domain;
mod examples;
mod intervals;
mod memo;
mod networks;
mod refine;
mod strings;
mod untyped;
mod values;
mod variables;

pub use examples::{sample, usual_spelling};
pub use strings::{Strings, Word};
pub use values::{Lemma, Theory};
pub use variables::{Tests, Valuation};
