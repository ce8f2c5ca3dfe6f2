//! Exact decimals: the numbers of Numeric operators, and the instants of Date operators as seconds since 1970.
//!
//! Comparison works on digits, so numbers of any length compare exactly.

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
    /// True if it is below zero; never set for zero.
    pub(super) negative: bool,
    /// Digits before the point, without leading zeros.
    pub(super) integer: Box<str>,
    /// Digits after the point, without trailing zeros.
    pub(super) fraction: Box<str>,
}

impl Scalar {
    pub(super) fn new(negative: bool, integer: &str, fraction: &str) -> Scalar {
        let integer = integer.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        let zero = integer.is_empty() && fraction.is_empty();
        Scalar { negative: negative && !zero, integer: integer.into(), fraction: fraction.into() }
    }

    /// Returns the whole number.
    pub fn from_integer(value: i128) -> Scalar {
        Scalar::new(value < 0, &value.unsigned_abs().to_string(), "")
    }

    /// Reads an integer or decimal: an optional sign, digits, optionally a point and digits.
    pub fn parse_number(text: &str) -> Option<Scalar> {
        let (negative, unsigned) = match (text.strip_prefix('-'), text.strip_prefix('+')) {
            (Some(unsigned), _) => (true, unsigned),
            (None, Some(unsigned)) => (false, unsigned),
            (None, None) => (false, text),
        };
        let (integer, fraction) = match unsigned.split_once('.') {
            Some((_, "")) => return None,
            Some(halves) => halves,
            None => (unsigned, ""),
        };
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        let is_number = !integer.is_empty() && digits(integer) && digits(fraction);
        is_number.then(|| Scalar::new(negative, integer, fraction))
    }

    /// Returns the number as text: `-1.5`.
    pub fn to_text(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        let integer = if self.integer.is_empty() { "0" } else { &self.integer };
        if self.fraction.is_empty() {
            format!("{sign}{integer}")
        } else {
            format!("{sign}{integer}.{}", self.fraction)
        }
    }

    /// Returns a number strictly between two others that is none of `excluded`; without a bound there is no limit on that
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
        let bounds = [low, high].into_iter().flatten();
        let longest = bounds.fold(0, |longest, s| s.fraction.len().max(longest));
        let room = longest - base.fraction.len() + excluded.len() + 2;
        (0..=room)
            .map(|zeros| {
                let fraction = format!("{}{}5", base.fraction, "0".repeat(zeros));
                Scalar::new(negative, &base.integer, &fraction)
            })
            .find(|s| fits(s))
    }

    fn is_zero(&self) -> bool {
        self.integer.is_empty() && self.fraction.is_empty()
    }

    /// Returns the next whole number above or below.
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

/// Returns one more than a whole number.
fn increment(digits: &str) -> String {
    let kept = digits.trim_end_matches('9');
    let nines = digits.len() - kept.len();
    let mut head = kept.bytes();
    let last = head.next_back().map_or(b'1', |digit| digit + 1);
    head.chain([last]).chain(std::iter::repeat_n(b'0', nines)).map(char::from).collect()
}

/// Returns one less than a whole number, or `None` for zero.
fn decrement(digits: &str) -> Option<String> {
    let kept = digits.trim_end_matches('0');
    let zeros = digits.len() - kept.len();
    let mut head = kept.bytes();
    let last = head.next_back()? - 1;
    Some(head.chain([last]).chain(std::iter::repeat_n(b'9', zeros)).map(char::from).collect())
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
        assert_eq!([7, 0, -7].map(Scalar::from_integer), ["7", "0", "-7"].map(n));
        for bad in ["", "a", "1e5", "1.", ".5", "--1", "1.2.3", " 1"] {
            assert!(Scalar::parse_number(bad).is_none(), "{bad}");
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
