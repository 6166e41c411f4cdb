//! When so much of an issue is refused that a person should look before it goes on.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::DeliveryState;
use super::store::{self, Record};
use crate::app::App;
use crate::error::Result;
use crate::issues::Issue;

/// Counts refusals, over all connections of a process and what was recorded before.
pub(super) struct Breaker {
    so_far: Mutex<SoFar>,
    /// How many of the first recipients are looked at.
    sample: i64,
    most_failures: i64,
    most_gone: i64,
    /// Limits that were passed before this run, and a person let the issue go on. Failures that came
    /// one by one answer for no address that does not exist.
    failures_answered: bool,
    gone_answered: bool,
}

/// Of the recipients that have a final state.
struct SoFar {
    finals: i64,
    failures: i64,
    gone: i64,
}

impl Breaker {
    /// For a run of an issue.
    pub(super) fn load(app: &App, issue: &Issue) -> Result<Self> {
        let id = issue.id;
        let (counts, gone) =
            app.db.read_blocking(|conn| Ok((store::counts(conn, id)?, store::gone(conn, id)?)))?;
        let audience = issue.audience_count.unwrap_or_default();
        let rules = &app.config.sending;
        let sample = rules.failures_sample as i64;
        let most_failures = sample * rules.failures as i64 / 100;
        let most_gone = (audience * rules.gone as i64 / 100).max(rules.gone_least as i64);
        let gone_answered = gone > most_gone;
        let finals = counts.accepted + counts.failed;
        Ok(Self {
            so_far: Mutex::new(SoFar { finals, failures: counts.failed, gone }),
            sample,
            most_failures,
            most_gone,
            failures_answered: counts.failed > most_failures || gone_answered,
            gone_answered,
        })
    }

    /// Counts what became of some rows, and says why the issue must stop, if it must.
    pub(super) fn count(&self, records: &[Record]) -> Option<String> {
        let mut why = None;
        let mut so_far = self.so_far();
        // One by one, so that the first are no more than were asked for, however many come at once.
        for record in records {
            let has_failed = record.state == DeliveryState::Failed;
            if !has_failed && record.state != DeliveryState::Accepted {
                continue;
            }
            so_far.finals += 1;
            so_far.failures += i64::from(has_failed);
            so_far.gone += i64::from(record.is_gone);
            let SoFar { finals, failures, .. } = *so_far;
            if !self.failures_answered && finals <= self.sample && failures > self.most_failures {
                why = Some(format!("{failures} of the first {finals} were refused for good"));
            }
        }
        let gone = so_far.gone;
        let is_too_much = !self.gone_answered && gone > self.most_gone;
        why.or_else(|| is_too_much.then(|| format!("{gone} addresses are said not to exist")))
    }

    /// Whether addresses that are said not to exist, these included, may be suppressed: not when so
    /// many are, and not any more in an issue in which so many were.
    pub(super) fn believes(&self, records: &[Record]) -> bool {
        let more = records.iter().filter(|record| record.is_gone).count() as i64;
        !self.gone_answered && self.so_far().gone + more <= self.most_gone
    }

    fn so_far(&self) -> MutexGuard<'_, SoFar> {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
