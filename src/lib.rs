//! Answers questions about AWS IAM policies for every possible request, offline, with evidence.

pub mod automata;
pub mod diagnostic;
pub mod limits;
pub mod policy;
pub mod request;
pub mod span;
