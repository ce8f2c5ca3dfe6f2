//! Propagation at the root: values that the conjuncts fix are put in everywhere else.
//!
//! This is where the common part of two policies disappears: a statement of the new policy that the old one has too must
//! both apply and not apply, and leaves the OR it stands in before anything else is looked at.

mod assignment;
mod bulk;
mod conjunction;
mod simplify;
mod value;
mod weaken;

pub use conjunction::Conjunction;
pub use weaken::Weakening;
