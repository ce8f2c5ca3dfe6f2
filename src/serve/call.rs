//! One request as operations see it, and the moment at which it arrived.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The parts of an HTTP request that operations read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Call<'c> {
    /// The method, such as `POST`.
    pub method: &'c str,
    /// Path and query as they were sent.
    pub target: &'c str,
    /// The header `Authorization`; its signature is not checked.
    pub authorization: Option<&'c str>,
    /// The header `X-Amz-Target`, which names the operation of some services.
    pub amz_target: Option<&'c str>,
    /// The whole body.
    pub body: &'c [u8],
}

/// The moment of a request: everything about it that comes from clocks and counters.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The instant at which the answer is given up.
    pub deadline: Option<Instant>,
    /// The time of day.
    pub now: SystemTime,
    /// A name of the request, unique in this process.
    pub request_id: String,
}

impl Moment {
    /// True if the answer is too late.
    pub(super) fn is_over(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Returns the time of day as answers write it.
    pub(super) fn timestamp(&self) -> String {
        // A clock before 1970 is not set.
        let since = self.now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        timestamp(since.as_secs())
    }
}

/// Writes seconds since 1970 in the form of RFC 3339.
///
/// The steps from days to a date are those of H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn timestamp(seconds: u64) -> String {
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let of_month = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{of_month:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::timestamp;

    #[test]
    fn seconds_are_written_as_dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(timestamp(seconds), text);
        }
    }
}
