//! What is known of one receiver: how fast it may be sent to, how many messages at once, and
//! whether it refuses us by its policy.
//!
//! A provider is a receiving domain, or the domains of one known house: see
//! [`crate::mail::provider_of`].

use std::collections::VecDeque;

use chrono::TimeDelta;

use crate::clock::Instant;
use crate::config::SendingRules;

/// Messages that may go at once before a rate is felt: a window.
pub(super) const BURST: f64 = 8.0;

/// A receiver that bears so many messages a second bears what we have.
const FAST: f64 = 100.0;

const MINUTE: TimeDelta = TimeDelta::seconds(60);

/// How long a line of those who wait gets before it begins anew. Who is put off for hours would
/// wait at the rate of that moment, and the rate grows again.
const LINE: TimeDelta = TimeDelta::minutes(10);

/// What was on the line when a receiver complained is no second complaint.
const ONE_COMPLAINT: TimeDelta = TimeDelta::seconds(5);

/// How long the message that tries a stopped provider is waited for.
const PATIENCE: TimeDelta = TimeDelta::minutes(2);

/// Tokens that come at a rate, one a message.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    tokens: f64,
    filled_at: Option<Instant>,
}

impl Bucket {
    /// Takes a token, or says in how many seconds there is one.
    pub(super) fn take(&mut self, rate: f64, now: Instant) -> Result<(), f64> {
        // A clock that was put back takes nothing away.
        let passed = self.filled_at.map_or(BURST / rate, |at| as_seconds(now - at).max(0.0));
        self.tokens = (self.tokens + passed * rate).min(BURST);
        self.filled_at = Some(now);
        if self.tokens < 1.0 {
            return Err((1.0 - self.tokens) / rate);
        }
        self.tokens -= 1.0;
        Ok(())
    }
}

/// Why a message does not go now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wait {
    /// When it may try again.
    pub(super) until: Instant,
    /// What a person should know of it: that the provider is stopped.
    pub(super) why: Option<String>,
}

/// Nothing more goes to a provider that refuses us.
#[derive(Debug)]
struct Stop {
    until: Instant,
    why: String,
    /// The message that tries whether it takes our mail again.
    probe: Option<Instant>,
}

#[derive(Debug, Default)]
pub(super) struct Provider {
    pub(super) name: String,
    /// Messages a second, since it complained.
    rate: Option<f64>,
    bucket: Bucket,
    /// When the next one that has to wait will go.
    next: Option<Instant>,
    /// When its rate was changed last.
    changed_at: Option<Instant>,
    /// What it got lately: since when, and how many.
    since: Option<Instant>,
    count: f64,
    /// Messages on the line.
    pub(super) on_line: usize,
    /// How many may be at once, since it complained.
    places: Option<f64>,
    /// Whether each of its last answers was a refusal by policy.
    answers: VecDeque<bool>,
    answered_at: Option<Instant>,
    stop: Option<Stop>,
    /// When it was asked for last.
    asked_at: Option<Instant>,
}

impl Provider {
    pub(super) fn named(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    /// Whether a message may go now. Who may not waits for its turn, one behind the other.
    pub(super) fn ask(&mut self, rules: &SendingRules, now: Instant) -> Result<(), Wait> {
        self.keep_time(now);
        if let Some(stop) = &self.stop {
            let until = match stop.probe {
                None => stop.until,
                Some(at) => at + PATIENCE,
            };
            if now < until {
                return Err(Wait { until, why: Some(stop.why.clone()) });
            }
        }
        self.grow(rules, now);
        let rate = least(self.rate, set_rate(rules));
        let places = least(self.places, rules.provider_connections.map(|most| most as f64));
        let is_full = places.is_some_and(|places| self.on_line >= places as usize);
        if is_full || rate.is_some_and(|rate| self.bucket.take(rate, now).is_err()) {
            let pause = 1.0 / rate.unwrap_or_else(|| self.observed(now).max(1.0));
            let in_line = |next: &Instant| *next > now && *next - now < LINE;
            let until = self.next.filter(in_line).unwrap_or(now) + seconds(pause);
            self.next = Some(until);
            return Err(Wait { until, why: None });
        }
        self.count(now);
        if let Some(stop) = &mut self.stop {
            stop.probe = Some(now);
        }
        Ok(())
    }

    /// Whether a message may go now at a rate that is set for all receivers together; else when.
    pub(super) fn ask_for_all(
        &mut self,
        set: Option<f64>,
        rules: &SendingRules,
        now: Instant,
    ) -> Result<(), Instant> {
        self.keep_time(now);
        self.grow(rules, now);
        if self.places.is_some_and(|places| self.on_line >= places as usize) {
            return Err(now + TimeDelta::milliseconds(100));
        }
        if let Some(rate) = least(self.rate, set) {
            self.bucket.take(rate, now).map_err(|wait| now + seconds(wait))?;
        }
        self.count(now);
        Ok(())
    }

    /// It has said that it gets too much: half of the rate that was in force, and half of the
    /// messages at once.
    pub(super) fn slow_down(&mut self, set: Option<f64>, rules: &SendingRules, now: Instant) {
        if self.changed_at.is_some_and(|at| now - at < ONE_COMPLAINT) {
            return;
        }
        let rate = least(self.rate, set).unwrap_or_else(|| self.observed(now));
        self.rate = Some((rate / 2.0).max(rules.provider_slowest as f64 / 60.0));
        let places = self.places.unwrap_or(self.on_line as f64);
        self.places = Some((places / 2.0).max(1.0));
        self.changed_at = Some(now);
        self.bucket = Bucket { tokens: 0.0, filled_at: Some(now) };
    }

    /// Notes an answer, and says for how long nothing more goes there, if it is one refusal by
    /// policy too many.
    pub(super) fn note(
        &mut self,
        rules: &SendingRules,
        refusal: Option<&str>,
        now: Instant,
    ) -> Option<Wait> {
        if self.answered_at.is_some_and(|at| now - at > rules.deadline) {
            self.answers.clear();
        }
        self.answered_at = Some(now);
        let Some(reply) = refusal else {
            // It takes our mail again; what was on the line at the stop shows nothing.
            self.stop.take_if(|stop| stop.probe.is_some());
            self.answers.push_back(false);
            self.answers.drain(..self.answers.len().saturating_sub(rules.provider_sample));
            return None;
        };
        self.answers.push_back(true);
        self.answers.drain(..self.answers.len().saturating_sub(rules.provider_sample));
        let refused = self.answers.iter().filter(|refused| **refused).count();
        if self.stop.is_none() && refused <= most_refusals(rules) {
            return None;
        }
        let why = match self.stop.take() {
            Some(stop) => stop.why,
            None => format!(
                "{} stopped: {refused} of its last {} answers were refusals such as {reply}",
                self.name,
                self.answers.len()
            ),
        };
        let until = now + rules.provider_pause;
        self.answers.clear();
        self.stop = Some(Stop { until, why: why.clone(), probe: None });
        Some(Wait { until, why: Some(why) })
    }

    /// Until when nothing goes there.
    pub(super) fn stopped(&self) -> Option<Instant> {
        self.stop.as_ref().map(|stop| stop.until)
    }

    /// A person has looked: its refusals are forgotten.
    pub(super) fn forgive(&mut self) {
        self.answers.clear();
        self.stop = None;
    }

    /// When the clock was put back, all that is remembered goes back with it: else a pause would
    /// last until the clock has caught up.
    fn keep_time(&mut self, now: Instant) {
        if let Some(gap) = self.asked_at.map(|at| at - now).filter(|gap| *gap > ONE_COMPLAINT) {
            let stop = self.stop.as_mut().map(|stop| &mut stop.until);
            let remembered =
                [&mut self.next, &mut self.changed_at, &mut self.since, &mut self.answered_at];
            let remembered = remembered.into_iter().filter_map(Option::as_mut).chain(stop);
            remembered.for_each(|at| *at = *at - gap);
            if let Some(at) = self.stop.as_mut().and_then(|stop| stop.probe.as_mut()) {
                *at = *at - gap;
            }
        }
        self.asked_at = Some(now);
    }

    /// Less than all is left of the complaint: a minute without one more brings a little more.
    fn grow(&mut self, rules: &SendingRules, now: Instant) {
        let Some(at) = self.changed_at else { return };
        let minutes = (now - at).num_minutes();
        if minutes > 0 {
            let exponent = i32::try_from(minutes).unwrap_or(i32::MAX);
            let growth = (1.0 + rules.provider_growth as f64 / 100.0).powi(exponent);
            self.rate = self.rate.map(|rate| rate * growth).filter(|rate| *rate < FAST);
            let most = rules.connections as f64;
            self.places = self.places.map(|places| places * growth).filter(|places| *places < most);
            self.changed_at = (self.rate.is_some() || self.places.is_some()).then_some(now);
        }
    }

    fn count(&mut self, now: Instant) {
        match self.since.map(|since| now - since) {
            Some(passed) if passed <= MINUTE => {}
            // Half of the minute stays known, or a complaint now would halve next to nothing.
            Some(passed) if passed <= MINUTE * 2 => {
                self.since = Some(now - passed / 2);
                self.count /= 2.0;
            }
            _ => {
                self.since = Some(now);
                self.count = 0.0;
            }
        }
        self.count += 1.0;
    }

    /// Messages a second, lately.
    fn observed(&self, now: Instant) -> f64 {
        let passed = self.since.map_or(1.0, |since| as_seconds(now - since).max(1.0));
        self.count / passed
    }
}

/// What is set for every provider, in messages a second.
pub(super) fn set_rate(rules: &SendingRules) -> Option<f64> {
    rules.provider_per_minute.map(|most| most as f64 / 60.0)
}

/// The stricter of two limits.
fn least(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.into_iter().chain(other).reduce(f64::min)
}

/// How many of a sample may refuse us by policy.
pub(super) fn most_refusals(rules: &SendingRules) -> usize {
    rules.provider_sample * rules.provider_refusals / 100
}

pub(super) fn seconds(seconds: f64) -> TimeDelta {
    TimeDelta::microseconds((seconds * 1e6).ceil() as i64)
}

pub(super) fn as_seconds(time: TimeDelta) -> f64 {
    time.num_microseconds().unwrap_or(i64::MAX) as f64 / 1e6
}
