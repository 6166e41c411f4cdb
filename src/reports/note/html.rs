//! A note as HTML: a body for pages of the staff, and a file of its own that can be printed.

use askama::Template;

use super::document::{Block, Chart, Document, Inline, Note, Section, SectionId, Table, Value};
use super::drawing::{Drawing, HEIGHT, WIDTH};
use crate::error::Result;
use crate::staff::{Role, guard};
use crate::web::language::Texts;
use crate::web::page::Part;

/// The style, in the file as it is and on pages by its address.
const STYLE: &str = include_str!("../../../assets/note.css");

#[derive(Template)]
#[template(path = "reports/pages/note_body.html")]
struct Body<'d> {
    note: View<'d>,
}

#[derive(Template)]
#[template(path = "reports/pages/note_file.html")]
struct File<'d> {
    note: View<'d>,
    style: &'static str,
    body: Part,
}

/// The note itself, to be put into a page that somebody with a role reads: it leads only to rows that
/// they may see. `level` is how deep its title stands, 1 or 2.
pub fn body(document: &Document, level: u8, role: Role) -> Result<Part> {
    Part::of(&Body { note: View { document, texts: document.language.texts(), level, role } })
}

/// A page of its own.
pub(super) fn file(document: &Document) -> Result<String> {
    // A file is handed on: it leads to all rows, and the guard says who may see them.
    let role = Role::Admin;
    let note = View { document, texts: document.language.texts(), level: 1, role };
    let page = File { note, style: STYLE, body: body(document, 1, role)? };
    Ok(page.render().map_err(|error| anyhow::Error::new(error).context("writing a note"))?)
}

/// A document with what a template asks of it.
struct View<'d> {
    document: &'d Document,
    texts: Texts,
    level: u8,
    role: Role,
}

/// A piece of a sentence, ready to be written.
enum Run<'d> {
    Text(&'d str),
    Number { key: &'d str, shown: &'d str, value: String, rows: Option<&'d str> },
    Link { text: &'d str, url: &'d str },
    Note(usize),
}

impl View<'_> {
    fn t(&self, key: &str) -> String {
        self.texts.get(key)
    }

    /// The sections that have something to say. The one above those of the channels stands when
    /// one of them does.
    fn sections(&self) -> Vec<&Section> {
        let says = |section: &&Section| {
            !section.is_empty()
                || section.id == SectionId::Channels
                    && self.document.sections.iter().any(|s| s.id.level() == 2 && !s.is_empty())
        };
        self.document.sections.iter().filter(says).collect()
    }

    /// The level of a section's heading, and with `below` that of headings in it.
    fn heading(&self, section: &Section, below: u8) -> u8 {
        (self.level + section.id.level() + below).min(6)
    }

    fn blocks(&self, section: &Section) -> Vec<Block> {
        section.printed()
    }

    fn runs<'s>(&'s self, inlines: &'s [Inline]) -> Vec<Run<'s>> {
        let run = |inline: &'s Inline| {
            Some(match inline {
                Inline::Text(text) => Run::Text(text),
                Inline::Link { text, url } => Run::Link { text, url },
                Inline::Note(key) => Run::Note(self.document.note_number(key)?),
                Inline::Number(key) => self.number(key),
            })
        };
        inlines.iter().filter_map(run).collect()
    }

    fn number<'s>(&'s self, key: &'s str) -> Run<'s> {
        let value = match self.document.number(key).map(|number| number.value) {
            Some(Value::Whole(value)) => value.to_string(),
            _ => String::new(),
        };
        Run::Number { key, shown: self.document.shown(key), value, rows: self.rows(key) }
    }

    /// Where the rows behind a number are, for who may see them.
    fn rows<'s>(&'s self, key: &str) -> Option<&'s str> {
        self.document.rows(key).filter(|rows| self.may_open(rows))
    }

    /// The same of the numbers that a note is about.
    fn rows_of<'n>(&self, said: &'n Note) -> Option<&'n str> {
        Some(&*said.rows).filter(|rows| self.may_open(rows))
    }

    fn may_open(&self, rows: &str) -> bool {
        url::Url::parse(rows).is_ok_and(|rows| guard::may_open(self.role, rows.path()))
    }

    fn is_number(&self, table: &Table, column: &usize) -> bool {
        table.columns.get(*column).is_some_and(|column| column.is_number)
    }

    fn drawing(&self, chart: &Chart) -> Drawing {
        Drawing::of(self.document, chart)
    }

    fn view_box(&self) -> String {
        format!("0 0 {WIDTH} {HEIGHT}")
    }

    fn notes(&self) -> &[Note] {
        &self.document.notes
    }
}
