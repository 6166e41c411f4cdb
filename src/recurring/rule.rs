//! When: days of the week every so many weeks, or a cron pattern, on the newsletter's clock.

use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Weekday,
};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use serde::{Deserialize, Serialize};

use crate::clock::Instant;
use crate::error::FieldError;

/// Longest pattern, in characters.
const PATTERN_LIMIT: usize = 100;
/// The days of the week, Monday first, as they are stored and as the texts know them.
pub const WEEKDAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Mon),
    ("tue", Weekday::Tue),
    ("wed", Weekday::Wed),
    ("thu", Weekday::Thu),
    ("fri", Weekday::Fri),
    ("sat", Weekday::Sat),
    ("sun", Weekday::Sun),
];
/// Every so many weeks.
pub const EVERY: [u32; 3] = [1, 2, 4];

/// When issues go out. Stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// In plain words.
    Weeks(Weeks),
    /// Five fields: minute, hour, day, month, day of the week.
    Cron(String),
}

/// "Every second Thursday at nine, the first time in the week of 6 April."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weeks {
    /// Words of [`WEEKDAYS`].
    pub weekdays: Vec<String>,
    /// One of [`EVERY`].
    pub every: u32,
    /// The first day that may be one, from whose week on the weeks are counted.
    pub starts_on: NaiveDate,
    /// `HH:MM`
    pub time: String,
}

impl Rule {
    /// The last moment of the turn that a moment belongs to: the week where there is one issue a
    /// week at most, else the day. Another hour or day in the same turn is the same issue.
    pub fn end_of_turn(&self, at: Instant, zone: Tz) -> Option<Instant> {
        let day = at.day_in(zone);
        let last = match self {
            Self::Weeks(weeks) if weeks.weekdays.len() == 1 => day.week(Weekday::Mon).last_day(),
            _ => day,
        };
        let end = zone.from_local_datetime(&last.and_hms_opt(23, 59, 59)?).latest()?;
        Some(Instant::new(end.to_utc()))
    }

    /// What is wrong with it, as findings on the fields of the form.
    pub fn check(&self, zone: Tz, now: Instant) -> Vec<FieldError> {
        let mut findings = Vec::new();
        match self {
            Self::Weeks(weeks) => {
                if weeks.weekdays.is_empty()
                    || weeks.weekdays.iter().any(|day| weekday(day).is_none())
                {
                    findings.push(FieldError::new("weekdays", "error-recurring-weekday"));
                }
                if !EVERY.contains(&weeks.every) {
                    findings.push(FieldError::new("every", "error-choice"));
                }
                if time(&weeks.time).is_none() {
                    findings.push(FieldError::new("time", "error-recurring-time"));
                }
            }
            Self::Cron(pattern) => {
                if cron(pattern).is_none() {
                    findings.push(FieldError::new("cron", "error-recurring-cron"));
                }
            }
        }
        if findings.is_empty() && self.next(now, zone).is_none() {
            let field = if matches!(self, Self::Cron(_)) { "cron" } else { "starts_on" };
            findings.push(FieldError::new(field, "error-recurring-never"));
        }
        findings
    }

    /// The next time after a moment; none when it never comes. A time that the clock leaves out
    /// when it is put forward comes as soon as there is one; one that comes twice counts once, the
    /// first time.
    pub fn next(&self, after: Instant, zone: Tz) -> Option<Instant> {
        match self {
            Self::Weeks(weeks) => weeks.next(after, zone),
            Self::Cron(pattern) => {
                let next = cron(pattern)?.find_next_occurrence(&after.in_zone(zone), false).ok()?;
                Some(Instant::new(next.to_utc()))
            }
        }
    }
}

impl Weeks {
    fn next(&self, after: Instant, zone: Tz) -> Option<Instant> {
        let (time, every) = (time(&self.time)?, i64::from(self.every.max(1)));
        let monday = |day: NaiveDate| day.week(Weekday::Mon).checked_first_day();
        let first = monday(self.starts_on)?;
        let from = after.day_in(zone).max(self.starts_on);
        // The longest stretch without one, and a week for the day that is today.
        (0..7 * (u64::from(self.every) + 2))
            .filter_map(|days| from.checked_add_days(Days::new(days)))
            .filter(|day| {
                let weeks = monday(*day).map(|monday| (monday - first).num_weeks());
                weeks.is_some_and(|weeks| weeks % every == 0)
                    && self.weekdays.iter().any(|word| weekday(word) == Some(day.weekday()))
            })
            .filter_map(|day| moment(day.and_time(time), zone))
            .find(|moment| *moment > after)
    }
}

/// The same time of the clock some days before a moment: when work on an issue begins.
pub fn days_before(at: Instant, days: u32, zone: Tz) -> Instant {
    let local = at.in_zone(zone).naive_local();
    let earlier = local.checked_sub_days(Days::new(days.into()));
    earlier.and_then(|earlier| moment(earlier, zone)).unwrap_or(at)
}

/// The moment at which a clock shows a time.
fn moment(local: NaiveDateTime, zone: Tz) -> Option<Instant> {
    // No clock has ever been put forward by more than a day.
    (0..=96)
        .filter_map(|quarters| local.checked_add_signed(TimeDelta::minutes(15 * quarters)))
        .find_map(|local| zone.from_local_datetime(&local).earliest())
        .map(|at: DateTime<Tz>| Instant::new(at.to_utc()))
}

fn weekday(word: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(known, _)| *known == word).map(|(_, day)| *day)
}

fn time(text: &str) -> Option<NaiveTime> {
    let time = NaiveTime::parse_from_str(text, "%H:%M").ok()?;
    // The reader takes single digits too.
    (time.format("%H:%M").to_string() == text).then_some(time)
}

fn cron(pattern: &str) -> Option<Cron> {
    if pattern.len() > PATTERN_LIMIT {
        return None;
    }
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(pattern.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = chrono_tz::Europe::Copenhagen;

    fn at(text: &str) -> Instant {
        Instant::new(text.parse().unwrap_or_default())
    }

    fn next(rule: &Rule, after: &str, count: usize) -> Vec<String> {
        let mut after = at(after);
        let mut found = Vec::new();
        while let Some(next) = rule.next(after, ZONE).filter(|_| found.len() < count) {
            found.push(next.in_zone(ZONE).format("%Y-%m-%d %H:%M %z").to_string());
            after = next;
        }
        found
    }

    fn weeks(weekdays: &[&str], every: u32, starts_on: &str, time: &str) -> Rule {
        Rule::Weeks(Weeks {
            weekdays: weekdays.iter().map(|day| (*day).to_owned()).collect(),
            every,
            starts_on: starts_on.parse().unwrap_or_default(),
            time: time.to_owned(),
        })
    }

    #[test]
    fn every_second_thursday_at_nine_stays_at_nine_when_the_clock_is_put_forward() {
        let rule = weeks(&["thu"], 2, "2017-03-16", "09:00");
        let expected =
            ["2017-03-16 09:00 +0100", "2017-03-30 09:00 +0200", "2017-04-13 09:00 +0200"];
        assert_eq!(next(&rule, "2017-03-01T00:00:00Z", 3), expected);
        // The week of the first day counts, not the day of the week on which it falls.
        let rule = weeks(&["thu"], 2, "2017-03-13", "09:00");
        assert_eq!(next(&rule, "2017-03-01T00:00:00Z", 3), expected);
        assert_eq!(next(&rule, "2017-03-16T08:00:00Z", 1), expected[1..2]);
    }

    #[test]
    fn it_stays_at_nine_when_the_clock_is_put_back() {
        let rule = weeks(&["thu"], 1, "2017-10-01", "09:00");
        assert_eq!(
            next(&rule, "2017-10-20T00:00:00Z", 2),
            ["2017-10-26 09:00 +0200", "2017-11-02 09:00 +0100"]
        );
        let cron = Rule::Cron("0 9 * * THU".to_owned());
        assert_eq!(next(&cron, "2017-10-20T00:00:00Z", 2), next(&rule, "2017-10-20T00:00:00Z", 2));
        assert_eq!(
            next(&cron, "2017-03-20T00:00:00Z", 2),
            ["2017-03-23 09:00 +0100", "2017-03-30 09:00 +0200"]
        );
    }

    #[test]
    fn a_time_that_is_left_out_comes_as_soon_as_there_is_one_and_one_that_comes_twice_counts_once()
    {
        // 26 March 2017 has no 2.30, and 29 October has it twice.
        let rule = weeks(&["sun"], 1, "2017-01-01", "02:30");
        assert_eq!(
            next(&rule, "2017-03-25T12:00:00Z", 2),
            ["2017-03-26 03:00 +0200", "2017-04-02 02:30 +0200"]
        );
        assert_eq!(
            next(&rule, "2017-10-28T12:00:00Z", 2),
            ["2017-10-29 02:30 +0200", "2017-11-05 02:30 +0100"]
        );
        let cron = Rule::Cron("30 2 * * SUN".to_owned());
        let days =
            |found: Vec<String>| found.iter().map(|at| at[..10].to_owned()).collect::<Vec<_>>();
        assert_eq!(days(next(&cron, "2017-10-28T12:00:00Z", 2)), ["2017-10-29", "2017-11-05"]);
        assert_eq!(days(next(&cron, "2017-03-25T12:00:00Z", 2)), ["2017-03-26", "2017-04-02"]);
    }

    #[test]
    fn several_days_and_every_fourth_week() {
        let rule = weeks(&["fri", "tue"], 4, "2017-03-22", "12:30");
        assert_eq!(
            next(&rule, "2017-03-01T00:00:00Z", 3),
            ["2017-03-24 12:30 +0100", "2017-04-18 12:30 +0200", "2017-04-21 12:30 +0200"]
        );
    }

    #[test]
    fn work_begins_at_the_same_time_of_the_clock_some_days_before() {
        let monday = at("2017-03-27T07:00:00Z");
        assert_eq!(days_before(monday, 3, ZONE), at("2017-03-24T08:00:00Z"));
        assert_eq!(days_before(monday, 0, ZONE), monday);
    }

    #[test]
    fn what_is_no_rule_is_said_by_field() {
        let now = at("2017-03-24T07:00:00Z");
        let fields = |rule: &Rule| -> Vec<String> {
            rule.check(ZONE, now).into_iter().map(|finding| finding.field).collect()
        };
        assert_eq!(fields(&weeks(&[], 3, "2017-03-22", "9")), ["weekdays", "every", "time"]);
        assert_eq!(fields(&weeks(&["thu"], 2, "2017-03-22", "09:00")), Vec::<String>::new());
        for wrong in ["", "hver torsdag", "0 9 * *", "* * * * * *", "99 9 * * *", "0 9 30 2 *"] {
            assert_eq!(fields(&Rule::Cron(wrong.to_owned())), ["cron"], "{wrong}");
        }
    }
}
