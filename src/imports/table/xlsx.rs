//! The first sheet of an Excel file (ECMA-376), row by row: a zip in which the sheet, its strings
//! and the list of sheets are XML.
//!
//! A zip of some kilobytes can hold gigabytes, so what comes out of one is counted: in all, in
//! relation to what went in, and between two tags.

use std::collections::HashMap;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};

use flate2::read::DeflateDecoder;
use quick_xml::Reader as Xml;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use zip::{CompressionMethod, ZipArchive};

use super::spool::Spool;
use super::{LONGEST_CELL, MOST_CELLS, Reason, Row, Source, unreadable};
use crate::error::{Error, Result};

/// Bytes of XML that are read of one part.
const MOST: u64 = 1024 * 1024 * 1024;
/// How many bytes may come out of one; sheets need 5 to 40. Only large parts are asked.
const MOST_RATIO: u64 = 200;
/// What is no large part.
const SMALL: u64 = 10 * 1024 * 1024;
/// Bytes of a tag, or of the text between two.
const LONGEST_PIECE: u64 = 1024 * 1024;
/// The largest number that a row of any spreadsheet has.
const LAST_LINE: u64 = 16 * 1024 * 1024;
/// Files in the zip.
const MOST_FILES: u16 = 2_000;
/// Bytes of the list of them.
const LONGEST_LIST: u64 = 1024 * 1024;

/// A part of the zip as it comes out of it, counted.
struct Part<R> {
    from: R,
    packed: u64,
    read: u64,
    /// Where the piece of XML began that is being read.
    piece: u64,
}

impl<R: Read> Read for Part<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.from.read(into)?;
        self.read += count as u64;
        let is_bomb = self.read > MOST
            || self.read > SMALL.max(self.packed.saturating_mul(MOST_RATIO))
            || self.read - self.piece > LONGEST_PIECE;
        if is_bomb { Err(ErrorKind::FileTooLarge.into()) } else { Ok(count) }
    }
}

type Inside<'s> = Xml<BufReader<Part<Box<dyn Read + Send + 's>>>>;

/// Where a part lies in the file.
#[derive(Clone, Copy)]
struct Place {
    start: u64,
    packed: u64,
    is_deflated: bool,
}

impl Place {
    fn open<'s, S: Read + Seek + Send + 's>(self, mut source: S) -> Result<Inside<'s>> {
        source.seek(SeekFrom::Start(self.start)).map_err(unreadable)?;
        let packed = source.take(self.packed);
        let from: Box<dyn Read + Send + 's> =
            if self.is_deflated { Box::new(DeflateDecoder::new(packed)) } else { Box::new(packed) };
        let part = Part { from, packed: self.packed, read: 0, piece: 0 };
        Ok(Xml::from_reader(BufReader::new(part)))
    }
}

/// The rows of the first sheet that is shown.
pub struct Reader {
    sheet: Inside<'static>,
    strings: Spool,
    buffer: Vec<u8>,
    line: u64,
}

impl Reader {
    /// Begins to read; the strings are read whole.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `file` when it is no Excel file, or unpacks to too much.
    pub fn open<S: Source + 'static>(mut source: S) -> Result<Self> {
        check_directory(&mut source)?;
        let places = places(&mut source)?;
        let part = |name: &str| places.get(name).copied().flatten().ok_or_else(no_sheet);
        let sheet = first_sheet(part("xl/workbook.xml")?.open(&mut source)?)?;
        let target = target(part("xl/_rels/workbook.xml.rels")?.open(&mut source)?, &sheet)?;
        let strings = match places.contains_key("xl/sharedStrings.xml") {
            true => strings_of(part("xl/sharedStrings.xml")?.open(&mut source)?)?,
            false => Spool::new()?,
        };
        let sheet = part(&target)?.open(source)?;
        Ok(Self { sheet, strings, buffer: Vec::new(), line: 0 })
    }

    /// The next row in which something stands.
    pub fn read_row(&mut self) -> Result<Option<Row>> {
        loop {
            match next(&mut self.sheet, &mut self.buffer)? {
                Event::Start(tag) if is(&tag, "row") => {
                    // A row says its own number, because empty ones are left out. Lines go up, whatever
                    // the file says: a row is known by its own.
                    let said = attribute(&tag, "r")?.and_then(|line| line.parse::<u64>().ok());
                    let next = self.line + 1;
                    self.line =
                        said.filter(|line| (next..=LAST_LINE).contains(line)).unwrap_or(next);
                    let row = self.row()?;
                    if row.problem.is_some() || row.cells.iter().any(|cell| !cell.is_empty()) {
                        return Ok(Some(row));
                    }
                }
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    fn row(&mut self) -> Result<Row> {
        let mut row = Row { line: self.line, ..Row::default() };
        let (mut cell, mut column) = (Cell::default(), 0);
        loop {
            match next(&mut self.sheet, &mut self.buffer)? {
                Event::Start(tag) if is(&tag, "c") => {
                    cell = Cell::begin(&tag, column)?;
                    column = cell.column + 1;
                }
                Event::Empty(tag) if is(&tag, "c") => {
                    column = Cell::begin(&tag, column)?.column + 1;
                }
                Event::Start(tag) if is(&tag, "v") || is(&tag, "t") => cell.is_open = true,
                Event::Start(tag) if is(&tag, "rPh") => cell.is_aside = true,
                Event::End(tag) => match tag.local_name().as_ref() {
                    "rPh" => cell.is_aside = false,
                    "v" | "t" => cell.is_open = false,
                    "c" => self.put(&mut row, std::mem::take(&mut cell))?,
                    "row" => return Ok(row),
                    _ => {}
                },
                Event::Eof => return Err(no_sheet()),
                event => cell.hear(&event)?,
            }
        }
    }

    fn put(&mut self, row: &mut Row, cell: Cell) -> Result<()> {
        let text = match cell.is_shared {
            true => match cell.text.trim().parse() {
                Ok(number) => self.strings.get(number)?.unwrap_or_default(),
                Err(_) => String::new(),
            },
            false => cell.text,
        };
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        if cell.column >= MOST_CELLS {
            row.problem = Some(Reason::Columns);
        } else if text.len() > LONGEST_CELL {
            row.problem = Some(Reason::LongCell);
        } else {
            row.cells.resize(row.cells.len().max(cell.column + 1), String::new());
            row.cells[cell.column] = text.to_owned();
        }
        Ok(())
    }
}

/// A cell that is being read.
#[derive(Default)]
struct Cell {
    column: usize,
    is_shared: bool,
    /// Inside the value.
    is_open: bool,
    /// Inside what is read aloud, which is no value.
    is_aside: bool,
    text: String,
}

impl Cell {
    fn begin(tag: &BytesStart<'_>, next: usize) -> Result<Self> {
        // "AB7" is in the 28th column; cells in which nothing stands may be left out.
        let column = attribute(tag, "r")?.map_or(next, |name| {
            let letters = name.bytes().take_while(u8::is_ascii_uppercase).take(4);
            letters.fold(0, |sum, letter| sum * 26 + usize::from(letter - b'@')).saturating_sub(1)
        });
        let is_shared = attribute(tag, "t")?.is_some_and(|kind| kind == "s");
        Ok(Self { column, is_shared, ..Self::default() })
    }

    fn hear(&mut self, event: &Event<'_>) -> Result<()> {
        if self.is_open && !self.is_aside && self.text.len() <= LONGEST_CELL {
            hear(event, &mut self.text)?;
        }
        Ok(())
    }
}

/// Adds what an event says to a text.
fn hear(event: &Event<'_>, text: &mut String) -> Result<()> {
    match event {
        Event::Text(words) => text.push_str(&words.xml10_content()),
        Event::CData(words) => text.push_str(&words.xml10_content()),
        Event::GeneralRef(name) => match name.resolve_char_ref().map_err(|_| no_sheet())? {
            Some(letter) => text.push(letter),
            None => {
                let name = name.xml10_content();
                text.push_str(resolve_predefined_entity(&name).ok_or_else(no_sheet)?);
            }
        },
        _ => {}
    }
    Ok(())
}

/// The id of the first sheet that is not hidden.
fn first_sheet(mut xml: Inside<'_>) -> Result<String> {
    let mut buffer = Vec::new();
    loop {
        match next(&mut xml, &mut buffer)? {
            // Days are counted from another day in such a file; nobody should guess which.
            Event::Start(tag) | Event::Empty(tag)
                if is(&tag, "workbookPr")
                    && attribute(&tag, "date1904")?.is_some_and(|is| is == "1" || is == "true") =>
            {
                return Err(Error::field("file", "error-list-1904"));
            }
            Event::Start(tag) | Event::Empty(tag)
                if is(&tag, "sheet")
                    && attribute(&tag, "state")?.is_none_or(|state| state == "visible") =>
            {
                return attribute(&tag, "id")?.ok_or_else(no_sheet);
            }
            Event::Eof => return Err(no_sheet()),
            _ => {}
        }
    }
}

/// The path of what has an id.
fn target(mut xml: Inside<'_>, id: &str) -> Result<String> {
    let mut buffer = Vec::new();
    loop {
        match next(&mut xml, &mut buffer)? {
            Event::Start(tag) | Event::Empty(tag)
                if is(&tag, "Relationship") && attribute(&tag, "Id")?.as_deref() == Some(id) =>
            {
                let path = attribute(&tag, "Target")?.ok_or_else(no_sheet)?;
                return Ok(match path.strip_prefix('/') {
                    Some(whole) => whole.to_owned(),
                    None => format!("xl/{path}"),
                });
            }
            Event::Eof => return Err(no_sheet()),
            _ => {}
        }
    }
}

fn strings_of(mut xml: Inside<'_>) -> Result<Spool> {
    let (mut strings, mut buffer, mut cell) = (Spool::new()?, Vec::new(), Cell::default());
    loop {
        match next(&mut xml, &mut buffer)? {
            Event::Start(tag) if is(&tag, "si") => cell = Cell::default(),
            Event::Start(tag) if is(&tag, "t") => cell.is_open = true,
            Event::Start(tag) if is(&tag, "rPh") => cell.is_aside = true,
            Event::Empty(tag) if is(&tag, "si") => strings.push("")?,
            Event::End(tag) => match tag.local_name().as_ref() {
                "rPh" => cell.is_aside = false,
                "t" => cell.is_open = false,
                "si" => strings.push(&cell.text)?,
                _ => {}
            },
            Event::Eof => {
                strings.flush()?;
                return Ok(strings);
            }
            event => cell.hear(&event)?,
        }
    }
}

/// The next event; a piece of XML begins with it.
fn next<'b>(xml: &mut Inside<'_>, buffer: &'b mut Vec<u8>) -> Result<Event<'b>> {
    let part = xml.get_mut().get_mut();
    part.piece = part.read;
    buffer.clear();
    xml.read_event_into(buffer).map_err(|error| match error {
        quick_xml::Error::Io(error) if error.kind() == ErrorKind::FileTooLarge => {
            Error::field("file", "error-list-bomb")
        }
        quick_xml::Error::Io(error) => unreadable(std::io::Error::new(error.kind(), error)),
        _ => no_sheet(),
    })
}

fn is(tag: &BytesStart<'_>, name: &str) -> bool {
    tag.local_name().as_ref() == name
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>> {
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_| no_sheet())?;
        if attribute.key.local_name().as_ref() == name {
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .map_err(|_| no_sheet())?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// Where the parts of a workbook lie that may be read, by their names; `None` for one that is packed
/// in a way that no program of spreadsheets uses.
fn places<S: Source>(source: &mut S) -> Result<HashMap<String, Option<Place>>> {
    let mut zip = ZipArchive::new(source).map_err(|_| no_sheet())?;
    let is_read = |name: &str| name.starts_with("xl/") && !name.starts_with("xl/media/");
    let names = zip.file_names().filter_map(std::result::Result::ok);
    let names: Vec<String> =
        names.filter(|name| is_read(name)).map(std::borrow::Cow::into_owned).collect();
    let mut places = HashMap::with_capacity(names.len());
    for name in names {
        let place = zip.by_name(&name).ok().and_then(|file| {
            let is_deflated = match file.compression() {
                CompressionMethod::Stored => false,
                CompressionMethod::Deflated => true,
                _ => return None,
            };
            let start = file.data_start().filter(|_| !file.encrypted())?;
            Some(Place { start, packed: file.compressed_size(), is_deflated })
        });
        places.insert(name, place);
    }
    Ok(places)
}

/// Refuses a zip that lists very many files, before the list is read: it says how many there are in
/// the record that ends the file, how long the list is, and that it ends there. Another record, for
/// files beyond 4 GB, says it once more; no list of people needs it.
fn check_directory<S: Source>(source: &mut S) -> Result<()> {
    /// The record at the end without its comment, and the longest comment.
    const END: usize = 22;
    const LONGEST_END: u64 = END as u64 + 65_535;
    /// The record that leads to the larger one, just before.
    const LOCATOR: usize = 20;
    let size = source.seek(SeekFrom::End(0)).map_err(unreadable)?;
    let from = size.saturating_sub(LONGEST_END + LOCATOR as u64);
    source.seek(SeekFrom::Start(from)).map_err(unreadable)?;
    let mut end = Vec::new();
    source.take(LONGEST_END + LOCATOR as u64).read_to_end(&mut end).map_err(unreadable)?;
    let at = memchr::memmem::rfind(&end, b"PK\x05\x06").ok_or_else(no_sheet)?;
    let record = end.get(at..at + END).ok_or_else(no_sheet)?;
    let short = |at: usize| u16::from_le_bytes([record[at], record[at + 1]]);
    let long = |at: usize| u64::from(short(at)) | (u64::from(short(at + 2)) << 16);
    let is_last = at + END + usize::from(short(20)) == end.len();
    let before = at.checked_sub(LOCATOR).and_then(|at| end.get(at..at + 4));
    let is_large = before == Some(b"PK\x06\x07".as_slice());
    let (list, starts) = (long(12), long(16));
    let is_whole = starts + list == from + at as u64;
    if short(10) <= MOST_FILES && list <= LONGEST_LIST && is_last && is_whole && !is_large {
        Ok(())
    } else {
        Err(no_sheet())
    }
}

fn no_sheet() -> Error {
    Error::field("file", "error-list-no-sheet")
}
