//! Growth month by month, from the sums of the ledger, and its picture.

use chrono::{Datelike, NaiveDate};

use super::ledger::LedgerKind;
use super::{store, unsubscribe};
use crate::db::DbConn;
use crate::error::Result;
use crate::web::{Lang, format};

/// Months that are shown at most: as many as there is room for bars.
const SHOWN: usize = 160;

/// What a month changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// The year.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// How many came.
    pub came: i64,
    /// How many left.
    pub left: i64,
    /// How many there were at its end, or today if it still runs.
    pub subscribers: i64,
}

impl Month {
    /// "marts 2017"
    pub fn name(&self, lang: &Lang) -> String {
        format!("{} {}", format::month(*lang, self.month), self.year)
    }

    /// Whether anybody came or left.
    pub fn is_eventful(&self) -> bool {
        self.came != 0 || self.left != 0
    }
}

/// The months from the ledger's beginning up to today, the last 160 of them.
pub fn months(conn: &mut DbConn, newsletter: i64, today: NaiveDate) -> Result<Vec<Month>> {
    let mut months: Vec<Month> = Vec::new();
    let Some(first) = store::ledger::first_day(conn, newsletter)? else { return Ok(months) };
    for (day, kind, change) in store::ledger::changes_by_day(conn, newsletter)? {
        // What was taken back of a day before counts nobody.
        if !(first..=today).contains(&day) {
            continue;
        }
        go_to(&mut months, day);
        if let Some(month) = months.last_mut() {
            month.subscribers += change;
            // A moved person leaves one group for another, and an end that was taken back is none.
            match kind {
                LedgerKind::Ended => month.left -= change,
                LedgerKind::Moved => {}
                _ => month.came += change,
            }
        }
    }
    if !months.is_empty() {
        go_to(&mut months, today);
    }
    Ok(months.split_off(months.len().saturating_sub(SHOWN)))
}

/// Adds the months that follow the last one, up to that of a day.
fn go_to(months: &mut Vec<Month>, day: NaiveDate) {
    loop {
        let (year, month, subscribers) = match months.last() {
            Some(last) if (last.year, last.month) >= (day.year(), day.month()) => return,
            Some(last) if last.month == 12 => (last.year + 1, 1, last.subscribers),
            Some(last) => (last.year, last.month + 1, last.subscribers),
            None => (day.year(), day.month(), 0),
        };
        months.push(Month { year, month, came: 0, left: 0, subscribers });
    }
}

/// Why the number changed between two days, and for whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reasons {
    /// What happened, why where that is known, and by how much the number changed; the arrivals
    /// first, and in them the most frequent.
    pub causes: Vec<(LedgerKind, String, i64)>,
    /// By level of leadership; an empty word for those who did not say.
    pub groups: Vec<Share>,
    /// By sector, in the same way.
    pub sectors: Vec<Share>,
    /// Those who came, by their source, the most frequent first.
    pub sources: Vec<(String, i64)>,
}

/// What changed for some of the subscribers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Who they are.
    pub word: String,
    /// How many came.
    pub came: i64,
    /// How many left.
    pub left: i64,
    /// How many more or fewer there are because people changed from one to the other.
    pub moved: i64,
}

impl Share {
    fn add(all: &mut Vec<Self>, word: &str, kind: LedgerKind, change: i64) {
        let share = match all.iter_mut().position(|share| share.word == word) {
            Some(at) => all.get_mut(at),
            None => {
                all.push(Self { word: word.to_owned(), came: 0, left: 0, moved: 0 });
                all.last_mut()
            }
        };
        let Some(share) = share else { return };
        match kind {
            LedgerKind::Ended => share.left -= change,
            LedgerKind::Moved => share.moved += change,
            _ => share.came += change,
        }
    }
}

/// The word for why somebody came or left, for the texts `growth-cause-…`; none where the kind says
/// all there is to say.
pub fn cause_word<'c>(kind: LedgerKind, cause: &'c str, source: &str) -> Option<&'c str> {
    match (kind, cause) {
        (_, "") | (LedgerKind::Moved, "undone") => None,
        (LedgerKind::Imported, "undone") => Some("import-undone"),
        // The person takes it back by the page of leaving, everybody else otherwise.
        (LedgerKind::Ended, "undone") if source != unsubscribe::UNDONE => Some("taken-back"),
        (_, cause) => Some(cause),
    }
}

/// Why the number changed after one day, up to and with another.
pub fn reasons(
    conn: &mut DbConn,
    newsletter: i64,
    days: (NaiveDate, NaiveDate),
) -> Result<Reasons> {
    let mut reasons = Reasons::default();
    for change in store::ledger::changes(conn, newsletter, days)? {
        let (kind, number) = (change.kind, change.change);
        let cause = cause_word(kind, &change.cause, &change.source).unwrap_or_default();
        Share::add(&mut reasons.groups, &change.leadership_group, kind, number);
        Share::add(&mut reasons.sectors, &change.sector, kind, number);
        let is_same =
            |(k, known, _): &&mut (LedgerKind, String, i64)| *k == kind && *known == cause;
        match reasons.causes.iter_mut().find(is_same) {
            Some((.., so_far)) => *so_far += number,
            None => reasons.causes.push((kind, cause.to_owned(), number)),
        }
        if matches!(kind, LedgerKind::Confirmed | LedgerKind::Imported) {
            match reasons.sources.iter_mut().find(|(source, _)| *source == change.source) {
                Some((_, so_far)) => *so_far += number,
                None => reasons.sources.push((change.source, number)),
            }
        }
    }
    reasons.causes.retain(|(.., number)| *number != 0);
    reasons.causes.sort_by_key(|(.., number)| (*number < 0, -number.abs()));
    reasons.sources.retain(|(_, number)| *number != 0);
    reasons.sources.sort_by_key(|(_, number)| -number);
    for shares in [&mut reasons.groups, &mut reasons.sectors] {
        shares.retain(|share| (share.came, share.left, share.moved) != (0, 0, 0));
        // Who did not say comes last.
        shares.sort_by_key(|share| (share.word.is_empty(), share.word.clone()));
    }
    Ok(reasons)
}

/// A bar for each month, from 0 up.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// The bars, the first month first.
    pub bars: Vec<Bar>,
    /// Lines across: a height in the picture and the number it stands for.
    pub lines: Vec<(i64, i64)>,
}

/// A month in the picture.
#[derive(Debug, Clone)]
pub struct Bar {
    /// From the left.
    pub x: i64,
    /// From the top.
    pub y: i64,
    /// Of the bar.
    pub width: i64,
    /// Of the bar.
    pub height: i64,
    /// The year, where it begins.
    pub year: Option<i32>,
}

/// Room for a year.
const LABEL: i64 = 64;

impl Chart {
    /// The picture's size, without its units.
    pub const WIDTH: i64 = 720;
    /// The same.
    pub const HEIGHT: i64 = 260;
    /// Room for the numbers on the left and the years below.
    pub const LEFT: i64 = 64;
    /// Where the bars stand.
    pub const FLOOR: i64 = Self::HEIGHT - 28;
    const TOP: i64 = 12;

    /// Draws months.
    pub fn of(months: &[Month]) -> Self {
        let most = months.iter().map(|month| month.subscribers).max().unwrap_or(0).max(1);
        let step = step(most);
        let top = (most + step - 1) / step * step;
        let height = |number: i64| number.max(0) * (Self::FLOOR - Self::TOP) / top;
        let slot = (Self::WIDTH - Self::LEFT) / i64::try_from(months.len().max(1)).unwrap_or(1);
        let slot = slot.clamp(1, 60);
        let every = i32::try_from(LABEL / (12 * slot) + 1).unwrap_or(1);
        let bars = months
            .iter()
            .zip(0_i64..)
            .map(|(month, at)| Bar {
                x: Self::LEFT + at * slot + slot / 6,
                y: Self::FLOOR - height(month.subscribers),
                width: slot - slot / 3,
                height: height(month.subscribers),
                // The first year only if it ends far enough from the label of the next.
                year: ((month.month == 1 && month.year % every == 0)
                    || (at == 0 && i64::from(13 - month.month) * slot > LABEL))
                    .then_some(month.year),
            })
            .collect();
        let lines = (0..=top / step).map(|n| (Self::FLOOR - height(n * step), n * step)).collect();
        Self { bars, lines }
    }
}

/// A round distance between lines that gives two to five of them.
fn step(most: i64) -> i64 {
    let mut step = 1;
    loop {
        for factor in [1, 2, 5] {
            if most <= step * factor * 5 {
                return step * factor;
            }
        }
        step *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_without_a_change_are_there_too_and_years_go_on() {
        let mut months = Vec::new();
        for day in [(2016, 11, 4), (2017, 2, 1)] {
            go_to(&mut months, NaiveDate::from_ymd_opt(day.0, day.1, day.2).unwrap_or_default());
        }
        let names: Vec<_> = months.iter().map(|month| (month.year, month.month)).collect();
        assert_eq!(names, [(2016, 11), (2016, 12), (2017, 1), (2017, 2)]);
    }

    #[test]
    fn the_lines_of_the_picture_are_round_numbers_above_the_highest_bar() {
        for (most, expected) in [(1, 1), (7, 2), (27_699, 10_000), (26, 10), (5, 1)] {
            assert_eq!(step(most), expected, "{most}");
        }
        let month = Month { year: 2017, month: 10, came: 0, left: 0, subscribers: 27_699 };
        let chart = Chart::of(&[month]);
        assert_eq!(chart.lines.last().map(|(_, number)| *number), Some(30_000));
        assert!(chart.bars.iter().all(|bar| bar.y > Chart::TOP));
    }
}
