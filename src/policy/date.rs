//! Dates: the W3C profile of ISO 8601, or seconds since 1970.
//!
//! Source: W3C NOTE-datetime; IAM User Guide, "Supported data types".

use crate::policy::decimal::Decimal;

/// Returns the instant as seconds since 1970. `None` for a text of any other form, and for a bare number of up to four digits,
/// which could be a year or seconds.
///
/// ```
/// use iamsat::policy::{Decimal, read_instant};
/// assert_eq!(read_instant("2020-06-30T00:00:00Z"), Decimal::read("1593475200"));
/// assert_eq!(read_instant("2020"), None);
/// ```
pub fn read_instant(text: &str) -> Option<Decimal> {
    let number =
        text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == '-') && !text.get(1..)?.contains('-');
    if number {
        let digits = text.trim_start_matches('-');
        return if digits.len() > 4 { Decimal::read(text) } else { None };
    }
    read_date(text).map(|(seconds, part)| Decimal::from_seconds(seconds, part))
}

/// Returns the whole seconds since 1970 of a date, and the digits of the part of a second.
pub(crate) fn read_date(text: &str) -> Option<(i128, &str)> {
    let (day, time) = match text.find(['T', 't']) {
        Some(at) => (text.get(..at)?, text.get(at + 1..)),
        None => (text, None),
    };
    let fields: Vec<&str> = day.split('-').collect();
    let (year, month, date) = match fields.as_slice() {
        [y, m] if time.is_none() => (digits(y, 4)?, digits(m, 2)?, 1),
        [y, m, d] => (digits(y, 4)?, digits(m, 2)?, digits(d, 2)?),
        _ => return None,
    };
    if !(1..=12).contains(&month) || date == 0 || date > month_length(year, month) {
        return None;
    }
    let mut days: i128 = 0;
    // Adds up years from 1970 and months from January: slow, but obviously right.
    for y in 1970..year {
        days += i128::from(year_length(y));
    }
    for y in year..1970 {
        days -= i128::from(year_length(y));
    }
    for m in 1..month {
        days += i128::from(month_length(year, m));
    }
    days += i128::from(date) - 1;
    let mut seconds = days * 86_400;
    let Some(time) = time else { return Some((seconds, "")) };
    let zone = time.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = (time.get(..zone)?, time.get(zone..)?);
    let (clock, part) = match clock.split_once('.') {
        Some((clock, part)) if !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()) => (clock, part),
        Some(_) => return None,
        None => (clock, ""),
    };
    let fields: Vec<&str> = clock.split(':').collect();
    let (hour, minute, second) = match fields.as_slice() {
        [h, m] if part.is_empty() => (digits(h, 2)?, digits(m, 2)?, 0),
        [h, m, s] => (digits(h, 2)?, digits(m, 2)?, digits(s, 2)?),
        _ => return None,
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    seconds += i128::from(hour * 3600 + minute * 60 + second);
    let offset = match zone {
        "Z" | "z" => 0,
        _ => {
            let (h, m) = zone.get(1..)?.split_once(':')?;
            let (h, m) = (digits(h, 2)?, digits(m, 2)?);
            if h > 23 || m > 59 {
                return None;
            }
            i128::from(h * 3600 + m * 60)
        }
    };
    let seconds = if zone.starts_with('-') { seconds + offset } else { seconds - offset };
    Some((seconds, part))
}

fn digits(text: &str, length: usize) -> Option<u32> {
    let good = text.len() == length && text.chars().all(|c| c.is_ascii_digit());
    if good { text.parse().ok() } else { None }
}

fn is_leap(year: u32) -> bool {
    (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
}

fn year_length(year: u32) -> u32 {
    if is_leap(year) { 366 } else { 365 }
}

fn month_length(year: u32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants() {
        let at = |text: &str| Decimal::read(text).unwrap();
        let cases = [
            ("1970-01-01T00:00:00Z", "0"),
            ("2020-06-30", "1593475200"),
            ("2020-06-29T22:30:00-01:30", "1593475200"),
            ("2000-02-29T12:00Z", "951825600"),
            ("1969-12-31T23:59:59.25Z", "-0.75"),
            ("0001-01-01T00:00:00Z", "-62135596800"),
            ("1593475200", "1593475200"),
        ];
        for (text, seconds) in cases {
            assert_eq!(read_instant(text), Some(at(seconds)), "{text}");
        }
        for text in
            ["2020", "", "x", "2021-02-29", "2020-06-30T00:00:00", "2020-06-30T25:00Z", "2020-06T00:00Z"]
        {
            assert_eq!(read_instant(text), None, "{text}");
        }
    }
}
