//! When so much of an issue is refused that a person should look before it goes on.

use std::sync::atomic::{AtomicI64, Ordering};

use super::DeliveryState;
use super::store::{self, Record};
use crate::app::App;
use crate::error::Result;
use crate::issues::Issue;

/// Counts refusals, over all connections of a process and what was recorded before.
pub(super) struct Breaker {
    finals: AtomicI64,
    failures: AtomicI64,
    gone: AtomicI64,
    /// How many of the first recipients are looked at.
    sample: i64,
    most_failures: i64,
    most_gone: i64,
    /// A limit was passed before this run, and a person let the issue go on.
    was_answered: bool,
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
        let was_answered = counts.failed > most_failures || gone > most_gone;
        Ok(Self {
            finals: AtomicI64::new(counts.accepted + counts.failed),
            failures: AtomicI64::new(counts.failed),
            gone: AtomicI64::new(gone),
            sample,
            most_failures,
            most_gone,
            was_answered,
        })
    }

    /// Counts a window, and says why the issue must stop, if it must.
    pub(super) fn count(&self, records: &[Record]) -> Option<String> {
        let add = |counter: &AtomicI64, is: &dyn Fn(&Record) -> bool| {
            let more = records.iter().filter(|record| is(record)).count() as i64;
            counter.fetch_add(more, Ordering::Relaxed) + more
        };
        let failures = add(&self.failures, &|record| record.state == DeliveryState::Failed);
        let finals = add(&self.finals, &|record| {
            matches!(record.state, DeliveryState::Accepted | DeliveryState::Failed)
        });
        let gone = add(&self.gone, &|record| record.is_gone);
        if self.was_answered {
            None
        } else if finals <= self.sample + records.len() as i64 && failures > self.most_failures {
            Some(format!("{failures} of the first {finals} were refused for good"))
        } else if gone > self.most_gone {
            Some(format!("{gone} addresses are said not to exist"))
        } else {
            None
        }
    }

    /// Whether an address that is said not to exist may be suppressed: not when so many are, and
    /// not any more in an issue in which so many were.
    pub(super) fn believes(&self) -> bool {
        !self.was_answered && self.gone.load(Ordering::Relaxed) <= self.most_gone
    }
}
