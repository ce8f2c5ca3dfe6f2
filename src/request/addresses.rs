//! Source addresses of requests, as intervals, and their number.

use std::net::IpAddr;

/// All addresses from one to another of the same family, both included.
///
/// ```
/// use iamsat::request::AddressInterval;
/// let office = AddressInterval::parse("203.0.113.0/24").unwrap();
/// assert_eq!(office, AddressInterval::parse("203.0.113.0 - 203.0.113.255").unwrap());
/// assert_eq!((office.size(), office.to_string().as_str()), (256, "203.0.113.0/24"));
/// assert!(office.contains("203.0.113.9".parse().unwrap()));
/// assert!(AddressInterval::parse("203.0.113.9 - ::1").is_none());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressInterval {
    first: IpAddr,
    last: IpAddr,
}

/// The networks of RFC 1918, from which no request reaches AWS over the internet.
const PRIVATE: [&str; 3] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/// More addresses than this count as everyone: a network with a prefix of 8 bits (IPv4) or 32 bits (IPv6).
///
/// Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage" ("the meaning of public").
const MOST: (u128, u128) = (1 << 24, 1 << 96);

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(u32::from(v4)),
        IpAddr::V6(v6) => u128::from(v6),
    }
}

fn address(v6: bool, number: u128) -> Option<IpAddr> {
    match v6 {
        true => Some(IpAddr::from(number.to_be_bytes())),
        false => u32::try_from(number).ok().map(|n| IpAddr::from(n.to_be_bytes())),
    }
}

impl AddressInterval {
    /// Returns the interval from `first` to `last`; `None` if their families differ or they are in the wrong order.
    pub fn new(first: IpAddr, last: IpAddr) -> Option<AddressInterval> {
        (first.is_ipv6() == last.is_ipv6() && first <= last).then_some(AddressInterval { first, last })
    }

    /// Returns the interval from one number to another, as addresses of a family.
    pub fn of_numbers(v6: bool, first: u128, last: u128) -> Option<AddressInterval> {
        AddressInterval::new(address(v6, first)?, address(v6, last)?)
    }

    /// Reads `address`, `address/length` or `address - address`.
    pub fn parse(text: &str) -> Option<AddressInterval> {
        match text.split_once(" - ") {
            Some((first, last)) => AddressInterval::new(first.parse().ok()?, last.parse().ok()?),
            None => AddressInterval::network(text),
        }
    }

    /// Reads `address` or `address/length`; bits after the length are ignored.
    pub fn network(text: &str) -> Option<AddressInterval> {
        let (start, length) =
            text.split_once('/').map_or((text, None), |(start, length)| (start, Some(length)));
        let start: IpAddr = start.parse().ok()?;
        let width: u32 = if start.is_ipv6() { 128 } else { 32 };
        let length = match length {
            None => width,
            Some(digits) if digits.len() > 3 || !digits.bytes().all(|b| b.is_ascii_digit()) => return None,
            Some(digits) => digits.parse::<u32>().ok().filter(|length| *length <= width)?,
        };
        // A single IPv6 address has no free bits.
        let free = u128::MAX.checked_shr(128 - width + length).unwrap_or_default();
        let first = number(start) & !free;
        AddressInterval::of_numbers(start.is_ipv6(), first, first | free)
    }

    /// Returns the first address.
    pub fn first(&self) -> IpAddr {
        self.first
    }

    /// Returns the last address.
    pub fn last(&self) -> IpAddr {
        self.last
    }

    /// Returns the number of addresses; for all of IPv6, one less.
    pub fn size(&self) -> u128 {
        let distance = number(self.last) - number(self.first);
        distance + u128::from(distance < u128::MAX)
    }

    /// True if the address is in the interval.
    pub fn contains(&self, address: IpAddr) -> bool {
        address.is_ipv6() == self.first.is_ipv6() && self.first <= address && address <= self.last
    }

    /// True if some address is in both intervals.
    pub fn meets(&self, other: &AddressInterval) -> bool {
        self.contains(other.first) || other.contains(self.first)
    }

    /// Returns the private networks, from which no request reaches AWS over the internet (RFC 1918).
    pub fn private() -> impl Iterator<Item = AddressInterval> {
        PRIVATE.iter().filter_map(|text| AddressInterval::parse(text))
    }
}

impl std::fmt::Display for AddressInterval {
    /// Writes the interval as a network if it is one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let width: u32 = if self.first.is_ipv6() { 128 } else { 32 };
        let network = (0..width).map(|length| (length, format!("{}/{length}", self.first)));
        match network.into_iter().find(|(_, text)| AddressInterval::parse(text) == Some(*self)) {
            _ if self.first == self.last => write!(f, "{}", self.first),
            Some((_, text)) => f.write_str(&text),
            None => write!(f, "{} - {}", self.first, self.last),
        }
    }
}

/// A set of addresses: sorted intervals that neither overlap nor touch.
///
/// ```
/// use iamsat::request::{AddressInterval, AddressSet};
/// let set = |texts: &[&str]| AddressSet::of(texts.iter().filter_map(|text| AddressInterval::parse(text)));
/// let offices = set(&["203.0.113.0/25", "203.0.113.64/26", "203.0.113.128/25", "198.51.100.7"]);
/// assert_eq!(offices.intervals().len(), 2);
/// assert_eq!((offices.sizes(), offices.is_everyone()), ((257, 0), false));
/// assert!(set(&["8.0.0.0/7"]).is_everyone() && !set(&["8.0.0.0/8", "2001:db8::/32"]).is_everyone());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressSet(Vec<AddressInterval>);

impl AddressSet {
    /// Returns the addresses of these intervals.
    pub fn of(intervals: impl IntoIterator<Item = AddressInterval>) -> AddressSet {
        let mut sorted: Vec<AddressInterval> = intervals.into_iter().collect();
        sorted.sort_unstable();
        let mut set: Vec<AddressInterval> = Vec::new();
        for next in sorted {
            match set.last_mut() {
                Some(last)
                    if last.first.is_ipv6() == next.first.is_ipv6()
                        && number(next.first)
                            .checked_sub(1)
                            .is_none_or(|before| before <= number(last.last)) =>
                {
                    last.last = last.last.max(next.last);
                }
                _ => set.push(next),
            }
        }
        AddressSet(set)
    }

    /// Returns the intervals.
    pub fn intervals(&self) -> &[AddressInterval] {
        &self.0
    }

    /// Returns the numbers of IPv4 and of IPv6 addresses.
    pub fn sizes(&self) -> (u128, u128) {
        let of = |v6: bool| {
            let family = self.0.iter().filter(|interval| interval.first.is_ipv6() == v6);
            family.map(AddressInterval::size).sum()
        };
        (of(false), of(true))
    }

    /// True if there are so many addresses that access from them counts as access for everyone.
    pub fn is_everyone(&self) -> bool {
        let (v4, v6) = self.sizes();
        v4 > MOST.0 || v6 > MOST.1
    }
}
