//! Comparisons with constants, and networks: decides if some value passes all of some tests and none of others.

use crate::formula::{Bound, Network, Relation};
use crate::verify::{Budget, Refusal};

/// Returns true if some number does. All numbers between two neighbouring constants, and beyond the outermost, compare alike; so
/// `n` constants give `2n + 1` kinds of numbers: the even ones are gaps, the odd ones the constants themselves.
pub(super) fn some_number(pass: &[&Bound], fail: &[&Bound], budget: &mut Budget) -> Result<bool, Refusal> {
    let mut constants: Vec<_> = pass.iter().chain(fail).map(|bound| &bound.value).collect();
    constants.sort();
    constants.dedup();
    let kinds = constants.len() * 2 + 1;
    let holds = |bound: &Bound, kind: usize| {
        let rank = constants.partition_point(|constant| **constant < bound.value);
        let constant = rank * 2 + 1;
        match bound.relation {
            Relation::Less => kind < constant,
            Relation::LessOrEqual => kind <= constant,
            Relation::Equal => kind == constant,
            Relation::GreaterOrEqual => kind >= constant,
            Relation::Greater => kind > constant,
        }
    };
    for kind in 0..kinds {
        budget.spend(pass.len() + fail.len())?;
        if pass.iter().all(|b| holds(b, kind)) && !fail.iter().any(|b| holds(b, kind)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The addresses of one family that start with some bits.
#[derive(Clone, Copy)]
struct Prefix {
    v6: bool,
    /// The bits, first bit on top; those after `length` are zero.
    bits: u128,
    length: u32,
}

impl From<Network> for Prefix {
    fn from(network: Network) -> Prefix {
        Prefix { v6: network.is_v6(), bits: network.first(), length: network.length() }
    }
}

/// Returns true if some address does. Prefixes are halved until every test gives the same result for all addresses of a prefix.
pub(super) fn some_address(pass: &[Network], fail: &[Network], budget: &mut Budget) -> Result<bool, Refusal> {
    let [pass, fail] = [pass, fail].map(|list| list.iter().map(|n| Prefix::from(*n)).collect::<Vec<_>>());
    let mut waiting = [false, true].map(|v6| Prefix { v6, bits: 0, length: 0 }).to_vec();
    while let Some(part) = waiting.pop() {
        budget.spend(pass.len() + fail.len() + 1)?;
        if pass.iter().any(|n| !meet(*n, part)) || fail.iter().any(|n| within(part, *n)) {
            continue;
        }
        if pass.iter().all(|n| within(part, *n)) && !fail.iter().any(|n| meet(*n, part)) {
            return Ok(true);
        }
        // A test splits the prefix, so it has more than one address.
        let length = part.length + 1;
        let half = 1u128 << (128 - length);
        waiting.extend([Prefix { length, ..part }, Prefix { length, bits: part.bits | half, ..part }]);
    }
    Ok(false)
}

/// True if every address of `inner` is in `outer`.
fn within(inner: Prefix, outer: Prefix) -> bool {
    // A prefix that is all of its family needs no comparison of bits.
    let is_equal = || outer.length == 0 || (inner.bits ^ outer.bits) >> (128 - outer.length) == 0;
    inner.v6 == outer.v6 && inner.length >= outer.length && is_equal()
}

/// True if the prefixes share an address; one then contains the other.
fn meet(a: Prefix, b: Prefix) -> bool {
    within(a, b) || within(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::{Axis, Scalar};

    fn bound(text: &str) -> Bound {
        let (relation, number) = text.split_once(' ').unwrap();
        let relation = match relation {
            "<" => Relation::Less,
            "<=" => Relation::LessOrEqual,
            "=" => Relation::Equal,
            ">=" => Relation::GreaterOrEqual,
            _ => Relation::Greater,
        };
        Bound { axis: Axis::Number, relation, value: Scalar::parse_number(number).unwrap() }
    }

    #[test]
    fn numbers_between_constants() {
        let cases: [(&[&str], &[&str], bool); 8] = [
            (&["> 1", "< 2"], &[], true),
            (&["> 1", "< 1"], &[], false),
            (&[">= 1", "<= 1"], &[], true),
            (&[">= 1", "<= 1.0"], &["= 01"], false),
            (&[">= 1"], &[">= 1"], false),
            (&[], &["< 5", ">= 5"], false),
            (&[], &["< 5", "> 5"], true),
            (&[], &[], true),
        ];
        for (pass, fail, expected) in cases {
            let read = |list: &[&str]| list.iter().map(|t| bound(t)).collect::<Vec<_>>();
            let (p, f) = (read(pass), read(fail));
            let found = some_number(
                &p.iter().collect::<Vec<_>>(),
                &f.iter().collect::<Vec<_>>(),
                &mut Budget::new(10_000, Default::default()),
            );
            assert_eq!(found.unwrap(), expected, "{pass:?} {fail:?}");
        }
    }

    #[test]
    fn addresses_left_by_networks() {
        let cases: [(&[&str], &[&str], bool); 8] = [
            (&["10.0.0.0/8"], &["10.0.0.0/9"], true),
            (&["10.0.0.0/8"], &["10.0.0.0/9", "10.128.0.0/9"], false),
            (&["10.0.0.0/8", "11.0.0.0/8"], &[], false),
            (&["10.1.2.3"], &["10.1.2.3/32"], false),
            (&[], &["0.0.0.0/0"], true),
            (&[], &["0.0.0.0/0", "::/0"], false),
            (&["::/0"], &["::1"], true),
            (&["::1", "10.0.0.0/8"], &[], false),
        ];
        for (pass, fail, expected) in cases {
            let read = |list: &[&str]| list.iter().map(|t| Network::parse(t).unwrap()).collect::<Vec<_>>();
            let found = some_address(&read(pass), &read(fail), &mut Budget::new(100_000, Default::default()));
            assert_eq!(found.unwrap(), expected, "{pass:?} {fail:?}");
        }
    }
}
