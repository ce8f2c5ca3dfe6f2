//! The questions: one small file each. Each builds a goal formula and reads the verdict.

mod access;
mod question;

pub use access::{Access, AccessError};
pub use question::{Answer, Assumption, Options, access_not_granted, no_new_access};
