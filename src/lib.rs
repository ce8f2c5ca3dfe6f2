//! Answers questions about AWS IAM policies for every possible request, offline, with evidence.

pub mod automata;
pub mod batch;
pub mod check;
pub mod cli;
pub mod diagnostic;
pub mod evaluate;
pub mod explain;
pub mod formula;
pub mod limits;
pub mod policy;
pub mod report;
pub mod request;
pub mod sat;
pub mod solve;
pub mod span;
pub mod theory;
pub mod verify;
