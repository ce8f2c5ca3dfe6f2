//! Instants: dates of the W3C profile of ISO 8601 as seconds since 1970.

use crate::formula::decimal::Scalar;

const DAY: i64 = 86_400;

impl Scalar {
    /// Reads a date of the W3C profile of ISO 8601, or seconds since 1970. A bare number of up to four digits could be
    /// either and is not read.
    ///
    /// Source: W3C NOTE-datetime; IAM User Guide, "Supported data types".
    pub fn parse_date(text: &str) -> Option<Scalar> {
        let bare = match text.strip_prefix('-') {
            Some(bare) => bare,
            None => text,
        };
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
        let (seconds, fraction) = match time {
            None => (0, ""),
            Some(_) if date.len() < 10 => return None,
            Some(time) => clock(time)?,
        };
        let seconds = days_from_civil(year, month, day) * DAY + seconds;
        Some(if seconds >= 0 || fraction.trim_end_matches('0').is_empty() {
            Scalar::new(seconds < 0, &seconds.unsigned_abs().to_string(), fraction)
        } else {
            // -5 and .25 are -4.75: digits of one minus the fraction.
            let whole = (seconds + 1).unsigned_abs().to_string();
            Scalar::new(true, &whole, &complement(fraction))
        })
    }

    /// Returns the instant as ISO 8601 text for the years 1 to 9999, as seconds beyond.
    pub fn to_date(&self) -> String {
        let Some(seconds) = self.floor().filter(|s| (-62_135_596_800..253_402_300_800).contains(s)) else {
            return self.to_text();
        };
        let fraction = match self.negative {
            true => complement(&self.fraction),
            false => self.fraction.to_string(),
        };
        let (days, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let (year, month, day) = civil_from_days(days);
        let (hour, minute, second) = (rest / 3600, rest % 3600 / 60, rest % 60);
        let dot = if fraction.is_empty() { "" } else { "." };
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{dot}{fraction}Z")
    }

    /// Returns the largest whole number that is not greater.
    pub(crate) fn floor(&self) -> Option<i64> {
        let whole: i64 = match &*self.integer {
            "" => 0,
            digits => digits.parse().ok()?,
        };
        Some(match (self.negative, self.fraction.is_empty()) {
            (false, _) => whole,
            (true, true) => -whole,
            (true, false) => -whole - 1,
        })
    }
}

/// Reads a number of this many digits.
fn fixed(text: &str, length: usize) -> Option<i64> {
    (text.len() == length && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Reads `hh:mm[:ss[.s]]` with a zone. Returns the seconds of the day in UTC and the digits of the fraction.
fn clock(text: &str) -> Option<(i64, &str)> {
    let (local, zone) = text.split_at(text.find(['Z', 'z', '+', '-'])?);
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
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let (hours, minutes) = (fixed(hours, 2)?, fixed(minutes, 2)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let minutes = hours * 60 + minutes;
            if zone.starts_with('-') { -minutes } else { minutes }
        }
    };
    Some(((hour * 60 + minute - offset) * 60 + second, fraction))
}

fn days_in(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns the number of days since 1970-01-01. Source: Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = ((month + 9) % 12 * 153 + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Returns the year, month and day of a number of days since 1970-01-01; the inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (year_of_era * 365 + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (day_of_year * 5 + 2) / 153;
    let day = day_of_year - (shifted_month * 153 + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Returns the digits of one minus 0.`fraction`; none if that is zero.
fn complement(fraction: &str) -> String {
    let fraction = fraction.trim_end_matches('0');
    let digits = fraction.bytes().enumerate().map(|(place, digit)| {
        let from = if place + 1 == fraction.len() { 10 } else { 9 };
        char::from(b'0' + from - (digit - b'0'))
    });
    digits.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(text: &str) -> Scalar {
        Scalar::parse_number(text).unwrap()
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
}
