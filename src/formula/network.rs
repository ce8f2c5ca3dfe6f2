//! IP networks: a family and the leading bits.
//!
//! Addresses are the bits of the address, aligned to the top of a `u128`; the two families never overlap. An IPv4-mapped IPv6
//! address is an IPv6 address.

use crate::request::AddressInterval;
use std::net::IpAddr;

/// A network of one family: all addresses that share the first `length` bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    /// True for IPv6.
    pub v6: bool,
    /// The bits, first bit on top; those after `length` are zero.
    pub bits: u128,
    /// The number of leading bits that all addresses share: up to 32 or 128.
    pub length: u32,
}

impl Network {
    /// Reads `address/length` or a bare address, which stands for itself alone. Bits after the length are ignored.
    pub fn parse(text: &str) -> Option<Network> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let (v6, bits, width) = match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(v4) => (false, u128::from(u32::from(v4)) << 96, 32),
            IpAddr::V6(v6) => (true, u128::from(v6), 128),
        };
        let length = match length {
            Some(text) if !text.is_empty() && text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit()) => {
                text.parse::<u32>().ok().filter(|n| *n <= width)?
            }
            Some(_) => return None,
            None => width,
        };
        Some(Network { v6, bits: bits & mask(length), length })
    }

    /// Returns the fewest networks whose union is these addresses.
    ///
    /// ```
    /// use iamsat::{formula::Network, request::AddressInterval};
    /// let networks = |text| Network::of(&AddressInterval::parse(text).unwrap());
    /// assert_eq!(networks("10.0.0.0/8"), [Network::parse("10.0.0.0/8").unwrap()]);
    /// let parts = ["10.0.0.1", "10.0.0.2/31", "10.0.0.4"].map(|text| Network::parse(text).unwrap());
    /// assert_eq!(networks("10.0.0.1 - 10.0.0.4"), parts);
    /// ```
    pub fn of(addresses: &AddressInterval) -> Vec<Network> {
        let bits = |address: IpAddr| match address {
            IpAddr::V4(v4) => u128::from(u32::from(v4)) << 96,
            IpAddr::V6(v6) => u128::from(v6),
        };
        let (mut first, last) = (bits(addresses.first()), bits(addresses.last()));
        let v6 = addresses.first().is_ipv6();
        let mut networks = Vec::new();
        loop {
            let width = Network::family(v6).width();
            let starting = (0..=width).map(|length| Network { v6, bits: first & mask(length), length });
            // The largest network that starts here and does not reach beyond the last address; a single address always fits.
            let Some(next) = starting.into_iter().find(|n| n.bits == first && n.last() <= last) else {
                break;
            };
            networks.push(next);
            match next.last().checked_add(Network::unit(v6)) {
                Some(after) if next.last() < last => first = after,
                _ => break,
            }
        }
        networks
    }

    /// Returns all addresses of a family.
    pub fn family(v6: bool) -> Network {
        Network { v6, bits: 0, length: 0 }
    }

    /// Returns the number of bits of an address of the family.
    pub fn width(self) -> u32 {
        if self.v6 { 128 } else { 32 }
    }

    /// True if every address of `other` is in it.
    pub fn covers(self, other: Network) -> bool {
        self.v6 == other.v6 && self.length <= other.length && other.bits & mask(self.length) == self.bits
    }

    /// Returns the first address.
    pub fn first(self) -> u128 {
        self.bits
    }

    /// Returns the last address, as bits.
    pub fn last(self) -> u128 {
        self.bits | (!mask(self.length) & mask(self.width()))
    }

    /// Returns the text of an address of the family.
    pub fn address(v6: bool, bits: u128) -> String {
        if v6 {
            std::net::Ipv6Addr::from(bits).to_string()
        } else {
            std::net::Ipv4Addr::from((bits >> 96) as u32).to_string()
        }
    }

    /// Returns the distance between neighbouring addresses.
    pub fn unit(v6: bool) -> u128 {
        if v6 { 1 } else { 1 << 96 }
    }
}

/// All addresses of some networks, as disjoint ranges.
///
/// ```
/// use iamsat::formula::{Network, NetworkUnion};
/// let n = |text| Network::parse(text).unwrap();
/// let halves = NetworkUnion::of([n("10.128.0.0/9"), n("10.0.0.0/9")]);
/// assert!(halves.covers(n("10.0.0.0/8")));
/// assert!(!halves.covers(n("0.0.0.0/0")));
/// ```
#[derive(Clone, Debug, Default)]
pub struct NetworkUnion {
    /// Family, first and last address; in order, neither overlapping nor touching.
    ranges: Vec<(bool, u128, u128)>,
}

impl NetworkUnion {
    /// Returns the addresses of these networks.
    pub fn of(networks: impl IntoIterator<Item = Network>) -> NetworkUnion {
        let mut sorted: Vec<Network> = networks.into_iter().collect();
        sorted.sort_unstable_by_key(|n| (n.v6, n.first(), n.length));
        let mut ranges: Vec<(bool, u128, u128)> = Vec::new();
        for network in sorted {
            let unit = Network::unit(network.v6);
            match ranges.last_mut() {
                Some((v6, _, last))
                    if *v6 == network.v6
                        && last.checked_add(unit).is_none_or(|next| network.first() <= next) =>
                {
                    *last = network.last().max(*last);
                }
                _ => ranges.push((network.v6, network.first(), network.last())),
            }
        }
        NetworkUnion { ranges }
    }

    /// True if every address of the network is among them.
    pub fn covers(&self, network: Network) -> bool {
        let after =
            self.ranges.partition_point(|(v6, first, _)| (*v6, *first) <= (network.v6, network.first()));
        let range = after.checked_sub(1).and_then(|place| self.ranges.get(place));
        range.is_some_and(|(v6, _, last)| *v6 == network.v6 && network.last() <= *last)
    }
}

fn mask(length: u32) -> u128 {
    if length == 0 { 0 } else { u128::MAX << (128 - length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_in_all_textual_forms() {
        let same = [
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("1.2.3.4", "1.2.3.4/32"),
            ("2001:DB8:0:0::1", "2001:db8::1/128"),
            ("::ffff:1.2.3.4", "::ffff:102:304"),
        ];
        for (a, b) in same {
            assert_eq!(Network::parse(a).unwrap(), Network::parse(b).unwrap(), "{a} {b}");
        }
        for bad in ["", "10.0.0.0/33", "10.0.0/8", "::/129", "1.2.3.4/", "1.2.3.4/-1", "01.2.3.4", "a"] {
            assert!(Network::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn unions_cover_what_their_parts_cover_together() {
        let n = |t| Network::parse(t).unwrap();
        let union =
            NetworkUnion::of(["10.0.0.0/9", "10.128.0.0/10", "10.192.0.0/10", "11.0.0.0/9", "::/1"].map(n));
        for inside in ["10.0.0.0/8", "11.1.0.0/16", "10.255.255.255", "7fff::/16"] {
            assert!(union.covers(n(inside)), "{inside}");
        }
        for outside in ["10.0.0.0/7", "11.128.0.0/16", "9.255.255.255", "::/0", "8000::/16"] {
            assert!(!union.covers(n(outside)), "{outside}");
        }
        assert!(!NetworkUnion::of([]).covers(n("1.2.3.4")));
        assert!(NetworkUnion::of([n("0.0.0.0/0")]).covers(n("255.255.255.255")));
        assert!(NetworkUnion::of([n("::/1"), n("8000::/1")]).covers(n("::/0")));
    }

    #[test]
    fn covering_is_by_prefix_and_family() {
        let n = |t| Network::parse(t).unwrap();
        assert!(n("0.0.0.0/0").covers(n("255.0.0.0/8")));
        assert!(!n("0.0.0.0/0").covers(n("::1")));
        assert!(!n("10.0.0.0/8").covers(n("11.0.0.0/8")));
        assert!(n("::/0").covers(n("::ffff:1.2.3.4")));
        assert_eq!(Network::address(false, n("203.0.113.7").last()), "203.0.113.7");
        assert_eq!(Network::address(true, n("2001:db8::/32").first()), "2001:db8::");
    }
}
