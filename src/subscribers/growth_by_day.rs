//! Growth day by day between two days, from the sums of the ledger: what every day brought and took, and
//! how many there were at its end.

use chrono::{Days, NaiveDate};

use super::ledger::{self, Count, LedgerKind};
use super::{EndReason, store};
use crate::db::{self, DbConn};
use crate::error::Result;

/// Days that are shown at once: ten years.
pub const MOST: i64 = 3_660;

/// What changed, on a day or on several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Change {
    /// Who confirmed or came with an import, less imports that were taken back.
    pub came: i64,
    /// Who left for another reason than the next two, less those who took that back.
    pub left: i64,
    /// Whose address does not take mail any more.
    pub bounced: i64,
    /// Who was erased while they counted.
    pub erased: i64,
}

impl Change {
    /// By how much the number of subscribers changed.
    pub fn net(&self) -> i64 {
        self.came - self.left - self.bounced - self.erased
    }

    fn add(&mut self, kind: LedgerKind, cause: &str, change: i64) {
        match kind {
            LedgerKind::Ended if cause == EndReason::Bounced.as_str() => self.bounced -= change,
            LedgerKind::Ended if cause == EndReason::Erased.as_str() => self.erased -= change,
            LedgerKind::Ended => self.left -= change,
            // From one group to another: the sum of both sides is nothing.
            LedgerKind::Moved => {}
            _ => self.came += change,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            came: self.came + other.came,
            left: self.left + other.left,
            bounced: self.bounced + other.bounced,
            erased: self.erased + other.erased,
        }
    }
}

/// A day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Which.
    pub day: NaiveDate,
    /// What it changed.
    pub change: Change,
    /// How many there were at its end.
    pub subscribers: i64,
}

/// The days between two.
#[derive(Debug, Clone)]
pub struct ByDay {
    /// How many there were at the end of the first day, and what that rests on.
    pub first: Count,
    /// The same of the last day.
    pub last: Count,
    /// The day on which the ledger begins, when that is after the first day: of the days before it nobody
    /// knows what they changed.
    pub begins: Option<NaiveDate>,
    /// The days after the first one, up to and with the last one, as far as the ledger knows them.
    pub days: Vec<Day>,
    /// All of them together.
    pub all: Change,
}

/// Reads the days after one day, up to and with another.
pub fn between(conn: &mut DbConn, newsletter: i64, days: (NaiveDate, NaiveDate)) -> Result<ByDay> {
    // The last day and the sum of all of them must agree, whoever comes meanwhile.
    db::at_one_moment(conn, |conn| read(conn, newsletter, days))
}

fn read(
    conn: &mut DbConn,
    newsletter: i64,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<ByDay> {
    let begins = store::ledger::first_day(conn, newsletter)?;
    let after = match begins {
        // The day on which the ledger begins is the first that it knows.
        Some(begins) if begins > first => begins.checked_sub_days(Days::new(1)).unwrap_or(first),
        _ => first,
    };
    let mut by_day = ByDay {
        first: ledger::count_on(conn, newsletter, first)?,
        last: ledger::count_on(conn, newsletter, last)?,
        begins: begins.filter(|begins| *begins > first),
        days: Vec::new(),
        all: Change::default(),
    };
    if begins.is_none_or(|begins| begins > last) {
        return Ok(by_day);
    }
    let mut changes =
        store::ledger::changes_of_days(conn, newsletter, (after, last))?.into_iter().peekable();
    let mut subscribers = store::ledger::sum_to(conn, newsletter, after)?;
    for day in after.iter_days().skip(1).take_while(|day| *day <= last) {
        let mut change = Change::default();
        while let Some((_, kind, cause, number)) = changes.next_if(|(of, ..)| *of <= day) {
            change.add(kind, &cause, number);
        }
        subscribers += change.net();
        by_day.all = by_day.all.plus(change);
        by_day.days.push(Day { day, change, subscribers });
    }
    Ok(by_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_back_is_taken_from_where_it_was_counted() {
        let mut change = Change::default();
        for (kind, cause, number) in [
            (LedgerKind::Imported, "", 10),
            (LedgerKind::Imported, "undone", -4),
            (LedgerKind::Ended, "unsubscribed", -3),
            (LedgerKind::Ended, "undone", 1),
            (LedgerKind::Ended, "bounced", -2),
            (LedgerKind::Ended, "erased", -1),
            (LedgerKind::Moved, "", -1),
            (LedgerKind::Moved, "", 1),
            (LedgerKind::Paused, "", 0),
        ] {
            change.add(kind, cause, number);
        }
        assert_eq!(change, Change { came: 6, left: 2, bounced: 2, erased: 1 });
        assert_eq!(change.net(), 1);
    }
}
