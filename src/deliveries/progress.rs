//! How far an issue has come: numbers that are counted at most once a second, however many look.

use std::collections::{HashMap, VecDeque};

use chrono::TimeDelta;
use diesel::QueryResult;
use tokio::sync::Mutex;

use super::store::{self, Counts, Domain, Refusal};
use crate::app::App;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::Result;
use crate::issues::{Issue, IssueState};

/// How old the counts may be.
const FRESH: TimeDelta = TimeDelta::seconds(1);
/// How old domains and refusals may be, which cost more to count.
const DETAILS_FRESH: TimeDelta = TimeDelta::seconds(5);
/// The stretch over which the rate is measured.
const STRETCH: TimeDelta = TimeDelta::seconds(60);
/// An issue that could go on and has had no answer for so long stands still.
const STANDS_STILL: TimeDelta = TimeDelta::minutes(2);
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
    details: Option<Details>,
}

/// What costs more to count.
#[derive(Clone)]
struct Details {
    at: Instant,
    domains: Vec<Domain>,
    refusals: Vec<Refusal>,
    workers: Vec<(String, i64)>,
    last_finished: Option<Instant>,
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
    /// Nothing has happened for minutes, though something could.
    pub stands_still: bool,
    /// The processes that have rows under way, and how many.
    pub workers: Vec<(String, i64)>,
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
    // What is younger than now was counted before the clock was put back.
    let is_within = |at: Instant, age: TimeDelta| at <= now && now - at < age;
    board.retain(|_, line| line.samples.back().is_some_and(|(at, _)| is_within(*at, STRETCH)));
    let line = board.entry(id).or_default();
    if line.samples.back().is_none_or(|(at, _)| !is_within(*at, FRESH)) {
        line.counts = app.db.read(move |conn| Ok(store::counts(conn, id)?)).await?;
        line.samples.push_back((now, line.counts.done()));
        line.samples.retain(|(at, _)| now - *at <= STRETCH);
    }
    let details = match line.details.take().filter(|details| is_within(details.at, DETAILS_FRESH)) {
        Some(details) => details,
        None => app.db.read(move |conn| Ok(look(conn, id, now)?)).await?,
    };
    let details = line.details.insert(details).clone();
    let per_minute = line.rate(issue);
    let open = line.counts.open();
    let remaining = per_minute
        .filter(|rate| *rate > 0 && open > 0)
        .map(|rate| TimeDelta::seconds(open * 60 / rate));
    let counts = line.counts.clone();
    let last = details.last_finished.max(Some(issue.updated_at));
    let stands_still = issue.state == IssueState::Sending
        && counts.queued + counts.in_data > 0
        && last.is_some_and(|last| now - last > STANDS_STILL);
    let Details { domains, refusals, workers, .. } = details;
    Ok(Progress { counts, per_minute, remaining, stands_still, workers, domains, refusals })
}

fn look(conn: &mut DbConn, issue: i64, now: Instant) -> QueryResult<Details> {
    Ok(Details {
        at: now,
        domains: store::domains(conn, issue, MOST)?,
        refusals: store::refusals(conn, issue, MOST as i64)?,
        workers: store::under_way(conn, issue)?,
        last_finished: store::last_finished(conn, issue)?,
    })
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
