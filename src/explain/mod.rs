//! What an answer rests on, in terms of the documents: which pattern at which place lets a request through, and why
//! the other policy does not.

mod blame;
mod candidates;
mod refusal;

pub use blame::{Blame, Loose, Part, Place, blame};
pub use candidates::Candidates;
pub use refusal::{Missing, Refusal, refusal};
