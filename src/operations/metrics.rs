//! The metrics in Prometheus' text format: counted by this process since it began, or asked of
//! the database when somebody scrapes.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context;
use prometheus::{IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder};

use super::store;
use crate::app::App;
use crate::deliveries::DeliveryState;
use crate::error::Result;
use crate::signups::hold;
use crate::subscribers::store::queue;

/// What this process counts beside [`crate::deliveries::Tally`].
pub struct Metrics {
    job_failures: IntCounterVec,
}

impl Metrics {
    /// All at zero.
    pub fn new() -> Result<Self> {
        let what = "Runs of recurring jobs that failed, by job.";
        Ok(Self { job_failures: counter("lederbrev_job_failures_total", what, "job")? })
    }

    /// A recurring job failed.
    pub fn job_failed(&self, job: &str) {
        self.job_failures.with_label_values(&[job]).inc();
    }
}

/// All metrics, as text.
pub async fn text(app: &App) -> Result<String> {
    let registry = Registry::new();
    let add = |metric: Box<dyn prometheus::core::Collector>| {
        registry.register(metric).context("registering a metric")
    };
    add(Box::new(app.metrics.job_failures.clone()))?;

    let what = "Outcomes of this process since it began; the rate is the sending rate.";
    let outcomes = counter("lederbrev_outcomes_total", what, "outcome")?;
    let count = |outcome: &str, tally: &AtomicU64| {
        outcomes.with_label_values(&[outcome]).inc_by(tally.load(Ordering::Relaxed));
    };
    let tally = &app.sender.tally;
    count("accepted", &tally.accepted);
    count("deferred", &tally.deferred);
    count("failed", &tally.failed);
    count("uncertain", &tally.uncertain);
    add(Box::new(outcomes))?;

    let database = gauge("lederbrev_up", "Whether something that is leaned on answers.", "what")?;
    let asked = app
        .db
        .read(|conn| {
            Ok((
                store::deliveries_on_their_way(conn)?,
                store::issues_by_state(conn)?,
                store::subscribers(conn)?,
                hold::current(conn)?.is_some(),
                queue::waiting_confirmations(conn)?,
            ))
        })
        .await;
    database.with_label_values(&["database"]).set(asked.is_ok().into());
    add(Box::new(database))?;
    if let Ok((rows, issues, subscribers, is_held, confirmations)) = asked {
        let what = "Rows of issues on their way, by state.";
        let deliveries = gauge("lederbrev_deliveries", what, "state")?;
        for state in DeliveryState::ALL {
            let count = rows.iter().find(|(of, _)| of == state).map_or(0, |(_, count)| *count);
            deliveries.with_label_values(&[state.as_str()]).set(count);
        }
        add(Box::new(deliveries))?;
        let waiting = |state: &DeliveryState| {
            matches!(state, DeliveryState::Queued | DeliveryState::Deferred)
        };
        let queue_length = gauge("lederbrev_queue_length", "Rows that wait to be sent.", "queue")?;
        let length = rows.iter().filter(|(state, _)| waiting(state)).map(|(_, count)| count).sum();
        queue_length.with_label_values(&["issues"]).set(length);
        queue_length.with_label_values(&["confirmations"]).set(confirmations);
        add(Box::new(queue_length))?;
        let what = "Whether something is held back until somebody decides.";
        let held = gauge("lederbrev_held", what, "what")?;
        held.with_label_values(&["confirmations"]).set(is_held.into());
        add(Box::new(held))?;
        let by_state = gauge("lederbrev_issues", "Issues, by state.", "state")?;
        for (state, count) in issues {
            by_state.with_label_values(&[state.as_str()]).set(count);
        }
        add(Box::new(by_state))?;
        let what = "Subscribers, those who pause included, by newsletter.";
        let people = gauge("lederbrev_subscribers", what, "newsletter")?;
        for (newsletter, count) in subscribers {
            people.with_label_values(&[&newsletter]).set(count);
        }
        add(Box::new(people))?;
    }
    let text = TextEncoder::new().encode_to_string(&registry.gather());
    Ok(text.context("writing the metrics")?)
}

fn counter(name: &str, what: &str, label: &str) -> Result<IntCounterVec> {
    Ok(IntCounterVec::new(Opts::new(name, what), &[label]).context("making a metric")?)
}

fn gauge(name: &str, what: &str, label: &str) -> Result<IntGaugeVec> {
    Ok(IntGaugeVec::new(Opts::new(name, what), &[label]).context("making a metric")?)
}
