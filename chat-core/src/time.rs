//! Points in time: microseconds since 1970 in UTC, and their one text form.

use std::fmt;

/// Microseconds since 1970-01-01T00:00:00Z. Order, receipts and resume never depend on it; it is for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, as tokens carry them.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// Reads RFC 3339, or a date alone, which stands for its first moment in UTC; digits beyond microseconds are passed over. A
    /// space is taken for the `+` that it was before a query was decoded.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        let (year, month_and_day) = date.split_at_checked(4)?;
        let (month, day) = month_and_day.strip_prefix('-')?.split_once('-')?;
        let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
        let days = days_since_1970(year, month, day);
        if civil_date(days) != (year, month, day) {
            return None;
        }
        if rest.is_empty() {
            return Some(Self(days * 86_400_000_000));
        }
        let (clock, rest) = rest.strip_prefix(['T', 't'])?.split_at_checked(8)?;
        let (hour, rest_of_clock) = clock.split_once(':')?;
        let (minute, second) = rest_of_clock.split_once(':')?;
        let second = digits(second, 2).filter(|second| *second < 60)?;
        let (fraction, zone) = match rest.strip_prefix('.') {
            Some(rest) => {
                rest.split_at_checked(rest.find(|c: char| !c.is_ascii_digit())?).filter(|(f, _)| !f.is_empty())?
            }
            None => ("", rest),
        };
        let micros: String = fraction.chars().chain("000000".chars()).take(6).collect();
        let seconds = days * 86_400 + minutes(hour, minute)? * 60 + second - offset(zone)? * 60;
        Some(Self(seconds * 1_000_000 + digits(&micros, 6)?))
    }

    /// This point moved by a number of seconds, which may be negative.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }
}

/// RFC 3339 in UTC with six fractional digits and `+00:00`: `2026-01-13T17:00:29.317890+00:00`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.seconds();
        let (year, month, day) = civil_date(seconds.div_euclid(86_400));
        let second_of_day = seconds.rem_euclid(86_400);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:06}+00:00",
            second_of_day / 3600,
            second_of_day / 60 % 60,
            second_of_day % 60,
            self.0.rem_euclid(1_000_000),
        )
    }
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Minutes since midnight.
fn minutes(hour: &str, minute: &str) -> Option<i64> {
    let (hour, minute) = (digits(hour, 2)?, digits(minute, 2)?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// How many minutes a zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let (hour, minute) = zone.get(1..)?.split_once(':')?;
    let ahead = minutes(hour, minute)?;
    match zone.chars().next()? {
        '+' | ' ' => Some(ahead),
        '-' => Some(-ahead),
        _ => None,
    }
}

/// The inverse of [`civil_date`], for any day that exists.
const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of a day counted from 1970-01-01, after Howard Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>): years begin in March so that leap days come last.
fn civil_date(days_since_1970: i64) -> (i64, i64, i64) {
    let days = days_since_1970 + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(micros: i64) -> String {
        Timestamp::from_micros(micros).to_string()
    }

    #[test]
    fn the_text_form_always_has_six_digits_and_an_offset() {
        assert_eq!(text(0), "1970-01-01T00:00:00.000000+00:00");
        assert_eq!(text(1_768_323_629_317_890), "2026-01-13T17:00:29.317890+00:00");
    }

    #[test]
    fn a_text_form_is_read_back_whatever_its_zone() {
        for micros in [0, -1, 1_768_323_629_317_890, 951_782_400_000_000, 253_402_214_399_999_999] {
            assert_eq!(Timestamp::parse(&text(micros)), Some(Timestamp::from_micros(micros)));
        }
        let noon = Timestamp::parse("2026-01-13T12:00:00Z");
        for same in ["2026-01-13T13:30:00.0+01:30", "2026-01-13t07:00:00.0000009-05:00", "2026-01-13T12:00:00 00:00"] {
            assert_eq!(Timestamp::parse(same), noon, "{same}");
        }
        assert_eq!(Timestamp::parse("2026-01-13"), noon.map(|noon| noon.plus_seconds(-12 * 3_600)));
    }

    #[test]
    fn what_is_no_time_is_not_read() {
        for bad in [
            "",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-00-10",
            "2026-01-13T",
            "2026-01-13T12:00:00",
            "2026-01-13T24:00:00Z",
            "2026-01-13T12:60:00Z",
            "2026-01-13T12:00:60Z",
            "2026-01-13T12:00:00.Z",
            "2026-01-13T12:00:00.5",
            "2026-01-13 12:00:00Z",
            "2026-01-13T12:00:00+1:00",
            "2026-01-13T12:00:00x00:00",
            "+026-01-13",
            "2026-1-13x",
            "２０２６-01-13",
            "2026-01-13T12:00:00é",
        ] {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn leap_days_and_years_before_1970_come_out_right() {
        assert_eq!(text(951_782_400_000_000), "2000-02-29T00:00:00.000000+00:00");
        assert_eq!(text(-1), "1969-12-31T23:59:59.999999+00:00");
        assert_eq!(text(4_107_542_400_000_000), "2100-03-01T00:00:00.000000+00:00");
    }
}
