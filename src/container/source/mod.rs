//! Sources of plans: the expressions of Terraform's configuration, evaluated with the values that a plan knows.
//!
//! A plan says which values flow into an attribute that is known after apply, and not how. The configuration says how. An
//! expression has a known value, a text with unknown parts, or none with the reason and its place. Whatever is computed of a
//! value that is not known yet in a way that is not modelled may be any text.

mod configured;
mod document;
mod evaluator;
mod forms;
mod functions;
mod json;
mod known;
mod module;
mod policy;
mod references;
mod slot;
mod sources;
mod traversal;
mod types;
mod value;
mod zip;

pub(in crate::container) use known::Known;
pub(in crate::container) use policy::Slot;
pub(in crate::container) use slot::{Given, Wanted, evaluated};
pub use sources::Sources;
