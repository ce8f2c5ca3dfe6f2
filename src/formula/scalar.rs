//! Exact decimals: the numbers of Numeric operators, and instants as seconds since 1970 for Date operators.
//!
//! Comparison works on digits, so that no length of number loses anything.

use std::cmp::Ordering;

/// An exact decimal number.
///
/// ```
/// use iamsat::formula::Scalar;
/// let read = |text| Scalar::parse_number(text).unwrap();
/// assert_eq!(read("+01.50"), read("1.5"));
/// assert!(read("0.1000000000000000000000000000001") > read("0.1"));
/// assert_eq!(Scalar::parse_number("1e3"), None);
/// assert_eq!(Scalar::parse_date("1970-01-02"), Scalar::parse_date("86400"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scalar {
    /// Whether it is below zero; never set for zero.
    negative: bool,
    /// Digits before the point, without leading zeros.
    integer: Box<str>,
    /// Digits after the point, without trailing zeros.
    fraction: Box<str>,
}

impl Scalar {
    fn new(negative: bool, integer: &str, fraction: &str) -> Scalar {
        let integer = integer.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        let zero = integer.is_empty() && fraction.is_empty();
        Scalar { negative: negative && !zero, integer: integer.into(), fraction: fraction.into() }
    }

    /// The whole number.
    pub fn from_integer(value: i128) -> Scalar {
        Scalar::new(value < 0, &value.unsigned_abs().to_string(), "")
    }

    /// Reads an integer or decimal: an optional sign, digits, optionally a point and digits.
    pub fn parse_number(text: &str) -> Option<Scalar> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (integer, fraction) = rest.split_once('.').unwrap_or((rest, ""));
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        let some = !integer.is_empty() && (!rest.contains('.') || !fraction.is_empty());
        (some && digits(integer) && digits(fraction)).then(|| Scalar::new(negative, integer, fraction))
    }

    /// Reads a date of the W3C profile of ISO 8601, or seconds since 1970. A bare number of up to four digits could be
    /// either and is not read.
    ///
    /// Source: W3C NOTE-datetime; IAM User Guide, "Supported data types".
    pub fn parse_date(text: &str) -> Option<Scalar> {
        let bare = text.strip_prefix('-').unwrap_or(text);
        if bare.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return (bare.len() > 4).then(|| Scalar::parse_number(text)).flatten();
        }
        let (date, time) = match text.split_once(['T', 't']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let mut parts = date.split('-');
        let year = fixed(parts.next()?, 4)?;
        let month = parts.next().map_or(Some(1), |t| fixed(t, 2))?;
        let day = parts.next().map_or(Some(1), |t| fixed(t, 2))?;
        if parts.next().is_some() || !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
            return None;
        }
        let days = days_from_civil(year, month, day);
        let (seconds, fraction) = match time {
            None => (0, ""),
            Some(_) if date.len() < 10 => return None,
            Some(time) => clock(time)?,
        };
        let seconds = days.checked_mul(86_400)?.checked_add(seconds)?;
        Some(if seconds >= 0 || fraction.trim_end_matches('0').is_empty() {
            Scalar::new(seconds < 0, &seconds.unsigned_abs().to_string(), fraction)
        } else {
            // -5 and .25 are -4.75: digits of one minus the fraction.
            let whole = seconds.checked_add(1)?.unsigned_abs().to_string();
            Scalar::new(true, &whole, &complement(fraction))
        })
    }

    /// The number as text: `-1.5`.
    pub fn to_text(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let integer = if self.integer.is_empty() { "0" } else { &self.integer };
        if self.fraction.is_empty() {
            format!("{sign}{integer}")
        } else {
            format!("{sign}{integer}.{}", self.fraction)
        }
    }

    /// The instant as ISO 8601 text for the years 1 to 9999, as seconds beyond.
    pub fn to_date(&self) -> String {
        let floor = match self.integer.parse::<i64>() {
            Ok(n) if self.negative && !self.fraction.is_empty() => {
                n.checked_neg().and_then(|n| n.checked_sub(1))
            }
            Ok(n) if self.negative => n.checked_neg(),
            Ok(n) => Some(n),
            Err(_) => self.integer.is_empty().then_some(if self.negative { -1 } else { 0 }),
        };
        let fraction = if self.negative && !self.fraction.is_empty() {
            complement(&self.fraction)
        } else {
            self.fraction.to_string()
        };
        match floor.filter(|s| (-62_135_596_800..253_402_300_800).contains(s)) {
            Some(seconds) => {
                let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
                let (year, month, day) = civil_from_days(days);
                let (hour, minute, second) =
                    (rest.div_euclid(3600), rest.rem_euclid(3600).div_euclid(60), rest.rem_euclid(60));
                let dot = if fraction.is_empty() { "" } else { "." };
                format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{dot}{fraction}Z")
            }
            None => self.to_text(),
        }
    }

    /// A number strictly between two others that is none of `excluded`; without a bound there is no limit on that
    /// side. `None` if the bounds leave no room.
    pub fn between(low: Option<&Scalar>, high: Option<&Scalar>, excluded: &[&Scalar]) -> Option<Scalar> {
        if let (Some(low), Some(high)) = (low, high)
            && low >= high
        {
            return None;
        }
        let fits =
            |s: &Scalar| low.is_none_or(|l| l < s) && high.is_none_or(|h| s < h) && !excluded.contains(&s);
        // Whole numbers first: next to a bound, beyond every excluded number, or zero.
        let mut candidates = vec![Scalar::default(), Scalar::from_integer(1)];
        let bounds = low.into_iter().chain(high).chain(excluded.iter().copied());
        for bound in bounds {
            candidates.push(bound.step(false));
            candidates.push(bound.step(true));
        }
        if let Some(found) = candidates.into_iter().find(|s| fits(s)) {
            return Some(found);
        }
        // Otherwise digits are put after the end of the bound nearer to zero until there is room.
        let mirror = |s: &Scalar| Scalar { negative: false, ..s.clone() };
        let (base, negative) = match (low, high) {
            (Some(low), _) if !low.negative => (low.clone(), false),
            (_, Some(high)) if high.negative || high.is_zero() => (mirror(high), true),
            _ => (Scalar::default(), false),
        };
        let tries = excluded.len().saturating_add(2);
        let longest = [low, high].into_iter().flatten().map(|s| s.fraction.len()).max().unwrap_or(0);
        let room = longest.saturating_add(tries);
        (base.fraction.len()..=room)
            .map(|zeros| {
                let padding = "0".repeat(zeros.saturating_sub(base.fraction.len()));
                Scalar::new(negative, &base.integer, &format!("{}{padding}5", base.fraction))
            })
            .find(|s| fits(s))
    }

    fn is_zero(&self) -> bool {
        self.integer.is_empty() && self.fraction.is_empty()
    }

    /// The next whole number above or below.
    fn step(&self, up: bool) -> Scalar {
        if up != self.negative {
            Scalar::new(self.negative, &increment(&self.integer), "")
        } else if self.fraction.is_empty() {
            match decrement(&self.integer) {
                Some(integer) => Scalar::new(self.negative, &integer, ""),
                None => Scalar::new(!self.negative, "1", ""),
            }
        } else {
            Scalar::new(self.negative, &self.integer, "")
        }
    }
}

impl PartialOrd for Scalar {
    fn partial_cmp(&self, other: &Scalar) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scalar {
    fn cmp(&self, other: &Scalar) -> Ordering {
        let magnitude = |a: &Scalar, b: &Scalar| {
            let integer = a.integer.len().cmp(&b.integer.len()).then_with(|| a.integer.cmp(&b.integer));
            integer.then_with(|| a.fraction.cmp(&b.fraction))
        };
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => magnitude(self, other),
            (true, true) => magnitude(other, self),
        }
    }
}

fn fixed(text: &str, length: usize) -> Option<i64> {
    (text.len() == length && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// `hh:mm[:ss[.s]]` with a zone: seconds of the day in UTC, and the digits of the fraction.
fn clock(text: &str) -> Option<(i64, &str)> {
    let zone_at = text.find(['Z', 'z', '+', '-'])?;
    let (local, zone) = (text.get(..zone_at)?, text.get(zone_at..)?);
    let (whole, fraction) = match local.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit()) => {
            (whole, fraction)
        }
        Some(_) => return None,
        None => (local, ""),
    };
    let mut parts = whole.split(':');
    let (hour, minute) = (fixed(parts.next()?, 2)?, fixed(parts.next()?, 2)?);
    let second = match parts.next() {
        Some(second) => fixed(second, 2)?,
        None if local.contains('.') => return None,
        None => 0,
    };
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let offset = match zone {
        "Z" | "z" => 0,
        _ => {
            let (h, m) = zone.get(1..)?.split_once(':')?;
            let (h, m) = (fixed(h, 2)?, fixed(m, 2)?);
            if h > 23 || m > 59 {
                return None;
            }
            let minutes = h.saturating_mul(60).saturating_add(m);
            if zone.starts_with('-') { minutes.saturating_neg() } else { minutes }
        }
    };
    let minutes = hour.saturating_mul(60).saturating_add(minute).saturating_sub(offset);
    Some((minutes.saturating_mul(60).saturating_add(second), fraction))
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year.saturating_sub(1) } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted = month.saturating_add(9).rem_euclid(12);
    let of_year =
        shifted.saturating_mul(153).saturating_add(2).div_euclid(5).saturating_add(day).saturating_sub(1);
    let of_era_days = of_era
        .saturating_mul(365)
        .saturating_add(of_era.div_euclid(4))
        .saturating_sub(of_era.div_euclid(100))
        .saturating_add(of_year);
    era.saturating_mul(146_097).saturating_add(of_era_days).saturating_sub(719_468)
}

/// Year, month and day of a number of days since 1970-01-01; the inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days.saturating_add(719_468);
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = of_era
        .saturating_sub(of_era.div_euclid(1460))
        .saturating_add(of_era.div_euclid(36_524))
        .saturating_sub(of_era.div_euclid(146_096))
        .div_euclid(365);
    let before = year_of_era
        .saturating_mul(365)
        .saturating_add(year_of_era.div_euclid(4))
        .saturating_sub(year_of_era.div_euclid(100));
    let of_year = of_era.saturating_sub(before);
    let month = of_year.saturating_mul(5).saturating_add(2).div_euclid(153);
    let day =
        of_year.saturating_sub(month.saturating_mul(153).saturating_add(2).div_euclid(5)).saturating_add(1);
    let month = if month < 10 { month.saturating_add(3) } else { month.saturating_sub(9) };
    let year = year_of_era.saturating_add(era.saturating_mul(400)).saturating_add(i64::from(month <= 2));
    (year, month, day)
}

/// The digits of one minus 0.`fraction`.
fn complement(fraction: &str) -> String {
    let fraction = fraction.trim_end_matches('0');
    let last = fraction.len().saturating_sub(1);
    fraction
        .bytes()
        .enumerate()
        .map(|(i, b)| {
            let digit = b.saturating_sub(b'0');
            let from = if i == last { 10u8 } else { 9 };
            char::from(b'0'.saturating_add(from.saturating_sub(digit)))
        })
        .collect()
}

fn increment(digits: &str) -> String {
    let mut bytes: Vec<u8> = digits.bytes().collect();
    for byte in bytes.iter_mut().rev() {
        if *byte == b'9' {
            *byte = b'0';
        } else {
            *byte = byte.saturating_add(1);
            return String::from_utf8_lossy(&bytes).into_owned();
        }
    }
    format!("1{}", String::from_utf8_lossy(&bytes))
}

/// One less, or `None` for zero.
fn decrement(digits: &str) -> Option<String> {
    if digits.is_empty() {
        return None;
    }
    let mut bytes: Vec<u8> = digits.bytes().collect();
    for byte in bytes.iter_mut().rev() {
        if *byte == b'0' {
            *byte = b'9';
        } else {
            *byte = byte.saturating_sub(1);
            break;
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(text: &str) -> Scalar {
        Scalar::parse_number(text).unwrap()
    }

    #[test]
    fn numbers_compare_by_value() {
        let ascending = [
            "-10",
            "-2.5",
            "-2.25",
            "-0.1",
            "0",
            "0.05",
            "0.1",
            "1",
            "1.5",
            "2",
            "10",
            "100000000000000000000000000000",
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(n(a).cmp(&n(b)), i.cmp(&j), "{a} {b}");
            }
        }
        assert_eq!(n("010.0"), n("10"));
        assert_eq!(n("-0"), n("0"));
        for bad in ["", "a", "1e5", "1.", ".5", "--1", "1.2.3", " 1"] {
            assert!(Scalar::parse_number(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn dates_are_instants() {
        let same = [
            "2020-06-30T00:00:00Z",
            "2020-06-30",
            "2020-06-29T22:30:00-01:30",
            "2020-06-30T23:59:00+23:59",
            "1593475200",
            "2020-06-30T00:00:00.000Z",
        ];
        for text in same {
            assert_eq!(Scalar::parse_date(text), Some(n("1593475200")), "{text}");
        }
        assert_eq!([7, 0, -7].map(Scalar::from_integer), ["7", "0", "-7"].map(n));
        assert_eq!(Scalar::parse_date("1969-12-31T23:59:59.25Z"), Some(n("-0.75")));
        assert_eq!(Scalar::parse_date("2020-02"), Some(n("1580515200")));
        for bad in [
            "2020",
            "2020-13-01",
            "2021-02-29",
            "2020-06-30T00:00:00",
            "2020-06T00:00Z",
            "2020-06-30T24:00Z",
            "2020-06-30T12:00:00.Z",
            "2020-06-30T12:00:00.xZ",
            "2020-06-30T12:00+24:00",
            "2020-06-30T12:00+25:00",
            "2020-06-30T12:00+01:60",
            "x",
        ] {
            assert!(Scalar::parse_date(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn dates_are_written_as_they_are_read() {
        for text in ["0", "1593475200", "-0.75", "-1", "253402300799", "951782400.5", "-62135596800"] {
            let date = n(text).to_date();
            assert_eq!(Scalar::parse_date(&date), Some(n(text)), "{text} {date}");
        }
    }

    #[test]
    fn there_is_always_something_between() {
        let points =
            ["-10", "-9", "-1.5", "-1", "-0.001", "0", "0.001", "1", "1.1", "1.11", "2", "9.99", "10"];
        for (i, low) in points.iter().enumerate() {
            for high in &points[i + 1..] {
                let mut excluded: Vec<Scalar> = Vec::new();
                for _ in 0..20 {
                    let found =
                        Scalar::between(Some(&n(low)), Some(&n(high)), &excluded.iter().collect::<Vec<_>>())
                            .unwrap();
                    assert!(
                        n(low) < found && found < n(high) && !excluded.contains(&found),
                        "{low} {high} {found:?}"
                    );
                    excluded.push(found);
                }
            }
        }
        assert_eq!(Scalar::between(Some(&n("1")), Some(&n("1")), &[]), None);
        assert!(Scalar::between(None, Some(&n("-5")), &[]).unwrap() < n("-5"));
        assert!(Scalar::between(Some(&n("5")), None, &[]).unwrap() > n("5"));
    }
}
