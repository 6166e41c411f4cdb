//! Many texts in a file without a name, because they are too many for memory: the strings that a
//! sheet of Excel keeps apart. They are asked for nearly in their order, so a piece of the file in
//! memory answers most.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;

use crate::error::{Error, Result};

/// Bytes of the file that are in memory.
const PIECE: usize = 64 * 1024;

/// Texts that are kept: where each begins needs four bytes of memory.
pub const MOST_TEXTS: usize = 10_000_000;

/// The texts.
pub struct Spool {
    file: File,
    /// Not written yet.
    buffer: Vec<u8>,
    written: u64,
    /// Where each begins.
    starts: Vec<u32>,
    piece: Vec<u8>,
    piece_at: u64,
}

impl Spool {
    /// With no text in it.
    pub fn new() -> Result<Self> {
        Ok(Self {
            file: tempfile::tempfile().map_err(anyhow::Error::from)?,
            buffer: Vec::with_capacity(PIECE),
            written: 0,
            starts: Vec::new(),
            piece: Vec::new(),
            piece_at: 0,
        })
    }

    /// How many bytes all of them have.
    pub fn size(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    /// Adds a text. No more than 4 GiB may be added in all.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `file` when there are more than [`MOST_TEXTS`].
    pub fn push(&mut self, text: &str) -> Result<()> {
        if self.starts.len() == MOST_TEXTS {
            return Err(Error::field("file", "error-list-bomb"));
        }
        self.starts.push(u32::try_from(self.size()).map_err(anyhow::Error::from)?);
        self.buffer.extend_from_slice(text.as_bytes());
        if self.buffer.len() >= PIECE { self.flush() } else { Ok(()) }
    }

    /// Ends the adding.
    pub fn flush(&mut self) -> Result<()> {
        self.file.write_all(&self.buffer).map_err(anyhow::Error::from)?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// The text with a number, from 0.
    pub fn get(&mut self, number: usize) -> Result<Option<String>> {
        let Some(start) = self.starts.get(number).copied().map(u64::from) else { return Ok(None) };
        let end = self.starts.get(number + 1).copied().map_or(self.written, u64::from);
        let length = usize::try_from(end - start).map_err(anyhow::Error::from)?;
        if start < self.piece_at || end > self.piece_at + self.piece.len() as u64 {
            let most = (self.written - start).min(PIECE.max(length) as u64);
            self.piece.resize(usize::try_from(most).map_err(anyhow::Error::from)?, 0);
            self.file.read_exact_at(&mut self.piece, start).map_err(anyhow::Error::from)?;
            self.piece_at = start;
        }
        let at = usize::try_from(start - self.piece_at).map_err(anyhow::Error::from)?;
        Ok(Some(String::from_utf8_lossy(&self.piece[at..at + length]).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_texts_than_memory_should_know_are_refused() -> Result<()> {
        let mut spool = Spool::new()?;
        spool.starts = vec![0; MOST_TEXTS - 1];
        spool.push("den sidste")?;
        assert!(matches!(spool.push("en for meget"), Err(Error::Invalid(_))));
        Ok(())
    }
}
