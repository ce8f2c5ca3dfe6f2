//! The SAT solver behind a small interface, and the translation of formulas to clauses.

mod cnf;
mod solver;

pub use cnf::Encoder;
pub use solver::Solver;
