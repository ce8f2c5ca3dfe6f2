//! Numbers as exact decimals of any length.
//!
//! The referee and the warnings about policies read numbers here; the solver has its own reader.

use std::cmp::Ordering;

/// A decimal: sign, digits before the point and digits after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    below_zero: bool,
    whole: String,
    part: String,
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, point) =
            (if self.below_zero { "-" } else { "" }, if self.part.is_empty() { "" } else { "." });
        let whole = if self.whole.is_empty() { "0" } else { &self.whole };
        write!(f, "{sign}{whole}{point}{}", self.part)
    }
}

impl Decimal {
    /// Reads an optional sign, digits, and optionally a point with digits.
    ///
    /// ```
    /// use iamsat::policy::Decimal;
    /// assert_eq!(Decimal::read("+1.50"), Decimal::read("1.5"));
    /// assert!(Decimal::read("1e5").is_none());
    /// ```
    pub fn read(text: &str) -> Option<Decimal> {
        let unsigned = match text.strip_prefix(['+', '-']) {
            Some(unsigned) => unsigned,
            None => text,
        };
        let (whole, part) = match unsigned.split_once('.') {
            Some((_, "")) => return None,
            Some(halves) => halves,
            None => (unsigned, ""),
        };
        if whole.is_empty() || !whole.chars().chain(part.chars()).all(|c| c.is_ascii_digit()) {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let part = part.trim_end_matches('0').to_owned();
        let zero = whole.is_empty() && part.is_empty();
        Some(Decimal { below_zero: text.starts_with('-') && !zero, whole, part })
    }

    /// Makes a decimal from parts that consist of decimal digits.
    pub(super) fn from_seconds(seconds: i128, part: &str) -> Decimal {
        let below_zero = seconds < 0;
        let part = part.trim_end_matches('0');
        if below_zero && !part.is_empty() {
            // floor + fraction: borrow one from the whole.
            let whole = (seconds + 1).unsigned_abs();
            let last = part.len() - 1;
            let complement = |(place, digit): (usize, u8)| {
                let top = if place == last { 10 } else { 9 };
                // The last digit is not zero.
                char::from(b'0' + (top - (digit - b'0')))
            };
            let rest: String = part.bytes().enumerate().map(complement).collect();
            let whole = if whole == 0 { String::new() } else { whole.to_string() };
            return Decimal { below_zero: true, whole, part: rest };
        }
        let whole = if seconds == 0 { String::new() } else { seconds.unsigned_abs().to_string() };
        Decimal { below_zero, whole, part: part.to_owned() }
    }

    /// Returns the largest whole number that is not greater than this one.
    ///
    /// ```
    /// use iamsat::policy::Decimal;
    /// let whole = |text| Decimal::read(text).unwrap().whole_second();
    /// assert_eq!((whole("1.5"), whole("-1.5")), (Decimal::read("1").unwrap(), Decimal::read("-2").unwrap()));
    /// ```
    #[must_use]
    pub fn whole_second(&self) -> Decimal {
        let mut whole = self.whole.clone();
        if self.below_zero && !self.part.is_empty() {
            // One more, with the carries.
            let kept = whole.trim_end_matches('9').len();
            let nines = whole.len() - kept;
            whole.truncate(kept);
            let next = match whole.pop().and_then(|digit| digit.to_digit(10)) {
                Some(digit) => digit + 1,
                None => 1,
            };
            whole.extend(char::from_digit(next, 10));
            whole.extend(std::iter::repeat_n('0', nines));
        }
        let below_zero = self.below_zero && !whole.is_empty();
        Decimal { below_zero, whole, part: String::new() }
    }

    /// True if there are digits after the point.
    pub fn has_fraction(&self) -> bool {
        !self.part.is_empty()
    }

    /// Compares by value.
    pub fn compare(&self, other: &Decimal) -> Ordering {
        let size = |d: &Decimal, e: &Decimal| {
            (d.whole.len(), &d.whole, &d.part).cmp(&(e.whole.len(), &e.whole, &e.part))
        };
        match (self.below_zero, other.below_zero) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => size(self, other),
            (true, true) => size(other, self),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_compare_by_value() {
        let pairs = [
            ("1", "2", Ordering::Less),
            ("10", "9", Ordering::Greater),
            ("1.50", "1.5", Ordering::Equal),
            ("-1", "1", Ordering::Less),
            ("-2", "-1", Ordering::Less),
            ("-0", "0", Ordering::Equal),
            ("0.10", "0.09", Ordering::Greater),
        ];
        for (a, b, expected) in pairs {
            assert_eq!(Decimal::read(a).unwrap().compare(&Decimal::read(b).unwrap()), expected, "{a} {b}");
        }
        assert!(["", "x", "1e3", ".5", "5.", "+-1"].iter().all(|t| Decimal::read(t).is_none()));
    }
}
