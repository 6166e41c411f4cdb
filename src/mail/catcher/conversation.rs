//! One SMTP conversation of the catcher (RFC 5321), as a server.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use memchr::{memchr, memchr_iter, memmem};

use super::folder::Folder;

/// How long a client may be silent (RFC 5321, 4.5.3.2.7).
const PATIENCE: Duration = Duration::from_secs(5 * 60);
/// Octets of the longest message.
const MOST_MESSAGE: usize = 50 * 1024 * 1024;
/// Octets of the longest command.
const MOST_COMMAND: usize = 4096;
/// Octets of a line of a message with its CRLF (RFC 5321, 4.5.3.1.6).
const MOST_LINE: usize = 1000;
/// Recipients of one message.
const MOST_RECIPIENTS: usize = 100;

/// Talks until the client leaves.
pub fn hold(stream: TcpStream, folder: &Folder) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut conversation = Conversation {
        stream,
        folder,
        input: vec![0; 128 * 1024],
        start: 0,
        end: 0,
        output: b"220 localhost Lederbrev catcher ESMTP\r\n".to_vec(),
        sender: None,
        recipients: Vec::new(),
    };
    while conversation.command()? {}
    conversation.flush()
}

struct Conversation<'a> {
    stream: TcpStream,
    folder: &'a Folder,
    /// What was read lies in `start..end`.
    input: Vec<u8>,
    start: usize,
    end: usize,
    /// Answers that are not yet written: a client that pipelines gets them together.
    output: Vec<u8>,
    sender: Option<String>,
    recipients: Vec<String>,
}

impl Conversation<'_> {
    /// Reads and answers one command; `false` ends it.
    fn command(&mut self) -> io::Result<bool> {
        let line = loop {
            let unread = &self.input[self.start..self.end];
            if let Some(length) = memchr(b'\n', unread) {
                break String::from_utf8_lossy(&unread[..length]).into_owned();
            }
            if unread.len() > MOST_COMMAND {
                self.answer("500 5.5.2 line too long");
                return Ok(false);
            }
            if self.more()? == 0 {
                return Ok(false);
            }
        };
        self.start += memchr(b'\n', &self.input[self.start..self.end]).map_or(0, |at| at + 1);
        let Some(line) = line.strip_suffix('\r').filter(|line| !line.contains(char::is_control))
        else {
            self.answer("500 5.5.2 a command ends with CR LF and has no other controls");
            return Ok(true);
        };
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                self.reset();
                self.answer(
                    "250-localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n\
                     250-ENHANCEDSTATUSCODES\r\n250 SIZE 52428800",
                );
            }
            "HELO" => {
                self.reset();
                self.answer("250 localhost");
            }
            "MAIL" => self.mail(rest),
            "RCPT" => self.rcpt(rest),
            "DATA" => return self.data(),
            "RSET" => {
                self.reset();
                self.answer("250 2.0.0 as new");
            }
            "NOOP" => self.answer("250 2.0.0 yes"),
            "VRFY" => self.answer("252 2.5.0 try it"),
            "QUIT" => {
                self.answer("221 2.0.0 goodbye");
                return Ok(false);
            }
            _ => self.answer("502 5.5.1 unknown command"),
        }
        Ok(true)
    }

    fn mail(&mut self, rest: &str) {
        if self.sender.is_some() {
            return self.answer("503 5.5.1 one sender at a time");
        }
        let Some((address, parameters)) = path("FROM:", rest) else {
            return self.answer("501 5.5.4 MAIL FROM:<address>");
        };
        let size = parameters
            .split(' ')
            .find_map(|parameter| parameter.strip_prefix("SIZE=")?.parse::<usize>().ok());
        if size.is_some_and(|size| size > MOST_MESSAGE) {
            return self.answer("552 5.3.4 too big");
        }
        self.sender = Some(address.to_owned());
        self.answer("250 2.1.0 ok");
    }

    fn rcpt(&mut self, rest: &str) {
        if self.sender.is_none() {
            return self.answer("503 5.5.1 MAIL first");
        }
        let Some((address, _)) = path("TO:", rest).filter(|(address, _)| address.contains('@'))
        else {
            return self.answer("501 5.1.3 RCPT TO:<address>");
        };
        let local = address.rsplit_once('@').map_or("", |(local, _)| local).to_lowercase();
        let word = local.split(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+')).next();
        match word {
            Some("ukendt") => self.answer("550 5.1.1 no such mailbox here"),
            Some("fuld") => self.answer("452 4.2.2 the mailbox is full"),
            Some("graa") if self.folder.is_new(address) => {
                self.answer("451 4.7.1 greylisted, try again later");
            }
            _ if self.recipients.len() == MOST_RECIPIENTS => {
                self.answer("452 4.5.3 too many recipients");
            }
            _ => {
                self.recipients.push(address.to_owned());
                self.answer("250 2.1.5 ok");
            }
        }
    }

    fn data(&mut self) -> io::Result<bool> {
        if self.recipients.is_empty() {
            self.answer("503 5.5.1 RCPT first");
            return Ok(true);
        }
        self.answer("354 go ahead, end with a dot");
        self.flush()?;
        let Some((length, end)) = self.message_end()? else {
            return Ok(false);
        };
        let message = &self.input[self.start..self.start + length];
        let sender = self.sender.take().unwrap_or_default();
        let answer = match fault(message) {
            Some(refusal) => refusal.to_owned(),
            None => match self.folder.keep(&sender, &self.recipients, message) {
                Ok(()) => "250 2.0.0 caught".to_owned(),
                Err(error) => {
                    tracing::error!(%error, "the catcher cannot keep a message");
                    "452 4.3.1 cannot keep it".to_owned()
                }
            },
        };
        self.start += end;
        self.reset();
        self.answer(&answer);
        Ok(true)
    }

    /// Reads up to the lone dot: the lengths of the message and of the message with its end.
    /// `None` when the client left or the message is too big.
    fn message_end(&mut self) -> io::Result<Option<(usize, usize)>> {
        const END: &[u8] = b"\r\n.\r\n";
        let mut searched = 0;
        loop {
            let unread = &self.input[self.start..self.end];
            if unread.starts_with(&END[2..]) {
                return Ok(Some((0, 3)));
            }
            if let Some(found) = memmem::find(&unread[searched..], END) {
                let length = searched + found;
                return Ok(Some((length + 2, length + END.len())));
            }
            // The end may lie across two reads.
            searched = unread.len().saturating_sub(END.len() - 1);
            if unread.len() > MOST_MESSAGE {
                self.answer("552 5.3.4 too big");
                return Ok(None);
            }
            if self.more()? == 0 {
                return Ok(None);
            }
        }
    }

    /// Reads more. Answers go out first: nobody who waits for one sends more.
    fn more(&mut self) -> io::Result<usize> {
        self.flush()?;
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.input.len() {
            if self.start > 0 {
                self.input.copy_within(self.start..self.end, 0);
                (self.start, self.end) = (0, self.end - self.start);
            } else {
                self.input.resize(self.input.len() * 2, 0);
            }
        }
        let count = self.stream.read(&mut self.input[self.end..])?;
        self.end += count;
        Ok(count)
    }

    fn answer(&mut self, line: &str) {
        self.output.extend_from_slice(line.as_bytes());
        self.output.extend_from_slice(b"\r\n");
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.write_all(&self.output)?;
        self.output.clear();
        Ok(())
    }

    fn reset(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }
}

/// The address between the angle brackets, and what follows them.
fn path<'a>(keyword: &str, rest: &'a str) -> Option<(&'a str, &'a str)> {
    let (start, path) = rest.split_at_checked(keyword.len())?;
    start.eq_ignore_ascii_case(keyword).then_some(())?;
    let (address, parameters) = path.trim_start().strip_prefix('<')?.split_once('>')?;
    // No quotes and no source routes here: nobody's address in this program has any.
    (!address.contains(['<', '"', ' ', ','])).then_some((address, parameters))
}

/// What a strict server would say against a message.
fn fault(message: &[u8]) -> Option<&'static str> {
    let mut start = 0;
    for end in memchr_iter(b'\n', message) {
        let line = &message[start..=end];
        if line.len() > MOST_LINE {
            return Some("550 5.6.0 a line is longer than 998 octets");
        }
        if memchr(b'\r', line) != line.len().checked_sub(2) {
            return Some("550 5.6.11 a line end that is not CR LF");
        }
        start = end + 1;
    }
    None
}
