//! What a file is: its format, its encoding, its separator, and whether its first row is a header.

use std::io::{Read, SeekFrom};

use super::decode::{Decoded, Encoding};
use super::{Format, Row, Source, Table, unreadable};
use crate::error::{Error, Result};

/// Rows that are shown, and by which columns are known.
const SAMPLE: usize = 20;
/// Separators, the likeliest first.
pub const SEPARATORS: [char; 4] = [';', ',', '\t', '|'];

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// How it is read.
    pub format: Format,
    /// Whether its first row names the columns.
    pub has_header: bool,
    /// The names of the columns; empty where nobody gave one.
    pub columns: Vec<String>,
    /// The first rows below the header.
    pub sample: Vec<Row>,
}

/// Looks at a file; all of it is read once, because its first letter that is not ASCII may be its
/// last one.
pub fn look<S: Source + 'static>(mut source: S) -> Result<Found> {
    let mut start = [0; 4];
    let count = read_full(&mut source, &mut start)?;
    let format = match &start[..count] {
        b"PK\x03\x04" => Format::Xlsx,
        // An Excel file of before 2007.
        b"\xd0\xcf\x11\xe0" => return Err(Error::field("file", "error-list-old-excel")),
        [] => return Err(Error::field("file", "error-list-empty")),
        start => {
            let encoding = encoding(&mut source, start)?;
            source.seek(SeekFrom::Start(0)).map_err(unreadable)?;
            Format::Separated { encoding, separator: separator(&mut source, encoding)? }
        }
    };
    look_as(source, format, None)
}

/// Looks at a file that is read in a way that somebody has chosen.
pub fn look_as<S: Source + 'static>(
    source: S,
    format: Format,
    has_header: Option<bool>,
) -> Result<Found> {
    let mut table = Table::open(source, &format)?;
    let mut sample = Vec::new();
    while sample.len() <= SAMPLE
        && let Some(row) = table.read_row()?
    {
        sample.push(row);
    }
    let Some(first) = sample.first() else {
        return Err(Error::field("file", "error-list-empty"));
    };
    // Names of columns are no addresses.
    let has_header =
        has_header.unwrap_or_else(|| !first.cells.iter().any(|cell| cell.contains('@')));
    let width = sample.iter().map(|row| row.cells.len()).max().unwrap_or_default();
    let mut columns = if has_header { sample.remove(0).cells } else { vec![] };
    columns.resize(width, String::new());
    sample.truncate(SAMPLE);
    Ok(Found { format, has_header, columns, sample })
}

fn read_full(source: &mut impl Read, into: &mut [u8]) -> Result<usize> {
    let mut count = 0;
    while count < into.len() {
        match source.read(&mut into[count..]).map_err(unreadable)? {
            0 => break,
            more => count += more,
        }
    }
    Ok(count)
}

/// By its mark; else by the zeros that UTF-16 has between ASCII letters; else UTF-8 when what is
/// not ASCII mostly is that.
fn encoding<S: Source>(source: &mut S, start: &[u8]) -> Result<Encoding> {
    match start {
        [0xef, 0xbb, 0xbf, ..] => return Ok(Encoding::Utf8),
        [0xff, 0xfe, ..] | [_, 0, _, 0] => return Ok(Encoding::Utf16Le),
        [0xfe, 0xff, ..] | [0, _, 0, _] => return Ok(Encoding::Utf16Be),
        _ => {}
    }
    source.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let (mut letters, mut broken) = (0_u64, 0_u64);
    let mut bytes = Vec::with_capacity(64 * 1024);
    loop {
        let kept = bytes.len();
        bytes.resize(64 * 1024, 0);
        let count = read_full(source, &mut bytes[kept..])?;
        bytes.truncate(kept + count);
        if bytes.is_empty() {
            break;
        }
        // A letter that the end of the piece cuts goes on in the next one.
        let (mut at, mut cut) = (0, 0);
        for chunk in bytes.utf8_chunks() {
            letters += chunk.valid().bytes().filter(|byte| *byte >= 0xc2).count() as u64;
            at += chunk.valid().len() + chunk.invalid().len();
            match chunk.invalid().len() {
                0 => {}
                rest if count > 0 && at == bytes.len() => cut = rest,
                _ => broken += 1,
            }
        }
        bytes.drain(..bytes.len() - cut);
        if count == 0 {
            break;
        }
    }
    Ok(if broken > letters { Encoding::Windows1252 } else { Encoding::Utf8 })
}

/// The one that stands in the first rows most evenly.
fn separator<S: Source>(source: &mut S, encoding: Encoding) -> Result<char> {
    let mut text = String::new();
    let mut decoded = Decoded::new(source, encoding);
    while text.len() < 16 * 1024 && decoded.read_to(&mut text)? {}
    let lines = text.split(['\n', '\r']).filter(|line| !line.trim().is_empty());
    let lines: Vec<&str> = lines.take(SAMPLE).collect();
    let score = |separator: char| {
        let counts: Vec<usize> = lines.iter().map(|line| outside_marks(line, separator)).collect();
        let first = counts.first().copied().unwrap_or_default();
        let same = counts.iter().filter(|count| **count == first).count();
        (if first == 0 { 0 } else { same }, first)
    };
    let best = SEPARATORS.into_iter().rev().max_by_key(|separator| score(*separator));
    // One column has none.
    Ok(best.filter(|best| score(*best).1 > 0).unwrap_or(','))
}

fn outside_marks(line: &str, separator: char) -> usize {
    line.split('"').step_by(2).map(|part| part.matches(separator).count()).sum()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn found(bytes: &[u8]) -> Result<(Encoding, char, bool, Vec<String>)> {
        let found = look(Cursor::new(bytes.to_vec()))?;
        let Format::Separated { encoding, separator } = found.format else {
            return Err(Error::NotFound);
        };
        Ok((encoding, separator, found.has_header, found.columns))
    }

    #[test]
    fn what_danish_spreadsheets_save_is_known() -> Result<()> {
        let utf8 = "navn;email\nSøren;soren@x.dk\n";
        let names = ["navn".to_owned(), "email".to_owned()].to_vec();
        assert_eq!(found(utf8.as_bytes())?, (Encoding::Utf8, ';', true, names.clone()));
        let (latin, ..) = encoding_rs::WINDOWS_1252.encode(utf8);
        assert_eq!(found(&latin)?, (Encoding::Windows1252, ';', true, names.clone()));
        let utf16: Vec<u8> = utf8.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(found(&utf16)?, (Encoding::Utf16Le, ';', true, names.clone()));
        let marked = ["\u{feff}", "navn\temail\nSøren, Bo\tsoren@x.dk\n"].concat();
        assert_eq!(found(marked.as_bytes())?, (Encoding::Utf8, '\t', true, names));
        Ok(())
    }

    #[test]
    fn a_missing_header_is_known_by_the_addresses() -> Result<()> {
        let found = look(Cursor::new("Anne,anne@x.dk\nBo,bo@x.dk\n"))?;
        assert!(!found.has_header);
        assert_eq!((found.columns.len(), found.sample.len()), (2, 2));
        let list = look(Cursor::new("email\nanne@x.dk\n"))?;
        assert!(list.has_header && list.sample.len() == 1);
        Ok(())
    }

    #[test]
    fn one_broken_letter_does_not_make_a_file_another_encoding() -> Result<()> {
        let mut bytes = "navn,email\n".repeat(10_000).into_bytes();
        bytes.extend("Åse,aase@x.dk\nSøren,soren@x.dk\n".as_bytes());
        bytes.extend(b"S\xf8ren,s@x.dk\n");
        assert_eq!(found(&bytes)?.0, Encoding::Utf8);
        Ok(())
    }
}
