//! A file as rows of cells, one after the other: CSV, TSV and the like ([`separated`]), or a sheet
//! of Excel ([`xlsx`]). What is wrong with a row is said with it, and the next one is read.
//!
//! Memory does not grow with the file: a row has at most [`MOST_CELLS`] cells of [`LONGEST_CELL`]
//! bytes, and what a sheet keeps apart (its strings) is spooled to the disk.

pub mod decode;
pub mod guess;
pub mod separated;
pub mod spool;
pub mod xlsx;

use std::io::{Read, Seek, SeekFrom};

use serde::{Deserialize, Serialize};

use super::Reason;
use crate::error::{Error, Result};
use crate::web::direction;
use decode::{Decoded, Encoding};

/// Bytes of a cell; a longer one cannot be taken.
pub const LONGEST_CELL: usize = 64 * 1024;
/// Cells of a row; a longer one cannot be taken.
pub const MOST_CELLS: usize = 100;
/// Rows of a file.
pub const MOST_ROWS: u64 = 1_000_000;

/// A row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// The line of the file on which it begins, from 1.
    pub line: u64,
    /// What stands in it, without white space around.
    pub cells: Vec<String>,
    /// Why it cannot be taken.
    pub problem: Option<Reason>,
}

/// How a file is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Format {
    /// Text: cells between separators.
    Separated {
        /// How its bytes are letters.
        encoding: Encoding,
        /// What stands between two cells.
        separator: char,
    },
    /// Excel's format, in which the first sheet is read.
    Xlsx,
}

/// What can be read and sought in: a file that is stored, or one on the disk.
pub trait Source: Read + Seek + Send {}
impl<T: Read + Seek + Send> Source for T {}

/// The rows of a file.
pub enum Table<S: Source> {
    /// Of text.
    Separated(Box<separated::Reader<Decoded<S>>>),
    /// Of a sheet.
    Xlsx(Box<xlsx::Reader>),
}

impl<S: Source + 'static> Table<S> {
    /// Begins to read a file.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `file` when it is no such file.
    pub fn open(mut source: S, format: &Format) -> Result<Self> {
        source.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        Ok(match format {
            Format::Separated { encoding, separator } => Self::Separated(Box::new(
                separated::Reader::new(Decoded::new(source, *encoding), *separator),
            )),
            Format::Xlsx => Self::Xlsx(Box::new(xlsx::Reader::open(source)?)),
        })
    }

    /// The next row, if there is one. Rows in which nothing stands are passed over, and marks that turn
    /// the writing direction are left out: what is read is shown, and is kept about people.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `file` when what follows cannot be read.
    pub fn read_row(&mut self) -> Result<Option<Row>> {
        let mut row = match self {
            Self::Separated(reader) => reader.read_row(),
            Self::Xlsx(reader) => reader.read_row(),
        }?;
        for cell in row.iter_mut().flat_map(|row| &mut row.cells) {
            if cell.contains(direction::turns) {
                *cell = direction::unturned(cell);
            }
        }
        Ok(row)
    }
}

/// What an error of reading is: ours when the storage failed, the file's when it cannot be read.
fn unreadable(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => {
            Error::field("file", "error-list-unreadable")
        }
        _ => Error::Internal(anyhow::Error::new(error).context("reading the file of an import")),
    }
}
