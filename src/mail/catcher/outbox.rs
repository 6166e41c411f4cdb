//! Reading what the catcher has caught.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use mail_parser::{Message, MessageParser};

use super::folder::{KEPT, file_of, numbers_in};
use crate::clock::Instant;

/// Octets from the start of a message in which its header is looked for, for a list.
const HEAD: u64 = 16 * 1024;

/// The messages of a catcher's folder.
#[derive(Debug, Clone)]
pub struct Outbox {
    folder: PathBuf,
}

/// A message in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its number; a later message has a higher one.
    pub number: u64,
    /// The first recipient of the envelope.
    pub to: String,
    /// The sender of the envelope.
    pub sender: String,
    /// The subject.
    pub subject: String,
    /// When it was caught, to the second.
    pub at: Instant,
}

/// A message that was caught.
#[derive(Debug, Clone)]
pub struct Caught {
    /// Who, what and when.
    pub summary: Summary,
    /// Name and address in From.
    pub from: String,
    /// Every header, name and decoded value, in their order.
    pub headers: Vec<(String, String)>,
    /// The plain text.
    pub text: Option<String>,
    /// The HTML.
    pub html: Option<String>,
    /// All of it, as it was sent, after the catcher's own three headers.
    pub raw: Vec<u8>,
}

impl Caught {
    /// The first header of a name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(header, _)| header.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

impl Outbox {
    /// The messages in a folder.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// How many there are; those that wait to be removed do not count.
    pub fn count(&self) -> io::Result<usize> {
        Ok(numbers_in(&self.folder)?.len().min(KEPT))
    }

    /// The newest first, without the first `skip`, at most `count`.
    pub fn list(&self, skip: usize, count: usize) -> io::Result<Vec<Summary>> {
        let mut found = Vec::new();
        for number in numbers_in(&self.folder)?.into_iter().rev().take(KEPT).skip(skip).take(count)
        {
            // It may have been removed since.
            if let Some(head) = self.read(number, HEAD)?
                && let Some(message) = MessageParser::new().parse_headers(&head)
            {
                found.push(summary(number, &message));
            }
        }
        Ok(found)
    }

    /// One message.
    pub fn get(&self, number: u64) -> io::Result<Option<Caught>> {
        let Some(raw) = self.read(number, u64::MAX)? else { return Ok(None) };
        let Some(message) = MessageParser::new().parse(&raw) else { return Ok(None) };
        let part = |is_html: bool| {
            let ids = if is_html { &message.html_body } else { &message.text_body };
            let part = message.parts.get(*ids.first()? as usize)?;
            // The parser would make one out of the other; here only what was sent is shown.
            (part.is_text_html() == is_html).then(|| part.text_contents())?.map(str::to_owned)
        };
        let headers = message
            .headers_raw()
            .map(|(name, value)| (name.to_owned(), decoded(&message, name, value)))
            .collect();
        Ok(Some(Caught {
            summary: summary(number, &message),
            from: from(&message),
            headers,
            text: part(false),
            html: part(true),
            raw: raw.clone(),
        }))
    }

    /// The newest messages to a recipient of the envelope, newest first.
    pub fn to(&self, recipient: &str) -> io::Result<Vec<Caught>> {
        let mut found = Vec::new();
        for summary in self.list(0, usize::MAX)? {
            if summary.to.eq_ignore_ascii_case(recipient) {
                found.extend(self.get(summary.number)?);
            }
        }
        Ok(found)
    }

    fn read(&self, number: u64, most: u64) -> io::Result<Option<Vec<u8>>> {
        let file = match File::open(file_of(&self.folder, number)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let mut bytes = Vec::new();
        file.take(most).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }
}

fn summary(number: u64, message: &Message<'_>) -> Summary {
    let raw = |name: &'static str| message.header_raw(name).unwrap_or_default().trim();
    let at = chrono::DateTime::parse_from_rfc2822(raw("Delivery-Date")).unwrap_or_default();
    Summary {
        number,
        to: raw("Delivered-To").to_owned(),
        sender: raw("Return-Path").trim_matches(['<', '>']).to_owned(),
        subject: message.subject().unwrap_or_default().to_owned(),
        at: Instant::new(at.to_utc()),
    }
}

fn from(message: &Message<'_>) -> String {
    let Some(from) = message.from().and_then(|from| from.first()) else { return String::new() };
    match (from.name(), from.address().unwrap_or_default()) {
        (Some(name), "") => name.to_owned(),
        (Some(name), address) => format!("{name} <{address}>"),
        (None, address) => address.to_owned(),
    }
}

/// A header's value on one line, with encoded words decoded where the parser knows the header as
/// text.
fn decoded(message: &Message<'_>, name: &str, raw: &str) -> String {
    let text = message.header(name).and_then(|value| value.as_text());
    let unfolded = || raw.split_whitespace().collect::<Vec<_>>().join(" ");
    text.map_or_else(unfolded, str::to_owned)
}
