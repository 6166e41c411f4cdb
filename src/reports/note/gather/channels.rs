//! The other channels: the figures that were entered, nearest to the days that are compared.

use chrono::NaiveDate;

use super::{Gather, note, number};
use crate::db::DbConn;
use crate::error::Result;
use crate::reports::figures::{Channel, Figure, Qualifier};
use crate::reports::note::document::{
    Block, Column, Inline, Note, Number, SectionId, Table, Value, span,
};
use crate::reports::note::plan::Period;
use crate::reports::series::{self, Break, Pair};
use crate::reports::store;
use crate::web::format;

/// The channels' parts of the note.
pub(super) struct Channels {
    pub(super) sections: Vec<(SectionId, Vec<Block>)>,
    /// What can be told of in the main results.
    pub(super) told: Vec<Told>,
}

/// A series of which there is a figure.
pub(super) struct Told {
    pub(super) channel: Channel,
    pub(super) kind: String,
    pub(super) unit: String,
    pub(super) value: i64,
    /// The day or the period of the figure, in words.
    pub(super) on: String,
    /// The same of the figure before it.
    pub(super) before: Option<String>,
    pub(super) has_growth: bool,
    pub(super) is_broken: bool,
    pub(super) note: String,
}

const SECTIONS: [(Channel, SectionId); 5] = [
    (Channel::Site, SectionId::Site),
    (Channel::Social, SectionId::Social),
    (Channel::Courses, SectionId::Courses),
    (Channel::Podcasts, SectionId::Podcasts),
    (Channel::Other, SectionId::Other),
];

impl Gather<'_> {
    pub(super) fn channels(&mut self, conn: &mut DbConn) -> Result<Channels> {
        let all = series::of(store::figures::all(conn)?);
        let mut channels = Channels { sections: vec![], told: vec![] };
        for (channel, id) in SECTIONS {
            let period = self.plan.period_of(id);
            let pairs: Vec<(&str, Pair<'_>)> = all
                .iter()
                .filter(|series| series.channel() == channel)
                .map(|series| (series.kind.as_str(), series.nearest(period.compare, period.to)))
                .filter(|(_, pair)| pair.later.is_some() || pair.earlier.is_some())
                .collect();
            if pairs.is_empty() {
                continue;
            }
            let mut rows = Vec::new();
            let mut breaks = Vec::new();
            for (kind, pair) in &pairs {
                let note = self.figure_note(channel, kind, pair);
                self.figure_numbers(kind, pair, &note, period);
                rows.push((*kind, pair, note.clone()));
                if let Some(broken) = &pair.broken {
                    breaks.push(self.break_words(kind, pair, broken));
                }
                channels.told.extend(self.told(channel, kind, pair, note));
            }
            let table = self.figure_table(id, &rows).without_empty_columns();
            let mut blocks = vec![Block::Table(table)];
            if !breaks.is_empty() {
                blocks.push(Block::List(breaks));
            }
            channels.sections.push((id, blocks));
        }
        Ok(channels)
    }

    fn told(&self, channel: Channel, kind: &str, pair: &Pair<'_>, note: String) -> Option<Told> {
        let later = pair.later?;
        Some(Told {
            channel,
            kind: kind.to_owned(),
            unit: later.said.unit.clone(),
            value: later.said.value,
            on: self.on(later),
            before: pair.earlier.map(|earlier| self.on(earlier)),
            has_growth: pair.growth().is_some(),
            is_broken: pair.broken.is_some(),
            note,
        })
    }

    /// The days of a figure.
    fn on(&self, figure: &Figure) -> String {
        let said = &figure.said;
        match said.period_start {
            Some(first) => span(self.lang, first, said.day),
            None => format::day(self.lang, said.day),
        }
    }

    fn figure_numbers(&mut self, kind: &str, pair: &Pair<'_>, note: &str, period: Period) {
        let unit = pair.later.or(pair.earlier).map_or("", |figure| &figure.said.unit).to_owned();
        for (part, figure, day) in
            [("earlier", pair.earlier, period.compare), ("later", pair.later, period.to)]
        {
            let number = match figure {
                Some(figure) => self.figure_number(kind, part, figure, note),
                None => self.missing(kind, part, &unit, day, note),
            };
            self.add(number);
        }
        let values = match (pair.growth(), pair.earlier, pair.later, &pair.broken) {
            (Some(growth), Some(earlier), ..) => {
                let before = earlier.said.value;
                let about = if pair.is_about() {
                    self.texts.get("note-about") + " "
                } else {
                    String::new()
                };
                let percent = match before {
                    0 => (Value::Missing, self.texts.get("note-missing")),
                    _ => (
                        Value::Share { change: growth, before },
                        about.clone() + &format::signed_percent(self.lang, growth, before),
                    ),
                };
                [(Value::Whole(growth), about + &format::signed(self.lang, growth)), percent]
            }
            (.., Some(_)) => {
                let broken = (Value::Broken, self.texts.get("note-broken"));
                [broken.clone(), broken]
            }
            _ => {
                let missing = (Value::Missing, self.texts.get("note-missing"));
                [missing.clone(), missing]
            }
        };
        let days = (
            pair.earlier.map_or(period.compare, |figure| figure.said.day),
            pair.later.map_or(period.to, |figure| figure.said.day),
        );
        for ((part, unit), (value, shown)) in
            [("change", unit.as_str()), ("percent", "%")].into_iter().zip(values)
        {
            let label = self.t(&format!("note-figure-{part}"), &[("kind", kind.to_owned())]);
            self.add(Number {
                key: key(kind, part),
                label,
                value,
                shown,
                unit: unit.to_owned(),
                first: Some(days.0),
                last: Some(days.1),
                note: note.to_owned(),
                rows: self.rows("admin/figures"),
            });
        }
    }

    fn figure_number(&self, kind: &str, part: &str, figure: &Figure, note: &str) -> Number {
        let said = &figure.said;
        let digits = format::number(self.lang, said.value);
        let shown = match said.qualifier {
            Qualifier::Exact => digits,
            Qualifier::About => format!("{} {digits}", self.texts.get("note-about")),
            Qualifier::MoreThan => format!("{} {digits}", self.texts.get("note-more-than")),
        };
        Number {
            key: key(kind, part),
            label: kind.to_owned(),
            value: Value::Whole(said.value),
            shown,
            unit: said.unit.clone(),
            first: said.period_start,
            last: Some(said.day),
            note: note.to_owned(),
            rows: self.rows(&format!("admin/figures#figure-{}", figure.uuid)),
        }
    }

    fn missing(&self, kind: &str, part: &str, unit: &str, day: NaiveDate, note: &str) -> Number {
        Number {
            key: key(kind, part),
            label: kind.to_owned(),
            value: Value::Missing,
            shown: self.texts.get("note-missing"),
            unit: unit.to_owned(),
            first: None,
            last: Some(day),
            note: note.to_owned(),
            rows: self.rows("admin/figures"),
        }
    }

    /// How the figures of a kind were counted; kinds of which the same is said share a note.
    fn figure_note(&mut self, channel: Channel, kind: &str, pair: &Pair<'_>) -> String {
        let figures = [pair.earlier, pair.later].into_iter().flatten();
        let (mut definitions, mut sources) = (Vec::new(), Vec::new());
        for figure in figures {
            let said = &figure.said;
            if !said.definition.is_empty() && !definitions.contains(&said.definition) {
                definitions.push(said.definition.clone());
            }
            if !sources.contains(&said.source) {
                sources.push(said.source.clone());
            }
        }
        let mut limits = Vec::new();
        if pair.later.is_some_and(|figure| figure.said.qualifier == Qualifier::MoreThan) {
            limits.push(self.texts.get("note-limit-more-than"));
        }
        if pair.is_uneven() {
            limits.push(self.texts.get("note-limit-uneven"));
        }
        if pair.earlier.is_none() || pair.later.is_none() {
            limits.push(self.texts.get("note-limit-missing"));
        }
        if channel == Channel::Social {
            limits.push(self.texts.get("note-limit-social"));
        }
        let definition = match definitions.is_empty() {
            true => self.texts.get("note-figure-undefined"),
            false => definitions.join(" "),
        };
        let (limits, source) = (limits.join(" "), sources.join("; "));
        let start = format!("channel.{channel}.");
        let title = self.texts.get(&format!("note-channel-{channel}"));
        let same = self.notes.iter_mut().find(|old| {
            old.key.starts_with(&start)
                && (&old.definition, &old.limits, &old.source) == (&definition, &limits, &source)
        });
        if let Some(same) = same {
            same.title = title;
            return same.key.clone();
        }
        let key = format!("{start}{kind}");
        let rows = self.rows("admin/figures");
        self.keep(Note {
            key: key.clone(),
            title: kind.to_owned(),
            definition,
            limits,
            source,
            rows,
        });
        key
    }

    fn figure_table(&self, id: SectionId, rows: &[(&str, &Pair<'_>, String)]) -> Table {
        // Where all rows are of the same day, the day is the heading; else it stands in each row.
        let common = |of: &dyn Fn(&Pair<'_>) -> Option<String>| {
            let mut days: Vec<String> = rows.iter().filter_map(|(_, pair, _)| of(pair)).collect();
            days.dedup();
            if days.len() == 1 { days.pop() } else { None }
        };
        let earlier_day = common(&|pair| pair.earlier.map(|figure| self.on(figure)));
        let later_day = common(&|pair| pair.later.map(|figure| self.on(figure)));
        let cell = |kind: &str, part: &str, figure: Option<&Figure>, common: &Option<String>| {
            let mut cell = vec![Inline::Number(key(kind, part))];
            if let (Some(figure), None) = (figure, common) {
                cell.push(Inline::Text(format!(" ({})", self.on(figure))));
            }
            cell
        };
        let body = rows.iter().map(|(kind, pair, note)| {
            let unit = pair.later.or(pair.earlier).map_or("", |figure| &figure.said.unit);
            // "Følgere på Facebook" says already that followers are counted; and where the units
            // differ, the words below the table say so.
            let is_said = kind.to_lowercase().contains(&unit.to_lowercase());
            let name = match is_said || pair.broken.is_some() {
                true => (*kind).to_owned(),
                false => format!("{kind}, {unit}"),
            };
            let mut percent = Vec::new();
            if pair.growth().is_some() {
                percent.push(Inline::Number(key(kind, "percent")));
            }
            vec![
                vec![Inline::Text(name), Inline::Note(note.clone())],
                cell(kind, "earlier", pair.earlier, &earlier_day),
                cell(kind, "later", pair.later, &later_day),
                vec![Inline::Number(key(kind, "change"))],
                percent,
            ]
        });
        let before = earlier_day.clone().unwrap_or_else(|| self.texts.get("note-column-before"));
        let now = later_day.clone().unwrap_or_else(|| self.texts.get("note-column-now"));
        Table {
            caption: self.texts.get(&format!("note-table-{id}")),
            columns: vec![
                self.column("note-column-figure", false, 7),
                Column { title: before, is_number: true, width: 4 },
                Column { title: now, is_number: true, width: 4 },
                self.column("note-column-change", true, 3),
                self.column("note-column-percent", true, 3),
            ],
            rows: body.collect(),
            has_sum: false,
        }
    }

    fn break_words(&self, kind: &str, pair: &Pair<'_>, broken: &Break) -> Vec<Inline> {
        let day = |figure: Option<&Figure>| figure.map(|f| self.on(f)).unwrap_or_default();
        let mut values = vec![
            ("kind", kind.to_owned()),
            ("before", day(pair.earlier)),
            ("now", day(pair.later)),
        ];
        match broken {
            Break::Unit(old, new) => {
                values.extend([("old", old.clone()), ("new", new.clone())]);
                self.say("note-break-unit", &values)
            }
            Break::Said(why) => {
                values.push(("why", why.clone()));
                self.say("note-break-said", &values)
            }
            Break::Span => self.say("note-break-span", &values),
        }
    }

    /// A sentence about a series, for the main results.
    pub(super) fn told_sentence(&self, told: &Told) -> Vec<Inline> {
        let values = [
            ("kind", told.kind.clone()),
            ("later", number(&key(&told.kind, "later"))),
            ("earlier", number(&key(&told.kind, "earlier"))),
            ("change", number(&key(&told.kind, "change"))),
            ("percent", number(&key(&told.kind, "percent"))),
            ("unit", told.unit.clone()),
            ("on", told.on.clone()),
            ("before", told.before.clone().unwrap_or_default()),
            ("note", note(&told.note)),
        ];
        let key = match (told.has_growth, told.is_broken, &told.before) {
            (true, ..) => "note-told-growth",
            (false, true, _) => "note-told-broken",
            (false, false, Some(_)) => "note-told-open",
            (false, false, None) => "note-told-alone",
        };
        self.say(key, &values)
    }
}

/// The key of a part of a kind's numbers.
pub(super) fn key(kind: &str, part: &str) -> String {
    format!("figure.{kind}.{part}")
}
