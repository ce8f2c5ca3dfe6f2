//! The search for an answer, and the three kinds of answer there are.

mod atoms;
mod clausal;
mod decide;
mod marks;
mod model;
mod needed;
mod occurrences;
mod ordered;
mod refute;
mod relevance;
mod search;
mod verdict;
mod witness;

pub use decide::{Answer, decide};
pub use model::{Concretizer, Model};
pub use refute::refute;
pub use search::Search;
pub use verdict::{Finding, Proof, ShownAddresses, Stats, Unknown, UnknownReason, Verdict};
pub use witness::{Unconfirmed, Witness};
