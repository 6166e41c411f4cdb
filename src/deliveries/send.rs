//! Sending what is due of one issue: several connections, which share a window of marked rows
//! ([`super::window`]).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::breaker::Breaker;
use super::letter::Letter;
use super::pace::Place;
use super::policy::{self, Rules};
use super::provider::as_seconds;
use super::sender::Tally;
use super::store::Record;
use super::window::Window;
use super::{DeliveryState, PauseReason, connection, control, quota};
use crate::app::App;
use crate::clock::Instant;
use crate::error::Result;
use crate::issues::Issue;

/// One issue being sent by this process.
pub(super) struct Run<'a> {
    pub(super) app: &'a App,
    pub(super) issue: &'a Issue,
    pub(super) letter: &'a Letter,
    pub(super) rules: Rules<'a>,
    pub(super) breaker: Breaker,
    /// This process, in the rows that it has under way.
    pub(super) worker: &'a str,
    pub(super) tally: &'a Tally,
    /// The process is to end.
    stop: &'a AtomicBool,
    /// This issue is to stop.
    pub(super) halt: AtomicBool,
    /// Nothing more is to be marked.
    pub(super) is_drained: AtomicBool,
    pub(super) window: Window,
    /// Why a connection gave up.
    trouble: Mutex<Option<String>>,
}

/// Sends until nothing is due. Returns why a connection gave up, if one did.
pub fn run(
    app: &App,
    issue: &Issue,
    worker: &str,
    tally: &Tally,
    stop: &AtomicBool,
) -> Result<Option<String>> {
    let rules = &app.config.sending;
    let mut window = Window::load(app, issue.id)?;
    let soon = rules.per_minute.map_or(usize::MAX, |most| soon(most as f64 / 60.0));
    let connections = window.open(rules.connections.min(soon.max(1)), rules.window);
    if connections == 0 {
        return Ok(None);
    }
    if app.sender.quota.is_used_up(app)? {
        return Ok(Some(quota::USED_UP.to_owned()));
    }
    let letter = Letter::load(app, issue)?;
    let run = Run {
        app,
        issue,
        letter: &letter,
        rules: Rules {
            sending: rules,
            // It was moved last when it began, or when a person let it go on.
            deadline: issue.updated_at + rules.deadline,
        },
        breaker: Breaker::load(app, issue)?,
        worker,
        tally,
        stop,
        halt: AtomicBool::new(false),
        is_drained: AtomicBool::new(false),
        window,
        trouble: Mutex::new(None),
    };
    let sent = std::thread::scope(|scope| -> Result<()> {
        let threads: Vec<_> =
            (0..connections).map(|_| scope.spawn(|| connection::work(&run))).collect();
        for thread in threads {
            // A thread that panicked leaves rows under way, which are recovered as uncertain.
            thread.join().map_err(|_| anyhow::anyhow!("a sending thread panicked"))??;
        }
        Ok(())
    });
    run.close()?;
    sent?;
    Ok(run.trouble.into_inner().unwrap_or_else(PoisonError::into_inner))
}

impl Run<'_> {
    /// How many messages go soon at the rate in all, if one is set.
    pub(super) fn soon(&self, now: Instant) -> Option<usize> {
        self.rate(now).map(soon)
    }

    /// Messages a second in all, if that is set.
    fn rate(&self, now: Instant) -> Option<f64> {
        self.rules.sending.per_minute.map(|most| most as f64 / 60.0 * self.ramp(now))
    }

    /// Waits until the relay may have another message; `false` when the run or the time ends before.
    pub(super) fn await_turn(&self, place: &mut Place<'_>, until: Instant) -> bool {
        while !self.is_over() {
            let (rules, now) = (self.rules.sending, self.app.clock.now());
            if now > until {
                break;
            }
            match place.turn(self.rate(now), rules, now) {
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
}

/// How many messages go soon at a rate.
fn soon(rate: f64) -> usize {
    (rate * as_seconds(policy::SOON)) as usize
}

impl Tally {
    /// Counts what became of a window.
    pub(super) fn add(&self, records: &[Record]) {
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
