//! Certificates and their verifier: what can be checked about an answer without trusting the search that found it.
//!
//! A certificate is one text that holds a question, the policies, and either a proof that no request meets the question
//! (PASS) or requests that do (FAIL). [`verify`] reads the policies again, writes the question as clauses itself
//! ([`Plain`]), proves every lemma about values by its own means and checks the proof step by step; of a FAIL it replays
//! the requests on the referee. It uses nothing of the rooms that search: `theory`, `sat` and `solve` come after it, and of
//! `automata` it reads patterns as data.

use crate::limits::Deadline;

mod addresses;
mod certificate;
mod domain;
mod examine;
mod language;
mod lemma;
mod mixed;
mod plain;
mod proof;
mod render;
mod replay;
mod symbolic;
mod values;

pub use addresses::{Shown, is_for_everyone, names_address};
pub use certificate::{Certificate, Evidence, Finding};
pub use examine::{Limits, Outcome, Refutation, examine, verify};
pub use lemma::Lemma;
pub use plain::{Clauses, Plain};
pub use proof::{Proof, Step};
pub use replay::{Claim, Disagreement, Referee, confirm};

/// Why a certificate is not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Whether a limit was reached, so that nothing is known; otherwise something in the certificate is wrong.
    pub beyond: bool,
    /// One sentence.
    pub reason: String,
}

impl Refusal {
    fn new(reason: impl Into<String>) -> Refusal {
        Refusal { beyond: false, reason: reason.into() }
    }

    pub(crate) fn beyond(reason: impl Into<String>) -> Refusal {
        Refusal { beyond: true, reason: reason.into() }
    }

    fn at(self, place: impl std::fmt::Display) -> Refusal {
        Refusal { reason: format!("{place}: {}", self.reason), ..self }
    }
}

/// Counts what is looked at, so that every check ends.
#[derive(Clone, Debug)]
pub struct Work {
    left: u64,
    spends: u32,
    deadline: Deadline,
}

impl Work {
    fn new(allowed: u64, deadline: Deadline) -> Work {
        Work { left: allowed, spends: 0, deadline }
    }

    /// Looks at the clock, if there is a deadline.
    fn check(&self) -> Result<(), Refusal> {
        if self.deadline.has_passed() {
            return Err(Refusal::beyond("the time limit was reached"));
        }
        Ok(())
    }

    fn spend(&mut self, amount: usize) -> Result<(), Refusal> {
        let left = self.left.checked_sub(u64::try_from(amount).unwrap_or(u64::MAX));
        self.left = left.ok_or_else(|| Refusal::beyond("the work allowed for checking is done"))?;
        self.spends = self.spends.wrapping_add(1);
        if self.spends.is_multiple_of(1024) { self.check() } else { Ok(()) }
    }
}
