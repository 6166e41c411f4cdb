//! Cells between separators (RFC 4180 and what spreadsheets make of it), read so that a row that
//! is broken costs no other row.
//!
//! A quotation mark that is not closed would swallow what follows, so a cell in quotation marks
//! ends the row as broken when a mark inside it is followed by neither a mark nor an end, when it
//! grows too long, and when the file ends in it; then reading goes on with the next line.

use std::io::Read;

use super::decode::Decoded;
use super::{LONGEST_CELL, MOST_CELLS, Reason, Row};
use crate::error::Result;

/// The rows.
pub struct Reader<D> {
    source: D,
    separator: u8,
    /// What has been decoded; rows up to `at` have been read.
    text: String,
    at: usize,
    is_over: bool,
    line: u64,
}

/// How the reading of a row ended.
enum End {
    /// The row ended here; the next one begins behind it.
    At(usize),
    /// It is broken, and reading goes on with the line behind the one it began on.
    Broken(Reason),
    /// The text ends before the row does.
    More,
}

/// Bytes of a row after which it is given up.
const LONGEST_ROW: usize = LONGEST_CELL * 4;

/// What is wrong with a cell in quotation marks that is too long: over several lines, it is rather
/// the mark that is missing.
fn too_long(cell: &[u8]) -> Reason {
    if memchr::memchr2(b'\n', b'\r', cell).is_some() { Reason::Quote } else { Reason::LongCell }
}

/// Line feeds, and carriage returns that stand alone.
fn newlines(bytes: &[u8]) -> u64 {
    let feeds = memchr::memchr_iter(b'\n', bytes).count();
    let alone = memchr::memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) != Some(&b'\n'));
    (feeds + alone.count()) as u64
}

impl<R: Read> Reader<Decoded<R>> {
    /// Begins to read.
    pub fn new(source: Decoded<R>, separator: char) -> Self {
        let separator = u8::try_from(separator).unwrap_or(b',');
        Self { source, separator, text: String::new(), at: 0, is_over: false, line: 1 }
    }

    /// The next row in which something stands.
    pub fn read_row(&mut self) -> Result<Option<Row>> {
        loop {
            let Some(row) = self.next_line()? else { return Ok(None) };
            if row.problem.is_some() || row.cells.iter().any(|cell| !cell.is_empty()) {
                return Ok(Some(row));
            }
        }
    }

    fn next_line(&mut self) -> Result<Option<Row>> {
        loop {
            if self.at == self.text.len() && !self.more()? {
                return Ok(None);
            }
            let mut row = Row { line: self.line, ..Row::default() };
            match self.read(&mut row.cells) {
                End::At(next) => {
                    self.pass(next);
                    if row.cells.len() > MOST_CELLS {
                        (row.cells, row.problem) = (vec![], Some(Reason::Columns));
                    } else if row.cells.iter().any(|cell| cell.contains('\u{fffd}')) {
                        row.problem = Some(Reason::Encoding);
                    }
                    return Ok(Some(row));
                }
                End::More if self.text.len() - self.at <= LONGEST_ROW => {
                    self.more()?;
                }
                End::More => return self.give_up(row, Reason::LongCell),
                End::Broken(problem) => return self.give_up(row, problem),
            }
        }
    }

    /// Has more text, behind what has not been read; `false` when there is none.
    fn more(&mut self) -> Result<bool> {
        self.text.drain(..self.at);
        self.at = 0;
        let before = self.text.len();
        while self.text.len() == before {
            if !self.source.read_to(&mut self.text)? {
                self.is_over = true;
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn give_up(&mut self, mut row: Row, problem: Reason) -> Result<Option<Row>> {
        (row.cells, row.problem) = (vec![], Some(problem));
        self.skip_line()?;
        Ok(Some(row))
    }

    /// Goes on behind a position.
    fn pass(&mut self, next: usize) {
        self.line += newlines(&self.text.as_bytes()[self.at..next]);
        self.at = next;
    }

    /// Goes on with the next line, however far it is.
    fn skip_line(&mut self) -> Result<()> {
        loop {
            let bytes = self.text.as_bytes();
            let end = memchr::memchr2(b'\n', b'\r', &bytes[self.at..]).map(|end| self.at + end);
            let Some(end) = end else {
                self.at = self.text.len();
                if !self.more()? {
                    return Ok(());
                }
                continue;
            };
            match (bytes[end], bytes.get(end + 1)) {
                (b'\r', Some(b'\n')) => self.pass(end + 2),
                // A line feed may come with the next piece.
                (b'\r', None) if !self.is_over => {
                    self.at = end;
                    self.more()?;
                    continue;
                }
                _ => self.pass(end + 1),
            }
            return Ok(());
        }
    }

    fn read(&self, cells: &mut Vec<String>) -> End {
        let bytes = self.text.as_bytes();
        let mut at = self.at;
        loop {
            let start = at + bytes[at..].iter().take_while(|byte| self.is_blank(**byte)).count();
            if start == bytes.len() && !self.is_over {
                return End::More;
            }
            let end = if bytes.get(start) == Some(&b'"') {
                let mut cell = String::new();
                match self.quoted(start + 1, &mut cell) {
                    End::At(end) => {
                        cells.push(cell.trim().to_owned());
                        end
                    }
                    other => return other,
                }
            } else {
                let rest = &bytes[at..];
                let end = memchr::memchr3(self.separator, b'\n', b'\r', rest).map(|end| at + end);
                let Some(end) = end.or(self.is_over.then_some(bytes.len())) else {
                    return if rest.len() > LONGEST_CELL {
                        End::Broken(Reason::LongCell)
                    } else {
                        End::More
                    };
                };
                if end - at > LONGEST_CELL {
                    return End::Broken(Reason::LongCell);
                }
                // Beyond what a row may have, only the number is of use.
                let text = if cells.len() <= MOST_CELLS { self.text[at..end].trim() } else { "" };
                cells.push(text.to_owned());
                end
            };
            match bytes.get(end) {
                None if !self.is_over => return End::More,
                None => return End::At(end),
                Some(b'\n') => return End::At(end + 1),
                Some(b'\r') => match bytes.get(end + 1) {
                    Some(b'\n') => return End::At(end + 2),
                    None if !self.is_over => return End::More,
                    _ => return End::At(end + 1),
                },
                Some(_) => at = end + 1,
            }
        }
    }

    /// The rest of a cell whose quotation mark has been opened, and where it ends.
    fn quoted(&self, from: usize, cell: &mut String) -> End {
        let bytes = self.text.as_bytes();
        let mut at = from;
        loop {
            let Some(mark) = memchr::memchr(b'"', &bytes[at..]).map(|mark| at + mark) else {
                return if bytes.len() - from > LONGEST_CELL {
                    End::Broken(too_long(&bytes[from..]))
                } else if self.is_over {
                    End::Broken(Reason::Quote)
                } else {
                    End::More
                };
            };
            if mark - from > LONGEST_CELL {
                return End::Broken(too_long(&bytes[from..mark]));
            }
            cell.push_str(&self.text[at..mark]);
            match bytes.get(mark + 1) {
                Some(b'"') => {
                    cell.push('"');
                    at = mark + 2;
                }
                None if !self.is_over => return End::More,
                _ => {
                    let blank = bytes[mark + 1..].iter().take_while(|byte| self.is_blank(**byte));
                    let end = mark + 1 + blank.count();
                    return match bytes.get(end) {
                        None if !self.is_over => End::More,
                        None | Some(b'\n' | b'\r') => End::At(end),
                        Some(byte) if *byte == self.separator => End::At(end),
                        Some(_) => End::Broken(Reason::Quote),
                    };
                }
            }
        }
    }

    fn is_blank(&self, byte: u8) -> bool {
        matches!(byte, b' ' | b'\t') && byte != self.separator
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode::Encoding;
    use super::*;

    /// Gives a byte at a time, so that every end of a piece is met.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.len().min(1);
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn rows(text: &str, separator: char) -> Result<Vec<Row>> {
        let all = |source: &mut dyn FnMut() -> Result<Option<Row>>| {
            let mut rows = Vec::new();
            while let Some(row) = source()? {
                rows.push(row);
            }
            Ok::<_, crate::error::Error>(rows)
        };
        let mut slow = Reader::new(Decoded::new(Slow(text.as_bytes()), Encoding::Utf8), separator);
        let mut fast = Reader::new(Decoded::new(text.as_bytes(), Encoding::Utf8), separator);
        let slow = all(&mut || slow.read_row())?;
        let fast = all(&mut || fast.read_row())?;
        assert_eq!(slow, fast);
        Ok(fast)
    }

    fn shown(text: &str, separator: char) -> Result<Vec<String>> {
        Ok(rows(text, separator)?
            .into_iter()
            .map(|row| match row.problem {
                Some(problem) => format!("{} {problem}", row.line),
                None => format!("{} {}", row.line, row.cells.join("|")),
            })
            .collect())
    }

    #[test]
    fn cells_are_read_as_spreadsheets_write_them() -> Result<()> {
        let text = "\u{feff}navn;email;note\r\n\"Holm; Anne\";anne@x.dk;\"sagde \"\"ja\"\"\"\r\n\r\n\
                    Bo;bo@x.dk;\"to\nlinjer\"\r\n;;\r\n Carla ;carla@x.dk";
        assert_eq!(
            shown(text, ';')?,
            [
                "1 navn|email|note",
                "2 Holm; Anne|anne@x.dk|sagde \"ja\"",
                "4 Bo|bo@x.dk|to\nlinjer",
                "7 Carla|carla@x.dk"
            ]
        );
        assert_eq!(shown("a\t\tb\n\tc\t\n", '\t')?, ["1 a||b", "2 |c|"]);
        assert_eq!(shown("a,b\rc,d\r", ',')?, ["1 a|b", "2 c|d"]);
        Ok(())
    }

    #[test]
    fn a_mark_that_is_not_closed_costs_its_own_row() -> Result<()> {
        let text = "\"Anne,anne@x.dk\nBo,bo@x.dk\n\"Carla\",carla@x.dk\n\"Dorte\",\"dorte@x.dk\n";
        let expected = ["1 quote", "2 Bo|bo@x.dk", "3 Carla|carla@x.dk", "4 quote"];
        assert_eq!(shown(text, ',')?, expected);
        // As old programs of Mac and those of Windows end their lines.
        for end in ["\r", "\r\n"] {
            assert_eq!(shown(&text.replace('\n', end), ',')?, expected, "{end:?}");
        }
        Ok(())
    }

    #[test]
    fn what_is_too_long_or_too_wide_costs_its_own_row() -> Result<()> {
        let long = "x".repeat(LONGEST_CELL + 1);
        let text = format!("a,{long}\nb,\"{long}\"\nc,d\n{}\ne,f\n", "1,".repeat(MOST_CELLS));
        let found: Vec<_> =
            rows(&text, ',')?.into_iter().map(|row| (row.line, row.problem)).collect();
        let long = Some(Reason::LongCell);
        assert_eq!(found, [(1, long), (2, long), (3, None), (4, Some(Reason::Columns)), (5, None)]);
        Ok(())
    }

    #[test]
    fn a_cell_of_many_megabytes_needs_no_memory() -> Result<()> {
        let start = "email\n\"".as_bytes();
        let middle = std::io::repeat(b'x').take(8 * 1024 * 1024);
        let file = start.chain(middle).chain("\"\nanne@x.dk\n".as_bytes());
        let mut reader = Reader::new(Decoded::new(file, Encoding::Utf8), ',');
        let mut found = Vec::new();
        while let Some(row) = reader.read_row()? {
            assert!(reader.text.capacity() < 2 * 1024 * 1024, "{}", reader.text.capacity());
            found.push((row.line, row.problem));
        }
        assert_eq!(found, [(1, None), (2, Some(Reason::LongCell)), (3, None)]);
        Ok(())
    }
}
