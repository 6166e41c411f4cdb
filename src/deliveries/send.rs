//! Sending what is due of one issue: several connections, each of which marks a window of rows,
//! sends them, and writes down what became of them together with the next mark.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::breaker::Breaker;
use super::letter::Letter;
use super::mark::{self, Marked};
use super::pace::Place;
use super::policy::Rules;
use super::quota::Grant;
use super::sender::Tally;
use super::store::{self, Record};
use super::{DeliveryState, PauseReason, connection, control, quota};
use crate::app::App;
use crate::clock::Instant;
use crate::error::Result;
use crate::issues::Issue;
use crate::subscribers::{EndReason, suppression};

/// The fewest ids that are looked up at once.
const BLOCK: usize = 512;

/// How long to try to write down what was sent while the database is away: well within the lease.
/// After that the rows stay under way and are recovered as uncertain.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// One issue being sent by this process.
pub(super) struct Run<'a> {
    pub(super) app: &'a App,
    pub(super) issue: &'a Issue,
    pub(super) letter: &'a Letter,
    pub(super) rules: Rules<'a>,
    breaker: Breaker,
    /// This process, in the rows that it has under way.
    worker: &'a str,
    tally: &'a Tally,
    /// The process is to end.
    stop: &'a AtomicBool,
    /// This issue is to stop.
    halt: AtomicBool,
    /// Nothing more is to be marked.
    is_drained: AtomicBool,
    queue: Mutex<Queue>,
    /// Why a connection gave up.
    trouble: Mutex<Option<String>>,
}

/// Ids that wait, looked up in blocks: first tries by id, then those that are due again.
#[derive(Default)]
struct Queue {
    cursor: i64,
    ids: VecDeque<i64>,
    first_tries_done: bool,
}

/// Sends until nothing is due. Returns why a connection gave up, if one did.
pub fn run(
    app: &App,
    issue: &Issue,
    worker: &str,
    tally: &Tally,
    stop: &AtomicBool,
) -> Result<Option<String>> {
    let mut queue = Queue::default();
    queue.fill(app, issue.id)?;
    if queue.ids.is_empty() {
        return Ok(None);
    }
    if app.sender.quota.is_used_up(app)? {
        return Ok(Some(quota::USED_UP.to_owned()));
    }
    let letter = Letter::load(app, issue)?;
    let windows = queue.ids.len().div_ceil(app.config.sending.window);
    let run = Run {
        app,
        issue,
        letter: &letter,
        rules: Rules {
            sending: &app.config.sending,
            deadline: issue.started_at.unwrap_or(app.clock.now()) + app.config.sending.deadline,
        },
        breaker: Breaker::load(app, issue)?,
        worker,
        tally,
        stop,
        halt: AtomicBool::new(false),
        is_drained: AtomicBool::new(false),
        queue: Mutex::new(queue),
        trouble: Mutex::new(None),
    };
    let connections = app.config.sending.connections.min(windows);
    std::thread::scope(|scope| -> Result<()> {
        let threads: Vec<_> =
            (0..connections).map(|_| scope.spawn(|| connection::work(&run))).collect();
        for thread in threads {
            // A thread that panicked leaves rows under way, which are recovered as uncertain.
            thread.join().map_err(|_| anyhow::anyhow!("a sending thread panicked"))??;
        }
        Ok(())
    })?;
    Ok(run.trouble.into_inner().unwrap_or_else(PoisonError::into_inner))
}

impl Run<'_> {
    /// Waits until the relay may have another message; `false` when the run ends before.
    pub(super) fn await_turn(&self, place: &mut Place<'_>) -> bool {
        while !self.is_over() {
            let (rules, now) = (self.rules.sending, self.app.clock.now());
            let rate = rules.per_minute.map(|most| most as f64 / 60.0 * self.ramp(now));
            match place.turn(rate, rules, now) {
                Ok(()) => return true,
                Err(at) => {
                    let wait = (at - now).to_std().unwrap_or_default();
                    std::thread::sleep(wait.min(Duration::from_millis(100)));
                }
            }
        }
        false
    }

    /// How much of the rate an issue has at a moment.
    fn ramp(&self, now: Instant) -> f64 {
        let (since, whole) =
            (self.issue.started_at.unwrap_or(now), self.app.config.sending.ramp_up);
        if whole.is_zero() {
            return 1.0;
        }
        let part = (now - since).num_seconds() as f64 / whole.num_seconds() as f64;
        (0.1 + 0.9 * part).clamp(0.1, 1.0)
    }

    /// Whether no further message may be started.
    pub(super) fn is_over(&self) -> bool {
        self.halt.load(Ordering::Relaxed) || self.stop.load(Ordering::Relaxed)
    }

    /// Notes why a connection gives up.
    pub(super) fn give_up(&self, why: String) {
        tracing::warn!(issue = %self.issue.uuid, %why, "a connection to the relay gave up");
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }

    /// Every connection stops, and the issue waits for a person.
    pub(super) fn pause(&self, reason: PauseReason, why: &str) {
        self.halt.store(true, Ordering::Relaxed);
        if let Err(error) = control::pause_by_program(self.app, self.issue, reason, why) {
            // The next try is refused as well, and comes here again.
            tracing::error!(issue = %self.issue.uuid, error = ?error, "an issue could not be paused");
        }
    }

    /// Writes down what became of the last window and marks the next one, in one write. Nothing
    /// that was sent is forgotten while the process lives: a database that is away is waited for.
    pub(super) fn turn(&self, records: Vec<Record>, next: bool) -> Result<Vec<Marked>> {
        let taken = if next && !self.is_over() { self.next_ids() } else { None };
        let (ids, _grant) = taken.unzip();
        let ids = ids.unwrap_or_default();
        if records.is_empty() && ids.is_empty() {
            return Ok(Vec::new());
        }
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

    fn write(&self, records: Vec<Record>, ids: Vec<i64>) -> Result<(usize, Option<Vec<Marked>>)> {
        let (issue, worker) = (self.issue.clone(), self.worker.to_owned());
        let variants = (self.letter.shared_variant, self.letter.asks_for_consent());
        let now = self.app.clock.now();
        let gone: Vec<i64> = match self.breaker.believes() {
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

    /// Whether there may be more to mark.
    pub(super) fn has_more(&self) -> bool {
        let may_mark = !self.is_over() && !self.is_drained.load(Ordering::Relaxed);
        may_mark && !self.filled_queue().ids.is_empty()
    }

    /// Rows to mark, and the part of the relay's quota that they take.
    fn next_ids(&self) -> Option<(Vec<i64>, Grant<'_>)> {
        let mut queue = self.filled_queue();
        let wanted = self.rules.sending.window.min(queue.ids.len());
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
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = queue.fill(self.app, self.issue.id) {
            self.give_up(error.to_string());
        }
        queue
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

impl Tally {
    /// Counts what became of a window.
    fn add(&self, records: &[Record]) {
        for record in records {
            let counter = match record.state {
                _ if record.uncertain > 0 => &self.uncertain,
                DeliveryState::Accepted => &self.accepted,
                DeliveryState::Deferred => &self.deferred,
                DeliveryState::Failed => &self.failed,
                _ => continue,
            };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
}
