//! The socket, with a moment by which what is being done must be done.
//!
//! A socket's own timeouts begin anew with every byte, so a server that drips could hold a
//! connection for days, and the lease of the row with it.

use std::io::{self, IoSlice, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// How long the socket itself waits at most. So it need not be told anew for each read: only when
/// less than this is left.
const TICK: Duration = Duration::from_secs(20);

/// A connection whose reads and writes end in time.
#[derive(Debug)]
pub(in crate::mail) struct Wire {
    stream: TcpStream,
    until: Instant,
    /// What the socket was told last.
    patience: Option<Duration>,
}

impl Wire {
    /// Takes a connection over. A single write that gets nowhere ends after `block`.
    pub(super) fn new(stream: TcpStream, block: Duration) -> io::Result<Self> {
        // Without it each message waits for a delayed acknowledgement, some 40 ms.
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(block))?;
        Ok(Self { stream, until: Instant::now() + block, patience: None })
    }

    /// What is done from now on must be done within this.
    pub(super) fn allow(&mut self, time: Duration) {
        self.until = Instant::now() + time;
    }

    /// What is left; an error when nothing is.
    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(late()) } else { Ok(left) }
    }
}

impl Read for Wire {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let wait = self.left()?.min(TICK);
            if self.patience != Some(wait) {
                self.stream.set_read_timeout(Some(wait))?;
                self.patience = Some(wait);
            }
            match self.stream.read(into) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return read,
            }
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left()?;
        self.stream.write(bytes).map_err(named)
    }

    fn write_vectored(&mut self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        self.left()?;
        self.stream.write_vectored(parts).map_err(named)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Unix calls a timeout "resource temporarily unavailable", which helps nobody.
fn named(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { late() } else { error }
}

fn late() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the relay took too long")
}
