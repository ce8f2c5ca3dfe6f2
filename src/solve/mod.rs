//! The search for an answer, and the three kinds of answers.

mod atom_index;
mod cdcl;
mod decide;
mod fitting_values;
mod head_ordered;
mod implying;
mod justify;
mod literal_set;
mod model;
mod opaque_reasons;
mod overlaps;
mod proposer;
mod prove;
mod relevance;
mod search;
mod shortcuts;
mod stamp_set;
mod tests_by_variable;
mod verdict;
mod witness;
mod workspace;

pub use decide::{Answer, decide};
pub use model::{Concretizer, Model};
pub use prove::prove;
pub use search::Search;
pub use verdict::{Finding, Proof, ShownAddresses, Stats, Unknown, UnknownReason, Unlisted, Verdict};
pub use witness::{Unconfirmed, Witness};
