//! Bytes as text, piece by piece.

use std::io::Read;

use serde::{Deserialize, Serialize};

use super::unreadable;
use crate::error::Result;

/// How bytes are letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8, with or without a mark at its beginning.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, the low byte first: what Excel calls Unicode text.
    Utf16Le,
    /// UTF-16, the high byte first.
    Utf16Be,
    /// What Danish spreadsheets save when nobody asks for UTF-8.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

impl Encoding {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Utf8, Self::Windows1252, Self::Utf16Le, Self::Utf16Be];

    /// As it is called.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16-le",
            Self::Utf16Be => "utf-16-be",
            Self::Windows1252 => "windows-1252",
        }
    }

    fn table(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => encoding_rs::UTF_8,
            Self::Utf16Le => encoding_rs::UTF_16LE,
            Self::Utf16Be => encoding_rs::UTF_16BE,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
        }
    }
}

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;

/// A source as text. What is no letter in its encoding becomes U+FFFD, by which a row is known.
pub struct Decoded<R> {
    source: R,
    decoder: encoding_rs::Decoder,
    bytes: Vec<u8>,
    is_over: bool,
}

impl<R: Read> Decoded<R> {
    /// Begins to read.
    pub fn new(source: R, encoding: Encoding) -> Self {
        let decoder = encoding.table().new_decoder_with_bom_removal();
        Self { source, decoder, bytes: vec![0; PIECE], is_over: false }
    }

    /// Appends the next piece; `false` when there is none.
    pub fn read_to(&mut self, text: &mut String) -> Result<bool> {
        if self.is_over {
            return Ok(false);
        }
        let count = self.source.read(&mut self.bytes).map_err(unreadable)?;
        self.is_over = count == 0;
        let bytes = &self.bytes[..count];
        let most = self.decoder.max_utf8_buffer_length(count).unwrap_or(3 * PIECE);
        text.reserve(most);
        // There is room for all of it.
        let _ = self.decoder.decode_to_string(bytes, text, self.is_over);
        Ok(true)
    }
}
