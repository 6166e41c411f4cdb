//! The file of an import: stored in pieces beside it, so that any process can go on with it, and
//! read as a file.

use std::io::{Error, Read, Seek, SeekFrom};

use super::{MOST_BYTES, store};
use crate::app::App;
use crate::db::Db;
use crate::error::Result;

/// Bytes of a piece.
pub const PIECE: usize = 1024 * 1024;

/// Takes a file in, piece by piece.
pub struct Writer<'a> {
    app: &'a App,
    import: i64,
    buffer: Vec<u8>,
    pieces: i32,
    size: u64,
}

impl<'a> Writer<'a> {
    /// For an import that has no file yet.
    pub fn new(app: &'a App, import: i64) -> Self {
        Self { app, import, buffer: Vec::with_capacity(PIECE), pieces: 0, size: 0 }
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// [`crate::error::Error::TooLarge`] when there are more than a file may have.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<()> {
        self.size += bytes.len() as u64;
        if self.size > MOST_BYTES {
            return Err(crate::error::Error::TooLarge);
        }
        while !bytes.is_empty() {
            let room = (PIECE - self.buffer.len()).min(bytes.len());
            self.buffer.extend_from_slice(&bytes[..room]);
            bytes = &bytes[room..];
            if self.buffer.len() == PIECE {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Stores what is left; returns how many bytes the file has.
    pub async fn finish(mut self) -> Result<u64> {
        self.flush().await?;
        Ok(self.size)
    }

    async fn flush(&mut self) -> Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE));
        let (import, number) = (self.import, self.pieces);
        self.pieces += 1;
        self.app.db.write(move |conn| Ok(store::put_part(conn, import, number, &piece)?)).await
    }
}

/// A stored file, read by a thread that may wait.
pub struct Stored {
    db: Db,
    import: i64,
    size: u64,
    at: u64,
    /// The piece that is in memory, with its number.
    piece: Option<(u64, Vec<u8>)>,
}

impl Stored {
    /// The file of an import.
    pub fn new(app: &App, import: &super::Import) -> Self {
        let size = import.size.unsigned_abs();
        Self { db: app.db.clone(), import: import.id, size, at: 0, piece: None }
    }
}

impl Read for Stored {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.at >= self.size {
            return Ok(0);
        }
        let (number, inside) = (self.at / PIECE as u64, self.at % PIECE as u64);
        if self.piece.as_ref().is_none_or(|(known, _)| *known != number) {
            let (import, part) = (self.import, i32::try_from(number).map_err(Error::other)?);
            let bytes = self.db.read_blocking(|conn| Ok(store::part(conn, import, part)?));
            self.piece = Some((number, bytes.map_err(Error::other)?));
        }
        let piece = self.piece.as_ref().map_or(&[][..], |(_, bytes)| bytes);
        let rest = usize::try_from(inside).ok().and_then(|inside| piece.get(inside..));
        let rest = rest
            .filter(|rest| !rest.is_empty())
            .ok_or_else(|| Error::other("a piece is missing"))?;
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Stored {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(std::io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
