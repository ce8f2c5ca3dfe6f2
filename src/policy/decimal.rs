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

impl Decimal {
    /// An optional sign, digits, and optionally a point with digits.
    ///
    /// ```
    /// use iamsat::policy::Decimal;
    /// assert_eq!(Decimal::read("+1.50"), Decimal::read("1.5"));
    /// assert!(Decimal::read("1e5").is_none());
    /// ```
    pub fn read(text: &str) -> Option<Decimal> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let mut halves = unsigned.splitn(2, '.');
        let whole = halves.next()?;
        let part = halves.next();
        for half in [Some(whole), part].into_iter().flatten() {
            if half.is_empty() || !half.chars().all(|c| c.is_ascii_digit()) {
                return None;
            }
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let part = part.unwrap_or("").trim_end_matches('0').to_owned();
        let zero = whole.is_empty() && part.is_empty();
        Some(Decimal { below_zero: text.starts_with('-') && !zero, whole, part })
    }

    /// From parts that are decimal digits.
    pub(super) fn from_seconds(seconds: i128, part: &str) -> Decimal {
        let below_zero = seconds < 0;
        let part = part.trim_end_matches('0');
        if below_zero && !part.is_empty() {
            // floor + fraction: borrow one from the whole.
            let whole = seconds.saturating_add(1).unsigned_abs();
            let last = part.len().saturating_sub(1);
            let rest: String = part
                .chars()
                .enumerate()
                .map(|(i, c)| {
                    let top = if i == last { 10 } else { 9 };
                    char::from_digit(top.min(10u32).saturating_sub(c.to_digit(10).unwrap_or(0)), 10)
                        .unwrap_or('0')
                })
                .collect();
            let whole = if whole == 0 { String::new() } else { whole.to_string() };
            return Decimal { below_zero: true, whole, part: rest };
        }
        let whole = if seconds == 0 { String::new() } else { seconds.unsigned_abs().to_string() };
        Decimal { below_zero, whole, part: part.to_owned() }
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
