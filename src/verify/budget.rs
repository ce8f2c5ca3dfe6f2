//! The budget of the verifier.

use super::Refusal;
use crate::limits::Deadline;

/// Counts what is looked at, so that every check ends.
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

    /// Looks at the clock, if there is a deadline.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        if self.deadline.has_passed() {
            return Err(Refusal::inconclusive("the time limit was reached"));
        }
        Ok(())
    }

    pub(super) fn spend(&mut self, amount: usize) -> Result<(), Refusal> {
        let left = self.left.checked_sub(u64::try_from(amount).unwrap_or(u64::MAX));
        self.left = left.ok_or_else(|| Refusal::inconclusive("the work allowed for checking is done"))?;
        self.spends = self.spends.wrapping_add(1);
        if self.spends.is_multiple_of(1024) { self.check() } else { Ok(()) }
    }
}
