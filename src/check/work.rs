//! The work of reading a query, in units of [`crate::limits::SearchLimits::work`].

use crate::encode::{Encoding, world_work};
use crate::query::Query;

/// The work of compiling a value of a policy.
const VALUE: u64 = 10;

/// The work of making a pattern on the requester's word for a value of a key.
const DERIVED: u64 = 40;

/// The work of making a variable.
const VARIABLE: u64 = 20;

/// The work of making a node of a formula, and of knowing it in a search.
const NODE: u64 = 4;

/// The work that went into an encoding.
pub(super) fn compiling(encoding: &Encoding<'_>) -> u64 {
    let formula = &encoding.formula;
    let counts = [
        (encoding.size, VALUE),
        (formula.graph.len(), NODE),
        (formula.variable_count(), VARIABLE),
        (formula.derived_count(), DERIVED),
    ];
    counts.into_iter().map(|(count, work)| count as u64 * work).sum()
}

/// Returns the number of statements of the documents and of the values that they list, and the work of reading a catalogue.
pub(super) fn values(query: &Query<'_>) -> u64 {
    let statements = query.documents().iter().flat_map(|document| &document.statements);
    statements.map(|statement| statement.value_count() as u64 + 1).sum::<u64>() + world_work(query)
}
