//! What the relay takes in 24 hours, over all issues and all processes.
//!
//! It is asked for when rows are marked: every marked row may be accepted. What was taken is
//! counted in the database now and then, and in between by each process for itself.

use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use chrono::TimeDelta;

use super::store;
use crate::app::App;
use crate::clock::Instant;
use crate::error::Result;

/// Why an issue waits when the quota is used up.
pub(super) const USED_UP: &str = "the relay's quota of 24 hours (SEND_PER_DAY) is used up";

/// The stretch that a quota is for.
const STRETCH: TimeDelta = TimeDelta::hours(24);

/// How many messages, and how long, what other processes take may go unseen at most.
const MOST_UNSEEN: i64 = 500;
const FRESH: TimeDelta = TimeDelta::seconds(30);

/// What is left of the quota, as far as this process knows.
#[derive(Debug, Default)]
pub struct Quota {
    state: Mutex<State>,
    /// Shared by those who mark what was granted, so that nobody counts in between.
    marking: RwLock<()>,
}

#[derive(Debug, Default)]
struct State {
    left: i64,
    /// Messages until it is counted again.
    unseen: i64,
    counted_at: Option<Instant>,
}

/// Messages that may be marked. Nobody counts before it is dropped, which must be when they are
/// marked.
pub(super) struct Grant<'a> {
    pub(super) count: usize,
    _marking: RwLockReadGuard<'a, ()>,
}

impl Quota {
    /// Lets some of so many messages be marked.
    pub(super) fn take(&self, app: &App, wanted: usize) -> Result<Grant<'_>> {
        // The lock is held while counting, so that connections that ask at once count once.
        let mut state = self.state();
        self.look(&mut state, app)?;
        let count = state.left.min(wanted as i64);
        state.left -= count;
        state.unseen -= count;
        let _marking = self.marking.read().unwrap_or_else(PoisonError::into_inner);
        Ok(Grant { count: count as usize, _marking })
    }

    /// Whether nothing is left.
    pub(super) fn is_used_up(&self, app: &App) -> Result<bool> {
        let mut state = self.state();
        self.look(&mut state, app)?;
        Ok(state.left == 0)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what was taken, if the last look is too old.
    fn look(&self, state: &mut State, app: &App) -> Result<()> {
        let Some(quota) = app.config.sending.per_day else {
            state.left = i64::MAX;
            return Ok(());
        };
        let now = app.clock.now();
        if state.unseen > 0 && state.counted_at.is_some_and(|at| at <= now && now - at < FRESH) {
            return Ok(());
        }
        let _nobody_marks = self.marking.write().unwrap_or_else(PoisonError::into_inner);
        let taken = app.db.read_blocking(|conn| Ok(store::taken_since(conn, now - STRETCH)?))?;
        let left = (quota as i64 - taken).max(0);
        // The nearer the end, the closer the look.
        *state = State { left, unseen: (left / 8).min(MOST_UNSEEN), counted_at: Some(now) };
        Ok(())
    }
}

/// Whether an issue has had to wait for the quota at a moment or has to now: it does not stand
/// still by itself.
pub(super) fn was_used_up(app: &App, then: Instant) -> Result<bool> {
    let Some(quota) = app.config.sending.per_day else { return Ok(false) };
    let now = app.clock.now();
    app.db.read_blocking(|conn| {
        let before = store::accepted_between(conn, then - STRETCH, then)?;
        Ok(before >= quota as i64 || store::taken_since(conn, now - STRETCH)? >= quota as i64)
    })
}
