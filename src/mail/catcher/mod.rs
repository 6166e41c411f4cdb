//! The catcher: an SMTP server inside the program that sends nothing on. What it takes can be
//! read at `/outbox`, so a newcomer and every test go the way that a real relay would be gone.
//!
//! It is as strict as the strictest servers: lines end in CRLF and have at most 998 octets. And it
//! refuses some recipients, so that refusals can be shown. What counts is the local part up to the
//! first digit, dot or plus sign:
//!
//! | recipient | answer to RCPT |
//! | --- | --- |
//! | `ukendt@…`, `ukendt.7@…` | `550 5.1.1`, always |
//! | `fuld@…` | `452 4.2.2`, always |
//! | `graa@…` | `451 4.7.1` the first time, then it is taken, as greylisting does |
//!
//! In its folder lie the newest 500 messages as `NUMBER.eml`, each with three lines in front of
//! what was sent (`Return-Path`, `Delivered-To` for each recipient, `Delivery-Date`), and
//! `receipts.log`: one line for each recipient of each message that was taken, with the time (RFC
//! 3339, microseconds), the Message-ID, the envelope sender, the recipient and the octets, between
//! tabs. The line is written before the sender hears 250, with one `write` to the end of the file:
//! killing the process loses no line of what was acknowledged.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::url::{Relay, Tls};

mod conversation;
mod folder;
mod outbox;

use folder::Folder;
pub use outbox::{Caught, Outbox, Summary};

/// The name of the receipt log in the catcher's folder.
pub const RECEIPTS: &str = "receipts.log";

/// A running catcher; dropping it closes the port.
pub struct Catcher {
    address: SocketAddr,
    folder: PathBuf,
    stopping: Arc<AtomicBool>,
}

impl Catcher {
    /// Listens on a loopback address (port 0 is any free one) and keeps mail in a folder, which is
    /// made if need be; what lies there from an earlier run stays.
    pub fn start(folder: PathBuf, bind: SocketAddr) -> io::Result<Self> {
        if !bind.ip().is_loopback() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the catcher listens on loopback only: it takes mail from anybody",
            ));
        }
        let kept = Arc::new(Folder::open(&folder)?);
        let listener = TcpListener::bind(bind)?;
        let address = listener.local_addr()?;
        let stopping = Arc::new(AtomicBool::new(false));
        let stop = stopping.clone();
        std::thread::Builder::new()
            .name("catcher".to_owned())
            .spawn(move || accept(&listener, &kept, &stop))?;
        Ok(Self { address, folder, stopping })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The catcher as the relay that it plays.
    pub fn relay(&self) -> Relay {
        Relay {
            host: self.address.ip().to_string(),
            port: self.address.port(),
            tls: Tls::Opportunistic,
            credentials: None,
        }
    }

    /// What it has caught.
    pub fn outbox(&self) -> Outbox {
        Outbox::new(&self.folder)
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Catcher {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for a connection; if that fails, it stops at the next one.
        drop(TcpStream::connect(self.address));
    }
}

fn accept(listener: &TcpListener, folder: &Arc<Folder>, stopping: &AtomicBool) {
    for stream in listener.incoming() {
        if stopping.load(Ordering::SeqCst) {
            return;
        }
        let talk = stream.and_then(|stream| {
            let folder = folder.clone();
            std::thread::Builder::new()
                .name("catcher-connection".to_owned())
                .stack_size(256 * 1024)
                .spawn(move || {
                    if let Err(error) = conversation::hold(stream, &folder) {
                        tracing::debug!(%error, "a connection to the catcher broke off");
                    }
                })
        });
        if let Err(error) = talk {
            tracing::warn!(%error, "the catcher cannot take a connection");
            // Out of threads or files: without a pause this would spin.
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }
}
