//! Is there a word that matches all of some patterns and none of others?

use super::pattern::Pattern;
use super::symbol::Symbol;
use crate::limits::{Exhausted, Meter};

/// A short, readable word that matches every one of `positives` and none of `negatives`, or `None` if there is no
/// such word. Without positives: any text.
///
/// # Errors
/// The meter ran out.
pub fn find(
    _positives: &[&Pattern],
    _negatives: &[&Pattern],
    meter: &mut Meter,
) -> Result<Option<Vec<Symbol>>, Exhausted> {
    meter.charge(u64::MAX)?;
    Ok(None)
}
