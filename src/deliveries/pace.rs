//! How fast: in all, as the relay allows, and to each receiving domain, as it bears.
//!
//! A domain that says "not so fast" (421, 4.7.x) is sent to at half the rate from then on, and a
//! little faster again every minute in which it does not say so. Who has to wait for a domain is
//! put off, one behind the other, and does not hold the others up. The rate in all is a pause in
//! every connection.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use crate::clock::Instant;

/// Messages that may go at once before a rate is felt: a window.
const BURST: f64 = 8.0;

/// The slowest that a domain is made: one message a minute.
const SLOWEST: f64 = 1.0 / 60.0;

/// What a quiet minute adds.
const GROWTH: f64 = 1.25;

/// A domain that bears so many messages a second bears what we have.
const FAST: f64 = 100.0;

const MINUTE: TimeDelta = TimeDelta::seconds(60);

/// The pace of this process, over all issues.
#[derive(Debug, Default)]
pub struct Pace {
    all: Mutex<Bucket>,
    domains: Mutex<HashMap<String, Domain>>,
}

/// Tokens that come at a rate, one a message.
#[derive(Debug, Default)]
struct Bucket {
    tokens: f64,
    filled_at: Option<Instant>,
}

#[derive(Debug, Default)]
struct Domain {
    /// Messages a second; none as long as it has never complained.
    rate: Option<f64>,
    bucket: Bucket,
    /// When the next one that has to wait will go.
    next: Option<Instant>,
    /// When its rate was changed last.
    changed_at: Option<Instant>,
    /// What it got lately: since when, and how many.
    since: Option<Instant>,
    count: f64,
}

impl Pace {
    /// Whether another message may go now at a rate in all, in messages a second; else when.
    pub fn turn(&self, rate: f64, now: Instant) -> Result<(), Instant> {
        let mut all = lock(&self.all);
        all.take(rate, now).then_some(()).ok_or_else(|| now + seconds((1.0 - all.tokens) / rate))
    }

    /// Whether a message may go to a domain now; else when.
    pub fn may_send(&self, domain: &str, now: Instant) -> Result<(), Instant> {
        let mut domains = lock(&self.domains);
        let domain = domains.entry(domain.to_ascii_lowercase()).or_default();
        domain.grow(now);
        let Some(rate) = domain.rate else {
            domain.count(now);
            return Ok(());
        };
        if domain.bucket.take(rate, now) {
            domain.count(now);
            return Ok(());
        }
        let next = domain.next.filter(|next| *next > now).unwrap_or(now) + seconds(1.0 / rate);
        domain.next = Some(next);
        Err(next)
    }

    /// A domain has said that it gets too much.
    pub fn slow_down(&self, domain: &str, now: Instant) {
        let mut domains = lock(&self.domains);
        let domain = domains.entry(domain.to_ascii_lowercase()).or_default();
        // What was on the line when it said so is no second complaint.
        if domain.changed_at.is_some_and(|at| now - at < TimeDelta::seconds(5)) {
            return;
        }
        let rate = (domain.rate.unwrap_or_else(|| domain.observed(now)) / 2.0).max(SLOWEST);
        domain.rate = Some(rate);
        domain.changed_at = Some(now);
        domain.bucket = Bucket { tokens: 0.0, filled_at: Some(now) };
    }
}

impl Bucket {
    fn take(&mut self, rate: f64, now: Instant) -> bool {
        // A clock that was put back takes nothing away.
        let passed = self.filled_at.map_or(BURST / rate, |at| as_seconds(now - at).max(0.0));
        self.tokens = (self.tokens + passed * rate).min(BURST);
        self.filled_at = Some(now);
        let has_one = self.tokens >= 1.0;
        if has_one {
            self.tokens -= 1.0;
        }
        has_one
    }
}

impl Domain {
    fn grow(&mut self, now: Instant) {
        let (Some(rate), Some(at)) = (self.rate, self.changed_at) else { return };
        let minutes = (now - at).num_minutes();
        if minutes > 0 {
            let exponent = i32::try_from(minutes).unwrap_or(i32::MAX);
            self.rate = Some(rate * GROWTH.powi(exponent)).filter(|rate| *rate < FAST);
            self.changed_at = Some(now);
        }
    }

    fn count(&mut self, now: Instant) {
        if self.since.is_none_or(|since| now - since > MINUTE) {
            self.since = Some(now);
            self.count = 0.0;
        }
        self.count += 1.0;
    }

    /// Messages a second, lately.
    fn observed(&self, now: Instant) -> f64 {
        let passed = self.since.map_or(1.0, |since| as_seconds(now - since).max(1.0));
        self.count / passed
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn seconds(seconds: f64) -> TimeDelta {
    TimeDelta::microseconds((seconds * 1e6).ceil() as i64)
}

fn as_seconds(time: TimeDelta) -> f64 {
    time.num_microseconds().unwrap_or(i64::MAX) as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    const AARHUS: &str = "aarhus.example";

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(1_490_346_000_000_000) + TimeDelta::seconds(seconds)
    }

    #[test]
    fn in_all_a_minute_brings_what_the_relay_allows() {
        let pace = Pace::default();
        let sent = (0..600)
            .filter(|tenth| {
                let now = at(0) + TimeDelta::milliseconds(tenth * 100);
                pace.turn(2.0, now).is_ok()
            })
            .count();
        assert!((120..=120 + BURST as usize).contains(&sent), "{sent}");
    }

    #[test]
    fn a_domain_that_never_complained_is_not_held_up() {
        let pace = Pace::default();
        assert!((0..10_000).all(|_| pace.may_send(AARHUS, at(0)).is_ok()));
    }

    #[test]
    fn who_waits_for_a_domain_waits_one_behind_the_other_and_nobody_else_does() {
        let pace = Pace::default();
        assert!((0..120).all(|_| pace.may_send(AARHUS, at(0)).is_ok()));
        // 120 in a minute, so one a second from now on.
        pace.slow_down(AARHUS, at(60));
        pace.slow_down(AARHUS, at(61));
        let waits: Vec<_> = (0..10).filter_map(|_| pace.may_send(AARHUS, at(60)).err()).collect();
        assert_eq!(waits.len(), 10);
        assert!(waits.is_sorted() && waits[9] - waits[0] == TimeDelta::seconds(9));
        assert!(pace.may_send("odense.example", at(60)).is_ok());
        // They come back when it is their turn, and then they may go.
        assert!((61..71).all(|second| pace.may_send("AARHUS.example", at(second)).is_ok()));
    }

    #[test]
    fn a_domain_that_bears_it_gets_more_again() {
        let pace = Pace::default();
        pace.may_send(AARHUS, at(0)).ok();
        pace.slow_down(AARHUS, at(0));
        assert!((0..100).any(|_| pace.may_send(AARHUS, at(1)).is_err()));
        assert!(
            (0..10_000).all(|_| pace.may_send(AARHUS, at(3 * 3600)).is_ok()),
            "all is forgiven"
        );
    }
}
