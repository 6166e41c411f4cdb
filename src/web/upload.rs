//! Forms with a file (RFC 7578) that is too large for memory: the fields as they come in, one after
//! the other, and each of them in pieces. For small files there is [`super::multipart`].

use actix_web::web::Payload;
use futures_util::StreamExt;
use memchr::memmem;

use super::multipart::parameter;
use crate::error::{Error, Result};

/// Bytes of what stands above a field.
const MOST_HEAD: usize = 8 * 1024;
/// Bytes of a field that is no file.
const MOST_TEXT: usize = 8 * 1024;

/// A form that comes in.
pub struct Upload {
    payload: Payload,
    buffer: Vec<u8>,
    /// What stands before each field and behind the last one.
    boundary: Vec<u8>,
    /// Whether the boundary before the next field has been read.
    is_between: bool,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its name.
    pub name: String,
    /// The name of the file, when it is one.
    pub file_name: Option<String>,
}

impl Upload {
    /// A form with a boundary ([`super::multipart::boundary`]).
    pub fn new(payload: Payload, boundary: &str) -> Self {
        // So that the first boundary stands behind a line break too.
        let (buffer, boundary) = (b"\r\n".to_vec(), format!("\r\n--{boundary}").into_bytes());
        Self { payload, buffer, boundary, is_between: false }
    }

    /// The next field; what was not read of the last one is passed over.
    pub async fn next(&mut self) -> Result<Option<Head>> {
        while !self.is_between {
            self.piece().await?;
        }
        self.is_between = false;
        while self.buffer.len() < 2 {
            self.more().await?;
        }
        if self.buffer.starts_with(b"--") {
            return Ok(None);
        }
        let end = loop {
            match memmem::find(&self.buffer, b"\r\n\r\n") {
                Some(end) => break end,
                None if self.buffer.len() > MOST_HEAD => return Err(broken()),
                None => self.more().await?,
            }
        };
        let head = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        self.buffer.drain(..end + 4);
        let disposition = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-disposition").then_some(value)
        });
        let disposition = disposition.ok_or_else(broken)?;
        Ok(Some(Head {
            name: parameter(disposition, "name").ok_or_else(broken)?.to_owned(),
            file_name: parameter(disposition, "filename").map(str::to_owned),
        }))
    }

    /// The next piece of a field, if there is one.
    pub async fn piece(&mut self) -> Result<Option<Vec<u8>>> {
        if self.is_between {
            return Ok(None);
        }
        loop {
            // A boundary may be cut in two by the end of what has come.
            let sure = match memmem::find(&self.buffer, &self.boundary) {
                Some(0) => {
                    self.buffer.drain(..self.boundary.len());
                    self.is_between = true;
                    return Ok(None);
                }
                Some(at) => at,
                None => (self.buffer.len() + 1).saturating_sub(self.boundary.len()),
            };
            if sure > 0 {
                return Ok(Some(self.buffer.drain(..sure).collect()));
            }
            self.more().await?;
        }
    }

    /// A field that is no file, as text.
    pub async fn text(&mut self) -> Result<String> {
        let mut text = Vec::new();
        while let Some(piece) = self.piece().await? {
            text.extend(piece);
            if text.len() > MOST_TEXT {
                return Err(Error::TooLarge);
            }
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    async fn more(&mut self) -> Result<()> {
        match self.payload.next().await {
            Some(Ok(bytes)) => {
                self.buffer.extend_from_slice(&bytes);
                Ok(())
            }
            Some(Err(error)) => Err(Error::BadRequest(error.to_string())),
            None => Err(broken()),
        }
    }
}

fn broken() -> Error {
    Error::BadRequest("the form ends too early, or is none".to_owned())
}
