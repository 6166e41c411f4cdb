//! The window of a run: the rows that are marked and whose outcome is not yet written down, at
//! most `max_in_flight` of them.
//!
//! All connections share it. One that has sent its message hands in the outcome and takes the next
//! row. When half of the window has been sent, whoever comes next writes the outcomes down and
//! marks as many new rows, in one write, while the others go on with what is left.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::mark::{self, Marked};
use super::quota::{self, Grant};
use super::send::Run;
use super::store::{self, Record};
use super::{DeliveryState, PauseReason, policy};
use crate::app::App;
use crate::error::Result;
use crate::subscribers::{EndReason, domains, suppression};

/// The fewest ids that are looked up at once.
const BLOCK: usize = 512;

/// How long to try to write down what was sent while the database is away: well within the lease.
/// After that the rows stay under way and are recovered as uncertain.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// The rows of a run that are under way, and what waits behind them.
pub(super) struct Window {
    connections: usize,
    /// Rows that may be under way at once.
    size: usize,
    /// After so many outcomes they are written down, though there are rows left to send.
    enough: usize,
    rows: Mutex<Rows>,
    /// A write has ended.
    written: Condvar,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Rows {
    /// Marked, and nobody's yet.
    ready: VecDeque<Marked>,
    /// What became of those that were sent.
    done: Vec<Record>,
    /// Rows that are under way in the database.
    marked: usize,
    /// Somebody is writing.
    is_writing: bool,
}

/// Ids that wait, looked up in blocks: first tries by id, then those that are due again.
#[derive(Default)]
struct Queue {
    cursor: i64,
    ids: VecDeque<i64>,
    first_tries_done: bool,
}

impl Window {
    /// For a run of an issue, of which nothing is marked yet.
    pub(super) fn load(app: &App, issue: i64) -> Result<Self> {
        let mut queue = Queue::default();
        queue.fill(app, issue)?;
        Ok(Self {
            connections: 0,
            size: 0,
            enough: 0,
            rows: Mutex::default(),
            written: Condvar::new(),
            queue: Mutex::new(queue),
        })
    }

    /// Opens it for as many connections as there are rows for; returns how many.
    pub(super) fn open(&mut self, connections: usize, each: usize) -> usize {
        let waiting = lock(&self.queue).ids.len();
        let connections = connections.min(waiting.div_ceil(each));
        self.connections = connections;
        self.size = connections * each;
        // A single connection has nobody who goes on meanwhile.
        self.enough = if connections > 1 { self.size / 2 } else { self.size };
        connections
    }
}

impl Run<'_> {
    /// Takes what became of a connection's last row, and returns the next one that it is to send:
    /// none when there is no more, or when it wants no more. Nothing that was sent is forgotten
    /// while the process lives: a database that is away is waited for.
    pub(super) fn turn(&self, done: Option<Record>, wants_more: bool) -> Result<Option<Marked>> {
        let window = &self.window;
        let mut rows = lock(&window.rows);
        rows.done.extend(done);
        loop {
            if self.is_over() {
                rows.give_back();
            }
            let goes_on = wants_more && !self.is_over();
            let is_time = match goes_on {
                true => rows.ready.is_empty() || rows.done.len() >= window.enough,
                false => !rows.done.is_empty(),
            };
            if is_time && !rows.is_writing {
                let most = if goes_on { self.most_under_way() } else { 0 };
                let room = most.saturating_sub(rows.unwritten());
                let marked = self.exchange(rows, room)?;
                if goes_on && marked == 0 && (room == 0 || !self.has_more()) {
                    return Ok(None);
                }
                rows = lock(&window.rows);
            } else if goes_on && let Some(row) = rows.ready.pop_front() {
                return Ok(Some(row));
            } else if rows.is_writing {
                rows = window.written.wait(rows).unwrap_or_else(PoisonError::into_inner);
            } else {
                return Ok(None);
            }
        }
    }

    /// When no connection is left: what was marked and not sent goes back as it was.
    pub(super) fn close(&self) -> Result<()> {
        let mut rows = lock(&self.window.rows);
        rows.give_back();
        self.exchange(rows, 0).map(drop)
    }

    /// Whether there may be more to send.
    pub(super) fn has_more(&self) -> bool {
        let is_ready = || !lock(&self.window.rows).ready.is_empty();
        let waits =
            || !self.is_drained.load(Ordering::Relaxed) && !self.filled_queue().ids.is_empty();
        !self.is_over() && (is_ready() || waits())
    }

    /// How many rows may be under way now: no more than go soon at the rate that is set, and one
    /// for each connection.
    fn most_under_way(&self) -> usize {
        let Window { connections, size, .. } = self.window;
        self.soon(self.app.clock.now()).map_or(size, |soon| soon.clamp(connections, size))
    }

    /// Writes down all outcomes and marks new rows where there is room; returns how many. The
    /// others go on meanwhile.
    fn exchange(&self, mut rows: MutexGuard<'_, Rows>, room: usize) -> Result<usize> {
        let records = std::mem::take(&mut rows.done);
        rows.is_writing = true;
        drop(rows);
        let mut writing = Writing { window: &self.window, recorded: 0, marked: Vec::new() };
        let recorded = records.len();
        let again = records.iter().filter(|record| record.state == DeliveryState::Queued);
        let again: Vec<i64> = again.map(|record| record.id).collect();
        writing.marked = self.write_down(records, room)?;
        writing.recorded = recorded;
        // What went back unsent, because its mark had become old, waits again.
        lock(&self.window.queue).ids.extend(again);
        Ok(writing.marked.len())
    }

    fn write_down(&self, records: Vec<Record>, most: usize) -> Result<Vec<Marked>> {
        let (ids, _grant) = if self.is_over() { None } else { self.next_ids(most) }.unzip();
        let ids = ids.unwrap_or_default();
        if records.is_empty() && ids.is_empty() {
            return Ok(Vec::new());
        }
        let (records, ids) = (Arc::new(records), Arc::new(ids));
        let begun = std::time::Instant::now();
        let (kept, window) = loop {
            match self.write(records.clone(), ids.clone()) {
                Ok(written) => break written,
                Err(error) if records.is_empty() || begun.elapsed() > PATIENCE => {
                    return Err(error);
                }
                Err(error) => {
                    tracing::error!(error = ?error, "outcomes cannot be written down yet");
                    std::thread::sleep(Duration::from_secs(1));
                }
            }
        };
        if kept < records.len() {
            let lost = records.len() - kept;
            tracing::error!(issue = %self.issue.uuid, lost, "rows were taken over before their outcome was written down");
            // Others take this process for dead, and may be right about more.
            self.halt.store(true, Ordering::Relaxed);
        }
        self.tally.add(&records);
        if let Some(why) = self.breaker.count(&records) {
            self.pause(PauseReason::Failures, &why);
        }
        if window.is_none() {
            self.halt.store(true, Ordering::Relaxed);
        }
        Ok(window.unwrap_or_default())
    }

    fn write(
        &self,
        records: Arc<Vec<Record>>,
        ids: Arc<Vec<i64>>,
    ) -> Result<(usize, Option<Vec<Marked>>)> {
        let (issue, worker) = (self.issue.clone(), self.worker.to_owned());
        let variants = (self.letter.shared_variant, self.letter.asks_for_consent());
        let now = self.app.clock.now();
        let mut gone: HashMap<i64, String> = HashMap::new();
        if self.breaker.believes(&records) {
            let told = records.iter().filter(|record| record.is_gone);
            gone.extend(told.filter_map(|record| Some((record.id, record.sent_to.clone()?))));
        }
        self.app.db.write_blocking(move |conn| {
            let kept = store::record(conn, &worker, &records)?;
            // One refusal at submission is enough: the server that knows the mailbox spoke.
            if !gone.is_empty() && kept == records.len() {
                let ids: Vec<i64> = gone.keys().copied().collect();
                for (id, person) in store::recipients(conn, &ids)? {
                    // Who has another address by now has not bounced there.
                    let is_same = gone.get(&id) == Some(&person.email);
                    if is_same && !domains::bounced(conn, &person, now)? {
                        suppression::suppress(conn, &person, EndReason::Bounced, "smtp", now)?;
                    }
                }
            }
            let window = mark::window(conn, &issue, variants, &ids, &worker, now)?;
            Ok((kept, window))
        })
    }

    /// At most so many rows to mark, and the part of the relay's quota that they take.
    fn next_ids(&self, most: usize) -> Option<(Vec<i64>, Grant<'_>)> {
        let mut queue = self.filled_queue();
        let wanted = most.min(queue.ids.len());
        let why = match self.app.sender.quota.take(self.app, wanted) {
            Ok(grant) if grant.count > 0 || wanted == 0 => {
                return Some((queue.ids.drain(..grant.count).collect(), grant));
            }
            Ok(_) => quota::USED_UP.to_owned(),
            Err(error) => error.to_string(),
        };
        // What is marked already was granted, and goes.
        self.is_drained.store(true, Ordering::Relaxed);
        self.give_up(why);
        None
    }

    /// The queue, with something in it if there is something.
    fn filled_queue(&self) -> MutexGuard<'_, Queue> {
        let mut queue = lock(&self.window.queue);
        if let Err(error) = queue.fill(self.app, self.issue.id) {
            self.give_up(error.to_string());
        }
        queue
    }
}

impl Rows {
    /// How many will be under way when the outcomes are written down.
    fn unwritten(&self) -> usize {
        self.marked - self.done.len()
    }

    /// What nobody has taken yet is not sent.
    fn give_back(&mut self) {
        self.done.extend(self.ready.drain(..).map(|row| policy::give_back(&row)));
    }
}

/// A write. When it is over, even by an error, somebody else may write.
struct Writing<'a> {
    window: &'a Window,
    recorded: usize,
    marked: Vec<Marked>,
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        let mut rows = lock(&self.window.rows);
        rows.is_writing = false;
        rows.marked += self.marked.len();
        rows.marked -= self.recorded;
        rows.ready.extend(self.marked.drain(..));
        self.window.written.notify_all();
    }
}

impl Queue {
    /// Looks up more ids when there are none left.
    fn fill(&mut self, app: &App, issue: i64) -> Result<()> {
        if !self.ids.is_empty() {
            return Ok(());
        }
        let block = BLOCK.max(app.config.sending.connections * app.config.sending.window) as i64;
        if !self.first_tries_done {
            let after = self.cursor;
            let next =
                app.db.read_blocking(|conn| Ok(store::queued_after(conn, issue, after, block)?))?;
            self.cursor = next.last().copied().unwrap_or(after);
            self.first_tries_done = next.is_empty();
            self.ids.extend(next);
        }
        if self.first_tries_done {
            let now = app.clock.now();
            self.ids.extend(app.db.read_blocking(|conn| Ok(store::due(conn, issue, now, block)?))?);
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
