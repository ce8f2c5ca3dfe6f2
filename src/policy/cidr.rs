//! IP addresses and ranges.
//!
//! An IPv4 address is never in an IPv6 range, nor an IPv6 address in an IPv4 range. IPv4-mapped addresses (`::ffff:1.2.3.4`) are
//! IPv6.

use std::net::IpAddr;

/// A range in CIDR notation, or one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressRange {
    v6: bool,
    /// The bits with which every address of the range starts.
    prefix: Vec<bool>,
}

fn bits(address: IpAddr) -> Vec<bool> {
    let octets = match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    };
    octets.iter().flat_map(|o| (0..8u32).map(move |i| o & 0x80u8.wrapping_shr(i) != 0)).collect()
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
        let mut prefix = bits(address);
        if let Some(length) = halves.next() {
            let good = !length.is_empty() && length.len() <= 3 && length.chars().all(|c| c.is_ascii_digit());
            let length: usize = if good { length.parse().ok()? } else { return None };
            if length > prefix.len() {
                return None;
            }
            prefix.truncate(length);
        }
        Some(AddressRange { v6: address.is_ipv6(), prefix })
    }

    /// True if the text is an address of the range.
    pub fn contains(&self, text: &str) -> bool {
        match text.parse::<IpAddr>() {
            Ok(address) => address.is_ipv6() == self.v6 && bits(address).starts_with(&self.prefix),
            Err(_) => false,
        }
    }
}
