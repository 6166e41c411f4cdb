//! The catcher's folder: messages and receipts.

use std::collections::{HashSet, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, IoSlice, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use chrono::SecondsFormat;
use memchr::memmem;

use super::RECEIPTS;
use crate::clock::Clock;
use crate::config::{PRIVATE, private_folder};

/// Messages that are kept.
pub const KEPT: usize = 500;
/// Messages beyond [`KEPT`] that may lie about until they are removed together.
const SLACK: usize = 100;

/// Where the catcher puts what it takes.
pub struct Folder {
    path: PathBuf,
    receipts: File,
    clock: Clock,
    numbers: Mutex<Numbers>,
    /// Recipients who have been turned away once, by greylisting.
    greylisted: Mutex<HashSet<String>>,
}

struct Numbers {
    next: u64,
    kept: VecDeque<u64>,
}

/// The path of a message.
pub fn file_of(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:08}.eml"))
}

/// The numbers of the messages in a folder, rising.
pub fn numbers_in(folder: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name();
        let stem = name.to_str().and_then(|name| name.strip_suffix(".eml"));
        numbers.extend(stem.and_then(|stem| stem.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

impl Folder {
    pub fn open(path: &Path) -> io::Result<Self> {
        private_folder(path)?;
        let kept: VecDeque<u64> = numbers_in(path)?.into();
        let receipts =
            OpenOptions::new().create(true).append(true).mode(PRIVATE).open(path.join(RECEIPTS))?;
        Ok(Self {
            path: path.to_owned(),
            receipts,
            clock: Clock::real(),
            numbers: Mutex::new(Numbers { next: kept.back().map_or(1, |last| last + 1), kept }),
            greylisted: Mutex::default(),
        })
    }

    /// Whether a greylisted recipient comes for the first time.
    pub fn is_new(&self, recipient: &str) -> bool {
        let mut greylisted = self.greylisted.lock().unwrap_or_else(|broken| broken.into_inner());
        greylisted.insert(recipient.to_owned())
    }

    /// Keeps a message, which still has the dots stuffed that SMTP wants, and writes its receipts.
    pub fn keep(&self, sender: &str, recipients: &[String], message: &[u8]) -> io::Result<()> {
        let now = self.clock.now();
        let mut front = format!("Return-Path: <{sender}>\r\n");
        for recipient in recipients {
            front.push_str(&format!("Delivered-To: {recipient}\r\n"));
        }
        front.push_str(&format!("Delivery-Date: {}\r\n", now.utc().to_rfc2822()));
        let (number, mut file) = self.next_file()?;
        write_unstuffed(&mut file, front.as_bytes(), message)?;
        drop(file);

        let at = now.utc().to_rfc3339_opts(SecondsFormat::Micros, true);
        let id = message_id(message);
        let octets = message.len();
        let lines: String = recipients
            .iter()
            .map(|recipient| format!("{at}\t{id}\t{sender}\t{recipient}\t{octets}\n"))
            .collect();
        let written = (&self.receipts).write(lines.as_bytes())?;
        if written != lines.len() {
            return Err(io::Error::other("the receipt was not written whole"));
        }
        self.forget_old(number);
        Ok(())
    }

    fn next_file(&self) -> io::Result<(u64, File)> {
        loop {
            let number = {
                let mut numbers = self.numbers.lock().unwrap_or_else(|broken| broken.into_inner());
                numbers.next += 1;
                numbers.next - 1
            };
            match OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(PRIVATE)
                .open(file_of(&self.path, number))
            {
                // Another process catches into the same folder.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                opened => return Ok((number, opened?)),
            }
        }
    }

    fn forget_old(&self, newest: u64) {
        let old: Vec<u64> = {
            let mut numbers = self.numbers.lock().unwrap_or_else(|broken| broken.into_inner());
            numbers.kept.push_back(newest);
            let surplus = numbers.kept.len().saturating_sub(KEPT);
            if surplus < SLACK {
                return;
            }
            numbers.kept.drain(..surplus).collect()
        };
        for number in old {
            if let Err(error) = std::fs::remove_file(file_of(&self.path, number)) {
                tracing::debug!(%error, number, "an old message cannot be removed");
            }
        }
    }
}

/// Takes away the dot that was added at the start of a line (RFC 5321, 4.5.2).
fn write_unstuffed(file: &mut File, front: &[u8], message: &[u8]) -> io::Result<()> {
    let mut slices = vec![IoSlice::new(front)];
    let mut start = usize::from(message.starts_with(b"."));
    for at in memmem::find_iter(message, b"\r\n.") {
        slices.push(IoSlice::new(&message[start..at + 2]));
        start = at + 3;
    }
    slices.push(IoSlice::new(&message[start..]));
    let mut slices = &mut slices[..];
    while !slices.is_empty() {
        let written = file.write_vectored(slices)?;
        IoSlice::advance_slices(&mut slices, written);
    }
    Ok(())
}

/// The Message-ID as it stands in the header, without controls; "-" when there is none.
fn message_id(message: &[u8]) -> String {
    let header = &message[..memmem::find(message, b"\r\n\r\n").unwrap_or(message.len())];
    let header = String::from_utf8_lossy(header);
    let mut lines = header.split("\r\n");
    let Some(first) = lines
        .find(|line| line.get(..11).is_some_and(|name| name.eq_ignore_ascii_case("message-id:")))
    else {
        return "-".to_owned();
    };
    let folded = lines.take_while(|line| line.starts_with([' ', '\t']));
    let id: String = std::iter::once(&first[11..]).chain(folded).collect();
    id.trim().chars().filter(|c| !c.is_control()).collect()
}
