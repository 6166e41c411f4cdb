//! How many left after an issue: counted from rows while its week lasts, and written down then,
//! because rows of who left are deleted later.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::store;
use crate::app::App;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::Result;
use crate::issues::Issue;
use crate::privacy::Kept;

/// How long after an issue somebody's leaving is put down to it, if no other issue goes out first.
const ATTRIBUTED: TimeDelta = TimeDelta::days(7);
/// An issue of which nobody has written down by then who left after it: nobody will.
const LATEST: TimeDelta = TimeDelta::days(30);

/// How many left after an issue, as far as that is known.
pub(super) fn unsubscribed(
    conn: &mut DbConn,
    issue: &Issue,
    now: Instant,
) -> QueryResult<Option<i64>> {
    if issue.unsubscribed.is_some() {
        return Ok(issue.unsubscribed);
    }
    match issue.started_at {
        None => Ok(Some(0)),
        Some(started) if started + LATEST < now => Ok(None),
        Some(started) => leavers(conn, issue, started, now).map(Some),
    }
}

fn leavers(conn: &mut DbConn, issue: &Issue, started: Instant, now: Instant) -> QueryResult<i64> {
    let next = store::next_start(conn, issue.newsletter, started)?;
    let end = next.unwrap_or(now).min(started + ATTRIBUTED);
    store::unsubscribed(conn, issue, end)
}

/// Writes down how many left after the issues whose week is over; says whether there were any.
pub async fn write_down(app: &App) -> Result<bool> {
    let now = app.clock.now();
    // As far back as the rows of who left are kept.
    let kept = app.config.retention.of(Kept::Ended);
    let from = if kept.is_zero() { Instant::from_micros(0) } else { now - kept };
    app.db
        .write(move |conn| {
            let over = store::week_over(conn, from, now - ATTRIBUTED)?;
            for issue in &over {
                if let Some(started) = issue.started_at {
                    let left = leavers(conn, issue, started, now)?;
                    store::keep_unsubscribed(conn, issue.id, left)?;
                }
            }
            Ok(!over.is_empty())
        })
        .await
}
