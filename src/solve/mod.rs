//! The search for an answer, and the three kinds of answer there are.

mod atom_index;
mod cdcl;
mod decide;
mod head_ordered;
mod justify;
mod model;
mod polarity;
mod prove;
mod relevance;
mod search;
mod stamp_set;
mod verdict;
mod witness;

pub use decide::{Answer, decide};
pub use model::{Concretizer, Model};
pub use prove::prove;
pub use search::Search;
pub use verdict::{Finding, Proof, ShownAddresses, Stats, Unknown, UnknownReason, Verdict};
pub use witness::{Unconfirmed, Witness};
