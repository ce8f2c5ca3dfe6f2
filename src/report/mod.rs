//! What people and programs get to see: one model of an outcome, one file per format.

mod failure;
pub mod json;
mod judgement;
mod message;
mod names;
mod replay;
mod simulation;
pub mod text;

pub use failure::{Failure, Fault};
pub use judgement::{Explained, Judgement, Measures, Outcome, Reason};
pub use message::{Question, unknown_message};
pub use replay::shell_quoted;
pub use simulation::{Expected, PartReport, Remark, Simulation, StatementReport};
