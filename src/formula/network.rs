//! IP networks and their unions, on the crate `ipnet`: the referee reads and compares addresses with code of its own.
//!
//! The two families never overlap. An IPv4-mapped IPv6 address is an IPv6 address.

use crate::request::AddressInterval;
use ipnet::{IpNet, IpSubnets, Ipv4Net, Ipv4Subnets, Ipv6Net, Ipv6Subnets};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network of one family: all addresses that share the first `length` bits. The bits of its address after those are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(IpNet);

impl Network {
    /// Reads `address/length` or a bare address, which stands for itself alone. Bits after the length are ignored.
    ///
    /// The reader of `ipnet` accepts octets with leading zeros (`010.0.0.1/8`), which are not addresses here.
    pub fn parse(text: &str) -> Option<Network> {
        let Some((address, length)) = text.split_once('/') else {
            return text.parse().ok().map(|address: IpAddr| Network(address.into()));
        };
        let is_number = length.len() <= 3 && length.bytes().all(|b| b.is_ascii_digit());
        let length = length.parse().ok().filter(|_| is_number)?;
        IpNet::new(address.parse().ok()?, length).ok().map(|network| Network(network.trunc()))
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
        let parts: IpSubnets = match (addresses.first(), addresses.last()) {
            (IpAddr::V4(first), IpAddr::V4(last)) => Ipv4Subnets::new(first, last, 0).into(),
            (IpAddr::V6(first), IpAddr::V6(last)) => Ipv6Subnets::new(first, last, 0).into(),
            _ => return Vec::new(),
        };
        parts.map(Network).collect()
    }

    /// Returns all addresses of a family.
    pub fn family(v6: bool) -> Network {
        Network(if v6 { Ipv6Net::default().into() } else { Ipv4Net::default().into() })
    }

    /// True for IPv6.
    pub fn is_v6(self) -> bool {
        matches!(self.0, IpNet::V6(_))
    }

    /// The number of bits that all its addresses share: up to [`Network::width`].
    pub fn length(self) -> u32 {
        self.0.prefix_len().into()
    }

    /// Returns the number of bits of an address of the family.
    pub fn width(self) -> u32 {
        self.0.max_prefix_len().into()
    }

    /// True if every address of `other` is in it. `IpNet::contains` computes the ends of both, which takes several times as long.
    pub fn covers(self, other: Network) -> bool {
        let shared = (self.first() ^ other.first()).leading_zeros();
        self.is_v6() == other.is_v6() && self.length() <= other.length() && self.length() <= shared
    }

    /// Returns the first address, as bits aligned to the top.
    pub fn first(self) -> u128 {
        bits(self.0.addr())
    }

    /// Returns the last address, as bits aligned to the top.
    pub fn last(self) -> u128 {
        bits(self.0.broadcast())
    }

    /// The address of a family with these bits, alone.
    pub fn single(v6: bool, bits: u128) -> Network {
        Network(address(v6, bits).into())
    }

    /// Returns the text of an address of the family.
    pub fn address(v6: bool, bits: u128) -> String {
        address(v6, bits).to_string()
    }

    /// Returns the distance between neighbouring addresses.
    pub fn unit(v6: bool) -> u128 {
        if v6 { 1 } else { 1 << 96 }
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The bits of an address, first bit on top.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)) << 96,
        IpAddr::V6(v6) => v6.into(),
    }
}

fn address(v6: bool, bits: u128) -> IpAddr {
    if v6 { Ipv6Addr::from(bits).into() } else { Ipv4Addr::from((bits >> 96) as u32).into() }
}

/// All addresses of some networks.
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
    /// The largest networks inside the union: disjoint, in order, and every network inside it is in one of them.
    largest: Vec<Network>,
}

impl NetworkUnion {
    /// Returns the addresses of these networks.
    pub fn of(networks: impl IntoIterator<Item = Network>) -> NetworkUnion {
        let all: Vec<IpNet> = networks.into_iter().map(|network| network.0).collect();
        NetworkUnion { largest: IpNet::aggregate(&all).into_iter().map(Network).collect() }
    }

    /// True if every address of the network is among them.
    pub fn covers(&self, network: Network) -> bool {
        let after = self.largest.partition_point(|part| part.0.addr() <= network.0.addr());
        let part = after.checked_sub(1).and_then(|place| self.largest.get(place));
        part.is_some_and(|part| part.covers(network))
    }
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
