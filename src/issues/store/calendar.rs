//! Issues by when they went, go, or are to go.

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::issues;
use crate::issues::{Issue, IssueState};

/// Every issue that may fall on a day from the first to the last of these, in any zone: public on
/// it, sent or planned around it, or a draft with a proposed time.
pub fn around(conn: &mut DbConn, first: NaiveDate, last: NaiveDate) -> QueryResult<Vec<Issue>> {
    let begin = Instant::new(first.and_time(chrono::NaiveTime::MIN).and_utc());
    let (from, to) = (begin - TimeDelta::days(1), begin + (last - first) + TimeDelta::days(2));
    let (first_local, last_local) = (format!("{first}T"), format!("{last}T~"));
    issues::table
        .filter(issues::state.ne(IssueState::Cancelled).or(issues::started_at.is_not_null()))
        .filter(
            issues::published_on
                .between(first, last)
                .or(issues::started_at.between(from, to))
                .or(issues::send_at.between(from, to))
                .or(issues::proposed_at_local.between(first_local, last_local)),
        )
        .order(issues::id)
        .select(Issue::as_select())
        .load(conn)
}

/// The other issue that went out or is planned nearest to a moment, less than `within` from it.
pub fn nearest(
    conn: &mut DbConn,
    issue: i64,
    at: Instant,
    within: TimeDelta,
) -> QueryResult<Option<(Issue, TimeDelta)>> {
    let (from, to) = (at - within, at + within);
    let begun = issues::started_at.gt(from).and(issues::started_at.lt(to));
    let planned = issues::state
        .eq(IssueState::Scheduled)
        .and(issues::send_at.gt(from))
        .and(issues::send_at.lt(to));
    let found: Vec<Issue> = issues::table
        .filter(issues::id.ne(issue))
        .filter(begun.or(planned))
        .select(Issue::as_select())
        .load(conn)?;
    let distance = |other: &Issue| {
        other.started_at.or(other.send_at).map_or(within, |moment| (moment - at).abs())
    };
    Ok(found
        .into_iter()
        .map(|other| (distance(&other), other))
        .min_by_key(|(away, _)| *away)
        .map(|(away, other)| (other, away)))
}
