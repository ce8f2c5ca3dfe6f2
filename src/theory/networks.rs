//! IP networks are nested or disjoint, so one sweep finds an address, or the networks that cover every address.

use crate::formula::Network;

/// The result for a conjunction of networks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// An address, as family and bits.
    Address(bool, u128),
    /// No address fits; these positives and negatives already exclude every address.
    Conflict(Vec<usize>, Vec<usize>),
}

/// Addresses of the ranges set aside for documentation (RFC 5737, RFC 3849), which read well in a witness.
const EXAMPLES: [&str; 4] = ["203.0.113.10", "198.51.100.10", "192.0.2.10", "2001:db8::10"];

/// Returns an address in all of `positives` and none of `negatives`.
pub(super) fn find(positives: &[Network], negatives: &[Network]) -> Found {
    let inside = |n: Network| positives.iter().all(|p| p.covers(n)) && !negatives.iter().any(|q| q.covers(n));
    if let Some(example) = EXAMPLES.iter().filter_map(|text| Network::parse(text)).find(|n| inside(*n)) {
        return Found::Address(example.is_v6(), example.first());
    }
    let deepest = positives.iter().enumerate().max_by_key(|(_, p)| p.length());
    let Some((place, deepest)) = deepest else {
        // No network is required, so any address of either family that no negative covers will do.
        let v4 = sweep(Network::family(false), negatives);
        let v6 = sweep(Network::family(true), negatives);
        return match (v4, v6) {
            (Ok(bits), _) => Found::Address(false, bits),
            (_, Ok(bits)) => Found::Address(true, bits),
            (Err(mut a), Err(b)) => {
                a.extend(b);
                a.sort_unstable();
                Found::Conflict(Vec::new(), a)
            }
        };
    };
    if let Some(other) = positives.iter().position(|p| !p.covers(*deepest)) {
        return Found::Conflict(vec![other.min(place), other.max(place)], Vec::new());
    }
    match sweep(*deepest, negatives) {
        Ok(bits) => Found::Address(deepest.is_v6(), bits),
        Err(cover) => Found::Conflict(vec![place], cover),
    }
}

/// Returns the first address of `within` that no network covers, or the outermost networks that together cover all of it. These
/// are disjoint, so none of them can be omitted.
fn sweep(within: Network, networks: &[Network]) -> Result<u128, Vec<usize>> {
    if let Some(all) = networks.iter().position(|n| n.covers(within)) {
        return Err(vec![all]);
    }
    let mut inside: Vec<(usize, Network)> =
        networks.iter().copied().enumerate().filter(|(_, network)| within.covers(*network)).collect();
    inside.sort_by_key(|(_, network)| (network.first(), network.length()));
    let unit = Network::unit(within.is_v6());
    let mut next = within.first();
    let mut cover = Vec::new();
    for (place, network) in inside {
        if network.first() > next {
            return Ok(next);
        }
        if network.last() < next {
            // Nested in one that was taken.
            continue;
        }
        cover.push(place);
        if network.last() >= within.last() {
            return Err(cover);
        }
        // The network ends before `within` does, and `last` has no bits below the unit of its family.
        next = network.last() + unit;
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(text: &str) -> Network {
        Network::parse(text).unwrap()
    }

    #[test]
    fn halves_cover_a_whole() {
        assert_eq!(
            find(&[n("10.0.0.0/8")], &[n("10.0.0.0/9"), n("10.128.0.0/9"), n("10.1.0.0/16")]),
            Found::Conflict(vec![0], vec![0, 1])
        );
        assert_eq!(
            find(&[n("10.0.0.0/8")], &[n("10.0.0.0/9"), n("10.128.0.0/10")]),
            Found::Address(false, n("10.192.0.0/10").first())
        );
    }

    #[test]
    fn disjoint_networks_conflict() {
        assert_eq!(find(&[n("10.0.0.0/8"), n("::/0")], &[]), Found::Conflict(vec![0, 1], vec![]));
        assert_eq!(
            find(&[n("10.0.0.0/8"), n("10.2.0.0/16"), n("11.0.0.0/8")], &[]),
            Found::Conflict(vec![1, 2], vec![])
        );
    }

    #[test]
    fn both_families_can_be_covered() {
        assert_eq!(find(&[], &[n("::/0"), n("0.0.0.0/0")]), Found::Conflict(vec![], vec![0, 1]));
        let Found::Address(v6, _) = find(&[], &[n("0.0.0.0/0")]) else { panic!("an IPv6 address is left") };
        assert!(v6);
    }

    /// All conjunctions of a few networks in a small corner of the address space, compared with plain enumeration.
    #[test]
    fn agrees_with_enumeration() {
        let corner: Vec<Network> = (0..16).map(|i| n(&format!("192.168.0.{i}"))).collect();
        let mut all: Vec<Network> = Vec::new();
        for length in 28..=32 {
            all.extend(corner.iter().map(|a| {
                Network::parse(&format!("{}/{length}", Network::address(false, a.first()))).unwrap()
            }));
        }
        all.sort_unstable();
        all.dedup();
        let mut seed = 7u64;
        let mut pick = |bound: usize| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 33) as usize % bound
        };
        for _ in 0..20_000 {
            let positives: Vec<Network> = (0..1 + pick(2)).map(|_| all[pick(all.len())]).collect();
            let negatives: Vec<Network> = (0..pick(6)).map(|_| all[pick(all.len())]).collect();
            let possible = corner
                .iter()
                .any(|a| positives.iter().all(|p| p.covers(*a)) && !negatives.iter().any(|q| q.covers(*a)));
            match find(&positives, &negatives) {
                Found::Address(v6, bits) => {
                    let address = Network::single(v6, bits);
                    assert!(possible && positives.iter().all(|p| p.covers(address)));
                    assert!(!negatives.iter().any(|q| q.covers(address)));
                }
                Found::Conflict(ps, ns) => {
                    assert!(!possible, "{positives:?} {negatives:?}");
                    let ps: Vec<Network> = ps.iter().map(|i| positives[*i]).collect();
                    let ns: Vec<Network> = ns.iter().map(|i| negatives[*i]).collect();
                    assert!(
                        !corner
                            .iter()
                            .any(|a| { ps.iter().all(|p| p.covers(*a)) && !ns.iter().any(|q| q.covers(*a)) })
                    );
                }
            }
        }
    }
}
