//! What a report reads; and the tables `figures` and `activities`.

pub mod activities;
pub mod figures;
pub mod readers;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::clock::Instant;
use crate::db::schema::{
    click_counts, deliveries, issue_links, issues, open_counts, subscriptions,
};
use crate::db::{DbConn, PublicId};
use crate::deliveries::DeliveryState;
use crate::issues::{Issue, IssueKind, IssueState, Origin};
use crate::newsletters::Tracking;
use crate::subscribers::{EndReason, SubscriptionState};
use crate::tracking::Verdict;

/// A count of loads.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct Load {
    /// In which hour.
    pub hour: Instant,
    /// By whom.
    pub verdict: Verdict,
    /// How many.
    pub hits: i64,
}

/// The counts of an issue's image.
pub fn loads(conn: &mut DbConn, issue: i64) -> QueryResult<Vec<Load>> {
    open_counts::table
        .filter(open_counts::issue.eq(issue))
        .select((open_counts::hour, open_counts::verdict, open_counts::opens))
        .load(conn)
}

/// A count of clicks.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct Click {
    /// On which link.
    pub link: i32,
    /// In which hour.
    pub hour: Instant,
    /// By whom.
    pub verdict: Verdict,
    /// How many.
    pub hits: i64,
}

/// The counts of an issue's links.
pub fn clicks(conn: &mut DbConn, issue: i64) -> QueryResult<Vec<Click>> {
    click_counts::table
        .filter(click_counts::issue.eq(issue))
        .select((
            click_counts::link,
            click_counts::hour,
            click_counts::verdict,
            click_counts::clicks,
        ))
        .load(conn)
}

/// Hits of an issue, all hours together.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct HitSum {
    /// The issue, inside.
    pub issue: i64,
    /// By whom.
    pub verdict: Verdict,
    /// How many.
    pub hits: i64,
}

/// All loads of the images of some issues.
pub fn load_sums(conn: &mut DbConn, issues: &[i64]) -> QueryResult<Vec<HitSum>> {
    open_counts::table
        .filter(open_counts::issue.eq_any(issues))
        .group_by((open_counts::issue, open_counts::verdict))
        .select((
            open_counts::issue,
            open_counts::verdict,
            sql::<BigInt>("CAST(SUM(opens) AS BIGINT)"),
        ))
        .load(conn)
}

/// All clicks on links of some issues.
pub fn click_sums(conn: &mut DbConn, issues: &[i64]) -> QueryResult<Vec<HitSum>> {
    click_counts::table
        .filter(click_counts::issue.eq_any(issues))
        .group_by((click_counts::issue, click_counts::verdict))
        .select((
            click_counts::issue,
            click_counts::verdict,
            sql::<BigInt>("CAST(SUM(clicks) AS BIGINT)"),
        ))
        .load(conn)
}

/// The clicks on a link of an issue, all hours together.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct LinkClicks {
    /// The issue, inside.
    pub issue: i64,
    /// Which of its links.
    pub link: i32,
    /// By whom.
    pub verdict: Verdict,
    /// How many.
    pub hits: i64,
}

/// The clicks on links with these numbers in some issues.
pub fn link_clicks(
    conn: &mut DbConn,
    issues: &[i64],
    links: impl Iterator<Item = i32>,
) -> QueryResult<Vec<LinkClicks>> {
    let links: std::collections::BTreeSet<i32> = links.collect();
    click_counts::table
        .filter(click_counts::issue.eq_any(issues))
        .filter(click_counts::link.eq_any(links))
        .group_by((click_counts::issue, click_counts::link, click_counts::verdict))
        .select((
            click_counts::issue,
            click_counts::link,
            click_counts::verdict,
            sql::<BigInt>("CAST(SUM(clicks) AS BIGINT)"),
        ))
        .load(conn)
}

/// An issue that links an item, as far as its report says it.
#[derive(Debug, Clone, Queryable)]
pub struct Linking {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// The subject.
    pub subject: String,
    /// Where it was sent from.
    pub origin: Origin,
    /// When its sending began.
    pub started_at: Option<Instant>,
    /// What was measured of it; none before it went out.
    pub measured: Option<Tracking>,
}

/// Some issues, the newest first.
pub fn linking(conn: &mut DbConn, ids: &[i64]) -> QueryResult<Vec<Linking>> {
    issues::table
        .filter(issues::id.eq_any(ids))
        .order(issues::id.desc())
        .select((
            issues::id,
            issues::uuid,
            issues::subject,
            issues::origin,
            issues::started_at,
            issues::measured,
        ))
        .load(conn)
}

/// The links of an issue: number, block, address.
pub fn links(conn: &mut DbConn, issue: i64) -> QueryResult<Vec<(i32, Option<PublicId>, String)>> {
    issue_links::table
        .filter(issue_links::issue.eq(issue))
        .order(issue_links::number)
        .select((issue_links::number, issue_links::block, issue_links::url))
        .load(conn)
}

/// How many of an issue's recipients left of their own accord after they got it and before a
/// moment. Who has been erased, or has subscribed again, is not among them any more.
pub fn unsubscribed(conn: &mut DbConn, issue: &Issue, before: Instant) -> QueryResult<i64> {
    deliveries::table
        .inner_join(
            subscriptions::table
                .on(subscriptions::subscriber.nullable().eq(deliveries::subscriber)),
        )
        .filter(deliveries::issue.eq(issue.id))
        .filter(deliveries::state.eq(DeliveryState::Accepted))
        .filter(subscriptions::newsletter.eq(issue.newsletter))
        .filter(subscriptions::state.eq(SubscriptionState::Ended))
        .filter(subscriptions::end_reason.eq(EndReason::Unsubscribed))
        // The stretch of time first, by its index: few leave in a week, and a million got it.
        .filter(subscriptions::ended_at.ge(issue.started_at))
        .filter(subscriptions::ended_at.ge(deliveries::finished_at))
        .filter(subscriptions::ended_at.le(before))
        .count()
        .get_result(conn)
}

/// Issues that began to go out in a stretch of time, and of which nobody has written down how many
/// left after them.
pub fn week_over(conn: &mut DbConn, from: Instant, to: Instant) -> QueryResult<Vec<Issue>> {
    issues::table
        .filter(issues::origin.eq(Origin::Here))
        .filter(issues::unsubscribed.is_null())
        .filter(issues::started_at.ge(from))
        .filter(issues::started_at.le(to))
        .select(Issue::as_select())
        .load(conn)
}

/// Keeps how many left after an issue.
pub fn keep_unsubscribed(conn: &mut DbConn, issue: i64, left: i64) -> QueryResult<()> {
    diesel::update(issues::table.find(issue))
        .set(issues::unsubscribed.eq(left))
        .execute(conn)
        .map(drop)
}

/// When the next issue of a newsletter began to go out after a moment.
pub fn next_start(
    conn: &mut DbConn,
    newsletter: i64,
    after: Instant,
) -> QueryResult<Option<Instant>> {
    issues::table
        .filter(issues::newsletter.eq(newsletter))
        .filter(issues::started_at.gt(after))
        .order(issues::started_at)
        .select(issues::started_at)
        .first(conn)
        .optional()
        .map(Option::flatten)
}

/// The issues of the same newsletter that were sent from here before one, the newest first.
pub fn before(conn: &mut DbConn, issue: &Issue, most: i64) -> QueryResult<Vec<Issue>> {
    let Some(started) = issue.started_at else { return Ok(Vec::new()) };
    issues::table
        .filter(issues::newsletter.eq(issue.newsletter))
        .filter(issues::origin.eq(Origin::Here))
        .filter(issues::started_at.lt(started))
        .order(issues::started_at.desc())
        .limit(most)
        .select(Issue::as_select())
        .load(conn)
}

/// The ordinary issues of a newsletter that were sent from here and began in a stretch of time.
pub fn ordinary_between(
    conn: &mut DbConn,
    newsletter: i64,
    from: Instant,
    to: Instant,
) -> QueryResult<Vec<Issue>> {
    issues::table
        .filter(issues::newsletter.eq(newsletter))
        .filter(issues::kind.eq(IssueKind::Ordinary))
        .filter(issues::origin.eq(Origin::Here))
        .filter(issues::state.eq(IssueState::Sent))
        .filter(issues::started_at.ge(from))
        .filter(issues::started_at.lt(to))
        .select(Issue::as_select())
        .load(conn)
}
