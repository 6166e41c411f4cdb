//! How far an issue has come: numbers that are counted at most once a second, however many look.

use std::collections::{HashMap, VecDeque};

use chrono::TimeDelta;
use tokio::sync::Mutex;

use super::store::{self, Counts, Domain, Refusal};
use crate::app::App;
use crate::clock::Instant;
use crate::error::Result;
use crate::issues::Issue;

/// How old the counts may be.
const FRESH: TimeDelta = TimeDelta::seconds(1);
/// How old domains and refusals may be, which cost more to count.
const DETAILS_FRESH: TimeDelta = TimeDelta::seconds(5);
/// The stretch over which the rate is measured.
const STRETCH: TimeDelta = TimeDelta::seconds(60);
/// Domains and refusals that are shown.
const MOST: usize = 30;

/// What the pages of all viewers share.
#[derive(Default)]
pub struct Board(Mutex<HashMap<i64, Line>>);

#[derive(Default)]
struct Line {
    /// Earlier counts of those that are done, the newest last.
    samples: VecDeque<(Instant, i64)>,
    counts: Counts,
    details: Option<(Instant, Vec<Domain>, Vec<Refusal>)>,
}

/// How far an issue has come.
#[derive(Debug, Clone)]
pub struct Progress {
    /// Its rows.
    pub counts: Counts,
    /// How many get a final state a minute, if enough has been seen to tell.
    pub per_minute: Option<i64>,
    /// How long the rest takes at that rate.
    pub remaining: Option<TimeDelta>,
    /// The largest domains.
    pub domains: Vec<Domain>,
    /// What stood in the way, the most frequent first.
    pub refusals: Vec<Refusal>,
}

/// Looks at an issue.
pub async fn of(app: &App, issue: &Issue) -> Result<Progress> {
    let (id, now) = (issue.id, app.clock.now());
    // The lock is held while counting, so that many who look at once count once.
    let mut board = app.sender.board.0.lock().await;
    board.retain(|_, line| line.samples.back().is_some_and(|(at, _)| now - *at < STRETCH));
    let line = board.entry(id).or_default();
    if line.samples.back().is_none_or(|(at, _)| now - *at >= FRESH) {
        line.counts = app.db.read(move |conn| Ok(store::counts(conn, id)?)).await?;
        line.samples.push_back((now, line.counts.done()));
        line.samples.retain(|(at, _)| now - *at <= STRETCH);
    }
    let details = match line.details.take().filter(|(at, _, _)| now - *at < DETAILS_FRESH) {
        Some(details) => details,
        None => {
            app.db
                .read(move |conn| {
                    let domains = store::domains(conn, id, MOST)?;
                    Ok((now, domains, store::refusals(conn, id, MOST as i64)?))
                })
                .await?
        }
    };
    let (_, domains, refusals) = line.details.insert(details).clone();
    let per_minute = line.rate(issue);
    let open = line.counts.open();
    let remaining = per_minute
        .filter(|rate| *rate > 0 && open > 0)
        .map(|rate| TimeDelta::seconds(open * 60 / rate));
    Ok(Progress { counts: line.counts.clone(), per_minute, remaining, domains, refusals })
}

impl Line {
    /// Final states a minute: lately, or over the whole time once an issue is finished.
    fn rate(&self, issue: &Issue) -> Option<i64> {
        let (time, done) = match (issue.started_at, issue.finished_at) {
            (Some(start), Some(end)) => (end - start, self.counts.done()),
            _ => {
                let ((first, before), (last, now)) = (self.samples.front()?, self.samples.back()?);
                (*last - *first, now - before)
            }
        };
        let millis = time.num_milliseconds();
        (millis > 0).then(|| done * 60_000 / millis)
    }
}
