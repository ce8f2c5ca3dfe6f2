//! Certificates and their verifier: checks an answer without trusting the search that found it.
//!
//! A certificate is one text that contains a query, the policies, and either a proof that no request satisfies the query
//! (PASS) or requests that do (FAIL). [`verify`] reads the policies again, writes the query as clauses itself
//! ([`QueryClauses`]), proves every lemma about values by its own means and checks the proof step by step. For a FAIL it replays
//! the requests on the referee. It uses none of the rooms that search: `theory`, `sat` and `solve` come after it, and of
//! `automata` it uses patterns as data only.

mod budget;
mod certificate;
mod claim;
mod clauses;
mod error;
mod layered;
mod lemma;
mod lrat;
mod refutation;
mod verifier;

pub use budget::{Budget, Limits};
pub use certificate::{CatalogueText, Certificate, Evidence, Finding};
pub use claim::{Claim, ClaimedPolicy};
pub use clauses::{Clauses, QueryClauses};
pub use error::Refusal;
pub use layered::LayeredClaim;
pub use lemma::Lemma;
pub use lrat::{Proof, Step};
pub use refutation::Refutation;
pub use verifier::{Outcome, verify, verify_with};
