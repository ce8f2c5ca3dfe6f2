//! Whether a text is a literal of the kind an operator reads; only ever the ground of a warning.

use super::OperatorFamily;

/// What is wrong with the text as a literal of the family: a code, and what it is not.
pub(super) fn fault(family: OperatorFamily, text: &str) -> Option<(&'static str, &'static str)> {
    let (good, code, what) = match family {
        OperatorFamily::Numeric => (number(text), "invalid-number", "number"),
        OperatorFamily::Date => (date(text), "invalid-date", "date"),
        OperatorFamily::Bool => (
            text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"),
            "invalid-bool",
            "Boolean",
        ),
        OperatorFamily::Ip => (address(text), "invalid-ip", "IP address or range"),
        OperatorFamily::Binary => (base64(text), "invalid-binary", "base64 text"),
        OperatorFamily::String | OperatorFamily::Arn | OperatorFamily::Null => return None,
    };
    (!good).then_some((code, what))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn number(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    match text.split_once('.') {
        Some((a, b)) => digits(a) && digits(b),
        None => digits(text),
    }
}

/// By shape alone: `YYYY-MM[-DD[Thh:mm...]]` or more than four digits of seconds.
fn date(text: &str) -> bool {
    if number(text) {
        return text.len() > 4;
    }
    let date = text.split(['T', 't']).next().unwrap_or("");
    let mut fields = date.split('-');
    let year = fields.next().is_some_and(|y| y.len() == 4 && digits(y));
    year && fields.all(|f| f.len() == 2 && digits(f))
}

fn address(text: &str) -> bool {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<std::net::IpAddr>() else { return false };
    let most = if address.is_ipv4() { 32 } else { 128 };
    length.is_none_or(|l| digits(l) && l.parse::<u32>().is_ok_and(|n| n <= most))
}

fn base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len().saturating_sub(body.len()) <= 2
        && body.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'))
}
