//! Addresses: private ones, which `aws:SourceIp` never has, and ranges with bits that count for nothing.

use super::scope::Scope;
use super::syntax::{Test, Value};
use crate::code::AwsCode;
use crate::policy::OperatorBase;
use ipnet::IpNet;
use std::net::IpAddr;

/// Ranges of addresses that are not public.
///
/// Source: RFC 1918, RFC 4193, RFC 1122 (loopback), RFC 3927 and RFC 4291 (link-local).
const PRIVATE: [&str; 8] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "fc00::/7",
    "::1/128",
    "fe80::/10",
];

/// Checks the values of `IpAddress` and `NotIpAddress`.
pub(super) fn check<'j>(scope: &mut Scope<'_, 'j>, test: &Test<'j>) {
    let is_negated = match test.operator.map(|operator| operator.base) {
        Some(OperatorBase::IpAddress) => false,
        Some(OperatorBase::NotIpAddress) => true,
        _ => return,
    };
    let ranges: Vec<(&Value<'j>, IpNet)> =
        test.values.iter().filter_map(|value| read(&value.text).map(|range| (value, range))).collect();
    for (value, range) in &ranges {
        if range.trunc() != *range {
            let better = range.trunc().to_string();
            scope.add(AwsCode::ImproveIpRange, &[("addr", &better)], [value.place.clone()]);
        }
    }
    if test.lower != "aws:sourceip" {
        return;
    }
    let is_private = |range: &IpNet| {
        PRIVATE.iter().filter_map(|text| text.parse::<IpNet>().ok()).any(|private| private.contains(range))
    };
    let private: Vec<_> =
        ranges.iter().filter(|(_, range)| is_private(range)).map(|(value, _)| value.place.clone()).collect();
    let code = match (private.len() == ranges.len(), is_negated) {
        _ if private.is_empty() => return,
        (true, false) => AwsCode::PrivateIpAddress,
        (true, true) => AwsCode::PrivateNotIpAddress,
        (false, false) => AwsCode::PrivateIpAddressSubset,
        (false, true) => AwsCode::PrivateNotIpAddressSubset,
    };
    scope.add(code, &[], private);
}

/// Reads an address or a range.
fn read(text: &str) -> Option<IpNet> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    IpNet::new(address, length.map_or(Some(most), |length| length.parse().ok())?).ok()
}
