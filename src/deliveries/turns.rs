//! The turns of the connections of a run: one that has sent its window asks for the next.
//!
//! Those that ask while a write is under way are served together by the next one, so that they
//! share its statements and its commit. Nobody waits for others to ask: one alone is served at once.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use super::PauseReason;
use super::mark::{self, Marked};
use super::quota::{self, Grant};
use super::send::Run;
use super::store::{self, Record};
use crate::app::App;
use crate::error::{Error, Result};
use crate::subscribers::{EndReason, suppression};

/// The fewest ids that are looked up at once.
const BLOCK: usize = 512;

/// How long to try to write down what was sent while the database is away: well within the lease.
/// After that the rows stay under way and are recovered as uncertain.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Where the connections of a run ask.
pub(super) struct Turns {
    desk: Mutex<Desk>,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Desk {
    /// A connection is serving.
    is_busy: bool,
    asked: Vec<Asked>,
}

/// What a connection asks for.
struct Asked {
    /// What became of its last window.
    records: Vec<Record>,
    wants_more: bool,
    call: mpsc::Sender<Call>,
}

/// What a connection that has asked is told.
enum Call {
    /// What it asked for.
    Window(Result<Vec<Marked>>),
    /// It is to serve all who have asked by now.
    Serve,
}

/// Ids that wait, looked up in blocks: first tries by id, then those that are due again.
#[derive(Default)]
struct Queue {
    cursor: i64,
    ids: VecDeque<i64>,
    first_tries_done: bool,
}

impl Turns {
    /// For a run of an issue.
    pub(super) fn load(app: &App, issue: i64) -> Result<Self> {
        let mut queue = Queue::default();
        queue.fill(app, issue)?;
        Ok(Self { desk: Mutex::default(), queue: Mutex::new(queue) })
    }

    /// How many rows are known to wait.
    pub(super) fn waiting(&self) -> usize {
        lock(&self.queue).ids.len()
    }
}

impl Run<'_> {
    /// Writes down what became of a connection's last window and marks its next one, in one write.
    /// Nothing that was sent is forgotten while the process lives: a database that is away is
    /// waited for.
    pub(super) fn turn(&self, records: Vec<Record>, next: bool) -> Result<Vec<Marked>> {
        let wants_more = next && !self.is_over();
        if records.is_empty() && !wants_more {
            return Ok(Vec::new());
        }
        let (call, calls) = mpsc::channel();
        let mut desk = lock(&self.turns.desk);
        desk.asked.push(Asked { records, wants_more, call });
        let is_free = !std::mem::replace(&mut desk.is_busy, true);
        drop(desk);
        if is_free {
            self.serve();
        }
        loop {
            match calls.recv() {
                Ok(Call::Window(window)) => return window,
                Ok(Call::Serve) => self.serve(),
                Err(_) => return Err(anyhow::anyhow!("a sending thread panicked").into()),
            }
        }
    }

    /// Whether there may be more to mark.
    pub(super) fn has_more(&self) -> bool {
        let may_mark = !self.is_over() && !self.is_drained.load(Ordering::Relaxed);
        may_mark && !self.filled_queue().ids.is_empty()
    }

    /// Serves all who have asked; then somebody who has asked since takes over.
    fn serve(&self) {
        let desk = AtDesk(&self.turns.desk);
        let mut asked = std::mem::take(&mut lock(desk.0).asked);
        let records = asked.iter_mut().flat_map(|one| one.records.drain(..)).collect();
        let wanting = asked.iter().filter(|one| one.wants_more).count();
        let window = self.window();
        match self.write_down(records, wanting * window) {
            Ok(marked) => {
                let mut marked = marked.into_iter();
                for one in asked {
                    let most = if one.wants_more { window } else { 0 };
                    let _ = one.call.send(Call::Window(Ok(marked.by_ref().take(most).collect())));
                }
            }
            Err(error) => {
                tracing::error!(issue = %self.issue.uuid, error = ?error, "rows cannot be marked");
                for one in asked {
                    let _ = one.call.send(Call::Window(Err(Error::Unavailable("database"))));
                }
            }
        }
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
        let gone: Vec<i64> = match self.breaker.believes(&records) {
            true => {
                records.iter().filter(|record| record.is_gone).map(|record| record.id).collect()
            }
            false => Vec::new(),
        };
        self.app.db.write_blocking(move |conn| {
            let kept = store::record(conn, &worker, &records)?;
            // One refusal at submission is enough: the server that knows the mailbox spoke.
            if !gone.is_empty() && kept == records.len() {
                for person in store::recipients(conn, &gone)? {
                    suppression::suppress(conn, &person, EndReason::Bounced, "smtp", now)?;
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
        let mut queue = lock(&self.turns.queue);
        if let Err(error) = queue.fill(self.app, self.issue.id) {
            self.give_up(error.to_string());
        }
        queue
    }
}

/// The one who serves. When it leaves, even by a panic, the next takes over.
struct AtDesk<'a>(&'a Mutex<Desk>);

impl Drop for AtDesk<'_> {
    fn drop(&mut self) {
        let mut desk = lock(self.0);
        desk.is_busy = desk.asked.first().is_some_and(|next| next.call.send(Call::Serve).is_ok());
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
