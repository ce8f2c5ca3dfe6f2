//! Which literals about one variable can hold together? A value for them, or a minimal conflict.

mod answers;
mod domain;
mod joint;
mod mixed;
mod networks;
mod orders;
mod readable;
mod refine;
mod strings;
mod values;

pub use joint::{Joint, Tests};
pub use readable::{sample, usual_spelling};
pub use strings::{Strings, Word};
pub use values::{Lemma, Theory};
