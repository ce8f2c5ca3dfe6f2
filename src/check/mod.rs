//! The questions: one small file each. Each says what is asked and reads the verdict.

mod access_not_granted;
mod compare;
mod difference;
mod find;
mod lint;
mod no_new_access;
mod property;
mod question;
mod region;

pub use crate::formula::Assumption;
pub use crate::policy::{Access, AccessError};
pub use access_not_granted::access_not_granted;
pub use compare::{Comparison, Relation, compare};
pub use difference::{Difference, Group, Side, difference};
pub use find::find;
pub use lint::{Defect, Fault, Lint, lint};
pub use no_new_access::no_new_access;
pub use property::Property;
pub use question::{Answer, Options};
pub use region::{Axis, Region};
