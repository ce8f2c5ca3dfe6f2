//! IP addresses and ranges.

use std::net::IpAddr;

/// The bits of an address or of a range's prefix.
fn bits(address: IpAddr) -> Vec<bool> {
    let octets = match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    };
    octets.iter().flat_map(|o| (0..8u32).map(move |i| o & 0x80u8.wrapping_shr(i) != 0)).collect()
}

/// The bits that an address has to start with to be in the range, and whether it is IPv6; `None` if it is no range.
pub(super) fn range(text: &str) -> Option<(bool, Vec<bool>)> {
    let mut halves = text.splitn(2, '/');
    let address: IpAddr = halves.next()?.parse().ok()?;
    let mut prefix = bits(address);
    if let Some(length) = halves.next() {
        let good = !length.is_empty() && length.len() <= 3 && length.chars().all(|c| c.is_ascii_digit());
        let length: usize = if good { length.parse().ok()? } else { return None };
        if length > prefix.len() {
            return None;
        }
        // Bits after the length do not count.
        prefix.truncate(length);
    }
    Some((address.is_ipv6(), prefix))
}

/// Whether the text is an address of the range.
pub(super) fn within(text: &str, range: &(bool, Vec<bool>)) -> bool {
    match text.parse::<IpAddr>() {
        Ok(address) => address.is_ipv6() == range.0 && bits(address).starts_with(&range.1),
        Err(_) => false,
    }
}
