//! Every number of a note as a line: what it is, of which day, how it was counted, and its rows.

use super::document::{Block, Chart, Document, Inline, Number, Section, Value};
use super::gather::visit;
use crate::web::{Lang, separated};

const HEADINGS: [&str; 12] = [
    "section",
    "key",
    "label",
    "value",
    "shown",
    "unit",
    "first",
    "last",
    "definition",
    "limits",
    "source",
    "rows",
];

/// The file, as the spreadsheets of the note's language open it.
pub(super) fn file(document: &Document) -> String {
    let texts = document.language.texts();
    let separator = if document.language == Lang::Da { ';' } else { ',' };
    // By this mark Excel knows that the file is UTF-8.
    let mut out = "\u{feff}".to_owned();
    let headings = HEADINGS.map(|name| texts.get(&format!("note-csv-{name}")));
    separated::write_row(&mut out, separator, headings);
    for number in &document.numbers {
        let note = document.notes.iter().find(|note| note.key == number.note);
        let day = |day: Option<chrono::NaiveDate>| day.map(|d| d.to_string()).unwrap_or_default();
        let said = |of: fn(&super::document::Note) -> &String| note.map(of).cloned();
        let before = [
            section(document, &number.key).map_or("", |section| &section.title).to_owned(),
            number.key.clone(),
            number.label.clone(),
        ];
        let behind = [
            number.shown.clone(),
            number.unit.clone(),
            day(number.first),
            day(number.last),
            said(|note| &note.definition).unwrap_or_default(),
            said(|note| &note.limits).unwrap_or_default(),
            said(|note| &note.source).unwrap_or_default(),
            number.rows.clone(),
        ];
        for cell in before {
            separated::write_cell(&mut out, &cell);
            out.push(separator);
        }
        // Bare, so that it is a number to the spreadsheet; ours alone, so that it is no formula.
        out.push_str(&value(document.language, number));
        for cell in behind {
            out.push(separator);
            separated::write_cell(&mut out, &cell);
        }
        out.push_str("\r\n");
    }
    out
}

/// The value as a spreadsheet counts with it; nothing where there is none.
fn value(lang: Lang, number: &Number) -> String {
    match number.value {
        Value::Whole(value) => value.to_string(),
        Value::Share { before: 0, .. } | Value::Missing | Value::Broken => String::new(),
        #[expect(clippy::cast_precision_loss, reason = "one decimal is written")]
        Value::Share { change, before } => {
            let share = format!("{:.1}", change as f64 * 100.0 / before as f64);
            if lang == Lang::Da { share.replace('.', ",") } else { share }
        }
    }
}

/// The section in which a number stands: the main results tell again what stands elsewhere.
fn section<'d>(document: &'d Document, key: &str) -> Option<&'d Section> {
    document.sections.iter().rev().find(|section| {
        section.blocks.iter().any(|block| {
            let mut names = false;
            visit(block, &mut |inline| {
                names |= matches!(inline, Inline::Number(of) if of == key);
            });
            names
                || matches!(block, Block::Chart(Chart { bars, .. })
                    if bars.iter().any(|bar| bar.number == key))
        })
    })
}
