//! Fills a note in: every number is read from its rows here, at one moment, and named where it is
//! told of.

mod channels;
mod content;
mod main_results;
mod newsletter;

use chrono::NaiveDate;

use super::document::{
    Block, Document, Inline, Note, Number, Section, SectionId, VERSION, Value, named_numbers,
    rounding, span,
};
use super::plan::Plan;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::Result;
use crate::links::Links;
use crate::newsletters::Newsletter;
use crate::web::language::Texts;
use crate::web::{Lang, format};

/// Gathers a note. Read it in one transaction of the database, or at least at one moment.
pub fn gather(
    conn: &mut DbConn,
    newsletter: &Newsletter,
    plan: &Plan,
    links: &Links,
    now: Instant,
) -> Result<Document> {
    let lang = plan.language;
    let mut gather = Gather {
        newsletter,
        plan,
        links,
        lang,
        texts: lang.texts(),
        now,
        numbers: Vec::new(),
        notes: Vec::new(),
    };
    let growth = gather.newsletter(conn)?;
    let channels = gather.channels(conn)?;
    let content = gather.content(conn)?;
    let main = gather.main_results(&growth, &channels, &content);
    let mut filled: Vec<(SectionId, Vec<Block>)> = vec![
        (SectionId::Main, main),
        (SectionId::Newsletter, growth.blocks),
        (SectionId::Published, content.published),
        (SectionId::Projects, content.projects),
        (SectionId::Media, content.media),
        (SectionId::Conferences, content.conferences),
    ];
    filled.extend(channels.sections);
    let period = plan.period;
    let span_of_note = span(lang, period.from, period.to);
    let mut document = Document {
        version: VERSION,
        language: lang,
        organisation: organisation(newsletter),
        title: gather.t("note-title", &[("period", span_of_note.clone())]),
        subtitle: gather.t(
            "note-subtitle",
            &[("period", span_of_note), ("compare", format::day(lang, period.compare))],
        ),
        from: period.from,
        to: period.to,
        compare: period.compare,
        read: gather.t("note-read", &[("time", format::time(lang, now, newsletter.zone()))]),
        sections: Vec::new(),
        numbers: Vec::new(),
        notes: Vec::new(),
    };
    for id in SectionId::ALL {
        let blocks =
            filled.iter_mut().find(|(of, _)| of == id).map(|(_, blocks)| std::mem::take(blocks));
        document.sections.push(Section {
            id: *id,
            title: gather.t(&format!("note-section-{id}"), &[]),
            period: gather.period(*id),
            words: plan.words(*id).to_owned(),
            blocks: blocks.unwrap_or_default(),
        });
    }
    for id in SectionId::ALL {
        gather.round(plan.words(*id));
    }
    document.numbers = gather.numbers;
    document.notes = in_order(gather.notes, &document.sections);
    Ok(document)
}

fn organisation(newsletter: &Newsletter) -> String {
    match newsletter.details().organisation {
        name if name.is_empty() => newsletter.sender_name.clone(),
        name => name,
    }
}

/// Notes in the order in which they are referred to; those that nobody refers to last.
fn in_order(mut notes: Vec<Note>, sections: &[Section]) -> Vec<Note> {
    let mut ordered: Vec<String> = Vec::new();
    for block in sections.iter().flat_map(|section| &section.blocks) {
        visit(block, &mut |inline| {
            if let Inline::Note(key) = inline
                && !ordered.contains(key)
            {
                ordered.push(key.clone());
            }
        });
    }
    let place = |note: &Note| ordered.iter().position(|key| *key == note.key);
    notes.sort_by_key(|note| place(note).unwrap_or(usize::MAX));
    notes
}

/// Goes through every piece of every sentence of a block.
pub(super) fn visit(block: &Block, see: &mut dyn FnMut(&Inline)) {
    match block {
        Block::Heading(_) | Block::Chart(_) => {}
        Block::Paragraph(inlines) => inlines.iter().for_each(see),
        Block::List(points) => points.iter().flatten().for_each(see),
        Block::Facts(facts) => facts.iter().flat_map(|fact| &fact.detail).for_each(see),
        Block::Table(table) => table.rows.iter().flatten().flatten().for_each(see),
    }
}

/// What is gathered so far.
struct Gather<'g> {
    newsletter: &'g Newsletter,
    plan: &'g Plan,
    links: &'g Links,
    lang: Lang,
    texts: Texts,
    now: Instant,
    numbers: Vec<Number>,
    notes: Vec<Note>,
}

/// Marks around what a text names: private use, which [`Gather::say`] takes out of what people wrote.
const NUMBER: char = '\u{e000}';
const NOTE: char = '\u{e001}';
const LINK: char = '\u{e002}';
const END: char = '\u{e003}';

/// A number in the values of a text.
fn number(key: &str) -> String {
    format!("{NUMBER}{key}{END}")
}

/// A reference in the values of a text.
fn note(key: &str) -> String {
    format!("{NOTE}{key}{END}")
}

/// A link in the values of a text; the words alone where there is no address.
fn link(text: &str, url: Option<&str>) -> String {
    match url {
        // As an address is written, so that every reader of the files takes it for one.
        Some(url) => {
            let url = url::Url::parse(url).map_or_else(|_| clean(url), String::from);
            format!("{LINK}{url}{LINK}{}{END}", clean(text))
        }
        None => clean(text),
    }
}

/// What somebody wrote, without marks.
fn clean(text: &str) -> String {
    text.chars().filter(|letter| !('\u{e000}'..='\u{f8ff}').contains(letter)).collect()
}

/// Parts a text at its marks.
fn inlines(text: &str) -> Vec<Inline> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find([NUMBER, NOTE, LINK]) {
        let (before, marked) = rest.split_at(at);
        if !before.is_empty() {
            out.push(Inline::Text(before.to_owned()));
        }
        let (kind, marked) = marked.split_at(NUMBER.len_utf8());
        let (inner, after) = marked.split_once(END).unwrap_or((marked, ""));
        out.push(match kind.chars().next() {
            Some(NUMBER) => Inline::Number(inner.to_owned()),
            Some(NOTE) => Inline::Note(inner.to_owned()),
            _ => {
                let (url, text) = inner.split_once(LINK).unwrap_or(("", inner));
                Inline::Link { text: text.to_owned(), url: url.to_owned() }
            }
        });
        rest = after;
    }
    if !rest.is_empty() {
        out.push(Inline::Text(rest.to_owned()));
    }
    out
}

impl Gather<'_> {
    /// A text.
    fn t(&self, key: &str, values: &[(&'static str, String)]) -> String {
        let values: Vec<(&'static str, &dyn std::fmt::Display)> =
            values.iter().map(|(name, value)| (*name, value as _)).collect();
        self.texts.with(key, &values)
    }

    /// A sentence, with the numbers, references and links that its values name.
    fn say(&self, key: &str, values: &[(&'static str, String)]) -> Vec<Inline> {
        inlines(&self.t(key, values))
    }

    /// The address of rows of this service.
    fn rows(&self, path: &str) -> String {
        self.links.url(path)
    }

    /// Keeps a note, unless there is one of that key.
    fn keep(&mut self, note: Note) {
        if self.notes.iter().all(|old| old.key != note.key) {
            self.notes.push(note);
        }
    }

    /// Keeps a number and gives its key.
    fn add(&mut self, number: Number) -> String {
        let key = number.key.clone();
        if self.numbers.iter().all(|old| old.key != key) {
            self.numbers.push(number);
        }
        key
    }

    /// Keeps the numbers that an editor's words name and that are not there as they are: rounded ones,
    /// which come from the same rows, and those that are gone.
    fn round(&mut self, words: &str) {
        for key in named_numbers(words) {
            let (of, to) = rounding(key);
            let known = self.numbers.iter().find(|number| number.key == of).cloned();
            match (known, to) {
                (Some(number), Some(to)) => self.add(self.rounded(number, key, to)),
                (Some(_), None) => continue,
                // It was there when the words were written: a figure that was taken back since.
                (None, _) => self.add(self.gone(key)),
            };
        }
    }

    /// A number of which nothing is known any more.
    fn gone(&self, key: &str) -> Number {
        Number {
            key: key.to_owned(),
            label: key.to_owned(),
            value: Value::Missing,
            shown: self.texts.get("note-missing"),
            unit: String::new(),
            first: None,
            last: None,
            note: String::new(),
            rows: String::new(),
        }
    }

    /// A number to the nearest multiple; what is missing stays so.
    fn rounded(&self, number: Number, key: &str, to: i64) -> Number {
        let Value::Whole(value) = number.value else {
            return Number { key: key.to_owned(), ..number };
        };
        // Half of it is added, so that the division's floor is the nearest.
        let nearest = value.saturating_add(to / 2).div_euclid(to).saturating_mul(to);
        let values = [("label", number.label.clone()), ("to", format::number(self.lang, to))];
        Number {
            key: key.to_owned(),
            label: self.t("note-rounded", &values),
            value: Value::Whole(nearest),
            // "mere end 19.234" becomes "mere end 19.000", and a sign stays.
            shown: number.shown.replace(
                &format::number(self.lang, value.abs()),
                &format::number(self.lang, nearest.abs()),
            ),
            ..number
        }
    }

    /// Keeps a count of rows.
    fn count(&mut self, count: Counted<'_>) -> String {
        let (value, shown) = match count.value {
            Some(value) => (Value::Whole(value), format::number(self.lang, value)),
            None => (Value::Missing, self.texts.get("note-missing")),
        };
        self.add(Number {
            key: count.key.to_owned(),
            label: count.label,
            value,
            shown,
            unit: count.unit,
            first: count.first,
            last: Some(count.last),
            note: count.note.to_owned(),
            rows: count.rows,
        })
    }

    /// The period of a section in words; empty for those that have none.
    fn period(&self, id: SectionId) -> String {
        let period = match id {
            SectionId::Newsletter => self.newsletter_period(),
            id => self.plan.period_of(id),
        };
        match id {
            SectionId::Main
            | SectionId::Channels
            | SectionId::Improved
            | SectionId::Focus
            | SectionId::Plans => String::new(),
            SectionId::Published
            | SectionId::Projects
            | SectionId::Media
            | SectionId::Conferences => {
                self.t("note-period", &[("period", span(self.lang, period.from, period.to))])
            }
            other => {
                let text = match other {
                    SectionId::Newsletter => "note-compared",
                    _ => "note-nearest",
                };
                let values = [
                    ("later", format::day(self.lang, period.to)),
                    ("earlier", format::day(self.lang, period.compare)),
                ];
                self.t(text, &values)
            }
        }
    }
}

/// A count of rows, on a day or in a period.
struct Counted<'c> {
    key: &'c str,
    label: String,
    /// None when nobody has counted it, which is not zero.
    value: Option<i64>,
    unit: String,
    first: Option<NaiveDate>,
    last: NaiveDate,
    note: &'c str,
    rows: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_parted_where_it_names_something() {
        let text = format!(
            "Der var {} abonnenter{}. Se {}.",
            number("newsletter.later"),
            note("newsletter"),
            link("særnummeret\u{e001}", Some("https://example.dk/a"))
        );
        assert_eq!(
            inlines(&text),
            [
                Inline::Text("Der var ".to_owned()),
                Inline::Number("newsletter.later".to_owned()),
                Inline::Text(" abonnenter".to_owned()),
                Inline::Note("newsletter".to_owned()),
                Inline::Text(". Se ".to_owned()),
                Inline::Link {
                    text: "særnummeret".to_owned(),
                    url: "https://example.dk/a".to_owned()
                },
                Inline::Text(".".to_owned()),
            ]
        );
    }
}
