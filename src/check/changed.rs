//! The two sides of a change.

use super::in_snapshot::{PreparedSnapshot, merge};
use crate::code::Code;
use crate::encode::Assumption;
use crate::snapshot::{Collected, Endpoint, Snapshot};

/// The snapshots before and after a change.
#[derive(Clone, Copy, Debug)]
pub struct Changed<'p> {
    /// The snapshot before it.
    pub before: &'p PreparedSnapshot,
    /// The snapshot after it.
    pub after: &'p PreparedSnapshot,
    /// True if the change was applied to one snapshot: what was not collected is the same on both sides. Between two snapshots it is
    /// not taken as unchanged.
    pub is_same_world: bool,
}

impl<'p> Changed<'p> {
    /// Returns what was collected of both sides, differs, and is not a part of the answer.
    pub fn not_compared(self) -> Option<String> {
        if self.is_same_world {
            return None;
        }
        let [old, new] = [self.before.snapshot(), self.after.snapshot()];
        let is_same = old.endpoints.len() == new.endpoints.len()
            && old.endpoints.iter().zip(&new.endpoints).all(|(one, other)| {
                let policy = |snapshot: &'p Snapshot, endpoint: &Endpoint| match &endpoint.policy {
                    Collected::Known(policy) => Some(policy.map(|id| snapshot.document(id).text())),
                    Collected::Missing(_) => None,
                };
                let known = policy(old, one);
                (&one.id, &one.vpc, &one.service) == (&other.id, &other.vpc, &other.service)
                    && known.is_some()
                    && known == policy(new, other)
            });
        let what = "the VPC endpoints of the snapshots, or their policies, differ or were not collected";
        if !is_same {
            return Some(what.to_owned());
        }
        let unread = old.differs_unread(new)?;
        Some(format!("{unread} differs between the snapshots, and the answer leaves it out"))
    }

    /// Returns the assumptions on which each answer about the change rests.
    pub(super) fn assumptions(self) -> Vec<Assumption> {
        let sides = [self.before, self.after].map(|side| side.snapshot().assumptions());
        let mut all: Vec<Assumption> = vec![Assumption(Code::UnchangedElsewhere)];
        for code in sides.concat() {
            merge(&mut all, &[Assumption(code)]);
        }
        all
    }

    /// Returns the change in the other direction.
    #[must_use]
    pub fn reversed(self) -> Changed<'p> {
        Changed { before: self.after, after: self.before, ..self }
    }
}
