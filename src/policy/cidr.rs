//! IP addresses and ranges.
//!
//! An IPv4 address is never in an IPv6 range, nor an IPv6 address in an IPv4 range. IPv4-mapped addresses (`::ffff:1.2.3.4`) are
//! IPv6.

use std::net::IpAddr;

/// A range in CIDR notation, or one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressRange {
    v6: bool,
    /// The number of bits after those with which every address of the range starts.
    rest: u32,
    /// The bits with which every address of the range starts, as a number.
    prefix: u128,
}

/// The bits of an address as a number, and how many there are.
fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(v4) => (v4.to_bits().into(), u32::BITS),
        IpAddr::V6(v6) => (v6.to_bits(), u128::BITS),
    }
}

/// The bits without the last ones.
fn start(bits: u128, rest: u32) -> u128 {
    bits.checked_shr(rest).unwrap_or(0)
}

impl AddressRange {
    /// Reads `address` or `address/length`; bits after the length are ignored. `None` if the text is neither.
    ///
    /// ```
    /// use iamsat::policy::AddressRange;
    /// let range = AddressRange::read("10.1.2.3/8").unwrap();
    /// assert!(range.contains("10.200.0.1") && !range.contains("::ffff:10.1.2.3"));
    /// ```
    pub fn read(text: &str) -> Option<AddressRange> {
        let mut halves = text.splitn(2, '/');
        let address: IpAddr = halves.next()?.parse().ok()?;
        let (all, count) = bits(address);
        let mut rest = 0;
        if let Some(length) = halves.next() {
            let good = !length.is_empty() && length.len() <= 3 && length.chars().all(|c| c.is_ascii_digit());
            let length: u32 = if good { length.parse().ok()? } else { return None };
            rest = count.checked_sub(length)?;
        }
        Some(AddressRange { v6: address.is_ipv6(), rest, prefix: start(all, rest) })
    }

    /// True if the text is an address of the range.
    pub fn contains(&self, text: &str) -> bool {
        match text.parse::<IpAddr>() {
            Ok(address) => address.is_ipv6() == self.v6 && start(bits(address).0, self.rest) == self.prefix,
            Err(_) => false,
        }
    }
}
