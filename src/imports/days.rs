//! Days and times as lists write them.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::clock::Instant;
use crate::subscribers::admit::noon;

/// Reads a day, with or without a time: `2017-03-24`, `24.03.2017`, `24-3-2017 kl. 9.30`,
/// `20170324`, `2017-03-24T08:30:00Z`, or a number of days as Excel counts them. A day comes before
/// its month, as Danes write it; a time without a zone is one of `zone`, and a day without a time
/// is its noon.
pub fn read(text: &str, zone: Tz) -> Option<Instant> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(&text.replacen(' ', "T", 1)) {
        return far_in(Instant::new(at.to_utc()));
    }
    if let Some(day) = serial(text) {
        return day;
    }
    let (day, time) = match text.split_once(['T', ' ']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let day = read_day(day)?;
    let Some(time) = time else { return noon(day, zone).and_then(far_in) };
    let time = time.trim().trim_start_matches("kl.").trim();
    // A zone at its end: "Z", "UTC", "+00", "+00:00", "+0100 CET", as programs write them.
    let (time, offset) = match time.find(['+', 'Z', 'U']) {
        Some(at) => (time[..at].trim(), Some(&time[at..])),
        None => (time, None),
    };
    let local = NaiveDateTime::new(day, read_time(time)?);
    let at = match offset {
        None => zone.from_local_datetime(&local).earliest()?.to_utc(),
        Some(offset) => local.and_utc() - TimeDelta::minutes(minutes_east(offset)?),
    };
    far_in(Instant::new(at))
}

fn minutes_east(offset: &str) -> Option<i64> {
    if offset == "Z" || offset.starts_with("UTC") {
        return Some(0);
    }
    let digits: String = offset.split(' ').next()?.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        2 => Some(digits.parse::<i64>().ok()? * 60),
        4 => Some(digits[..2].parse::<i64>().ok()? * 60 + digits[2..].parse::<i64>().ok()?),
        _ => None,
    }
}

/// No list of addresses is older than mail, and no row of one lies in another age.
fn far_in(at: Instant) -> Option<Instant> {
    let first = NaiveDate::from_ymd_opt(1980, 1, 1)?;
    let last = NaiveDate::from_ymd_opt(2200, 1, 1)?;
    (first..last).contains(&at.utc().date_naive()).then_some(at)
}

/// Days since 30 December 1899, when a text is such a number; a fraction is the time of day, as the
/// clock showed it.
fn serial(text: &str) -> Option<Option<Instant>> {
    let number: f64 = text.parse().ok()?;
    // 1980 to 2119; eight digits are a day that is written without separators.
    if !(29_221.0..80_000.0).contains(&number) {
        return None;
    }
    let first = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 29,221 and 80,000"
    )]
    let days = number as u64;
    Some(first.checked_add_days(Days::new(days)).and_then(|day| noon(day, Tz::UTC)))
}

fn read_day(text: &str) -> Option<NaiveDate> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return NaiveDate::parse_from_str(text, "%Y%m%d").ok();
    }
    let parts: Vec<&str> = text.split(['-', '.', '/']).collect();
    let [first, month, last] = parts[..] else { return None };
    let (year, day) = if first.len() == 4 { (first, last) } else { (last, first) };
    if year.len() != 4 {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn read_time(text: &str) -> Option<NaiveTime> {
    let mut parts = text.split([':', '.']);
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let second = match parts.next() {
        Some(second) => second.parse().ok()?,
        None => 0,
    };
    NaiveTime::from_hms_opt(hour, minute, second)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Copenhagen;

    use super::*;

    fn shown(text: &str) -> Option<String> {
        read(text, Copenhagen).map(|at| at.utc().format("%Y-%m-%dT%H:%MZ").to_string())
    }

    #[test]
    fn days_are_read_as_lists_write_them() {
        for text in ["2017-03-24", "24.03.2017", "24-3-2017", "24/3/2017", "20170324"] {
            assert_eq!(shown(text).as_deref(), Some("2017-03-24T11:00Z"), "{text}");
        }
        for text in [
            "2017-03-24T08:30:00Z",
            "2017-03-24 08:30:00.123456+00:00",
            "2017-03-24 08:30:00+00",
            "2017-03-24 09:30:00.5 +0100 CET",
            "2017-03-24 09:30",
            "24.03.2017 kl. 9.30",
            "24-03-2017 09:30:12",
            "2017-03-24 08:30:00 UTC",
        ] {
            assert_eq!(shown(text).as_deref(), Some("2017-03-24T08:30Z"), "{text}");
        }
        // As Excel keeps it, with and without a time.
        for text in ["42818", "42818.4"] {
            assert_eq!(shown(text).as_deref(), Some("2017-03-24T12:00Z"), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_none() {
        for text in [
            "i går",
            "03/24/2017",
            "2017-13-01",
            "24.03.17",
            "31.02.2017",
            "0001-01-01",
            "1",
            "12345",
            "2017-03-24 25:00",
            "99999999",
            "2017",
            "-",
            "2017-03-24T",
            "NaN",
            "inf",
        ] {
            assert_eq!(read(text, Copenhagen), None, "{text}");
        }
    }
}
