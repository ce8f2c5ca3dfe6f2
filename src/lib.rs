//! Answers questions about AWS IAM policies for every possible request, offline, with evidence.

pub mod check;
pub mod diagnostic;
pub mod limits;
pub mod policy;
pub mod request;
pub mod solve;
pub mod span;
