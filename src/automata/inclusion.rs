//! Comparing two patterns: what a look at their ends decides, else a search.

use super::emptiness::find;
use super::pattern::{Pattern, Set, Step};
use crate::automata::Class;
use crate::limits::{Exhausted, Meter};

/// Whether every word that matches `inner` matches `outer`.
///
/// # Errors
/// The meter ran out.
pub fn includes(outer: &Pattern, inner: &Pattern, meter: &mut Meter) -> Result<bool, Exhausted> {
    if !outer.may_include(inner) {
        return Ok(false);
    }
    if let Some(word) = inner.as_word() {
        return Ok(outer.matches(word));
    }
    // `may_include` has compared the prefixes.
    if (outer.is_prefix_of_any() && inner.is_over_text()) || inner.is_void() || outer == inner {
        return Ok(true);
    }
    Ok(find(&[inner], &[outer], meter)?.is_none())
}

/// Whether no word matches both.
///
/// # Errors
/// The meter ran out.
pub fn disjoint(a: &Pattern, b: &Pattern, meter: &mut Meter) -> Result<bool, Exhausted> {
    if !a.may_meet(b) {
        return Ok(true);
    }
    match (a.as_word(), b.as_word()) {
        (Some(word), _) => return Ok(!b.matches(word)),
        (_, Some(word)) => return Ok(!a.matches(word)),
        _ => {}
    }
    if has_open_runs(a) && has_open_runs(b) {
        let steps = (a.steps(), b.steps());
        return Ok(
            !(agree(steps.0.iter(), steps.1.iter()) && agree(steps.0.iter().rev(), steps.1.iter().rev()))
        );
    }
    Ok(find(&[a, b], &[], meter)?.is_none())
}

/// Whether it has a run, every run takes all texts, and it is about texts.
fn has_open_runs(pattern: &Pattern) -> bool {
    pattern.runs() > 0
        && pattern.is_over_text()
        && pattern.steps().iter().all(|s| !matches!(s, Step::Many(class) if *class != Class::ANY))
}

/// Whether the single symbols up to the first run agree.
///
/// With open runs that is all: let the heads (up to the first run) of both agree, and the tails (after the last).
/// Then a common word is: the longer head, what stands between the runs of the one, that of the other, the longer
/// tail; the first and the last run of each consume what is not theirs.
fn agree<'a>(a: impl Iterator<Item = &'a Step>, b: impl Iterator<Item = &'a Step>) -> bool {
    let sets = |step: &Step| if let Step::One(set) = step { Some(*set) } else { None };
    a.map_while(sets).zip(b.map_while(sets)).all(|(x, y): (Set, Set)| x.meets(y))
}
