//! Compares two patterns: by their ends if that decides, else by a search.

use crate::automata::class::Class;
use crate::automata::emptiness::find;
use crate::automata::pattern::Pattern;
use crate::automata::step::{Set, Step};
use crate::automata::symbol::Symbol;
use crate::limits::{Exhausted, Meter};

/// Steps of two patterns that are compared for one unit of work.
const STEPS: usize = 16;

/// True if every word that matches `inner` matches `outer`.
///
/// # Errors
/// The meter ran out.
///
/// ```
/// use iamsat::{automata::{Class, Pattern, includes}, limits::{Meter, SearchLimits}};
/// let mut meter = Meter::new(&SearchLimits::default());
/// let get = Pattern::builder().text("get").many(Class::ANY).finish();
/// assert_eq!(includes(&get, &Pattern::word("getobject"), &mut meter), Ok(true));
/// assert_eq!(includes(&get, &Pattern::any(), &mut meter), Ok(false));
/// ```
pub fn includes(outer: &Pattern, inner: &Pattern, meter: &mut Meter) -> Result<bool, Exhausted> {
    if !outer.may_include(inner) {
        return Ok(false);
    }
    meter.work((outer.steps().len() + inner.steps().len()) / STEPS)?;
    if let Some(word) = inner.as_word() {
        return Ok(outer.matches(word));
    }
    // `may_include` has compared the prefixes already.
    if (outer.is_prefix_of_any() && inner.is_over_text()) || inner.is_void() || covers_stepwise(outer, inner)
    {
        return Ok(true);
    }
    Ok(find(&[inner], &[outer], meter)?.is_none())
}

/// A sufficient condition for every word of `inner` to match `outer`: the steps of `inner`, taken as letters, match `outer`,
/// where a gap is a letter that only a gap containing it consumes. Then `outer` consumes every word of `inner` step by step at
/// the same places. The match backtracks to the last gap only, so it may miss a run.
fn covers_stepwise(outer: &Pattern, inner: &Pattern) -> bool {
    let mut steps = outer.steps();
    let mut rest = inner.steps();
    let mut back: Option<(Class, &[Step], &[Step])> = None;
    loop {
        match (steps, rest) {
            ([Step::Many(class), more @ ..], _) => {
                back = Some((*class, more, rest));
                steps = more;
                continue;
            }
            ([Step::One(set), more @ ..], [Step::One(inner), tail @ ..]) if set.covers(*inner) => {
                steps = more;
                rest = tail;
                continue;
            }
            ([], []) => return true,
            _ => {}
        }
        match back {
            Some((class, more, [step, tail @ ..])) if class.covers(step.hull()) => {
                back = Some((class, more, tail));
                steps = more;
                rest = tail;
            }
            _ => return false,
        }
    }
}

/// True if no word matches both patterns.
///
/// # Errors
/// The meter ran out.
///
/// ```
/// use iamsat::{automata::{Class, Pattern, disjoint}, limits::{Meter, SearchLimits}};
/// let mut meter = Meter::new(&SearchLimits::default());
/// let [get, put] = ["get", "put"].map(|start| Pattern::builder().text(start).many(Class::ANY).finish());
/// assert_eq!(disjoint(&get, &put, &mut meter), Ok(true));
/// let object = Pattern::builder().many(Class::ANY).text("object").finish();
/// assert_eq!(disjoint(&get, &object, &mut meter), Ok(false));
/// ```
pub fn disjoint(a: &Pattern, b: &Pattern, meter: &mut Meter) -> Result<bool, Exhausted> {
    if !a.may_meet(b) {
        return Ok(true);
    }
    match (a.as_word(), b.as_word()) {
        (Some(word), _) => return Ok(!b.matches(word)),
        (_, Some(word)) => return Ok(!a.matches(word)),
        _ => {}
    }
    meter.work((a.steps().len() + b.steps().len()) / STEPS)?;
    if has_open_gaps(a) && has_open_gaps(b) {
        let steps = (a.steps(), b.steps());
        return Ok(
            !(agree(steps.0.iter(), steps.1.iter()) && agree(steps.0.iter().rev(), steps.1.iter().rev()))
        );
    }
    if let Some(meet) = meet_by_fields(a.steps(), b.steps()) {
        return Ok(!meet);
    }
    Ok(find(&[a, b], &[], meter)?.is_none())
}

/// True if some word matches both patterns, decided field by field: the steps before the first `:` of each, none of which match
/// `:`, describe the same part of every word. `None` if a field needs a search.
fn meet_by_fields(mut a: &[Step], mut b: &[Step]) -> Option<bool> {
    let mut open = false;
    while let (Some((field_a, rest_a)), Some((field_b, rest_b))) = (field(a), field(b)) {
        match meet(field_a, field_b, Class::NOT_COLON) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => open = true,
        }
        (a, b) = (rest_a, rest_b);
    }
    match meet(a, b, Class::ANY) {
        Some(true) if open => None,
        decided => decided,
    }
}

/// Returns the steps before the first `:` and the steps after it; `None` if a step before it may match `:`.
fn field(steps: &[Step]) -> Option<(&[Step], &[Step])> {
    let colon = Symbol::from_char(':');
    let place = steps.iter().position(|step| match step {
        Step::One(set) => set.contains(colon),
        Step::Many(class) => class.contains(colon),
    })?;
    match (steps.get(..place)?, steps.get(place..)?) {
        (before, [Step::One(Set::Char(symbol)), after @ ..]) if *symbol == colon => Some((before, after)),
        _ => None,
    }
}

/// True if some word over the class matches both; `None` if only a search can tell.
fn meet(a: &[Step], b: &[Step], class: Class) -> Option<bool> {
    let has_gaps = |steps: &[Step]| steps.iter().any(|s| matches!(s, Step::Many(_)));
    let takes_all = |step: &Step| matches!(step, Step::Many(gap) if *gap == class);
    let within = |steps: &[Step]| {
        steps.iter().all(|s| takes_all(s) || (matches!(s, Step::One(_)) && class.covers(s.hull())))
    };
    if !within(a) || !within(b) {
        return None;
    }
    match (has_gaps(a), has_gaps(b)) {
        (false, false) => Some(a.len() == b.len() && agree(a.iter(), b.iter())),
        (true, true) => Some(agree(a.iter(), b.iter()) && agree(a.iter().rev(), b.iter().rev())),
        _ => [a, b].iter().any(|steps| matches!(steps, [step] if takes_all(step))).then_some(true),
    }
}

/// True if the pattern is over texts, has a gap, and every gap matches all texts.
fn has_open_gaps(pattern: &Pattern) -> bool {
    pattern.gaps() > 0
        && pattern.is_over_text()
        && pattern.steps().iter().all(|s| !matches!(s, Step::Many(class) if *class != Class::ANY))
}

/// True if the single symbols up to the first gap agree.
///
/// With open gaps this is sufficient. Let the heads (up to the first gap) of both patterns agree, and the tails (after the last
/// gap). Then a common word is: the longer head, the steps between the gaps of one pattern, those of the other, the longer tail.
/// The first and the last gap of each pattern consume whatever belongs to the other.
fn agree<'a>(a: impl Iterator<Item = &'a Step>, b: impl Iterator<Item = &'a Step>) -> bool {
    let sets = |step: &Step| if let Step::One(set) = step { Some(*set) } else { None };
    a.map_while(sets).zip(b.map_while(sets)).all(|(x, y): (Set, Set)| x.meets(y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_cover_steps() {
        let check = |outer: &Pattern, inner: &Pattern, expected| {
            assert_eq!(covers_stepwise(outer, inner), expected, "{outer:?} {inner:?}");
        };
        let (any, field) = (Class::ANY, Class::NOT_COLON);
        check(&Pattern::glob(any, "*a*"), &Pattern::glob(any, "*ba*a"), true);
        check(&Pattern::glob(any, "*a*"), &Pattern::glob(any, "*b*"), false);
        check(&Pattern::glob(any, "a*"), &Pattern::glob(field, "a*b"), true);
        check(&Pattern::glob(field, "a*"), &Pattern::glob(any, "a*b"), false);
        check(&Pattern::glob(field, "*:*"), &Pattern::glob(field, "a*:b"), true);
        check(&Pattern::glob(field, "*"), &Pattern::glob(field, "*:*"), false);
        check(&Pattern::glob(any, "a?"), &Pattern::glob(any, "a*"), false);
        check(&Pattern::glob(any, "a?"), &Pattern::builder().text_any_case("1a").finish(), false);
        check(&Pattern::glob(any, "??"), &Pattern::builder().text_any_case("ab").finish(), true);
        check(&Pattern::builder().text_any_case("ab").finish(), &Pattern::word("aB"), true);
        check(&Pattern::word("ab"), &Pattern::builder().text_any_case("ab").finish(), false);
    }

    #[test]
    fn open_gaps_meet_if_their_ends_do() {
        let mut meter = Meter::new(&crate::limits::SearchLimits::default());
        let mut check = |a: &str, b: &str, expected| {
            let (a, b) = (Pattern::glob(Class::ANY, a), Pattern::glob(Class::ANY, b));
            assert_eq!(disjoint(&a, &b, &mut meter), Ok(expected), "{a:?} {b:?}");
        };
        check("a*b", "aa*bb", false);
        check("a*b", "?b*", false);
        check("a?c*", "abd*", true);
        check("*c?a", "*bca", true);
        check("x*1*y", "x*2*y", false);
        check("ab*ba", "aba", true);
        check("ab*ba", "abba", false);
        assert_eq!(meter.spent(), 0);
    }

    #[test]
    fn patterns_of_fields_meet_if_all_their_fields_do() {
        let mut meter = Meter::new(&crate::limits::SearchLimits::default());
        // Two fields and a rest.
        let fields = |text: &str| {
            let mut steps = Vec::new();
            for (place, field) in text.splitn(3, ':').enumerate() {
                let class = if place < 2 { Class::NOT_COLON } else { Class::ANY };
                if place > 0 {
                    steps.push(Step::One(Set::Char(Symbol::from_char(':'))));
                }
                steps.extend(Pattern::glob(class, field).steps());
            }
            let mut builder = Pattern::builder();
            steps.into_iter().for_each(|step| builder.push(step));
            builder.finish()
        };
        let mut check = |a: &str, b: &str, expected| {
            assert_eq!(disjoint(&fields(a), &fields(b), &mut meter), Ok(expected), "{a} {b}");
        };
        check("*:?x:*", "*:?y:*", true);
        check("*:?x:*", "*:?xx:*", true);
        check("*:?x:*", "*:a?:*", false);
        check("a*:?x:*", "b*:?x:*", true);
        check("*a:?x:*", "*b:?x:*", true);
        check("*:x*:*", "*:xy:*", false);
        check("*:*:*", "*:xy:z", false);
        check("*:?:a*", "*:?:b*", true);
    }
}
