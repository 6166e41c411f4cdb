//! The figures of one kind as a series: what stands, and what can be compared with what.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};

use super::figures::{Channel, Figure, Qualifier};

/// Figures of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// What is counted.
    pub kind: String,
    /// Every entry, the newest day first, and of one day the newest entry first.
    pub entries: Vec<Entry>,
}

/// An entry, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What was entered.
    pub figure: Figure,
    /// Whether it is what stands for its day.
    pub stands: bool,
}

/// Why two figures cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Break {
    /// They count different things: the earlier and the later unit.
    Unit(String, String),
    /// Somebody said why.
    Said(String),
    /// One is of a day, the other of a period.
    Span,
}

/// A figure and the one that it is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair<'s> {
    /// The later one, if there is any.
    pub later: Option<&'s Figure>,
    /// The earlier one, if there is any.
    pub earlier: Option<&'s Figure>,
    /// Why they cannot be compared, if they cannot.
    pub broken: Option<Break>,
}

/// Orders figures into series, as the store gives them.
pub fn of(figures: Vec<Figure>) -> Vec<Series> {
    let mut kinds: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for figure in figures {
        let entries = kinds.entry(figure.said.kind.clone()).or_default();
        let is_newest = entries.last().is_none_or(|last| {
            let (newer, older) = (&last.figure.said, &figure.said);
            (newer.day, newer.period_start) != (older.day, older.period_start)
        });
        let stands = is_newest && !figure.taken_back;
        entries.push(Entry { figure, stands });
    }
    kinds.into_iter().map(|(kind, entries)| Series { kind, entries }).collect()
}

/// How far a figure may lie from the day that is asked for, after it.
const LATE: TimeDelta = TimeDelta::days(60);

impl Series {
    /// The figures that stand, the newest day first.
    pub fn standing(&self) -> impl DoubleEndedIterator<Item = &Figure> {
        self.entries.iter().filter(|entry| entry.stands).map(|entry| &entry.figure)
    }

    /// Where it stands in the status note: as its newest figure says.
    pub fn channel(&self) -> Channel {
        self.standing().next().map_or(Channel::Other, |figure| figure.said.channel)
    }

    /// The figures nearest to two days. The middle between the days parts them, so that no figure is
    /// compared with itself; a later one lies at most two months after its day.
    pub fn nearest(&self, earlier: NaiveDate, later: NaiveDate) -> Pair<'_> {
        let middle = earlier + (later - earlier) / 2;
        let nearest = |to: NaiveDate, fits: &dyn Fn(NaiveDate) -> bool| {
            let candidates = self.standing().filter(|figure| fits(figure.said.day));
            candidates.min_by_key(|figure| (figure.said.day - to).abs())
        };
        // As far back as the days are apart, so that nothing of another year is taken.
        let oldest = earlier - (later - earlier) / 2;
        let last = nearest(later, &|day| day > middle && day <= later + LATE);
        let first = nearest(earlier, &|day| day <= middle && day >= oldest);
        self.pair(first, last)
    }

    /// The figure before one in this series.
    pub fn before(&self, figure: &Figure) -> Option<&Figure> {
        self.standing().find(|earlier| earlier.said.day < figure.said.day)
    }

    /// Two figures, and why they cannot be compared if they cannot.
    pub fn pair<'s>(&'s self, earlier: Option<&'s Figure>, later: Option<&'s Figure>) -> Pair<'s> {
        let broken = match (earlier, later) {
            (Some(earlier), Some(later)) => self.broken(earlier, later),
            _ => None,
        };
        Pair { later, earlier, broken }
    }

    fn broken(&self, earlier: &Figure, later: &Figure) -> Option<Break> {
        let (old, new) = (&earlier.said, &later.said);
        if old.unit.to_lowercase() != new.unit.to_lowercase() {
            return Some(Break::Unit(old.unit.clone(), new.unit.clone()));
        }
        // A break holds for all that comes after it.
        let between = self
            .standing()
            .filter(|figure| figure.said.day > old.day && figure.said.day <= new.day)
            .find(|figure| !figure.said.series_break.is_empty());
        if let Some(figure) = between {
            return Some(Break::Said(figure.said.series_break.clone()));
        }
        (old.period_start.is_some() != new.period_start.is_some()).then_some(Break::Span)
    }
}

impl Pair<'_> {
    /// By how much the value grew, where that can be said: both are there, nothing breaks between
    /// them, and neither is only known to be more than something.
    pub fn growth(&self) -> Option<i64> {
        let (later, earlier) = (self.later?, self.earlier?);
        let is_open = |figure: &Figure| figure.said.qualifier == Qualifier::MoreThan;
        let is_known = self.broken.is_none() && !is_open(later) && !is_open(earlier);
        is_known.then(|| later.said.value - earlier.said.value)
    }

    /// Whether what is said of the growth is about right only.
    pub fn is_about(&self) -> bool {
        let is_about = |figure: &Figure| figure.said.qualifier == Qualifier::About;
        self.later.is_some_and(is_about) || self.earlier.is_some_and(is_about)
    }

    /// Whether the two are of periods whose lengths differ by more than a tenth.
    pub fn is_uneven(&self) -> bool {
        let days = |figure: Option<&Figure>| {
            let figure = figure?;
            Some((figure.said.day - figure.said.period_start?).num_days() + 1)
        };
        match (days(self.later), days(self.earlier)) {
            (Some(later), Some(earlier)) => (later - earlier).abs() * 10 > later.max(earlier),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::figures::FigureForm;
    use super::*;
    use crate::clock::Instant;
    use crate::db::PublicId;
    use crate::error::Result;

    /// Figures of one kind: day, value, unit, and the words of a break.
    fn series(rows: &[(&str, &str, &str, &str)]) -> Result<Series> {
        let mut figures = Vec::new();
        for (id, (day, value, unit, series_break)) in (1..).zip(rows) {
            let form = FigureForm {
                kind: "Besøg på Lederweb".to_owned(),
                day: (*day).to_owned(),
                value: (*value).to_owned(),
                unit: (*unit).to_owned(),
                source: "statusnotat".to_owned(),
                series_break: (*series_break).to_owned(),
                ..FigureForm::default()
            };
            figures.push(Figure {
                id,
                uuid: PublicId::random(),
                said: form.read()?,
                entered_by: String::new(),
                entered_at: Instant::new("2017-12-01T08:00:00Z".parse().unwrap_or_default()),
                taken_back: false,
            });
        }
        figures.sort_by_key(|figure| (std::cmp::Reverse(figure.said.day), -figure.id));
        Ok(of(figures).remove(0))
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    #[test]
    fn what_is_counted_in_another_unit_is_no_growth() -> Result<()> {
        let series = series(&[
            ("2016-12-31", "80.952", "besøg", ""),
            ("2017-11-01", "95.958", "besøgende", ""),
        ])?;
        let pair = series.nearest(day("2016-12-31"), day("2017-12-31"));
        assert_eq!(pair.broken, Some(Break::Unit("besøg".to_owned(), "besøgende".to_owned())));
        assert_eq!(pair.growth(), None);
        Ok(())
    }

    #[test]
    fn a_break_holds_for_all_that_comes_after_it() -> Result<()> {
        let series = series(&[
            ("2016-11-01", "4.117", "følgere", ""),
            ("2017-05-01", "4.300", "følgere", "Tælles nu af en anden tjeneste."),
            ("2017-11-01", "4.544", "følgere", ""),
        ])?;
        let year = series.nearest(day("2016-11-01"), day("2017-11-01"));
        assert!(matches!(year.broken, Some(Break::Said(_))), "{year:?}");
        let half = series.pair(series.standing().nth(1), series.standing().next());
        assert_eq!(half.growth(), Some(244), "after the break the same is counted");
        Ok(())
    }

    #[test]
    fn the_figures_nearest_to_both_days_are_taken_and_none_of_another_year() -> Result<()> {
        let series = series(&[
            ("2015-11-01", "3.000", "følgere", ""),
            ("2016-11-01", "4.117", "følgere", ""),
            ("2017-11-01", "4.544", "følgere", ""),
            ("2018-11-01", "5.000", "følgere", ""),
        ])?;
        for (from, to) in [
            ("2016-10-14", "2017-10-26"),
            ("2016-12-31", "2017-12-31"),
            ("2016-11-01", "2017-11-01"),
        ] {
            let pair = series.nearest(day(from), day(to));
            assert_eq!(pair.growth(), Some(427), "{from} {to}");
        }
        let early = series.nearest(day("2012-12-31"), day("2013-12-31"));
        assert_eq!((early.later, early.earlier), (None, None));
        let last = series.nearest(day("2017-12-31"), day("2018-06-30"));
        assert_eq!(last.later, None, "four months later is another time");
        Ok(())
    }

    #[test]
    fn an_older_entry_of_the_same_day_does_not_stand() -> Result<()> {
        let series = series(&[
            ("2017-11-01", "8.759", "følgere", ""),
            ("2017-11-01", "8.795", "følgere", ""),
        ])?;
        let values: Vec<i64> = series.standing().map(|figure| figure.said.value).collect();
        assert_eq!((values, series.entries.len()), (vec![8_795], 2));
        Ok(())
    }
}
