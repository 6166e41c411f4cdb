//! `withdrawals.log` beside the database: who left, complained or was erased, as keyed hashes, so
//! that a restored backup wakes nobody.
//!
//! One line an event: time, word, newsletter (`*` for all of them), hash; of a move, the hash of the
//! new address stands in place of the newsletter, so that who is erased later is erased under the
//! old address too; so also of a domain that was renamed. A line begins with its
//! line break, so that a line which a crash cut short never spoils the next one; the hash stands
//! last and has one length, so that a short line is seen. The last line about an address and a
//! newsletter says what holds; what a person said about being measured holds beside it. Lines end as
//! the hash of somebody who was erased does ([`super::withdrawals_end`]).

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::DateTime;

use super::{EndReason, Subscriber, Subscription, end, erase, store, suppression};
use crate::app::App;
use crate::clock::Instant;
use crate::config::PRIVATE;
use crate::db::DbConn;
use crate::error::Result;
use crate::newsletters::{self, Newsletter};
use crate::privacy::Kept;
use crate::text_enum;

text_enum! {
    /// What a line says.
    pub enum Event {
        /// The person left.
        Unsubscribed = "unsubscribed",
        /// The person called it spam.
        Complained = "complained",
        /// Staff shut the address out.
        Suppressed = "suppressed",
        /// The person was erased.
        Erased = "erased",
        /// What the lines before said about this address is taken back.
        Undone = "undone",
        /// The person has another address now; its hash stands in place of the newsletter.
        Moved = "moved",
        /// The domain of the address has another name now, and the person the address that follows
        /// from it; its hash stands in place of the newsletter. It ends nothing: a backup from
        /// before still has everybody, and what is said about the new address holds for the old.
        Renamed = "renamed",
        /// The person is to be measured no more. A consent that was given later stands.
        Unmeasured = "unmeasured",
    }
}

/// Which newsletter: all of them.
const ALL: &str = "*";
/// Lines that are compared with the register in one transaction.
const CHUNK: usize = 500;
/// Where ledger and consents say it came from.
const SOURCE: &str = "withdrawals.log";

pub(super) fn path(app: &App) -> PathBuf {
    app.config.data_dir.join("withdrawals.log")
}

/// Adds a line; when it returns, the line is on the disk. It comes before the database's own
/// change: a crash between them ends what the person wanted ended.
pub async fn append(
    app: &App,
    event: Event,
    newsletter: Option<&Newsletter>,
    hash: &[u8],
    now: Instant,
) -> Result<()> {
    let newsletter = newsletter.map_or(ALL, |newsletter| newsletter.slug.as_str());
    let line = as_line(event, newsletter, hash, now);
    let path = path(app);
    tokio::task::spawn_blocking(move || write_line(&path, &line))
        .await
        .map_err(anyhow::Error::from)?
        .with_context(|| "writing withdrawals.log")?;
    Ok(())
}

/// Adds the line of a person who takes another address.
pub async fn append_move(app: &App, from: &[u8], to: &[u8], now: Instant) -> Result<()> {
    let time = now.utc().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    let [from, to] = [from, to].map(|hash| data_encoding::HEXLOWER.encode(hash));
    let line = format!("\n{time} {} {to} {from}", Event::Moved);
    let path = path(app);
    tokio::task::spawn_blocking(move || write_line(&path, &line))
        .await
        .map_err(anyhow::Error::from)?
        .with_context(|| "writing withdrawals.log")?;
    Ok(())
}

/// Adds the lines of people whose domain has another name now, old and new hash of each; before
/// them, what no longer holds of new addresses, because who has one subscribes with it. For a thread
/// that may wait.
pub fn append_renames(
    app: &App,
    undone: &[(Option<&str>, &[u8])],
    renames: &[(&[u8], &[u8])],
    now: Instant,
) -> Result<()> {
    if renames.is_empty() {
        return Ok(());
    }
    let mut lines = String::new();
    for (newsletter, hash) in undone {
        lines.push_str(&as_line(Event::Undone, newsletter.unwrap_or(ALL), hash, now));
    }
    for (from, to) in renames {
        let to = data_encoding::HEXLOWER.encode(to);
        lines.push_str(&as_line(Event::Renamed, &to, from, now));
    }
    write_line(&path(app), &lines).with_context(|| "writing withdrawals.log")?;
    Ok(())
}

/// Adds a line for each of many addresses, about all newsletters. For a thread that may wait.
pub fn append_all(app: &App, events: &[(Event, &[u8])], now: Instant) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let lines: String =
        events.iter().map(|(event, hash)| as_line(*event, ALL, hash, now)).collect();
    write_line(&path(app), &lines).with_context(|| "writing withdrawals.log")?;
    Ok(())
}

/// Adds a line for each of many, about one newsletter each. For a thread that may wait.
pub fn append_each(app: &App, events: &[(Event, &Newsletter, &[u8])], now: Instant) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let line = |(event, newsletter, hash): &(Event, &Newsletter, &[u8])| {
        as_line(*event, &newsletter.slug, hash, now)
    };
    let lines: String = events.iter().map(line).collect();
    write_line(&path(app), &lines).with_context(|| "writing withdrawals.log")?;
    Ok(())
}

fn as_line(event: Event, newsletter: &str, hash: &[u8], now: Instant) -> String {
    let time = now.utc().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    format!("\n{time} {event} {newsletter} {}", data_encoding::HEXLOWER.encode(hash))
}

fn write_line(path: &Path, line: &str) -> std::io::Result<()> {
    // Others add lines at the same time, but nobody while ended ones are taken out.
    let lock = lock_of(path)?;
    lock.lock_shared()?;
    let is_new = !path.exists();
    let mut file = OpenOptions::new().create(true).append(true).mode(PRIVATE).open(path)?;
    file.write_all(line.as_bytes())?;
    file.sync_data()?;
    if is_new && let Some(folder) = path.parent() {
        // The file's own name must outlive a crash too.
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// The file whose lock says who writes: not the log itself, because that is exchanged.
pub(super) fn lock_of(path: &Path) -> std::io::Result<File> {
    let lock = path.with_extension("log.lock");
    File::options().create(true).truncate(false).write(true).mode(PRIVATE).open(lock)
}

/// A line that can be read.
#[derive(Clone)]
pub(super) struct Line {
    /// When it was written.
    pub at: Instant,
    /// What it says.
    pub event: Event,
    newsletter: String,
    /// Of which address.
    pub hash: Vec<u8>,
    /// The hash of the new address, of a move.
    pub to: Option<Vec<u8>>,
    /// It concerns who had the address before this.
    before: Instant,
    /// What only staff lift, of the lines before: an erasure does not take it back.
    held: Option<EndReason>,
}

/// Reads a line; none when it was cut short.
pub(super) fn read(line: &str) -> Option<Line> {
    let mut words = line.split(' ');
    let mut word = || words.next();
    let at = Instant::new(DateTime::parse_from_rfc3339(word()?).ok()?.to_utc());
    let event = word()?.parse().ok()?;
    let mut newsletter = word()?.to_owned();
    let hash = data_encoding::HEXLOWER.decode(word()?.as_bytes()).ok()?;
    let mut to = None;
    if matches!(event, Event::Moved | Event::Renamed) {
        to = Some(data_encoding::HEXLOWER.decode(newsletter.as_bytes()).ok()?);
        ALL.clone_into(&mut newsletter);
    }
    let held = match event {
        Event::Complained => Some(EndReason::Complained),
        Event::Suppressed => Some(EndReason::Staff),
        Event::Unsubscribed
        | Event::Erased
        | Event::Undone
        | Event::Moved
        | Event::Renamed
        | Event::Unmeasured => None,
    };
    (hash.len() == 32).then_some(Line { at, event, newsletter, hash, to, before: at, held })
}

/// Ends what the log says has ended and the database says has not, because it was restored from a
/// backup. Returns how many that were. To be called before anything is sent.
pub async fn replay(app: &App) -> Result<usize> {
    let mut lines = what_holds(app)?;
    lines.sort_by_key(|line| line.at);
    let mut ended = 0;
    while !lines.is_empty() {
        let chunk: Vec<Line> = lines.drain(..CHUNK.min(lines.len())).collect();
        ended += app.db.write(move |conn| replay_chunk(conn, &chunk)).await?;
    }
    if ended > 0 {
        tracing::warn!(ended, "the database was older than withdrawals.log: ended what it says");
    }
    Ok(ended)
}

/// The hashes of those who have left a newsletter, complained or were erased, as the log says.
pub fn left(app: &App, newsletter: &Newsletter) -> Result<HashSet<Vec<u8>>> {
    // Who took another address, or is not to be measured, has not left.
    let stays =
        |line: &Line| matches!(line.event, Event::Moved | Event::Renamed | Event::Unmeasured);
    let lines = what_holds(app)?.into_iter().filter(|line| !stays(line));
    let of_it = lines.filter(|line| [ALL, &newsletter.slug].contains(&line.newsletter.as_str()));
    Ok(of_it.map(|line| line.hash).collect())
}

/// The last line about each address and newsletter, but for those that are taken back.
fn what_holds(app: &App) -> Result<Vec<Line>> {
    let text = match std::fs::read_to_string(path(app)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(anyhow::Error::new(error).context("withdrawals.log").into()),
    };
    let mut last: HashMap<(Vec<u8>, String, bool), Line> = HashMap::new();
    for text in text.lines().filter(|line| !line.is_empty()) {
        match read(text) {
            Some(mut line) => {
                let is_measuring = line.event == Event::Unmeasured;
                let key = (line.hash.clone(), line.newsletter.clone(), is_measuring);
                if line.event == Event::Erased {
                    line.held = last.get(&key).and_then(|before| before.held);
                }
                last.insert(key, line);
            }
            None => tracing::warn!("a line of withdrawals.log cannot be read; it is left out"),
        }
    }
    let (undone, mut lines): (Vec<Line>, Vec<Line>) =
        last.into_values().partition(|line| line.event == Event::Undone);
    follow_moves(&mut lines, &undone);
    // The keyed hash of somebody who was erased has an end.
    let kept = app.clock.now() - app.config.retention.of(Kept::Erased);
    lines.retain(|line| line.event != Event::Erased || line.at >= kept);
    Ok(lines)
}

/// Who is erased under a new address is erased under those before it: a backup may be older than the
/// move. Whoever got the old address later is somebody else. When the domain was renamed, all that is
/// said about the new address is said about the old one, unless that was taken back there later.
fn follow_moves(lines: &mut Vec<Line>, undone: &[Line]) {
    let undone: HashMap<(&[u8], &str), Instant> = undone
        .iter()
        .map(|line| ((line.hash.as_slice(), line.newsletter.as_str()), line.at))
        .collect();
    let mut by_hash: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
    for (at, line) in lines.iter().enumerate() {
        by_hash.entry(line.hash.clone()).or_default().push(at);
    }
    let mut moves: Vec<Line> = lines.iter().filter(|line| line.to.is_some()).cloned().collect();
    moves.sort_by_key(|line| std::cmp::Reverse(line.at));
    for step in moves {
        let is_taken_back = |line: &Line| {
            if line.event == Event::Unmeasured {
                return false;
            }
            let back = undone.get(&(step.hash.as_slice(), line.newsletter.as_str()));
            back.is_some_and(|at| *at > line.at)
        };
        let holds_before = |line: &&Line| match line.event {
            _ if line.before <= step.at => false,
            Event::Erased => true,
            Event::Undone | Event::Renamed => false,
            _ => step.event == Event::Renamed && !is_taken_back(line),
        };
        let there = step.to.as_ref().and_then(|to| by_hash.get(to)).into_iter().flatten();
        let earlier: Vec<Line> = there
            .map(|at| &lines[*at])
            .filter(holds_before)
            .map(|line| Line { hash: step.hash.clone(), before: step.at, ..line.clone() })
            .collect();
        let places = lines.len()..lines.len() + earlier.len();
        by_hash.entry(step.hash.clone()).or_default().extend(places);
        lines.extend(earlier);
    }
}

fn replay_chunk(conn: &mut DbConn, lines: &[Line]) -> Result<usize> {
    let hashes: Vec<&[u8]> = lines.iter().map(|line| line.hash.as_slice()).collect();
    let people: HashMap<Vec<u8>, Subscriber> = store::register::by_hashes(conn, &hashes)?
        .into_iter()
        .map(|person| (person.address_hash.clone(), person))
        .collect();
    let mut ended = 0;
    for line in lines.iter().filter(|line| line.event != Event::Renamed) {
        let Some(person) = people.get(&line.hash) else {
            suppress_unknown(conn, line)?;
            continue;
        };
        if line.event == Event::Erased {
            // Also who had left before: nothing of them may stay.
            if person.created_at < line.before {
                ended += 1;
                if let Some(reason) = line.held {
                    suppression::keep(conn, &line.hash, reason, SOURCE, line.at)?;
                }
                erase::delete(conn, person, line.at)?;
            }
            continue;
        }
        if line.event == Event::Unmeasured {
            ended += unmeasure(conn, person, line)?;
            continue;
        }
        let subscriptions: Vec<_> = store::register::subscriptions_of(conn, person.id)?
            .into_iter()
            .filter(|(_, newsletter)| [ALL, &newsletter.slug].contains(&line.newsletter.as_str()))
            .filter(|(subscription, _)| woken(subscription, line.before))
            .collect();
        if subscriptions.is_empty() {
            continue;
        }
        ended += subscriptions.len();
        match line.event {
            Event::Complained => {
                suppression::suppress(conn, person, EndReason::Complained, SOURCE, line.at)?;
            }
            Event::Suppressed => {
                suppression::suppress(conn, person, EndReason::Staff, SOURCE, line.at)?;
            }
            Event::Unsubscribed
            | Event::Moved
            | Event::Renamed
            | Event::Erased
            | Event::Undone
            | Event::Unmeasured => {
                for (subscription, newsletter) in subscriptions {
                    let reason = EndReason::Unsubscribed;
                    end::end(conn, &newsletter, person, &subscription, reason, SOURCE, line.at)?;
                }
            }
        }
    }
    Ok(ended)
}

/// Withdraws the consents to being measured that a backup still has; says how many.
fn unmeasure(conn: &mut DbConn, person: &Subscriber, line: &Line) -> Result<usize> {
    let mut newsletter = None;
    if line.newsletter != ALL {
        let all = newsletters::store::all(conn)?;
        let of_it = all.into_iter().find(|newsletter| newsletter.slug == line.newsletter);
        let Some(of_it) = of_it else { return Ok(0) };
        newsletter = Some(of_it.id);
    }
    Ok(store::consents::unmeasure(conn, person.id, newsletter, SOURCE, line.at)?)
}

/// Nobody in the register has the address; an old list may still bring it.
fn suppress_unknown(conn: &mut DbConn, line: &Line) -> Result<()> {
    let reason = match line.event {
        Event::Complained => EndReason::Complained,
        Event::Suppressed => EndReason::Staff,
        Event::Erased => line.held.unwrap_or(EndReason::Erased),
        Event::Moved => EndReason::Unsubscribed,
        Event::Unsubscribed | Event::Undone | Event::Renamed | Event::Unmeasured => return Ok(()),
    };
    let day = line.at.start_of_day();
    if store::suppressions::reason(conn, &line.hash)?.is_none() {
        store::suppressions::put(conn, &line.hash, reason, SOURCE, day)?;
    }
    if line.event == Event::Erased {
        store::suppressions::set_erased(conn, &line.hash, Some(day))?;
    }
    Ok(())
}

/// Whether a subscription lives that should have ended at a moment: it was asked for before that.
fn woken(subscription: &Subscription, ended_at: Instant) -> bool {
    subscription.state != super::SubscriptionState::Ended && subscription.requested_at < ended_at
}
