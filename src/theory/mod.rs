//! Which literals about one variable can hold together? A value for them, or a minimal conflict.

mod domain;
mod readable;
mod strings;

pub use readable::usual_spelling;
pub use strings::{Lemma, Strings, Word};
