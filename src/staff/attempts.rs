//! How often somebody has tried to sign in lately: per account and per client address, in memory.

use std::collections::HashMap;
use std::sync::Mutex;

use chrono::TimeDelta;

use crate::clock::Instant;

/// Tries that are allowed within [`WINDOW`].
const MOST: u32 = 10;
const WINDOW: TimeDelta = TimeDelta::minutes(15);

/// From so many keys on, those whose time is over are forgotten.
const MANY: usize = 10_000;

/// Counts tries by a key.
#[derive(Default)]
pub struct Attempts(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    of: HashMap<String, (Instant, u32)>,
    /// How many keys are left of the last look for those that can be forgotten: the next one is when
    /// there are twice as many, so that a flood does not make every call look at all of them.
    left: usize,
}

impl Attempts {
    /// Counts one more try; `false` when there have been too many.
    pub fn allow(&self, key: &str, now: Instant) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if counts.of.len() > MANY.max(2 * counts.left) {
            counts.of.retain(|_, (since, _)| now - *since < WINDOW);
            counts.left = counts.of.len();
        }
        let (since, count) = counts.of.entry(key.to_owned()).or_insert((now, 0));
        if now - *since >= WINDOW {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        *count <= MOST
    }

    /// Takes a try back that got in. Earlier ones count on: somebody's own password must not buy
    /// them tries at those of others.
    pub fn take_back(&self, key: &str) {
        let mut counts = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, count)) = counts.of.get_mut(key) {
            *count = count.saturating_sub(1);
        }
    }

    /// Forgets the tries of a key that got in.
    pub fn forget(&self, key: &str) {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).of.remove(key);
    }
}
