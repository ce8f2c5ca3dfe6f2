//! The search for an answer, and the three kinds of answer there are.

mod verdict;
mod witness;

pub use verdict::{Finding, Proof, Stats, Unknown, UnknownReason, Verdict};
pub use witness::{Claim, Disagreement, Witness};
