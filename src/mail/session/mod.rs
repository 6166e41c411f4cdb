//! A small SMTP client for issues: blocking, one connection, many messages.
//!
//! A library's transport cannot say whether a connection was lost before or after the end of a
//! message, and that is the difference between a safe retry and a possible second copy. This one
//! can: see [`Outcome::NotSent`] and [`Outcome::Uncertain`].

use std::io::{self, IoSlice, Read, Write};
use std::time::Duration;

use rustls::{ClientConnection, StreamOwned};

use super::reply::{Outcome, Reply, Stage};

mod open;
mod wire;

use open::Capabilities;
pub use open::OpenError;
pub(super) use wire::Wire;

/// How long a server may take (RFC 5321, 4.5.3.2), however many bytes it takes it in.
#[derive(Debug, Clone)]
pub struct Timeouts {
    /// For the TCP connection.
    pub connect: Duration,
    /// For the greeting, and for the reply to each command but DATA.
    pub command: Duration,
    /// For the reply to DATA.
    pub data: Duration,
    /// For taking the message or a command.
    pub block: Duration,
    /// For the reply to the final dot.
    pub end: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        Self {
            connect: Duration::from_secs(30),
            command: minutes(5),
            data: minutes(2),
            block: minutes(3),
            end: minutes(10),
        }
    }
}

enum Line {
    Clear(Wire),
    Protected(Box<StreamOwned<ClientConnection, Wire>>),
}

impl Line {
    fn wire(&mut self) -> &mut Wire {
        match self {
            Self::Clear(wire) => wire,
            Self::Protected(stream) => &mut stream.sock,
        }
    }
}

/// The most that a reply may take; a server that says more is no SMTP server.
const MOST_REPLY: usize = 16 * 1024;

/// One connection to a relay.
pub struct Session {
    line: Line,
    offers: Capabilities,
    timeouts: Timeouts,
    /// Commands that wait to be written.
    commands: Vec<u8>,
    /// Read and not yet understood.
    input: Vec<u8>,
    /// A message is put together here for TLS, which would make a record of every part.
    joined: Vec<u8>,
    usable: bool,
}

impl Session {
    /// Sends one message to one recipient. `from` and `to` are addresses as in
    /// [`super::EmailAddress::wire`]; `smtputf8` says that one of them or a header is not ASCII.
    /// The parts of `body`, joined, are the message: CRLF line ends, no line that begins with an
    /// unstuffed dot.
    pub fn send(&mut self, from: &str, to: &str, smtputf8: bool, body: &[&[u8]]) -> Outcome {
        if smtputf8 && !self.offers.smtputf8 {
            return Outcome::Failed(Reply::no_smtputf8());
        }
        let size = body.iter().map(|part| part.len()).sum::<usize>() + 5;
        match self.envelope(from, to, smtputf8, size) {
            Ok(reply) if reply.code == 354 => {}
            Ok(reply) => return self.refused(reply),
            Err(error) => return self.lost(&error, Outcome::NotSent),
        }
        if let Err(loss) = self.write_message(body) {
            return match loss {
                Loss::BeforeEnd(error) => self.lost(&error, Outcome::NotSent),
                Loss::AtEnd(error) => self.lost(&error, Outcome::Uncertain),
            };
        }
        match self.read(Stage::Message, self.timeouts.end) {
            Ok(reply) if reply.code / 100 == 2 => Outcome::Accepted(reply),
            // Neither yes nor no: it answers something else, and may have the message or not.
            Ok(reply) if reply.code / 100 == 3 => {
                self.usable = false;
                Outcome::Uncertain(format!("unexpected answer: {reply}"))
            }
            Ok(reply) => {
                self.usable &= reply.code != 421;
                Outcome::refused(reply)
            }
            Err(error) => self.lost(&error, Outcome::Uncertain),
        }
    }

    /// Whether another message can be sent on this connection. Not when the server has said more
    /// than it was asked: the next recipient would get the answer to something else.
    pub fn is_usable(&self) -> bool {
        self.usable && self.input.is_empty()
    }

    /// Says goodbye, and does not wait long for the answer.
    pub fn quit(mut self) {
        if self.usable && self.command(&["QUIT"]).is_ok() {
            let wait = self.timeouts.command.min(Duration::from_secs(2));
            // Whether it answers changes nothing any more.
            drop(self.read(Stage::Connection, wait));
        }
    }

    /// MAIL, RCPT and DATA: the reply to DATA, or the first refusal before it. Where the server knows
    /// PIPELINING they go in one packet, because DATA may end a group (RFC 2920, 3.1).
    fn envelope(&mut self, from: &str, to: &str, utf8: bool, size: usize) -> io::Result<Reply> {
        self.queue(&["MAIL FROM:<", from, ">"])?;
        self.commands.truncate(self.commands.len() - 2);
        if self.offers.size {
            write!(self.commands, " SIZE={size}")?;
        }
        self.commands.extend_from_slice(if utf8 { b" SMTPUTF8\r\n" } else { b"\r\n" });
        if self.offers.pipelining {
            self.queue(&["RCPT TO:<", to, ">"])?;
            self.queue(&["DATA"])?;
            self.flush()?;
            return self.envelope_replies();
        }
        let wait = self.timeouts.command;
        self.flush()?;
        let sender = self.read(Stage::Sender, wait)?;
        if sender.code / 100 != 2 {
            return Ok(sender);
        }
        self.command(&["RCPT TO:<", to, ">"])?;
        let recipient = self.read(Stage::Recipient, wait)?;
        if recipient.code / 100 != 2 {
            return Ok(recipient);
        }
        self.command(&["DATA"])?;
        self.read(Stage::Message, self.timeouts.data)
    }

    /// The three replies to a group.
    fn envelope_replies(&mut self) -> io::Result<Reply> {
        let wait = self.timeouts.command;
        let sender = self.read(Stage::Sender, wait)?;
        // After 421 the other answers need not come.
        if sender.code == 421 {
            return Ok(sender);
        }
        let recipient = match self.read(Stage::Recipient, wait) {
            Ok(reply) if sender.code / 100 == 2 => reply,
            _ if sender.code / 100 != 2 => sender,
            other => other?,
        };
        if recipient.code == 421 {
            return Ok(recipient);
        }
        let refused = recipient.code / 100 != 2;
        match self.read(Stage::Message, self.timeouts.data) {
            // A server that wants a message for nobody gets an empty one (RFC 2920, 3.1).
            Ok(reply) if refused && reply.code == 354 => {
                let end = self
                    .command(&["."])
                    .and_then(|()| self.read(Stage::Message, self.timeouts.end));
                self.usable &= end.is_ok();
                Ok(recipient)
            }
            Ok(_) if refused => Ok(recipient),
            // Refused is refused, also if the line breaks now.
            Err(_) if refused => {
                self.usable = false;
                Ok(recipient)
            }
            other => other,
        }
    }

    /// A refusal before the message: the connection is made ready for the next one.
    fn refused(&mut self, reply: Reply) -> Outcome {
        if reply.code == 421 || !self.usable {
            self.usable = false;
        } else if reply.code < 400 {
            // DATA was answered with something that is neither 354 nor a refusal.
            self.usable = false;
            return Outcome::NotSent(format!("unexpected answer: {reply}"));
        } else {
            let reset = self
                .command(&["RSET"])
                .and_then(|()| self.read(Stage::Connection, self.timeouts.command));
            self.usable = reset.is_ok_and(|reset| reset.code / 100 == 2);
        }
        Outcome::refused(reply)
    }

    fn lost(&mut self, error: &io::Error, outcome: fn(String) -> Outcome) -> Outcome {
        self.usable = false;
        outcome(error.to_string())
    }

    /// Queues one command. A line end inside would smuggle another in.
    fn queue(&mut self, words: &[&str]) -> io::Result<()> {
        for word in words {
            if word.bytes().any(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "line end in a command"));
            }
            self.commands.extend_from_slice(word.as_bytes());
        }
        self.commands.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn command(&mut self, words: &[&str]) -> io::Result<()> {
        self.queue(words)?;
        self.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        let written = self.in_step().and_then(|()| match &mut self.line {
            Line::Clear(stream) => stream.write_all(&self.commands),
            Line::Protected(stream) => {
                stream.write_all(&self.commands).and_then(|()| stream.flush())
            }
        });
        self.commands.clear();
        written
    }

    /// To be called before anything is written: whoever has answered already does not answer that.
    fn in_step(&mut self) -> io::Result<()> {
        if !self.input.is_empty() {
            return Err(io::Error::other("the relay answered before it was asked"));
        }
        self.line.wire().allow(self.timeouts.block);
        Ok(())
    }

    fn read(&mut self, stage: Stage, wait: Duration) -> io::Result<Reply> {
        self.read_lines(stage, wait, |_| {})
    }

    /// Reads one reply; `each_line` gets its lines' texts, some of them more than once.
    fn read_lines(
        &mut self,
        stage: Stage,
        wait: Duration,
        mut each_line: impl FnMut(&str),
    ) -> io::Result<Reply> {
        self.line.wire().allow(wait);
        loop {
            if let Some((reply, length)) =
                Reply::read(stage, &self.input, &mut each_line).map_err(io::Error::other)?
            {
                self.input.drain(..length);
                return Ok(reply);
            }
            if self.input.len() > MOST_REPLY {
                return Err(io::Error::other("the server's answer does not end"));
            }
            let mut block = [0; 1024];
            let count = match &mut self.line {
                Line::Clear(stream) => stream.read(&mut block),
                Line::Protected(stream) => stream.read(&mut block),
            };
            match count {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => self.input.extend_from_slice(&block[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes the message and its end.
    fn write_message(&mut self, body: &[&[u8]]) -> Result<(), Loss> {
        self.in_step().map_err(Loss::BeforeEnd)?;
        let end: &[u8] = if ends_a_line(body) { b".\r\n" } else { b"\r\n.\r\n" };
        match &mut self.line {
            // An error means that the kernel has not got the last byte, so nobody has the end.
            Line::Clear(stream) => write_parts(stream, body, end).map_err(Loss::BeforeEnd),
            // TLS may have sent records when it reports an error, so the end goes by itself.
            Line::Protected(stream) => {
                self.joined.clear();
                body.iter().for_each(|part| self.joined.extend_from_slice(part));
                stream
                    .write_all(&self.joined)
                    .and_then(|()| stream.flush())
                    .map_err(Loss::BeforeEnd)?;
                stream.write_all(end).and_then(|()| stream.flush()).map_err(Loss::AtEnd)
            }
        }
    }
}

enum Loss {
    BeforeEnd(io::Error),
    AtEnd(io::Error),
}

fn ends_a_line(body: &[&[u8]]) -> bool {
    let mut last = body.iter().rev().flat_map(|part| part.iter().rev());
    last.next() == Some(&b'\n') && last.next() == Some(&b'\r')
}

/// Parts in one system call; a message with more takes several.
const PARTS: usize = 256;

fn write_parts(stream: &mut Wire, body: &[&[u8]], end: &[u8]) -> io::Result<()> {
    let mut parts = body.iter().copied().chain([end]).filter(|part| !part.is_empty()).peekable();
    while parts.peek().is_some() {
        let mut slices = [IoSlice::new(&[]); PARTS];
        let mut count = 0;
        for (slice, part) in slices.iter_mut().zip(parts.by_ref().take(PARTS)) {
            *slice = IoSlice::new(part);
            count += 1;
        }
        let mut rest = &mut slices[..count];
        while !rest.is_empty() {
            match stream.write_vectored(rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut rest, written),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_gets_the_time_that_the_standard_gives_it() {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        let given = Timeouts::default();
        // RFC 5321, 4.5.3.2: the greeting, MAIL and RCPT 5; DATA 2; a block 3; the final dot 10.
        let least = [(given.command, 5), (given.data, 2), (given.block, 3), (given.end, 10)];
        for (timeout, least) in least {
            assert!(timeout >= minutes(least), "{timeout:?} for {least} minutes");
        }
    }

    #[test]
    fn the_end_of_the_last_line_may_lie_in_two_parts() {
        assert!(ends_a_line(&[b"a\r\n"]));
        assert!(ends_a_line(&[b"a\r", b"", b"\n"]));
        assert!(!ends_a_line(&[b"a\r", b"b\n"]));
        assert!(!ends_a_line(&[]));
    }
}
