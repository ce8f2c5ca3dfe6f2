//! The questions: one small file each. Each says what is asked and reads the verdict.

mod access_not_granted;
mod find;
mod no_new_access;
mod property;
mod question;

pub use crate::formula::Assumption;
pub use crate::policy::{Access, AccessError};
pub use access_not_granted::access_not_granted;
pub use find::find;
pub use no_new_access::no_new_access;
pub use property::Property;
pub use question::{Answer, Options};
