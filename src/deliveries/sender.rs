//! The sending of this process: which issues it has in hand, and when it looks at each again.
//!
//! Every second a job calls [`tick`]. It recovers what others left behind, begins what is due, and
//! gives each issue that is under way a thread of its own, in which [`super::send`] opens the
//! connections. Everything that must survive is in the database; what is here can be lost.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::web::Data;
use chrono::TimeDelta;

use super::PauseReason;
use super::finish::{self, Settled};
use super::pace::Pace;
use super::progress::Board;
use super::quota::Quota;
use super::recover::{self, Missing};
use super::{control, fan_out, policy, send, start};
use crate::app::App;
use crate::clock::Instant;
use crate::db::presence::Presence;
use crate::error::Result;
use crate::issues::{self, Issue, IssueState};

/// How long an issue with nothing due is left alone at most: another process may have put a row
/// back into the queue.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(30);

/// The longest that an issue is left alone: [`LOOK_AGAIN`] and [`policy::relay_pause`] are shorter.
const MOST_PAUSE: TimeDelta = TimeDelta::seconds(90);

/// How long a process that is told to end waits for messages that are on the line.
pub const GOODBYE: Duration = Duration::from_secs(30);

/// What this process has sent since it began, for the metrics.
#[derive(Debug, Default)]
pub struct Tally {
    /// Taken by the next server.
    pub accepted: AtomicU64,
    /// Put off.
    pub deferred: AtomicU64,
    /// Refused for good.
    pub failed: AtomicU64,
    /// May have gone out or not.
    pub uncertain: AtomicU64,
}

/// The sending of this process.
#[derive(Default)]
pub struct Sender {
    hands: Mutex<Hands>,
    /// Why issues do not get on; apart, so that a page need not wait for a tick.
    trouble: Mutex<HashMap<i64, String>>,
    pub(super) stop: AtomicBool,
    /// What it has sent.
    pub tally: Tally,
    /// How fast it sends.
    pub(super) pace: Pace,
    /// What is left of the relay's quota.
    pub(super) quota: Quota,
    /// What the pages of all viewers share.
    pub(super) board: Board,
}

/// What it has in hand.
#[derive(Default)]
struct Hands {
    presence: Option<Presence>,
    missing: Missing,
    issues: HashMap<i64, Hand>,
}

#[derive(Default)]
struct Hand {
    thread: Option<JoinHandle<Result<Looked>>>,
    look_at: Option<Instant>,
    /// Runs that ended because of the relay, one after the other.
    failures: u32,
}

/// What a run found.
pub(super) struct Looked {
    settled: Settled,
    trouble: Option<String>,
}

/// The job: does what is due and says whether anything was or is being done.
pub async fn tick(app: &Data<App>) -> Result<bool> {
    let app = app.clone().into_inner();
    tokio::task::spawn_blocking(move || app.sender.tick(&app)).await.map_err(anyhow::Error::from)?
}

impl Sender {
    fn tick(&self, app: &Arc<App>) -> Result<bool> {
        if self.stop.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let mut hands = self.hands();
        let worker = hands.worker(app)?;
        let has_taken_over = recover::abandoned(app, &worker, &mut hands.missing)?;
        let mut busy = has_taken_over;
        // What is due waits, and is held as late if that takes too long.
        if app.door.closed().is_none() {
            busy |= start::due_issues(app)?;
        }
        let (moving, cancelled) = app.db.read_blocking(|conn| {
            let mut moving = issues::store::in_state(conn, IssueState::Sending)?;
            moving.extend(issues::store::in_state(conn, IssueState::Preparing)?);
            Ok((moving, issues::store::cancelled_midway(conn)?))
        })?;
        for issue in &cancelled {
            busy = true;
            control::sweep(app, issue)?;
        }
        let mut failure = None;
        for (id, hand) in &mut hands.issues {
            match hand.collect(app.clock.now()) {
                Ok(Some(looked)) => self.note(*id, looked.trouble),
                Ok(None) => {}
                Err(error) => failure = Some(error),
            }
        }
        if has_taken_over {
            // They are due now; but a relay that is away is left alone all the same.
            let at_rest = hands.issues.values_mut().filter(|hand| hand.failures == 0);
            at_rest.for_each(|hand| hand.look_at = None);
        }
        // An issue that stopped is looked at at once when it goes on.
        hands
            .issues
            .retain(|id, hand| hand.thread.is_some() || moving.iter().any(|issue| issue.id == *id));
        for issue in moving {
            let is_new = !hands.issues.contains_key(&issue.id);
            if is_new && start::stands_still(app, &issue)? {
                control::pause_by_program(app, &issue, PauseReason::Late, "")?;
                continue;
            }
            if let Some(closed) = app.door.closed() {
                // What was put on its way since then was so by a person or by a process that is let
                // in: so it is tried again.
                match issue.updated_at > closed.since {
                    true => app.door.open(),
                    false => {
                        let reason = PauseReason::SenderRefused;
                        control::pause_by_program(app, &issue, reason, &closed.why)?;
                        continue;
                    }
                }
            }
            let hand = hands.issues.entry(issue.id).or_default();
            // No issue is left alone for longer, unless the clock was put back.
            let now = app.clock.now();
            let is_time = hand.look_at.is_none_or(|at| at <= now || at - now > MOST_PAUSE);
            if hand.thread.is_none() && is_time {
                hand.thread = Some(spawn(app, issue, worker.clone())?);
            }
        }
        busy |= hands.issues.values().any(|hand| hand.thread.is_some());
        match failure {
            Some(error) => Err(error),
            None => Ok(busy),
        }
    }

    /// Why an issue does not get on, as far as this process knows.
    pub fn trouble(&self, issue: i64) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get(&issue).cloned()
    }

    fn note(&self, issue: i64, trouble: Option<String>) {
        let mut all = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match trouble {
            Some(why) => all.insert(issue, why),
            None => all.remove(&issue),
        };
    }

    /// Whether the process is about to end.
    pub fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Ends the sending: each connection finishes the message on the line, writes down what it has
    /// and gives back the rest.
    pub async fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        let pause = Duration::from_millis(20);
        for _ in 0..GOODBYE.as_millis() / pause.as_millis() {
            let is_done = |hand: &Hand| hand.thread.as_ref().is_none_or(JoinHandle::is_finished);
            // A tick that has them just now may wait for the database; this must not.
            if self.hands.try_lock().is_ok_and(|hands| hands.issues.values().all(is_done)) {
                return;
            }
            tokio::time::sleep(pause).await;
        }
        tracing::warn!("the relay has not answered in time; what is on the line is uncertain");
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hands {
    /// The name of this process in the rows that it has under way.
    fn worker(&mut self, app: &App) -> Result<String> {
        let url = &app.config.database_url;
        match &mut self.presence {
            Some(presence) => presence.renew(url)?,
            None => self.presence = Some(Presence::announce(url, worker_name(app))?),
        }
        Ok(self.presence.as_ref().map(|presence| presence.name().to_owned()).unwrap_or_default())
    }
}

impl Hand {
    /// Takes in what the thread found, if it has ended.
    fn collect(&mut self, now: Instant) -> Result<Option<Looked>> {
        let Some(thread) = self.thread.take_if(|thread| thread.is_finished()) else {
            return Ok(None);
        };
        let looked = thread.join().map_err(|_| anyhow::anyhow!("the thread of an issue panicked"));
        let looked = match looked.map_err(Into::into).flatten() {
            Ok(looked) => looked,
            Err(error) => {
                self.failures += 1;
                self.look_at = Some(now + policy::relay_pause(self.failures));
                return Err(error);
            }
        };
        self.failures = if looked.trouble.is_some() { self.failures + 1 } else { 0 };
        self.look_at = match looked.settled {
            _ if self.failures > 0 => Some(now + policy::relay_pause(self.failures)),
            Settled::Open(Some(due)) => Some(due.min(now + LOOK_AGAIN)),
            Settled::Open(None) => Some(now + LOOK_AGAIN),
            // Should somebody have put it on its way again, it is looked at at once.
            Settled::Over => None,
        };
        Ok(Some(looked))
    }
}

pub(super) fn worker_name(app: &App) -> String {
    let random = crate::db::PublicId::random().0.simple().to_string();
    format!("{} {}", app.config.worker_name, &random[..12])
}

fn spawn(app: &Arc<App>, issue: Issue, worker: String) -> Result<JoinHandle<Result<Looked>>> {
    let app = app.clone();
    let thread = std::thread::Builder::new()
        .name(format!("issue {}", issue.id))
        .spawn(move || look(&app, &issue, &worker, &app.sender.stop))
        .map_err(anyhow::Error::from)?;
    Ok(thread)
}

/// Does all that is due of one issue.
pub(super) fn look(app: &App, issue: &Issue, worker: &str, stop: &AtomicBool) -> Result<Looked> {
    if issue.state == IssueState::Preparing {
        fan_out::run(app, issue, stop)?;
    }
    recover::own(app, worker, issue.id)?;
    let trouble = send::run(app, issue, worker, &app.sender.tally, stop)?;
    Ok(Looked { settled: finish::settle(app, issue.id)?, trouble })
}
