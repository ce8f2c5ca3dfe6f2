//! The questions: one small file each. Each builds a goal formula and reads the verdict.

mod access;
mod access_not_granted;
mod assumptions;
mod no_new_access;
mod question;

pub use access::{Access, AccessError};
pub use access_not_granted::access_not_granted;
pub use no_new_access::no_new_access;
pub use question::{Answer, Assumption, Options};
