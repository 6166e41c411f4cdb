//! The calendar: a month of past and planned issues, and which of them come close after each other.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeDelta};
use chrono_tz::Tz;

use super::{Issue, store};
use crate::db::DbConn;
use crate::error::Result;
use crate::newsletters;

/// Readers who get two letters in less than this feel pestered.
pub const CLOSE: TimeDelta = TimeDelta::hours(24);

/// An issue on its day.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The issue.
    pub issue: Issue,
    /// Its day on the newsletter's clock.
    pub day: NaiveDate,
    /// Its moment on that clock; none for an issue of which only the day is known.
    pub at: Option<DateTime<Tz>>,
    /// Another issue goes out less than [`CLOSE`] from it.
    pub is_close: bool,
}

/// A day of the month that is shown, or of the weeks around it.
#[derive(Debug, Clone)]
pub struct Day {
    /// The day.
    pub date: NaiveDate,
    /// What falls on it, the earliest first.
    pub entries: Vec<Entry>,
}

/// A month, in whole weeks from Monday to Sunday.
#[derive(Debug, Clone)]
pub struct Month {
    /// Its first day.
    pub first: NaiveDate,
    /// The weeks, of seven days each.
    pub weeks: Vec<Vec<Day>>,
}

impl Month {
    /// Whether a day belongs to it, and not only to one of its weeks.
    pub fn has(&self, day: &NaiveDate) -> bool {
        (day.year(), day.month()) == (self.first.year(), self.first.month())
    }

    /// Everything that falls on the days that are shown.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.weeks.iter().flatten().flat_map(|day| &day.entries)
    }
}

/// Reads the month that a day lies in.
pub fn month(conn: &mut DbConn, day: NaiveDate) -> Result<Month> {
    let first = day.with_day(1).unwrap_or(day);
    let begin = first.week(chrono::Weekday::Mon).first_day();
    let end = (first + Months::new(1) - Days::new(1)).week(chrono::Weekday::Mon).last_day();
    // A day more on both sides: what is close to the last day may lie behind it.
    let found = store::around(conn, begin - Days::new(1), end + Days::new(1))?;
    let mut entries: Vec<Entry> = found.into_iter().filter_map(entry).collect();
    entries.sort_by_key(|entry| (entry.day, entry.at, entry.issue.id));
    mark_close(&mut entries);
    let mut weeks = Vec::new();
    for monday in begin.iter_weeks().take_while(|monday| *monday <= end) {
        let days = monday.iter_days().take(7).map(|date| Day {
            date,
            entries: entries.iter().filter(|entry| entry.day == date).cloned().collect(),
        });
        weeks.push(days.collect());
    }
    Ok(Month { first, weeks })
}

/// Today where the newsletters are.
pub fn zone(conn: &mut DbConn) -> Result<Tz> {
    let first = newsletters::store::all(conn)?.into_iter().next();
    Ok(first.map_or(Tz::UTC, |newsletter| newsletter.zone()))
}

fn entry(issue: Issue) -> Option<Entry> {
    let zone = issue.zone();
    let moment = issue.started_at.or(issue.send_at).map(|at| at.in_zone(zone));
    // A draft has a proposed time on the clock, and no moment yet.
    let proposed = || {
        let local = issue.proposed_at_local.as_deref()?;
        let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M").ok()?;
        local.and_local_timezone(zone).earliest()
    };
    let at = moment.or_else(proposed);
    let day = at.map(|at| at.date_naive()).or(issue.published_on)?;
    Some(Entry { issue, day, at, is_close: false })
}

/// Marks those that go out close after each other; in order of time, only neighbours can.
fn mark_close(entries: &mut [Entry]) {
    let mut timed: Vec<&mut Entry> =
        entries.iter_mut().filter(|entry| entry.at.is_some()).collect();
    timed.sort_by_key(|entry| entry.at);
    for at in 1..timed.len() {
        let (before, after) = timed.split_at_mut(at);
        if let (Some(one), Some(two)) = (before.last_mut(), after.first_mut())
            && let (Some(first), Some(second)) = (one.at, two.at)
            && second - first < CLOSE
        {
            one.is_close = true;
            two.is_close = true;
        }
    }
}
