//! The text of the note in Word's styles.

use super::chart;
use super::xml::{WORD, escape, paragraph, run};
use super::{OFFICE, XML};
use crate::reports::note::document::{
    Block, Chart, Column, Document, Fact, Inline, Note, Section, SectionId, Table,
};
use crate::web::language::Texts;

/// Between the margins of an A4 page, in twentieths of a point.
const MEASURE: u32 = 9_638;

/// The text, and the parts that it names.
pub(super) struct Body<'d> {
    document: &'d Document,
    texts: Texts,
    paragraphs: Vec<String>,
    /// Where links lead, by their ids.
    pub(super) links: Vec<(String, String)>,
    /// The charts.
    pub(super) charts: Vec<String>,
}

impl<'d> Body<'d> {
    pub(super) fn of(document: &'d Document) -> Self {
        let mut body = Self {
            document,
            texts: document.language.texts(),
            paragraphs: Vec::new(),
            links: Vec::new(),
            charts: Vec::new(),
        };
        body.say("", "", &run(&document.organisation, "<w:b/>"));
        body.say("Title", "", &run(&document.title, ""));
        body.say("Subtitle", "", &run(&document.subtitle, ""));
        body.say("", "", &run(&document.read, GREY));
        for section in &document.sections {
            let has_below = section.id == SectionId::Channels
                && document.sections.iter().any(|s| s.id.level() == 2 && !s.is_empty());
            if !section.is_empty() || has_below {
                body.section(section);
            }
        }
        body.definitions();
        body
    }

    /// The part.
    pub(super) fn xml(&self) -> String {
        format!(
            "{XML}<w:document xmlns:w=\"{WORD}\" xmlns:r=\"{OFFICE}\" \
             xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
             xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
             xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\"><w:body>{}\
             <w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId4\"/>\
             <w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1134\" w:right=\"1134\" \
             w:bottom=\"1134\" w:left=\"1134\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/>\
             </w:sectPr></w:body></w:document>",
            self.paragraphs.concat()
        )
    }

    fn say(&mut self, style: &str, properties: &str, inside: &str) {
        self.paragraphs.push(paragraph(style, properties, inside));
    }

    /// Sentences as runs.
    fn runs(&mut self, inlines: &[Inline], properties: &str) -> String {
        let mut out = String::new();
        for inline in inlines {
            match inline {
                Inline::Text(text) => out.push_str(&run(text, properties)),
                Inline::Number(key) => out.push_str(&self.number(key, properties)),
                Inline::Link { text, url } => out.push_str(&self.link(text, url)),
                Inline::Note(key) => {
                    let Some(number) = self.document.note_number(key) else { continue };
                    let raised = run(&number.to_string(), "<w:vertAlign w:val=\"superscript\"/>");
                    let anchor =
                        format!("<w:hyperlink w:anchor=\"note{number}\">{raised}</w:hyperlink>");
                    out.push_str(&anchor);
                }
            }
        }
        out
    }

    /// A number that leads to its rows, and looks like the words around it.
    fn number(&mut self, key: &str, properties: &str) -> String {
        let document = self.document;
        let shown = run(document.shown(key), properties);
        match document.rows(key) {
            Some(rows) => {
                format!("<w:hyperlink r:id=\"{}\">{shown}</w:hyperlink>", self.target(rows))
            }
            None => shown,
        }
    }

    fn link(&mut self, text: &str, url: &str) -> String {
        let id = self.target(url);
        let words = run(text, "<w:rStyle w:val=\"Hyperlink\"/>");
        format!("<w:hyperlink r:id=\"{id}\">{words}</w:hyperlink>")
    }

    /// The id of an address.
    fn target(&mut self, url: &str) -> String {
        let known = self.links.iter().find(|(_, known)| known == url).map(|(id, _)| id.clone());
        known.unwrap_or_else(|| {
            let id = format!("rLink{}", self.links.len() + 1);
            self.links.push((id.clone(), url.to_owned()));
            id
        })
    }

    fn section(&mut self, section: &Section) {
        let level = section.id.level();
        self.say(&format!("Heading{level}"), "", &run(&section.title, ""));
        if !section.period.is_empty() {
            self.say("", "<w:keepNext/>", &run(&section.period, GREY));
        }
        for block in section.printed() {
            match block {
                Block::Heading(text) => {
                    self.say(&format!("Heading{}", level + 1), "", &run(&text, ""));
                }
                Block::Paragraph(inlines) => {
                    let runs = self.runs(&inlines, "");
                    self.say("", "", &runs);
                }
                Block::List(points) => {
                    for point in points {
                        let runs = self.runs(&point, "");
                        self.say("ListBullet", "", &runs);
                    }
                }
                Block::Facts(facts) => self.facts(&facts),
                Block::Table(table) => self.table(&table),
                Block::Chart(chart) => self.chart(&chart),
            }
        }
    }

    /// Large numbers as a table: a column for each.
    fn facts(&mut self, facts: &[Fact]) {
        let columns: Vec<Column> = facts
            .iter()
            .map(|fact| Column { title: fact.label.clone(), is_number: false, width: 1 })
            .collect();
        let widths = widths(&columns);
        let mut rows = head(&columns, &widths);
        let large = "<w:b/><w:sz w:val=\"36\"/><w:szCs w:val=\"36\"/>";
        let numbers: Vec<String> = facts
            .iter()
            .map(|fact| paragraph("", TIGHT, &self.number(&fact.number, large)))
            .collect();
        let details: Vec<String> = facts
            .iter()
            .map(|fact| {
                let runs = self.runs(&fact.detail, "");
                paragraph("", TIGHT, &runs)
            })
            .collect();
        for cells in [numbers, details] {
            rows.push_str(&row(&cells, &widths));
        }
        self.put_table(&self.texts.get("note-section-main"), &widths, &rows);
    }

    fn table(&mut self, table: &Table) {
        let widths = widths(&table.columns);
        self.say("Caption", "<w:keepNext/>", &run(&table.caption, ""));
        let mut rows = head(&table.columns, &widths);
        for (at, cells) in table.rows.iter().enumerate() {
            let is_sum = table.has_sum && at + 1 == table.rows.len();
            let bold = if is_sum { "<w:b/>" } else { "" };
            let cells: Vec<String> = cells
                .iter()
                .zip(&table.columns)
                .map(|(cell, column)| {
                    let runs = self.runs(cell, bold);
                    let right = if column.is_number { RIGHT } else { "" };
                    paragraph("", &format!("{TIGHT}{right}"), &runs)
                })
                .collect();
            rows.push_str(&row(&cells, &widths));
        }
        self.put_table(&table.caption, &widths, &rows);
    }

    fn put_table(&mut self, caption: &str, widths: &[u32], rows: &str) {
        let grid: String =
            widths.iter().map(|width| format!("<w:gridCol w:w=\"{width}\"/>")).collect();
        // The look: the first row and the first column say what the others are about.
        self.paragraphs.push(format!(
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"{MEASURE}\" \
             w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/><w:tblLook w:val=\"04A0\" \
             w:firstRow=\"1\" w:lastRow=\"0\" w:firstColumn=\"1\" w:lastColumn=\"0\" \
             w:noHBand=\"0\" w:noVBand=\"1\"/><w:tblCaption w:val=\"{}\"/></w:tblPr>\
             <w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>",
            escape(caption)
        ));
        self.say("", "", "");
    }

    fn chart(&mut self, chart: &Chart) {
        self.say("Caption", "<w:keepNext/>", &run(&chart.title, ""));
        self.charts.push(chart::part(self.document, chart));
        let number = self.charts.len();
        let drawing = chart::drawing(chart, number);
        self.say("", "", &drawing);
    }

    fn definitions(&mut self) {
        let document = self.document;
        if document.notes.is_empty() {
            return;
        }
        self.say("Heading1", "", &run(&self.texts.get("note-definitions"), ""));
        self.say("", "", &run(&self.texts.get("note-definitions-lead"), ""));
        for (at, note) in document.notes.iter().enumerate() {
            let number = at + 1;
            let inside = self.note(note);
            let marked = format!(
                "<w:bookmarkStart w:id=\"{number}\" w:name=\"note{number}\"/>{inside}\
                 <w:bookmarkEnd w:id=\"{number}\"/>"
            );
            self.say("ListNumber", "", &marked);
        }
    }

    fn note(&mut self, note: &Note) -> String {
        let mut inside = run(&format!("{}. ", note.title), "<w:b/>");
        inside.push_str(&run(&format!("{} ", note.definition), ""));
        if !note.limits.is_empty() {
            let limits = format!("{}: {} ", self.texts.get("note-limits"), note.limits);
            inside.push_str(&run(&limits, ""));
        }
        let source = format!("{}: {}. ", self.texts.get("note-source"), note.source);
        inside.push_str(&run(&source, ""));
        if !note.rows.is_empty() {
            let words = self.texts.get("note-see-rows");
            inside.push_str(&self.link(&words, &note.rows));
        }
        inside
    }
}

const GREY: &str = "<w:color w:val=\"52616A\"/>";
const TIGHT: &str = "<w:spacing w:before=\"40\" w:after=\"40\"/>";
const RIGHT: &str = "<w:jc w:val=\"right\"/>";

fn widths(columns: &[Column]) -> Vec<u32> {
    let whole: u32 = columns.iter().map(|column| column.width).sum();
    columns.iter().map(|column| MEASURE * column.width / whole.max(1)).collect()
}

/// The headings, which Word shows again at the top of a page.
fn head(columns: &[Column], widths: &[u32]) -> String {
    let cells: Vec<String> = columns
        .iter()
        .map(|column| {
            let right = if column.is_number { RIGHT } else { "" };
            let properties = format!("<w:keepNext/>{TIGHT}{right}");
            paragraph("", &properties, &run(&column.title, "<w:b/>"))
        })
        .collect();
    row(&cells, widths).replacen("<w:cantSplit/>", "<w:cantSplit/><w:tblHeader/>", 1)
}

fn row(cells: &[String], widths: &[u32]) -> String {
    let cells: String = cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| {
            format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>{cell}</w:tc>")
        })
        .collect();
    format!("<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>")
}
