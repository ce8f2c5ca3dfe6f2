//! Numbers and instants: comparisons with constants define an interval, and negated ones may remove points from it.

use crate::formula::{Bound, Relation, Scalar};
use crate::index::broken;

/// The result for a conjunction of comparisons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A number.
    Number(Scalar),
    /// No number fits; these positives and negatives already exclude every number.
    Conflict(Vec<usize>, Vec<usize>),
}

/// Where a limit comes from.
#[derive(Clone, Copy, Debug)]
enum Source {
    Positive(usize),
    Negative(usize),
}

/// One end of the interval: the number, true if the end is excluded, and the comparison that sets it.
type End<'s> = Option<(&'s Scalar, bool, Source)>;

/// Returns a number that satisfies all of `positives` and none of `negatives`.
pub(super) fn find(positives: &[&Bound], negatives: &[&Bound]) -> Found {
    let (mut low, mut high): (End<'_>, End<'_>) = (None, None);
    let mut excluded: Vec<(&Scalar, usize)> = Vec::new();
    for (i, bound) in positives.iter().enumerate() {
        let source = Source::Positive(i);
        match bound.relation {
            Relation::Less => tighten_high(&mut high, &bound.value, true, source),
            Relation::LessOrEqual => tighten_high(&mut high, &bound.value, false, source),
            Relation::Greater => tighten_low(&mut low, &bound.value, true, source),
            Relation::GreaterOrEqual => tighten_low(&mut low, &bound.value, false, source),
            Relation::Equal => {
                tighten_low(&mut low, &bound.value, false, source);
                tighten_high(&mut high, &bound.value, false, source);
            }
        }
    }
    for (i, bound) in negatives.iter().enumerate() {
        let source = Source::Negative(i);
        match bound.relation {
            Relation::Less => tighten_low(&mut low, &bound.value, false, source),
            Relation::LessOrEqual => tighten_low(&mut low, &bound.value, true, source),
            Relation::Greater => tighten_high(&mut high, &bound.value, false, source),
            Relation::GreaterOrEqual => tighten_high(&mut high, &bound.value, true, source),
            Relation::Equal => excluded.push((&bound.value, i)),
        }
    }
    if let (Some((l, l_out, from)), Some((h, h_out, to))) = (&low, &high) {
        if l > h || (l == h && (*l_out || *h_out)) {
            return conflict(&[*from, *to]);
        }
        if l == h {
            return match excluded.iter().find(|(point, _)| point == l) {
                Some((_, i)) => conflict(&[*from, *to, Source::Negative(*i)]),
                None => Found::Number((*l).clone()),
            };
        }
    }
    let points: Vec<&Scalar> = excluded.iter().map(|(point, _)| *point).collect();
    // An end that is included is as good as any other number, and the one that people expect.
    for (at, outside, _) in [low, high].into_iter().flatten() {
        if !outside && !points.contains(&at) {
            return Found::Number(at.clone());
        }
    }
    let inside = Scalar::between(low.map(|(l, _, _)| l), high.map(|(h, _, _)| h), &points);
    match inside {
        Some(number) => Found::Number(number),
        None => broken("between different numbers there is another one"),
    }
}

fn tighten_low<'s>(low: &mut End<'s>, at: &'s Scalar, outside: bool, source: Source) {
    if low.as_ref().is_none_or(|(l, out, _)| at > *l || (at == *l && outside && !*out)) {
        *low = Some((at, outside, source));
    }
}

fn tighten_high<'s>(high: &mut End<'s>, at: &'s Scalar, outside: bool, source: Source) {
    if high.as_ref().is_none_or(|(h, out, _)| at < *h || (at == *h && outside && !*out)) {
        *high = Some((at, outside, source));
    }
}

fn conflict(sources: &[Source]) -> Found {
    let (mut positives, mut negatives) = (Vec::new(), Vec::new());
    for source in sources {
        match source {
            Source::Positive(i) => positives.push(*i),
            Source::Negative(i) => negatives.push(*i),
        }
    }
    for list in [&mut positives, &mut negatives] {
        list.sort_unstable();
        list.dedup();
    }
    Found::Conflict(positives, negatives)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::Axis;

    /// All conjunctions over a few constants, compared with the points and gaps between them.
    #[test]
    fn agrees_with_enumeration() {
        let constants = ["1", "2"];
        let samples = ["0", "1", "1.5", "2", "3"].map(|t| Scalar::parse_number(t).unwrap());
        let mut bounds = Vec::new();
        for constant in constants {
            for relation in [
                Relation::Less,
                Relation::LessOrEqual,
                Relation::Equal,
                Relation::GreaterOrEqual,
                Relation::Greater,
            ] {
                bounds.push(Bound {
                    axis: Axis::Number,
                    relation,
                    value: Scalar::parse_number(constant).unwrap(),
                });
            }
        }
        // Each bound is absent, positive or negative.
        for mut code in 0..3usize.pow(10) {
            let (mut positives, mut negatives) = (Vec::new(), Vec::new());
            for bound in &bounds {
                match code % 3 {
                    1 => positives.push(bound),
                    2 => negatives.push(bound),
                    _ => {}
                }
                code /= 3;
            }
            let fits = |s: &Scalar, ps: &[&Bound], ns: &[&Bound]| {
                ps.iter().all(|b| b.holds(s)) && !ns.iter().any(|b| b.holds(s))
            };
            let possible = samples.iter().any(|s| fits(s, &positives, &negatives));
            match find(&positives, &negatives) {
                Found::Number(s) => assert!(possible && fits(&s, &positives, &negatives)),
                Found::Conflict(ps, ns) => {
                    assert!(!possible);
                    let ps: Vec<&Bound> = ps.iter().map(|i| positives[*i]).collect();
                    let ns: Vec<&Bound> = ns.iter().map(|i| negatives[*i]).collect();
                    assert!(!samples.iter().any(|s| fits(s, &ps, &ns)));
                }
            }
        }
    }
}
