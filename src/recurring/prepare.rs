//! The job that prepares drafts. The row is the queue: it is moved on in the same write in which
//! the draft is made, so that two processes, or a process that is ended in between, make one.

use super::rule::days_before;
use super::store::{self, Next};
use super::{Series, fill, subject};
use crate::app::App;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::{Error, Result};
use crate::issues::compose::{self, NewIssue};
use crate::issues::content::MergeLine;
use crate::issues::{self, Issue, IssueKind, Origin, PREPARED_BY as ACTOR};
use crate::newsletters;

/// Prepares the drafts that are due; `true` when there were any.
pub async fn prepare_due(app: &App) -> Result<bool> {
    let now = app.clock.now();
    let due = app.db.read(move |conn| Ok(store::due(conn, now)?)).await?;
    let mut made = false;
    for series in due {
        let name = series.uuid;
        match compose::with_free_slug(app, move |conn| prepare(conn, &series, now)).await {
            Ok(issue) => made |= issue.is_some(),
            // The others are not to wait for this one.
            Err(error) => {
                tracing::error!(series = %name, error = ?error, "a draft could not be prepared")
            }
        }
    }
    Ok(made)
}

/// When the issue after a moment goes, and when its draft is prepared.
pub(super) fn next(series: &Series, after: Instant, zone: chrono_tz::Tz) -> Result<Option<Next>> {
    let send_at = series.rule()?.next(after, zone);
    Ok(send_at.map(|at| Next { send_at: at, run_at: days_before(at, series.lead(), zone) }))
}

/// Makes the draft of a series; none when somebody else has made it. What was missed while nothing
/// ran is not made up for: one draft is made, for the next time that is still ahead.
fn prepare(conn: &mut DbConn, series: &Series, now: Instant) -> Result<Option<Issue>> {
    let newsletter = newsletters::store::find(conn, series.newsletter)?;
    let zone = newsletter.zone();
    let send_at = match series.next_send_at {
        ahead if ahead > now => ahead,
        _ => match next(series, now, zone)? {
            Some(next) => next.send_at,
            None => return stop(conn, series, now),
        },
    };
    let Some(after) = next(series, send_at, zone)? else { return stop(conn, series, now) };
    if !store::advance(conn, series, after)? {
        return Ok(None);
    }
    let mut content = fill::content(conn, series, &newsletter, send_at, now)?;
    if !series.subject.is_empty() {
        let filled = subject::fill(&series.subject, send_at, zone, newsletter.language);
        content.subject = MergeLine::parse(&filled)
            .map_err(|_| Error::field("subject", "error-recurring-subject"))?;
    }
    let new = NewIssue { newsletter: newsletter.id, kind: IssueKind::Ordinary, content };
    let issue = compose::insert(conn, new, Origin::Here, ACTOR, now)?;
    let local = send_at.in_zone(zone).format("%Y-%m-%dT%H:%M").to_string();
    issues::store::propose_time(conn, issue.id, &local)?;
    store::set_last(conn, series.id, issue.id)?;
    Ok(Some(issue))
}

/// A pattern that never comes again, such as one of a day in the past, has nothing left to do.
fn stop(conn: &mut DbConn, series: &Series, now: Instant) -> Result<Option<Issue>> {
    let next = Next { send_at: series.next_send_at, run_at: series.next_run_at };
    store::set_active(conn, series.id, false, next)?;
    let subject = format!("recurring {}", series.uuid);
    let details = serde_json::json!({ "why": "never" });
    crate::staff::store::audit(conn, ACTOR, "recurring.pause", &subject, details, now)?;
    Ok(None)
}
