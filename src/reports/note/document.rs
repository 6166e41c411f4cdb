//! The status note as a document: what is said, in which order, and where each number comes from.
//!
//! Nothing in here knows how it is written down: HTML, PDF, DOCX and CSV are made from the same
//! value, and so is what is frozen. A sentence holds no number as text but names it; the number
//! itself stands once, in [`Document::numbers`], with the days that it is of and the rows behind it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::text_enum;
use crate::web::{Lang, format};

/// The shape of the document; a frozen one of an older shape is read as it was.
pub const VERSION: u32 = 1;

text_enum! {
    /// The note's sections, in the order of the note of 2017.
    pub enum SectionId {
        /// The main results.
        Main = "main",
        /// Publications, articles and podcasts of the year.
        Published = "published",
        /// Projects under way.
        Projects = "projects",
        /// Mentions in media, and adverts.
        Media = "media",
        /// Conferences, talks and meetings.
        Conferences = "conferences",
        /// The site and the channels around it.
        Channels = "channels",
        /// Visitors of the site.
        Site = "site",
        /// The newsletter.
        Newsletter = "newsletter",
        /// Social media.
        Social = "social",
        /// E-courses.
        Courses = "courses",
        /// Podcasts.
        Podcasts = "podcasts",
        /// Any other figures.
        Other = "other",
        /// What was improved.
        Improved = "improved",
        /// The focus of the next year.
        Focus = "focus",
        /// Plans for social media.
        Plans = "plans",
    }
}

impl SectionId {
    /// 1 or 2: how deep it stands.
    pub fn level(self) -> u8 {
        let is_below = matches!(
            self,
            Self::Site
                | Self::Newsletter
                | Self::Social
                | Self::Courses
                | Self::Podcasts
                | Self::Other
        );
        if is_below { 2 } else { 1 }
    }

    /// Whether it may have a period and a comparison of its own.
    pub fn has_period(self) -> bool {
        !matches!(self, Self::Main | Self::Channels | Self::Improved | Self::Focus | Self::Plans)
    }
}

/// The whole note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// The shape, [`VERSION`].
    pub version: u32,
    /// The language it is written in.
    pub language: Lang,
    /// Who it is from.
    pub organisation: String,
    /// Its title.
    pub title: String,
    /// Its period and its comparison, in words.
    pub subtitle: String,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// The day with which it is compared.
    pub compare: NaiveDate,
    /// When its numbers were read, in words.
    pub read: String,
    /// The sections, in their order.
    pub sections: Vec<Section>,
    /// Every number, in the order in which it is first gathered.
    pub numbers: Vec<Number>,
    /// How the numbers were counted, in the order of their references.
    pub notes: Vec<Note>,
}

/// A section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Which one.
    pub id: SectionId,
    /// Its heading.
    pub title: String,
    /// The period that it is about, in words; empty where it has none.
    pub period: String,
    /// The editor's words, as they were typed.
    pub words: String,
    /// What is filled in.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A heading below the section's.
    Heading(String),
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// Points.
    List(Vec<Vec<Inline>>),
    /// A few large numbers beside each other.
    Facts(Vec<Fact>),
    /// A table.
    Table(Table),
    /// A chart; a table with the same numbers stands below it.
    Chart(Chart),
}

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inline {
    /// Words.
    Text(String),
    /// A number, by its key.
    Number(String),
    /// Words that lead somewhere.
    Link {
        /// The words.
        text: String,
        /// Where they lead.
        url: String,
    },
    /// A reference to how something was counted, by the note's key.
    Note(String),
}

/// A large number with a word above it and a sentence below.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// The number, by its key.
    pub number: String,
    /// What else is to be said of it.
    pub detail: Vec<Inline>,
}

/// A table. The first cell of a row says what the row is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows: a cell a column.
    pub rows: Vec<Vec<Vec<Inline>>>,
    /// Whether the last row sums up the others.
    pub has_sum: bool,
}

impl Table {
    /// The table without the columns in which no row says anything.
    #[must_use]
    pub fn without_empty_columns(mut self) -> Self {
        let says: Vec<bool> = (0..self.columns.len())
            .map(|at| {
                let mut cells = self.rows.iter().filter_map(|row| row.get(at));
                let is_word = |inline: &Inline| !matches!(inline, Inline::Text(t) if t.is_empty());
                cells.any(|cell| cell.iter().any(is_word))
            })
            .collect();
        let mut kept = says.iter();
        self.columns.retain(|_| kept.next().copied().unwrap_or(true));
        for row in &mut self.rows {
            let mut kept = says.iter();
            row.retain(|_| kept.next().copied().unwrap_or(true));
        }
        self
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its heading.
    pub title: String,
    /// Whether it holds numbers.
    pub is_number: bool,
    /// How wide it is, in parts of the whole.
    pub width: u32,
}

/// Bars from 0 up, each for a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// The same for those who do not see it.
    pub alt: String,
    /// What the bars stand for.
    pub unit: String,
    /// From left to right.
    pub bars: Vec<Bar>,
}

/// A bar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// What stands below it.
    pub label: String,
    /// The year, where one begins.
    pub year: Option<i32>,
    /// How high it is.
    pub value: i64,
    /// The number that stands on it, by its key; empty where none does.
    pub number: String,
}

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A count.
    Whole(i64),
    /// A change as a share of what was before.
    Share {
        /// The change.
        change: i64,
        /// What was before.
        before: i64,
    },
    /// Nobody has counted it.
    Missing,
    /// It was counted in another way, so that there is no change to state.
    Broken,
}

/// A number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// By which sentences name it; the same in every version of the note.
    pub key: String,
    /// What it counts.
    pub label: String,
    /// What it is.
    pub value: Value,
    /// As it is printed: "27.699", "+4,8 %", "mere end 19.000", "ikke opgjort".
    pub shown: String,
    /// What it counts in, such as "følgere".
    pub unit: String,
    /// The first day that it is of, for a period.
    pub first: Option<NaiveDate>,
    /// The day that it is of, or the last one of its period.
    pub last: Option<NaiveDate>,
    /// How it was counted: the key of a note.
    pub note: String,
    /// The rows that it was counted from: an address of this service; empty for what is calculated
    /// from other numbers of the note.
    pub rows: String,
}

/// How some numbers were counted, what they do not say, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// By which it is referred to.
    pub key: String,
    /// What it is about.
    pub title: String,
    /// How it was counted.
    pub definition: String,
    /// What the numbers do not say; may be empty.
    pub limits: String,
    /// Who says so.
    pub source: String,
    /// Where the rows are: an address of this service; may be empty.
    pub rows: String,
}

impl Document {
    /// A number by its key.
    pub fn number(&self, key: &str) -> Option<&Number> {
        self.numbers.iter().find(|number| number.key == key)
    }

    /// A number as it is printed. A key that names none shows itself; a test looks for such keys.
    pub fn shown<'d>(&'d self, key: &'d str) -> &'d str {
        self.number(key).map_or(key, |number| &number.shown)
    }

    /// The address of the rows behind a number; none for what has none.
    pub fn rows<'d>(&'d self, key: &str) -> Option<&'d str> {
        self.number(key).map(|number| &*number.rows).filter(|rows| !rows.is_empty())
    }

    /// The number under which a note stands, from 1.
    pub fn note_number(&self, key: &str) -> Option<usize> {
        self.notes.iter().position(|note| note.key == key).map(|at| at + 1)
    }

    /// A section.
    pub fn section(&self, id: SectionId) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == id)
    }

    /// Sentences as text, without their references.
    pub fn plain(&self, inlines: &[Inline]) -> String {
        let piece = |inline: &Inline| match inline {
            Inline::Text(text) | Inline::Link { text, .. } => text.clone(),
            Inline::Number(key) => self.shown(key).to_owned(),
            Inline::Note(_) => String::new(),
        };
        inlines.iter().map(piece).collect()
    }
}

impl Section {
    /// Whether there is anything to print.
    pub fn is_empty(&self) -> bool {
        self.words.trim().is_empty() && self.blocks.is_empty()
    }

    /// All blocks in the order in which they are printed: the editor's words first.
    pub fn printed(&self) -> Vec<Block> {
        let mut blocks = words(&self.words);
        blocks.extend(self.blocks.iter().cloned());
        blocks
    }
}

/// Between these an editor's words name a number of the note: `{newsletter.later}`, or rounded to five
/// hundred `{newsletter.later~500}`.
const NAMED: [char; 2] = ['{', '}'];

/// A text that an editor has typed, with the numbers that it names.
fn typed(text: &str) -> Vec<Inline> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, key, after)) = named(rest) {
        if !before.is_empty() {
            out.push(Inline::Text(before.to_owned()));
        }
        out.push(Inline::Number(key.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        out.push(Inline::Text(rest.to_owned()));
    }
    out
}

/// What stands before the first name of a number, the name, and what stands behind it.
fn named(text: &str) -> Option<(&str, &str, &str)> {
    let (before, open) = text.split_once(NAMED[0])?;
    let (key, after) = open.split_once(NAMED[1])?;
    Some((before, key, after))
}

/// The keys of the numbers that an editor's words name.
pub fn named_numbers(mut words: &str) -> Vec<&str> {
    let mut keys = Vec::new();
    while let Some((_, key, after)) = named(words) {
        keys.push(key);
        words = after;
    }
    keys
}

/// A key without how far the number is rounded, and that.
pub fn rounding(key: &str) -> (&str, Option<i64>) {
    match key.rsplit_once('~') {
        Some((of, to)) => match to.parse() {
            Ok(to) if to > 0 => (of, Some(to)),
            _ => (key, None),
        },
        None => (key, None),
    }
}

/// An editor's words: paragraphs are parted by an empty line, points begin with "- " or "• ".
pub fn words(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut points, mut lines): (Vec<Vec<Inline>>, Vec<&str>) = (vec![], vec![]);
    // An empty line behind the last one ends what is still open.
    for line in text.lines().map(str::trim).chain([""]) {
        let point = line.strip_prefix("- ").or_else(|| line.strip_prefix("• "));
        if (point.is_some() || line.is_empty()) && !lines.is_empty() {
            blocks.push(Block::Paragraph(typed(&lines.join(" "))));
            lines.clear();
        }
        match point {
            Some(point) => points.push(typed(point.trim())),
            None => {
                if !points.is_empty() {
                    blocks.push(Block::List(std::mem::take(&mut points)));
                }
                if !line.is_empty() {
                    lines.push(line);
                }
            }
        }
    }
    blocks
}

impl Number {
    /// The days that it is of, as they are printed.
    pub fn on(&self, lang: Lang) -> String {
        match (self.first, self.last) {
            (Some(first), Some(last)) => span(lang, first, last),
            (None, Some(day)) => format::day(lang, day),
            _ => String::new(),
        }
    }
}

/// "1. januar–1. november 2017", "2016" for a whole year, "14. oktober 2016–26. oktober 2017".
pub fn span(lang: Lang, first: NaiveDate, last: NaiveDate) -> String {
    use chrono::Datelike;
    let (a, b) = (format::day(lang, first), format::day(lang, last));
    if first == last {
        return a;
    }
    if first.year() != last.year() {
        return format!("{a}–{b}");
    }
    if (first.ordinal(), last.month(), last.day()) == (1, 12, 31) {
        return first.year().to_string();
    }
    let start = match first.month() == last.month() {
        true => a.split(' ').next().unwrap_or(&a),
        false => a.strip_suffix(&format!(" {}", first.year())).unwrap_or(&a),
    };
    format!("{start}–{b}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Vec<Inline> {
        vec![Inline::Text(text.to_owned())]
    }

    #[test]
    fn the_editors_words_are_paragraphs_and_points() {
        let typed = "Året gik godt.\nDet blev læst.\n\n- Nyt design\n- Ny leverandør\nMere følger.";
        assert_eq!(
            words(typed),
            [
                Block::Paragraph(text("Året gik godt. Det blev læst.")),
                Block::List(vec![text("Nyt design"), text("Ny leverandør")]),
                Block::Paragraph(text("Mere følger.")),
            ]
        );
        assert_eq!(words(" \n\n"), []);
        let [Block::Paragraph(named)] = &words("Omkring {newsletter.later~500} {læste} med.")[..]
        else {
            panic!("one paragraph");
        };
        assert_eq!(
            named[..4],
            [
                Inline::Text("Omkring ".to_owned()),
                Inline::Number("newsletter.later~500".to_owned()),
                Inline::Text(" ".to_owned()),
                Inline::Number("læste".to_owned()),
            ]
        );
        assert_eq!(rounding("newsletter.later~500"), ("newsletter.later", Some(500)));
        assert_eq!(rounding("newsletter.later~0"), ("newsletter.later~0", None));
    }

    #[test]
    fn a_period_is_written_as_short_as_it_can_be() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
        for (first, last, expected) in [
            ("2016-01-01", "2016-12-31", "2016"),
            ("2017-01-01", "2017-11-01", "1. januar–1. november 2017"),
            ("2016-10-14", "2017-10-26", "14. oktober 2016–26. oktober 2017"),
            ("2017-11-01", "2017-11-01", "1. november 2017"),
            ("2017-10-01", "2017-10-26", "1.–26. oktober 2017"),
        ] {
            assert_eq!(span(Lang::Da, day(first), day(last)), expected);
        }
    }
}
