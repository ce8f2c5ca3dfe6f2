//! Many queries in one stream: a line of JSON each, a line of JSON back, in order.
//!
//! One thread reads lines, a pool of threads answers a few lines at a time, and answers are written in the order of the lines.
//! Memory is bounded, however many lines there are: by the lines in progress (a few times the longest allowed line) and by the
//! cache of documents that were read before. A bad line gets its own error and the run goes on; so does a line on which this
//! program fails.

mod can;
mod change;
mod config;
mod given;
mod line;
mod lines;
mod members;
mod policies;
mod queue;
mod scan;
mod several;
mod snapshot;
mod stream;
mod validate;

pub use config::{Batch, RunError, Summary};
