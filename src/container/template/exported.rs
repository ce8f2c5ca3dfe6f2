//! A value that another template exports.

use super::super::shape::Shape;
use crate::code::Code;
use std::collections::BTreeSet;

/// A value that another template exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exported {
    pub(super) value: Value,
    /// The named assumptions on which the value depends.
    pub(super) assumptions: BTreeSet<Code>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    /// One of many texts: it has parts that are not known.
    Shaped(Shape),
}
