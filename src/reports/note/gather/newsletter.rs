//! The newsletter: how many subscribed on two days, what happened between them, and its issues.

use chrono::{Datelike, NaiveDate};

use super::{Counted, Gather, link, note, number};
use crate::db::DbConn;
use crate::error::Result;
use crate::issues::{Issue, IssueKind, Origin};
use crate::reports::issue::numbers;
use crate::reports::note::document::{
    Bar, Block, Chart, Column, Inline, Note, Number, SectionId, Table, Value, span,
};
use crate::reports::note::plan::Period;
use crate::reports::note::store::published;
use crate::subscribers::ledger::{Basis, Count, LedgerKind, count_on};
use crate::subscribers::store::ledger::changes_by_day;
use crate::web::format;

/// The newsletter's part of the note.
pub(super) struct Growth {
    pub(super) blocks: Vec<Block>,
    /// Whether both days are known, so that there is a change to tell of.
    pub(super) has_change: bool,
    /// Whether the later day is known.
    pub(super) is_known: bool,
    /// Public issues of the period.
    pub(super) ordinary: Option<i64>,
    pub(super) special: i64,
}

/// A stretch of days that ends with a month or with the period.
struct Month {
    first: NaiveDate,
    last: NaiveDate,
    came: i64,
    left: i64,
    subscribers: i64,
}

impl Gather<'_> {
    pub(super) fn newsletter(&mut self, conn: &mut DbConn) -> Result<Growth> {
        let period = self.newsletter_period();
        let earlier = self.count_on(conn, period.compare)?;
        let later = self.count_on(conn, period.to)?;
        self.subscriber_numbers(period, &earlier, &later);
        let has_change = earlier.subscribers.is_some() && later.subscribers.is_some();
        let key = match (has_change, &later.subscribers) {
            (true, _) => "note-newsletter-growth",
            (false, Some(_)) => "note-newsletter-alone",
            (false, None) => "note-newsletter-unknown",
        };
        let mut blocks = vec![
            Block::Paragraph(self.say(key, &self.growth_values(period))),
            Block::Table(self.growth_table(period)),
        ];
        // What happened between the days is only told where the register counts both of them.
        if (&earlier.basis, &later.basis) == (&Basis::Counted, &Basis::Counted) {
            let changes = changes_by_day(conn, self.newsletter.id)?;
            let opening = earlier.subscribers.unwrap_or_default();
            let months = months(period, opening, &changes);
            let (chart, table) = self.month_by_month(period, opening, &months);
            blocks.extend([Block::Chart(chart), Block::Table(table)]);
        }
        let issues = published(conn, self.newsletter.id, period.from, period.to)?;
        let (ordinary, special) = self.issues(conn, period, &issues, &mut blocks)?;
        Ok(Growth { blocks, has_change, is_known: later.subscribers.is_some(), ordinary, special })
    }

    /// Today, on the newsletter's clock.
    fn today(&self) -> NaiveDate {
        self.now.day_in(self.newsletter.zone())
    }

    /// The period as far as it has come: nobody has counted a day that has not been.
    pub(super) fn newsletter_period(&self) -> Period {
        let (period, today) = (self.plan.period_of(SectionId::Newsletter), self.today());
        match period.from <= today && period.compare < today {
            true => Period { to: period.to.min(today), ..period },
            false => period,
        }
    }

    fn count_on(&self, conn: &mut DbConn, day: NaiveDate) -> Result<Count> {
        match day > self.today() {
            true => Ok(Count { subscribers: None, basis: Basis::Unknown, source: None }),
            false => count_on(conn, self.newsletter.id, day),
        }
    }

    /// The two counts, the change, the share and the days: one row.
    fn subscriber_numbers(&mut self, period: Period, earlier: &Count, later: &Count) {
        let (newsletter, lang) = (self.newsletter, self.lang);
        let rows = self.rows(&format!(
            "admin/growth?newsletter={}&from={}&on={}",
            newsletter.slug, period.compare, period.to
        ));
        let mut limits = vec![self.texts.get("note-newsletter-limits")];
        let mut sources = Vec::new();
        for (count, day) in [(earlier, period.compare), (later, period.to)] {
            let day = format::day(lang, day);
            match count.basis {
                Basis::Counted => sources.push(self.texts.get("note-source-register")),
                Basis::Stated => {
                    let source = count.source.clone().unwrap_or_default();
                    let stated = [("day", day), ("source", source.clone())];
                    limits.push(self.t("note-newsletter-stated", &stated));
                    sources.push(source);
                }
                Basis::Unknown => limits.push(self.t("note-newsletter-nobody", &[("day", day)])),
            }
        }
        sources.dedup();
        if period.to < self.plan.period_of(SectionId::Newsletter).to {
            let today = [("day", format::day(lang, period.to))];
            limits.push(self.t("note-newsletter-running", &today));
        }
        self.keep(Note {
            key: "newsletter".to_owned(),
            title: self.texts.get("note-subscribers"),
            definition: self.texts.get("note-newsletter-definition"),
            limits: limits.join(" "),
            source: sources.join("; "),
            rows: rows.clone(),
        });
        let unit = self.texts.get("note-unit-subscribers");
        for (key, count, day) in [
            ("newsletter.earlier", earlier, period.compare),
            ("newsletter.later", later, period.to),
        ] {
            self.count(Counted {
                key,
                label: self.texts.get("note-subscribers"),
                value: count.subscribers,
                unit: unit.clone(),
                first: None,
                last: day,
                note: "newsletter",
                rows: rows.clone(),
            });
        }
        let change = match (earlier.subscribers, later.subscribers) {
            (Some(earlier), Some(later)) => Some((later - earlier, earlier)),
            _ => None,
        };
        let missing = || self.texts.get("note-missing");
        let between = |key: &str, label: &str, value, shown, unit: &str| Number {
            key: key.to_owned(),
            label: self.texts.get(label),
            value,
            shown,
            unit: unit.to_owned(),
            first: Some(period.compare),
            last: Some(period.to),
            note: "newsletter".to_owned(),
            rows: rows.clone(),
        };
        let numbers = [
            match change {
                Some((change, _)) => between(
                    "newsletter.change",
                    "note-subscribers-change",
                    Value::Whole(change),
                    format::signed(lang, change),
                    &unit,
                ),
                None => between(
                    "newsletter.change",
                    "note-subscribers-change",
                    Value::Missing,
                    missing(),
                    &unit,
                ),
            },
            match change {
                Some((change, before)) if before > 0 => between(
                    "newsletter.percent",
                    "note-subscribers-percent",
                    Value::Share { change, before },
                    format::signed_percent(lang, change, before),
                    "%",
                ),
                _ => between(
                    "newsletter.percent",
                    "note-subscribers-percent",
                    Value::Missing,
                    missing(),
                    "%",
                ),
            },
            between(
                "newsletter.days",
                "note-subscribers-days",
                Value::Whole(period.days()),
                format::number(lang, period.days()),
                &self.texts.get("note-unit-days"),
            ),
        ];
        for number in numbers {
            self.add(number);
        }
    }

    /// What a sentence about the growth needs.
    pub(super) fn growth_values(&self, period: Period) -> Vec<(&'static str, String)> {
        vec![
            ("later", number("newsletter.later")),
            ("earlier", number("newsletter.earlier")),
            ("change", number("newsletter.change")),
            ("percent", number("newsletter.percent")),
            ("days", number("newsletter.days")),
            ("on", format::day(self.lang, period.to)),
            ("before", format::day(self.lang, period.compare)),
            ("note", note("newsletter")),
        ]
    }

    fn growth_table(&self, period: Period) -> Table {
        let cell = |key: &str| vec![Inline::Number(key.to_owned())];
        Table {
            caption: self.texts.get("note-newsletter-table"),
            columns: vec![
                self.column("note-column-newsletter", false, 8),
                Column { title: format::day(self.lang, period.compare), is_number: true, width: 6 },
                Column { title: format::day(self.lang, period.to), is_number: true, width: 6 },
                self.column("note-column-change", true, 5),
                self.column("note-column-percent", true, 5),
                self.column("note-column-days", true, 3),
            ],
            rows: vec![vec![
                vec![
                    Inline::Text(self.newsletter.title.clone()),
                    Inline::Note("newsletter".to_owned()),
                ],
                cell("newsletter.earlier"),
                cell("newsletter.later"),
                cell("newsletter.change"),
                cell("newsletter.percent"),
                cell("newsletter.days"),
            ]],
            has_sum: false,
        }
    }

    /// A column with a heading of the texts.
    pub(super) fn column(&self, title: &str, is_number: bool, width: u32) -> Column {
        Column { title: self.texts.get(title), is_number, width }
    }

    fn month_by_month(&mut self, period: Period, opening: i64, months: &[Month]) -> (Chart, Table) {
        let lang = self.lang;
        let mut bars = vec![Bar {
            label: short(&format::day(lang, period.compare)),
            year: Some(period.compare.year()),
            value: opening,
            number: "newsletter.earlier".to_owned(),
        }];
        let mut rows = Vec::new();
        let (mut came, mut left) = (0, 0);
        for (at, month) in months.iter().enumerate() {
            let is_last = at + 1 == months.len();
            let name = format::month(lang, month.last.month());
            let key = format!("newsletter.{}", month.last.format("%Y-%m"));
            let link = self.rows(&format!(
                "admin/growth?newsletter={}&from={}&on={}",
                self.newsletter.slug,
                month.first.pred_opt().unwrap_or(month.first),
                month.last
            ));
            for (part, label, value) in [
                ("came", "note-column-came", month.came),
                ("left", "note-column-left", month.left),
                ("count", "note-column-count", month.subscribers),
            ] {
                self.count(Counted {
                    key: &format!("{key}.{part}"),
                    label: self.texts.get(label),
                    value: Some(value),
                    unit: self.texts.get("note-unit-subscribers"),
                    first: Some(month.first).filter(|_| part != "count"),
                    last: month.last,
                    note: "months",
                    rows: link.clone(),
                });
            }
            let cell = |part: &str| vec![Inline::Number(format!("{key}.{part}"))];
            let whole =
                month.first.day() == 1 && month.last.succ_opt().is_none_or(|d| d.day() == 1);
            let title = match whole {
                true => format!("{name} {}", month.last.year()),
                false => span(lang, month.first, month.last),
            };
            rows.push(vec![vec![Inline::Text(title)], cell("came"), cell("left"), cell("count")]);
            bars.push(Bar {
                label: name.chars().take(3).collect(),
                year: (month.last.month() == 1).then(|| month.last.year()),
                value: month.subscribers,
                number: if is_last { "newsletter.later".to_owned() } else { String::new() },
            });
            came += month.came;
            left += month.left;
        }
        for (key, label, value) in [
            ("newsletter.came", "note-column-came", came),
            ("newsletter.left", "note-column-left", left),
        ] {
            self.count(Counted {
                key,
                label: self.texts.get(label),
                value: Some(value),
                unit: self.texts.get("note-unit-subscribers"),
                first: Some(period.compare.succ_opt().unwrap_or(period.compare)),
                last: period.to,
                note: "months",
                rows: self.rows(&format!(
                    "admin/growth?newsletter={}&from={}&on={}",
                    self.newsletter.slug, period.compare, period.to
                )),
            });
        }
        let cell = |key: &str| vec![Inline::Number(key.to_owned())];
        rows.push(vec![
            vec![Inline::Text(self.texts.get("note-sum")), Inline::Note("months".to_owned())],
            cell("newsletter.came"),
            cell("newsletter.left"),
            cell("newsletter.later"),
        ]);
        self.keep(Note {
            key: "months".to_owned(),
            title: self.texts.get("note-months"),
            definition: self.texts.get("note-months-definition"),
            limits: self.texts.get("note-months-limits"),
            source: self.texts.get("note-source-register"),
            rows: self.rows(&format!("admin/growth?newsletter={}", self.newsletter.slug)),
        });
        let values = [
            ("first", format::number(lang, opening)),
            ("before", format::day(lang, period.compare)),
            ("last", format::number(lang, months.last().map_or(opening, |m| m.subscribers))),
            ("on", format::day(lang, period.to)),
        ];
        let chart = Chart {
            title: self.texts.get("note-chart-title"),
            alt: self.t("note-chart-alt", &values),
            unit: self.texts.get("note-unit-subscribers"),
            bars,
        };
        let columns = vec![
            self.column("note-column-month", false, 4),
            self.column("note-column-came", true, 2),
            self.column("note-column-left", true, 2),
            self.column("note-column-count", true, 3),
        ];
        let caption = self.t("note-months-caption", &values);
        (chart, Table { caption, columns, rows, has_sum: true })
    }

    /// The issues of the period, with their addresses; how many of each kind.
    fn issues(
        &mut self,
        conn: &mut DbConn,
        period: Period,
        issues: &[Issue],
        blocks: &mut Vec<Block>,
    ) -> Result<(Option<i64>, i64)> {
        let of = |kind: IssueKind| issues.iter().filter(|issue| issue.kind == kind).count() as i64;
        let special = of(IssueKind::Special);
        // Before this service was there, none in the archive does not mean that there was none.
        let begun = self.newsletter.created_at.day_in(self.newsletter.zone());
        let is_before = period.from < begun;
        let known = Some(special).filter(|count| *count > 0);
        let ordinary = Some(of(IssueKind::Ordinary)).filter(|count| *count > 0 || !is_before);
        for (key, label, value) in [
            ("issues.ordinary", "note-ordinary-issues", ordinary),
            ("issues.special", "note-special-issues", ordinary.or(known).map(|_| special)),
        ] {
            self.count(Counted {
                key,
                label: self.texts.get(label),
                value,
                unit: self.texts.get("note-unit-issues"),
                first: Some(period.from),
                last: period.to,
                note: "issues",
                rows: self.rows("archive"),
            });
        }
        self.keep(Note {
            key: "issues".to_owned(),
            title: self.texts.get("note-issues"),
            definition: self.texts.get("note-issues-definition"),
            limits: match is_before {
                true => {
                    let day = [("day", format::day(self.lang, begun))];
                    let before = self.t("note-issues-before", &day);
                    format!("{} {before}", self.texts.get("note-issues-limits"))
                }
                false => self.texts.get("note-issues-limits"),
            },
            source: self.texts.get("note-source-archive"),
            rows: self.rows("archive"),
        });
        blocks.push(Block::Heading(self.texts.get("note-issues")));
        blocks.push(Block::Paragraph(self.issue_sentence(period, ordinary, special)));
        if !issues.is_empty() {
            let table = self.issue_table(conn, issues)?;
            blocks.push(Block::Table(table));
        }
        Ok((ordinary, special))
    }

    pub(super) fn issue_sentence(
        &self,
        period: Period,
        ordinary: Option<i64>,
        special: i64,
    ) -> Vec<Inline> {
        let counted = |key: &str, count: i64, of: &str| {
            self.t(key, &[("count", count.to_string()), ("shown", number(of))])
        };
        let specials = counted("note-special-count", special, "issues.special");
        let first = span(self.lang, period.from, period.to);
        match ordinary {
            None if special == 0 => {
                let values = [
                    ("ordinary", number("issues.ordinary")),
                    ("period", first),
                    ("note", note("issues")),
                ];
                self.say("note-issues-missing", &values)
            }
            Some(ordinary) => {
                let ordinary = counted("note-ordinary-count", ordinary, "issues.ordinary");
                let values = [
                    ("ordinary", ordinary),
                    ("special", specials),
                    ("period", first),
                    ("note", note("issues")),
                ];
                self.say("note-issues-counted", &values)
            }
            None => self.say(
                "note-issues-special-only",
                &[
                    ("special", specials),
                    ("ordinary", number("issues.ordinary")),
                    ("period", first),
                    ("note", note("issues")),
                ],
            ),
        }
    }

    fn issue_table(&mut self, conn: &mut DbConn, issues: &[Issue]) -> Result<Table> {
        let mut rows = Vec::new();
        for issue in issues {
            let day = issue.published_on.unwrap_or_default();
            let delivery = match issue.origin {
                Origin::Here => Some(numbers(conn, issue, self.now)?.delivery),
                Origin::Imported => None,
            };
            let report = self.rows(&format!("admin/issues/{}/report", issue.uuid));
            let mut row = vec![
                super::inlines(&link(&issue.subject, Some(&self.links.archived(&issue.slug)))),
                vec![Inline::Text(format::day(self.lang, day))],
                vec![Inline::Text(self.texts.get(&format!("note-kind-{}", issue.kind)))],
            ];
            for (part, label, value) in [
                ("audience", "note-column-audience", delivery.as_ref().map(|d| d.audience)),
                ("accepted", "note-column-accepted", delivery.as_ref().map(|d| d.accepted)),
            ] {
                let key = self.count(Counted {
                    key: &format!("issue.{}.{part}", issue.slug),
                    label: format!("{}: {}", issue.subject, self.texts.get(label)),
                    value,
                    unit: self.texts.get("note-unit-recipients"),
                    first: None,
                    last: day,
                    note: "issues",
                    rows: report.clone(),
                });
                row.push(vec![Inline::Number(key)]);
            }
            rows.push(row);
        }
        Ok(Table {
            caption: self.texts.get("note-issues-caption"),
            columns: vec![
                self.column("note-column-issue", false, 5),
                self.column("note-column-day", false, 3),
                self.column("note-column-kind", false, 3),
                self.column("note-column-audience", true, 3),
                self.column("note-column-accepted", true, 3),
            ],
            rows,
            has_sum: false,
        })
    }
}

/// "14. okt." of "14. oktober 2016": a label below a bar.
fn short(day: &str) -> String {
    let mut words = day.split(' ');
    let number = words.next().unwrap_or_default();
    let month: String = words.next().unwrap_or_default().chars().take(3).collect();
    format!("{number} {month}")
}

/// What each month between the two days changed. The first and the last may be parts of one.
fn months(period: Period, opening: i64, changes: &[(NaiveDate, LedgerKind, i64)]) -> Vec<Month> {
    let mut months: Vec<Month> = Vec::new();
    let mut first = period.compare.succ_opt().unwrap_or(period.compare);
    let mut subscribers = opening;
    while first <= period.to {
        let next = first
            .with_day(1)
            .and_then(|day| day.checked_add_months(chrono::Months::new(1)))
            .unwrap_or(NaiveDate::MAX);
        let last = next.pred_opt().unwrap_or(next).min(period.to);
        let mut month = Month { first, last, came: 0, left: 0, subscribers };
        for (_, kind, change) in changes.iter().filter(|(day, ..)| *day >= first && *day <= last) {
            month.subscribers += change;
            // Who moves between groups neither comes nor leaves; an end taken back is none.
            match kind {
                LedgerKind::Ended => month.left -= change,
                LedgerKind::Moved => {}
                _ => month.came += change,
            }
        }
        subscribers = month.subscribers;
        months.push(month);
        first = next;
    }
    months
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_months_between_two_days_begin_and_end_with_them() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
        let period =
            Period { from: day("2017-01-01"), to: day("2017-01-10"), compare: day("2016-11-14") };
        let changes = [
            (day("2016-11-14"), LedgerKind::Confirmed, 5),
            (day("2016-11-15"), LedgerKind::Confirmed, 3),
            (day("2016-12-31"), LedgerKind::Ended, -1),
            (day("2017-01-10"), LedgerKind::Imported, 2),
            (day("2017-01-11"), LedgerKind::Confirmed, 9),
        ];
        let months = months(period, 100, &changes);
        let seen: Vec<_> = months.iter().map(|m| (m.came, m.left, m.subscribers)).collect();
        assert_eq!(seen, [(3, 0, 103), (0, 1, 102), (2, 0, 104)]);
        assert_eq!(months[0].first, day("2016-11-15"));
        assert_eq!(months[2].last, day("2017-01-10"));
    }
}
