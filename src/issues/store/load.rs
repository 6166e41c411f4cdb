//! What an issue asks of the relay, for the forecast.

use std::collections::HashMap;

use chrono::TimeDelta;
use diesel::prelude::*;

use super::super::forecast::Load;
use super::super::{Issue, IssueState};
use super::audience::{Call, audience_size, next_subscriptions, recipients_between};
use crate::clock::Instant;
use crate::config::SendingRules;
use crate::db::DbConn;
use crate::db::schema::{deliveries, issues};
use crate::error::Result;
use crate::mail::provider_of;

/// Subscriptions that are looked at at once.
const CHUNK: i64 = 10_000;

/// What an issue asks of the relay if it begins at a moment.
pub fn load(
    conn: &mut DbConn,
    issue: &Issue,
    rules: &SendingRules,
    at: Instant,
    now: Instant,
) -> Result<Load> {
    let call = Call::of(issue)?;
    let audience = audience_size(conn, &call, now)?;
    let largest = match rules.provider_per_minute {
        Some(_) => largest(conn, issue.id, &call, now)?,
        None => 0,
    };
    let taken = match rules.per_day {
        Some(_) => taken(conn, issue, at, now)?,
        None => 0,
    };
    Ok(Load { audience, largest, taken })
}

/// How many of an audience are at the provider with the most.
fn largest(conn: &mut DbConn, issue: i64, call: &Call, now: Instant) -> QueryResult<i64> {
    let mut counts: HashMap<String, i64> = HashMap::new();
    let mut after = 0;
    while let Some(up_to) = next_subscriptions(conn, call.newsletter, after, CHUNK)? {
        for (_, address) in recipients_between(conn, issue, call, (after, up_to), now)? {
            let domain = address.rsplit('@').next().unwrap_or_default();
            *counts.entry(provider_of(domain).into_owned()).or_default() += 1;
        }
        after = up_to;
    }
    Ok(counts.into_values().max().unwrap_or_default())
}

/// What others have taken of the quota of the day before a moment, or will have: accepted, still
/// to go, and planned.
fn taken(conn: &mut DbConn, issue: &Issue, at: Instant, now: Instant) -> Result<i64> {
    let day_before = at - TimeDelta::days(1);
    let rows = || deliveries::table.inner_join(issues::table).filter(issues::id.ne(issue.id));
    let accepted: i64 = rows()
        .filter(issues::started_at.ge(day_before - TimeDelta::days(7)))
        .filter(deliveries::state.eq("accepted"))
        .filter(deliveries::finished_at.ge(day_before))
        .count()
        .get_result(conn)?;
    let moving = [IssueState::Preparing, IssueState::Sending, IssueState::Paused];
    let open: i64 = match now >= day_before {
        true => rows()
            .filter(issues::state.eq_any(moving))
            .filter(deliveries::state.eq_any(["queued", "in_data", "deferred"]))
            .count()
            .get_result(conn)?,
        false => 0,
    };
    let planned: Vec<Issue> = issues::table
        .filter(issues::id.ne(issue.id))
        .filter(issues::state.eq(IssueState::Scheduled))
        .filter(issues::send_at.ge(day_before))
        .filter(issues::send_at.le(at))
        .select(Issue::as_select())
        .load(conn)?;
    let mut taken = accepted + open;
    for other in planned {
        taken += audience_size(conn, &Call::of(&other)?, now)?;
    }
    Ok(taken)
}
