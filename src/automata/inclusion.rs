//! Comparing two patterns.

use super::emptiness::find;
use super::pattern::Pattern;
use crate::limits::{Exhausted, Meter};

/// Whether every word that matches `inner` matches `outer`.
///
/// # Errors
/// The meter ran out.
pub fn includes(outer: &Pattern, inner: &Pattern, meter: &mut Meter) -> Result<bool, Exhausted> {
    Ok(outer.may_include(inner) && find(&[inner], &[outer], meter)?.is_none())
}

/// Whether no word matches both.
///
/// # Errors
/// The meter ran out.
pub fn disjoint(a: &Pattern, b: &Pattern, meter: &mut Meter) -> Result<bool, Exhausted> {
    Ok(!a.may_meet(b) || find(&[a, b], &[], meter)?.is_none())
}
