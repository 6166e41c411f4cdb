//! Whether the relay lets us in.
//!
//! A sign-in that is refused will be refused again, and a server that counts wrong passwords locks
//! the account for everything else that uses it. So one refusal closes the door for the whole
//! process: for issues, for confirmations and for readiness. A person opens it again, or a restart.

use std::sync::{self, PoisonError};

use tokio::sync::{Mutex, MutexGuard};

use crate::clock::{Clock, Instant};

/// The door to the relay, shared by all who go through.
#[derive(Debug)]
pub struct Door {
    clock: Clock,
    state: sync::Mutex<State>,
    /// Held by the first who tries, so that many at once are not many wrong passwords.
    first: Mutex<()>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Nobody has tried.
    Unknown,
    /// Somebody has, and was not refused.
    Tried,
    Closed(Closed),
}

/// A refusal, and since when nobody asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// When it was refused.
    pub since: Instant,
    /// The relay's words; from outside.
    pub why: String,
}

impl Door {
    /// One that nobody has tried.
    pub fn new(clock: Clock) -> Self {
        Self { clock, state: sync::Mutex::new(State::Unknown), first: Mutex::default() }
    }

    /// Why nobody goes through, if nobody does.
    pub fn closed(&self) -> Option<Closed> {
        match &*self.state() {
            State::Closed(closed) => Some(closed.clone()),
            State::Unknown | State::Tried => None,
        }
    }

    /// The relay has refused a sign-in: nobody tries again.
    pub fn close(&self, why: &str) {
        let mut state = self.state();
        if !matches!(*state, State::Closed(_)) {
            tracing::error!(%why, "the relay refuses our sign-in; all sending stops");
            *state = State::Closed(Closed { since: self.clock.now(), why: why.to_owned() });
        }
    }

    /// Somebody has tried and was not refused.
    pub fn tried(&self) {
        let mut state = self.state();
        if *state == State::Unknown {
            *state = State::Tried;
        }
    }

    /// A person says that it may be tried again.
    pub fn open(&self) {
        *self.state() = State::Unknown;
    }

    /// Waits for whoever tries first; not for long, because then it is known. To be held while
    /// trying. For threads.
    pub fn wait_blocking(&self) -> Option<MutexGuard<'_, ()>> {
        self.is_unknown().then(|| self.first.blocking_lock()).filter(|_| self.is_unknown())
    }

    /// [`Door::wait_blocking`], for tasks.
    pub async fn wait(&self) -> Option<MutexGuard<'_, ()>> {
        if !self.is_unknown() {
            return None;
        }
        Some(self.first.lock().await).filter(|_| self.is_unknown())
    }

    fn is_unknown(&self) -> bool {
        *self.state() == State::Unknown
    }

    fn state(&self) -> sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
