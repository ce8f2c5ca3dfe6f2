//! Certificates and their verifier: what can be checked about an answer without trusting the search that found it.
//!
//! A certificate is one text that holds a question, the policies, and either a proof that no request meets the question
//! (PASS) or requests that do (FAIL). [`verify`] reads the policies again, writes the question as clauses itself
//! ([`QueryClauses`]), proves every lemma about values by its own means and checks the proof step by step; of a FAIL it replays
//! the requests on the referee. It uses nothing of the rooms that search: `theory`, `sat` and `solve` come after it, and of
//! `automata` it reads patterns as data.

mod budget;
mod certificate;
mod claim;
mod clauses;
mod error;
mod lemma;
mod lrat;
mod refutation;
mod verifier;

pub use budget::{Budget, Limits};
pub use certificate::{Certificate, Evidence, Finding};
pub use claim::{Claim, ClaimedPolicy};
pub use clauses::{Clauses, QueryClauses};
pub use error::Refusal;
pub use lemma::Lemma;
pub use lrat::{Proof, Step};
pub use refutation::Refutation;
pub use verifier::{Outcome, verify};
