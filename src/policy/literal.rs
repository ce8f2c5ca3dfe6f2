//! Validates literals: the values of numeric, date, Boolean, IP address and binary operators. An invalid literal gets a warning at
//! its place, and the result of its operator is left open.

use crate::code::Code;
use crate::policy::{AddressRange, Decimal, OperatorFamily, read_instant};

/// Returns the fault of a text that is not a literal of the family: a code, and the name of the expected literal.
pub(super) fn fault(family: OperatorFamily, text: &str) -> Option<(Code, &'static str)> {
    let (good, code, what) = match family {
        OperatorFamily::Numeric => (Decimal::read(text).is_some(), Code::InvalidNumber, "number"),
        OperatorFamily::Date => (read_instant(text).is_some(), Code::InvalidDate, "date"),
        OperatorFamily::Bool => (
            text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"),
            Code::InvalidBool,
            "Boolean",
        ),
        OperatorFamily::Ip => (AddressRange::read(text).is_some(), Code::InvalidIp, "IP address or range"),
        OperatorFamily::Binary => (decode_base64(text).is_some(), Code::InvalidBinary, "base64 text"),
        OperatorFamily::String | OperatorFamily::Arn | OperatorFamily::Null => return None,
    };
    (!good).then_some((code, what))
}

/// Decodes base64 text (RFC 4648, padded, without stray bits).
///
/// ```
/// use iamsat::policy::decode_base64;
/// assert_eq!(decode_base64("QUI=").unwrap(), b"AB");
/// assert!(decode_base64("QUJ=").is_none());
/// ```
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let body = text.trim_end_matches('=');
    if text.len() - body.len() > 2 {
        return None;
    }
    let mut bits: Vec<bool> = Vec::new();
    for c in body.chars() {
        let digit = DIGITS.find(c)?;
        bits.extend((0..6u32).rev().map(|i| digit.wrapping_shr(i) & 1 == 1));
    }
    let whole = bits.chunks_exact(8);
    if whole.remainder().len() > 6 || whole.remainder().iter().any(|bit| *bit) {
        return None;
    }
    Some(whole.map(|byte| byte.iter().fold(0u8, |n, bit| n.wrapping_shl(1) | u8::from(*bit))).collect())
}
