//! Certificates and their verifier: what can be checked about an answer without trusting the search that found it.
//!
//! A certificate is one text that holds a question, the policies, and either a proof that no request meets the question
//! (PASS) or requests that do (FAIL). [`verify`] reads the policies again, writes the question as clauses itself
//! ([`Plain`]), proves every lemma about values by its own means and checks the proof step by step; of a FAIL it replays
//! the requests on the referee. It uses nothing of the rooms that search: `theory`, `sat` and `solve` come after it, and of
//! `automata` it reads patterns as data.

mod budget;
mod certificate;
mod clauses;
mod error;
mod lemma;
mod verifier;

pub use budget::Budget;
pub use certificate::{Certificate, Evidence, Finding, Proof, Step};
pub use clauses::{Clauses, Plain};
pub use error::Refusal;
pub use lemma::Lemma;
pub use verifier::{Limits, Outcome, Refutation, examine, verify};
