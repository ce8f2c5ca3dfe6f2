//! The budget of the verifier.

use super::Refusal;
use crate::limits::{Deadline, InputLimits};

/// Bounds on the verifier.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a certificate.
    pub bytes: usize,
    /// The number of bytes of the texts of one request in a certificate.
    pub request_bytes: usize,
    /// The number of visited literals of clauses in proof steps and of visited states of automata.
    pub work: u64,
    /// Nodes of the formula.
    pub nodes: usize,
    /// Bounds on the policies.
    pub input: InputLimits,
    /// The instant at which the verifier gives up.
    pub deadline: Deadline,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            bytes: 48 << 20,
            request_bytes: 4 << 20,
            work: 500_000_000,
            nodes: 4_000_000,
            input: InputLimits::default(),
            deadline: Deadline::default(),
        }
    }
}

/// Counts the work, so that every verification ends.
#[derive(Clone, Debug)]
pub struct Budget {
    left: u64,
    spends: u32,
    deadline: Deadline,
}

impl Budget {
    pub(super) fn new(allowed: u64, deadline: Deadline) -> Budget {
        Budget { left: allowed, spends: 0, deadline }
    }

    /// Checks the deadline, if there is one.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.deadline.has_passed() {
            return Err(Refusal::inconclusive("the time limit was reached"));
        }
        Ok(())
    }

    pub(super) fn spend(&mut self, amount: usize) -> Result<(), Refusal> {
        let left = u64::try_from(amount).ok().and_then(|amount| self.left.checked_sub(amount));
        self.left = left.ok_or_else(|| Refusal::inconclusive("the work limit was reached"))?;
        self.spends = self.spends.wrapping_add(1);
        if self.spends.is_multiple_of(1024) { self.check() } else { Ok(()) }
    }
}
