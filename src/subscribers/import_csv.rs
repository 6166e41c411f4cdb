//! Reading a list that somebody saved from a spreadsheet.

use super::subscribe::SubscribeForm;
use crate::error::{Error, FieldError, Result};

/// Reads CSV with a header line that names the columns: `email`, and as many as there are of
/// `name`, `organisation`, `sector`, `leadership_group`, `language`. Columns are parted by commas
/// or, as Danish spreadsheets do, by semicolons; the text is UTF-8. A row may be shorter than the
/// header. Each row comes with the line of the file on which it begins.
///
/// # Errors
/// [`Error::Invalid`] when there is no column `email`, when a line is not UTF-8, and when a
/// quotation mark is not closed: it would swallow the rows that follow.
pub fn read_csv(bytes: &[u8]) -> Result<Vec<(usize, SubscribeForm)>> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let semicolons = header.iter().filter(|byte| **byte == b';').count();
    let commas = header.iter().filter(|byte| **byte == b',').count();
    let delimiter = if semicolons > commas { b';' } else { b',' };
    if let Some(at) = open_quote(bytes, delimiter) {
        return Err(on_line("error-import-quote", line_at(bytes, at)));
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(bytes);
    let headers = reader.headers().map_err(|error| unreadable(bytes, &error))?.clone();
    let columns = COLUMNS.map(|name| headers.iter().position(|header| header == name));
    if columns[0].is_none() {
        return Err(Error::field("email", "error-import-no-email"));
    }
    let (mut people, mut seen, mut line) = (Vec::new(), 0, 1);
    for row in reader.records() {
        let row = row.map_err(|error| unreadable(bytes, &error))?;
        let start = row.position().map_or(seen, |position| begin(bytes, position));
        line += newlines(&bytes[seen..start]);
        seen = start;
        let cell = |column: usize| {
            columns[column].and_then(|at| row.get(at)).unwrap_or_default().to_owned()
        };
        let person = SubscribeForm {
            email: cell(0),
            name: cell(1),
            organisation: cell(2),
            sector: cell(3),
            leadership_group: cell(4),
            language: cell(5),
            ..SubscribeForm::default()
        };
        people.push((line, person));
    }
    Ok(people)
}

const COLUMNS: [&str; 6] =
    ["email", "name", "organisation", "sector", "leadership_group", "language"];

/// Where a row begins: the reader counts the blank lines before it to the row.
fn begin(bytes: &[u8], position: &csv::Position) -> usize {
    let at = usize::try_from(position.byte()).unwrap_or(bytes.len()).min(bytes.len());
    let blank = bytes[at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    at + blank
}

fn newlines(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

fn line_at(bytes: &[u8], at: usize) -> usize {
    1 + newlines(&bytes[..at])
}

/// Where a quotation mark begins a cell that does not end as one: with another mark before the
/// next cell or line.
fn open_quote(bytes: &[u8], delimiter: u8) -> Option<usize> {
    let ends = |byte: Option<&u8>| {
        byte.is_none_or(|byte| matches!(byte, b'\r' | b'\n' | b' ') || *byte == delimiter)
    };
    let (mut opened, mut at_start, mut at) = (None, true, 0);
    while at < bytes.len() {
        match (bytes[at], opened) {
            (b'"', Some(_)) if bytes.get(at + 1) == Some(&b'"') => at += 1,
            (b'"', Some(_)) if ends(bytes.get(at + 1)) => opened = None,
            (b'"', Some(_)) => return opened,
            (b'"', None) if at_start => opened = Some(at),
            _ => {}
        }
        at_start =
            opened.is_none() && (bytes[at] == delimiter || matches!(bytes[at], b'\r' | b'\n'));
        at += 1;
    }
    opened
}

fn unreadable(bytes: &[u8], error: &csv::Error) -> Error {
    let start = error.position().map_or(0, |position| begin(bytes, position));
    on_line("error-import-unreadable", line_at(bytes, start))
}

fn on_line(code: &'static str, line: usize) -> Error {
    Error::Invalid(vec![FieldError::new("", code).with("line", line)])
}
