//! A note as a tagged PDF: headings, lists, tables with their headers and the chart with its words are
//! there for who has it read aloud, and krilla refuses to write what breaks PDF/UA-1.
//!
//! First everything is laid out on pages ([`page`]), because the foot of each says how many there are;
//! then it is written ([`mod@write`]).

mod blocks;
mod font;
mod lines;
mod page;
mod table;
mod write;

use krilla::tagging::{Tag, TagKind};

use super::document::{Block, Document, Inline, Section, SectionId};
use crate::error::Result;
use font::Faces;
use lines::{Link, Run, wrap};
use page::{ACCENT, MARGIN, MUTED, Node, Place, Sheets, Style, TEXT, WIDTH};

/// The file.
pub(super) fn file(document: &Document) -> Result<Vec<u8>> {
    let faces = Faces::new()?;
    let mut layout = Layout {
        document,
        faces: &faces,
        sheets: Sheets::new(),
        tree: Vec::new(),
        outline: Vec::new(),
        notes: Vec::new(),
    };
    layout.head();
    for section in &document.sections {
        let has_below = section.id == SectionId::Channels
            && document.sections.iter().any(|below| below.id.level() == 2 && !below.is_empty());
        if !section.is_empty() || has_below {
            layout.section(section);
        }
    }
    layout.definitions();
    Ok(write::write(layout)?)
}

/// Between the margins.
const MEASURE: f32 = WIDTH - 2.0 * MARGIN;
const BODY: Style = Style { size: 10.0, height: 14.5, colour: TEXT };
const SMALL: Style = Style { size: 8.5, height: 12.0, colour: MUTED };

/// A heading for the outline.
struct Heading {
    level: u8,
    text: String,
    place: Place,
}

/// The note as far as it is laid out.
struct Layout<'d> {
    document: &'d Document,
    faces: &'d Faces,
    sheets: Sheets,
    tree: Vec<Node>,
    outline: Vec<Heading>,
    /// Where each note stands.
    notes: Vec<Place>,
}

impl Layout<'_> {
    fn t(&self, key: &str) -> String {
        self.document.language.texts().get(key)
    }

    /// Sentences as pieces in their styles.
    fn runs(&self, inlines: &[Inline], is_bold: bool) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for inline in inlines {
            match inline {
                Inline::Text(text) => runs.push(Run::new(text, is_bold)),
                Inline::Number(key) => runs.push(self.number(key, is_bold)),
                Inline::Link { text, url } => {
                    let link = Some(Link::Web(url.clone()));
                    runs.push(Run { link, ..Run::new(text, is_bold) });
                }
                Inline::Note(key) => {
                    let Some(number) = self.document.note_number(key) else { continue };
                    let link = Some(Link::Note(number));
                    let run = Run::new(number.to_string(), false);
                    runs.push(Run { link, is_raised: true, ..run });
                }
            }
        }
        runs
    }

    /// A number that leads to its rows.
    fn number(&self, key: &str, is_bold: bool) -> Run {
        let link = self.document.rows(key).map(|rows| Link::Rows(rows.to_owned()));
        Run { link, ..Run::new(self.document.shown(key), is_bold) }
    }

    /// Sets lines one below the other; what they consist of.
    fn set(&mut self, runs: &[Run], x: f32, width: f32, style: Style) -> Vec<Node> {
        let lines = wrap(self.faces, runs, style.size, width);
        // The first two lines of a paragraph stand together.
        self.sheets.need(style.height * (lines.len().min(2) as f32));
        let mut nodes = Vec::new();
        for line in &lines {
            self.sheets.need(style.height);
            let y = self.sheets.y + style.size * 1.07;
            nodes.extend(self.sheets.line(self.faces, line, x, y, style));
            self.sheets.y += style.height;
        }
        nodes
    }

    fn paragraph(&mut self, runs: &[Run], style: Style, space: f32) {
        let inside = self.set(runs, MARGIN, MEASURE, style);
        self.tree.push(Node::Group(Tag::P.into(), inside));
        self.sheets.y += space;
    }

    /// A heading, with room for what follows it.
    fn heading(&mut self, level: u8, text: &str) {
        let (size, before, after, colour) = match level {
            1 => (26.0, 0.0, 4.0, TEXT),
            2 => (16.0, 20.0, 7.0, TEXT),
            3 => (12.5, 15.0, 4.0, ACCENT),
            _ => (10.5, 10.0, 3.0, TEXT),
        };
        if self.sheets.y > MARGIN {
            self.sheets.y += before;
        }
        // With its period, the sentence below it and the first row of a table.
        let room = if level > 3 { 64.0 } else { 160.0 };
        self.sheets.need(size * 1.3 + room);
        self.outline.push(Heading { level, text: text.to_owned(), place: self.sheets.place() });
        let style = Style { size, height: size * 1.25, colour };
        let inside = self.set(&[Run::new(text, true)], MARGIN, MEASURE, style);
        if level == 2 {
            self.sheets.decorate(MARGIN, self.sheets.y + 1.0, MEASURE, 1.2, ACCENT);
            self.sheets.y += 3.0;
        }
        self.sheets.y += after;
        let level = std::num::NonZeroU16::new(level.into()).unwrap_or(std::num::NonZeroU16::MIN);
        let tag: TagKind = Tag::Hn(level, Some(text.to_owned())).into();
        self.tree.push(Node::Group(tag, inside));
    }

    fn head(&mut self) {
        let document = self.document;
        self.sheets.decorate(MARGIN, MARGIN - 6.0, MEASURE, 4.0, ACCENT);
        self.sheets.y += 12.0;
        let style = Style { colour: ACCENT, ..BODY };
        self.paragraph(&[Run::new(&document.organisation, true)], style, 0.0);
        self.heading(1, &document.title);
        let style = Style { size: 11.5, height: 16.0, colour: TEXT };
        self.paragraph(&[Run::new(&document.subtitle, false)], style, 0.0);
        self.paragraph(&[Run::new(&document.read, false)], SMALL, 4.0);
    }

    fn section(&mut self, section: &Section) {
        self.heading(section.id.level() + 1, &section.title);
        if !section.period.is_empty() {
            self.paragraph(&[Run::new(&section.period, false)], SMALL, 5.0);
        }
        let blocks = section.printed();
        for (at, block) in blocks.iter().enumerate() {
            let is_before_table = matches!(blocks.get(at + 1), Some(Block::Table(_)));
            if matches!(block, Block::Paragraph(_)) && is_before_table {
                // The sentence stands with the first rows that it is about.
                self.sheets.need(BODY.height + 110.0);
            }
            self.block(section, block);
        }
    }

    /// How the numbers were counted.
    fn definitions(&mut self) {
        let document = self.document;
        if document.notes.is_empty() {
            return;
        }
        self.heading(2, &self.t("note-definitions"));
        self.paragraph(&[Run::new(self.t("note-definitions-lead"), false)], BODY, 6.0);
        let style = Style { size: 9.0, height: 12.5, colour: TEXT };
        let mut items = Vec::new();
        for (at, note) in document.notes.iter().enumerate() {
            let mut runs = vec![
                Run::new(format!("{}. ", note.title), true),
                Run::new(format!("{} ", note.definition), false),
            ];
            if !note.limits.is_empty() {
                let limits = format!("{}: {} ", self.t("note-limits"), note.limits);
                runs.push(Run::new(limits, false));
            }
            runs.push(Run::new(format!("{}: {}. ", self.t("note-source"), note.source), false));
            if !note.rows.is_empty() {
                let link = Some(Link::Web(note.rows.clone()));
                runs.push(Run { link, ..Run::new(self.t("note-see-rows"), false) });
            }
            self.sheets.need(style.height * 2.0);
            self.notes.push(self.sheets.place());
            items.push(self.point(&format!("{}.", at + 1), &runs, style, 20.0));
            self.sheets.y += 3.0;
        }
        let tag = Tag::L(krilla::tagging::ListNumbering::Decimal);
        self.tree.push(Node::Group(tag.into(), items));
    }

    /// A point of a list: what stands before it, and its sentence.
    fn point(&mut self, label: &str, runs: &[Run], style: Style, indent: f32) -> Node {
        let lines = wrap(self.faces, runs, style.size, MEASURE - indent);
        self.sheets.need(style.height * (lines.len().min(2) as f32));
        let y = self.sheets.y + style.size * 1.07;
        let mark = wrap(self.faces, &[Run::new(label, false)], style.size, indent);
        let mut label = Vec::new();
        for line in &mark {
            label.extend(self.sheets.line(self.faces, line, MARGIN + 4.0, y, style));
        }
        let body = self.set(runs, MARGIN + indent, MEASURE - indent, style);
        let parts = vec![Node::Group(Tag::Lbl.into(), label), Node::Group(Tag::LBody.into(), body)];
        Node::Group(Tag::LI.into(), parts)
    }
}
