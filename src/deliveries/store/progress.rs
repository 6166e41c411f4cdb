//! How far an issue has come, for its page, the list and the metrics.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::super::{DeliveryState, SkipReason};
use super::outcome::outcome;
use crate::clock::Instant;
use crate::db::schema::{audit_log, deliveries, issues, subscribers};
use crate::db::{DbConn, Json, PublicId};
use crate::issues::{Issue, IssueState};

/// The rows of an issue by what they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Waiting for their first try.
    pub queued: i64,
    /// Under way.
    pub in_data: i64,
    /// Taken by the next server.
    pub accepted: i64,
    /// Waiting for another try, those that are held included.
    pub deferred: i64,
    /// Refused for good.
    pub failed: i64,
    /// Not sent, for a reason.
    pub skipped: i64,
    /// Of all of them, those that may have gone out without our knowing at least once.
    pub uncertain: i64,
    /// Of the deferred, those that wait for a person's decision.
    pub held: i64,
}

impl Counts {
    /// Those that have their final state.
    pub fn done(&self) -> i64 {
        self.accepted + self.failed + self.skipped
    }

    /// Those that the program can still do something for by itself.
    pub fn open(&self) -> i64 {
        self.queued + self.in_data + self.deferred - self.held
    }
}

/// Counts the rows of an issue.
pub fn counts(conn: &mut DbConn, issue: i64) -> QueryResult<Counts> {
    let groups: Vec<(DeliveryState, i32, i64)> = deliveries::table
        .filter(deliveries::issue.eq(issue))
        .group_by((deliveries::state, deliveries::uncertain))
        .select((deliveries::state, deliveries::uncertain, count_star()))
        .load(conn)?;
    if groups.is_empty() {
        // Who got an old issue is forgotten; how many they were is written down.
        return super::outcome::kept_counts(conn, issue);
    }
    let held = deliveries::table
        .filter(deliveries::issue.eq(issue))
        .filter(deliveries::state.eq(DeliveryState::Deferred))
        .filter(deliveries::due_at.is_null())
        .count()
        .get_result(conn)?;
    let mut counts = Counts { held, ..Counts::default() };
    for (state, uncertain, rows) in groups {
        *match state {
            DeliveryState::Queued => &mut counts.queued,
            DeliveryState::InData => &mut counts.in_data,
            DeliveryState::Accepted => &mut counts.accepted,
            DeliveryState::Deferred => &mut counts.deferred,
            DeliveryState::Failed => &mut counts.failed,
            DeliveryState::Skipped => &mut counts.skipped,
        } += rows;
        counts.uncertain += if uncertain > 0 { rows } else { 0 };
    }
    Ok(counts)
}

/// What became of the rows of one domain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Domain {
    /// The domain, as A-labels.
    pub name: String,
    /// All rows.
    pub recipients: i64,
    /// Taken by the next server.
    pub accepted: i64,
    /// Waiting for another try.
    pub deferred: i64,
    /// Refused for good.
    pub failed: i64,
}

/// The largest domains of an issue.
pub fn domains(conn: &mut DbConn, issue: i64, most: usize) -> QueryResult<Vec<Domain>> {
    let groups: Vec<(String, DeliveryState, i64)> = deliveries::table
        .filter(deliveries::issue.eq(issue))
        .group_by((deliveries::domain, deliveries::state))
        .order(deliveries::domain)
        .select((deliveries::domain, deliveries::state, count_star()))
        .load(conn)?;
    let mut domains: Vec<Domain> = Vec::new();
    for (name, state, rows) in groups {
        if domains.last().is_none_or(|domain| domain.name != name) {
            domains.push(Domain { name, ..Domain::default() });
        }
        let Some(domain) = domains.last_mut() else { continue };
        domain.recipients += rows;
        match state {
            DeliveryState::Accepted => domain.accepted += rows,
            DeliveryState::Deferred => domain.deferred += rows,
            DeliveryState::Failed => domain.failed += rows,
            _ => {}
        }
    }
    domains.sort_by_key(|domain| std::cmp::Reverse(domain.recipients));
    domains.truncate(most);
    Ok(domains)
}

/// The processes that have rows of an issue under way, and how many.
pub fn under_way(conn: &mut DbConn, issue: i64) -> QueryResult<Vec<(String, i64)>> {
    let workers: Vec<(Option<String>, i64)> = deliveries::table
        .filter(deliveries::issue.eq(issue))
        .filter(deliveries::state.eq(DeliveryState::InData))
        .group_by(deliveries::worker)
        .order(deliveries::worker)
        .select((deliveries::worker, count_star()))
        .load(conn)?;
    Ok(workers.into_iter().filter_map(|(name, rows)| Some((name?, rows))).collect())
}

/// When a row of an issue got its final state last.
pub fn last_finished(conn: &mut DbConn, issue: i64) -> QueryResult<Option<Instant>> {
    deliveries::table
        .filter(deliveries::issue.eq(issue))
        .select(diesel::dsl::max(deliveries::finished_at))
        .first(conn)
}

/// A reply that was not a yes, or a reason for which rows were skipped, and how many got it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Refusal {
    /// What the rows are now.
    pub state: DeliveryState,
    /// Why they were skipped.
    pub skip_reason: Option<SkipReason>,
    /// The server's code.
    pub code: Option<i32>,
    /// The enhanced status code.
    pub status: Option<String>,
    /// The words, from outside.
    pub text: Option<String>,
    /// How many.
    pub rows: i64,
}

/// What stood in the way of the rows that were not accepted, the most frequent first.
pub fn refusals(conn: &mut DbConn, issue: i64, most: i64) -> QueryResult<Vec<Refusal>> {
    deliveries::table
        .filter(deliveries::issue.eq(issue))
        .filter(deliveries::state.ne_all([DeliveryState::Accepted, DeliveryState::InData]))
        .filter(deliveries::reply_text.is_not_null().or(deliveries::skip_reason.is_not_null()))
        .group_by((
            deliveries::state,
            deliveries::skip_reason,
            deliveries::reply_code,
            deliveries::reply_status,
            deliveries::reply_text,
        ))
        .order(count_star().desc())
        .limit(most)
        .select((
            deliveries::state,
            deliveries::skip_reason,
            deliveries::reply_code,
            deliveries::reply_status,
            deliveries::reply_text,
            count_star(),
        ))
        .load(conn)
}

/// An issue in the list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The issue.
    pub issue: Issue,
    /// Its rows.
    pub counts: Counts,
}

/// Issues that are to go, are going or have gone, the newest first.
pub fn list(conn: &mut DbConn, most: i64) -> QueryResult<Vec<Listed>> {
    let found: Vec<Issue> = issues::table
        .filter(
            issues::state
                .eq_any([IssueState::Scheduled, IssueState::Paused])
                .or(issues::started_at.is_not_null()),
        )
        .order((issues::send_at.desc(), issues::id.desc()))
        .limit(most)
        .select(Issue::as_select())
        .load(conn)?;
    found
        .into_iter()
        .map(|issue| {
            let counts = outcome(conn, issue.id)?.counts;
            Ok(Listed { issue, counts })
        })
        .collect()
}

/// When and why an issue was paused last.
pub fn pause_note(conn: &mut DbConn, issue: PublicId) -> QueryResult<Option<(Instant, Json)>> {
    audit_log::table
        .filter(audit_log::subject.eq(format!("issue {issue}")))
        .filter(audit_log::action.eq("issue.pause"))
        .order(audit_log::id.desc())
        .select((audit_log::at, audit_log::details))
        .first(conn)
        .optional()
}

/// One recipient's copy, for lists.
#[derive(Debug, Clone, Queryable)]
pub struct Copy {
    /// The row.
    pub id: i64,
    /// The recipient, outside; none after erasure.
    pub subscriber: Option<PublicId>,
    /// The domain of the address.
    pub domain: String,
    /// How far it has come.
    pub state: DeliveryState,
    /// Why it was not sent.
    pub skip_reason: Option<SkipReason>,
    /// Tries.
    pub attempts: i32,
    /// How often it may have gone out without our knowing.
    pub uncertain: i32,
    /// The server's code.
    pub reply_code: Option<i32>,
    /// The server's words.
    pub reply_text: Option<String>,
}

/// The copies of an issue after a row, by id.
pub fn copies_after(
    conn: &mut DbConn,
    issue: i64,
    after: i64,
    most: i64,
) -> QueryResult<Vec<Copy>> {
    deliveries::table
        .left_join(subscribers::table)
        .filter(deliveries::issue.eq(issue))
        .filter(deliveries::id.gt(after))
        .order(deliveries::id)
        .limit(most)
        .select((
            deliveries::id,
            subscribers::uuid.nullable(),
            deliveries::domain,
            deliveries::state,
            deliveries::skip_reason,
            deliveries::attempts,
            deliveries::uncertain,
            deliveries::reply_code,
            deliveries::reply_text,
        ))
        .load(conn)
}
