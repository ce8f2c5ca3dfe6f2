//! Propagation at the root: the values that the conjuncts fix replace their literals everywhere else.
//!
//! The common part of two policies disappears here. A statement of the new policy that the old one contains too would have to
//! both apply and not apply, so its conjunction is false and leaves the OR before anything else is visited.

mod assignment;
mod bulk;
mod conjunction;
mod simplify;
mod value;
mod weaken;

pub use conjunction::Conjunction;
pub use weaken::Weakening;
