//! Opening a session: connecting, hello, TLS, signing in.

use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::super::reply::{Meaning, Reply, Stage};
use super::super::tls::Trust;
use super::super::url::{Credentials, Relay, Tls};
use super::{Line, Session, Timeouts, Wire};

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The relay cannot be reached, or went away.
    #[error("the relay cannot be reached")]
    Unreachable(#[source] io::Error),
    /// TLS failed; a certificate that is not believed is the usual reason.
    #[error("no protected connection to the relay")]
    Tls(#[source] io::Error),
    /// STARTTLS is required by the setting, and the relay does not offer it.
    #[error("the relay does not offer STARTTLS, which the setting requires")]
    NoStartTls,
    /// The relay wants none of the ways to sign in that we know: PLAIN and LOGIN.
    #[error("the relay does not offer AUTH PLAIN or LOGIN")]
    NoAuth,
    /// The relay refused us.
    #[error("the relay refused: {0}")]
    Refused(Reply),
}

impl OpenError {
    /// Whether a person must change a setting before it can work, so that trying again soon does
    /// no good: the sending pauses at once.
    pub fn is_our_fault(&self) -> bool {
        match self {
            Self::Unreachable(_) => false,
            Self::Tls(_) | Self::NoStartTls | Self::NoAuth => true,
            Self::Refused(reply) => reply.meaning() == Meaning::OurFault,
        }
    }
}

impl OpenError {
    /// Whether it is about signing in: see [`crate::mail::Door`].
    pub fn is_about_sign_in(&self) -> bool {
        match self {
            Self::NoAuth => true,
            Self::Refused(reply) => reply.is_about_sign_in(),
            _ => false,
        }
    }
}

/// What EHLO said.
#[derive(Debug, Default)]
pub(super) struct Capabilities {
    starttls: bool,
    auth_plain: bool,
    auth_login: bool,
    pub(super) smtputf8: bool,
    pub(super) pipelining: bool,
    pub(super) size: bool,
}

impl Capabilities {
    fn add(&mut self, line: &str) {
        let mut words = line.split([' ', '=']).map(str::to_ascii_uppercase);
        match words.next().as_deref() {
            Some("STARTTLS") => self.starttls = true,
            Some("SMTPUTF8") => self.smtputf8 = true,
            Some("PIPELINING") => self.pipelining = true,
            Some("SIZE") => self.size = true,
            Some("AUTH") => {
                for way in words {
                    self.auth_plain |= way == "PLAIN";
                    self.auth_login |= way == "LOGIN";
                }
            }
            _ => {}
        }
    }
}

impl Session {
    /// Connects, says hello, protects the connection and signs in. `hello` is this machine's name,
    /// or its address in brackets (RFC 5321, 4.1.4).
    pub fn open(relay: &Relay, hello: &str, timeouts: &Timeouts) -> Result<Self, OpenError> {
        Self::open_trusting(relay, hello, timeouts, &Trust::System)
    }

    /// [`Session::open`], believing other authorities than this machine does.
    pub fn open_trusting(
        relay: &Relay,
        hello: &str,
        timeouts: &Timeouts,
        trust: &Trust,
    ) -> Result<Self, OpenError> {
        let mut wire = connect(relay, timeouts.connect)
            .and_then(|stream| Wire::new(stream, timeouts.block))
            .map_err(OpenError::Unreachable)?;
        let line = if relay.tls == Tls::Implicit {
            wire.allow(timeouts.command);
            protected(trust, wire, relay)?
        } else {
            Line::Clear(wire)
        };
        let mut session = Self {
            line,
            offers: Capabilities::default(),
            timeouts: timeouts.clone(),
            commands: Vec::with_capacity(1024),
            input: Vec::with_capacity(1024),
            joined: Vec::new(),
            usable: true,
        };
        session.expect(Stage::Connection)?;
        session.hello(hello)?;
        if relay.tls != Tls::Implicit && session.offers.starttls {
            session = session.start_tls(relay, trust)?;
            session.hello(hello)?;
        } else if relay.tls == Tls::Required {
            return Err(OpenError::NoStartTls);
        }
        if let Some(credentials) = &relay.credentials {
            session.sign_in(credentials)?;
        }
        Ok(session)
    }

    fn hello(&mut self, hello: &str) -> Result<(), OpenError> {
        self.command(&["EHLO ", hello]).map_err(OpenError::Unreachable)?;
        let mut offers = Capabilities::default();
        let reply = self
            .read_lines(Stage::Connection, self.timeouts.command, |line| offers.add(line))
            .map_err(OpenError::Unreachable)?;
        self.offers = offers;
        accepted(reply)
    }

    fn start_tls(mut self, relay: &Relay, trust: &Trust) -> Result<Self, OpenError> {
        self.command(&["STARTTLS"]).map_err(OpenError::Unreachable)?;
        self.expect(Stage::Connection)?;
        // What came in clear text after the reply could be anybody's (RFC 3207, 4.2; the
        // "plaintext injection" of CVE-2011-0411).
        if !self.input.is_empty() {
            let why = "the relay spoke in clear text after STARTTLS";
            return Err(OpenError::Tls(io::Error::other(why)));
        }
        let line = match self.line {
            Line::Clear(mut wire) => {
                wire.allow(self.timeouts.command);
                protected(trust, wire, relay)?
            }
            protected => protected,
        };
        Ok(Self { line, ..self })
    }

    fn sign_in(&mut self, credentials: &Credentials) -> Result<(), OpenError> {
        let (user, password) = (&credentials.user, credentials.password.expose());
        let say = |session: &mut Self, words: &[&str]| -> Result<Reply, OpenError> {
            session
                .command(words)
                .and_then(|()| session.read(Stage::SignIn, session.timeouts.command))
                .map_err(OpenError::Unreachable)
        };
        if self.offers.auth_plain {
            let both = BASE64.encode(format!("\0{user}\0{password}"));
            return accepted(say(self, &["AUTH PLAIN ", &both])?);
        }
        if !self.offers.auth_login {
            return Err(OpenError::NoAuth);
        }
        for words in [&["AUTH LOGIN"][..], &[&BASE64.encode(user)]] {
            let reply = say(self, words)?;
            if reply.code != 334 {
                return Err(OpenError::Refused(reply));
            }
        }
        accepted(say(self, &[&BASE64.encode(password)])?)
    }

    fn expect(&mut self, stage: Stage) -> Result<(), OpenError> {
        accepted(self.read(stage, self.timeouts.command).map_err(OpenError::Unreachable)?)
    }
}

fn accepted(reply: Reply) -> Result<(), OpenError> {
    if reply.code / 100 == 2 { Ok(()) } else { Err(OpenError::Refused(reply)) }
}

fn protected(trust: &Trust, wire: Wire, relay: &Relay) -> Result<Line, OpenError> {
    let stream =
        trust.protect(wire, &relay.host, relay.tls).map_err(|error| match error.kind() {
            // What rustls finds; anything else is the network's.
            io::ErrorKind::InvalidData | io::ErrorKind::Other => OpenError::Tls(error),
            _ => OpenError::Unreachable(error),
        })?;
    Ok(Line::Protected(Box::new(stream)))
}

/// Tries each address of the relay.
fn connect(relay: &Relay, wait: Duration) -> io::Result<TcpStream> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the relay's name has no address");
    for address in (relay.host.as_str(), relay.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, wait) {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_read_in_any_case_and_in_the_old_way() {
        let mut offers = Capabilities::default();
        for line in
            ["relay.example", "pipelining", "AUTH=LOGIN", "AUTH PLAIN XOAUTH2", "SIZE 52428800"]
        {
            offers.add(line);
        }
        assert!(offers.pipelining && offers.auth_plain && offers.auth_login && offers.size);
        assert!(!offers.starttls && !offers.smtputf8);
    }
}
