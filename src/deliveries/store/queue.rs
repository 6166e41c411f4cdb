//! Rows on their way: written at fan-out, marked for a window, skipped.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::super::{DeliveryState, SkipReason, Variant};
use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{
    consents, deliveries, issue_links, link_corrections, renditions, subscribers, subscriptions,
    suppressions,
};
use crate::db::types::Moment;
use crate::db::{Among, PublicId, among};
use crate::issues::Issue;
use crate::issues::render::{IssueLink, Rendered};
use crate::mail::NO_RECIPIENT;
use crate::subscribers::{EndReason, Purpose, Scope, Subscriber, SubscriptionState};
use crate::{on_both, statement};

/// States of a row that has no final state and is not under way.
pub(super) const WAITING: [DeliveryState; 2] = [DeliveryState::Queued, DeliveryState::Deferred];

/// The status codes of an address that does not exist.
pub(super) fn statuses_of_gone() -> [String; 5] {
    NO_RECIPIENT.map(|detail| format!("5.1.{detail}"))
}

/// What of an issue was frozen when it was approved.
pub fn rendition(conn: &mut DbConn, issue: &Issue) -> QueryResult<Rendered> {
    let (subject, preheader, html, text) = renditions::table
        .filter(renditions::hash.nullable().eq(&issue.rendition))
        .select((
            renditions::subject,
            renditions::preheader,
            renditions::html,
            renditions::plain_text,
        ))
        .first(conn)?;
    let links: Vec<(i32, Option<PublicId>, String)> = issue_links::table
        .filter(issue_links::issue.eq(issue.id))
        .order(issue_links::number)
        .select((issue_links::number, issue_links::block, issue_links::url))
        .load(conn)?;
    // A link that was corrected since stands in every copy as it stood in the first ones; the
    // first correction says how.
    let corrected: HashMap<i32, String> = link_corrections::table
        .filter(link_corrections::issue.eq(issue.id))
        .filter(link_corrections::at.is_not_null())
        .order(link_corrections::id.desc())
        .select((link_corrections::number, link_corrections::url_before))
        .load(conn)?
        .into_iter()
        .collect();
    let as_frozen = |number, url| corrected.get(&number).cloned().unwrap_or(url);
    let links = links
        .into_iter()
        .map(|(number, block, url)| IssueLink {
            number,
            block,
            url: as_frozen(number, url),
            library_item: None,
        })
        .collect();
    Ok(Rendered { subject, preheader, html, text, links })
}

/// Writes a chunk of the audience: subscriber and the domain of the address.
pub fn insert(conn: &mut DbConn, issue: i64, recipients: &[(i64, String)]) -> QueryResult<usize> {
    let rows: Vec<_> = recipients
        .iter()
        .map(|(subscriber, domain)| {
            (
                deliveries::issue.eq(issue),
                deliveries::subscriber.eq(subscriber),
                deliveries::domain.eq(domain),
                deliveries::state.eq(DeliveryState::Queued),
            )
        })
        .collect();
    on_both!(conn, c => diesel::insert_into(deliveries::table).values(&rows).execute(c))
}

/// The next rows that wait for their first try, by id.
pub fn queued_after(conn: &mut DbConn, issue: i64, after: i64, most: i64) -> QueryResult<Vec<i64>> {
    deliveries::table
        .filter(deliveries::issue.eq(issue))
        .filter(deliveries::id.gt(after))
        .filter(deliveries::state.eq(DeliveryState::Queued))
        .order(deliveries::id)
        .limit(most)
        .select(deliveries::id)
        .load(conn)
}

/// Rows whose time for another try has come, the longest due first.
pub fn due(conn: &mut DbConn, issue: i64, now: Instant, most: i64) -> QueryResult<Vec<i64>> {
    deliveries::table
        .filter(deliveries::issue.eq(issue))
        .filter(deliveries::state.eq(DeliveryState::Deferred))
        .filter(deliveries::due_at.le(now))
        .order((deliveries::due_at, deliveries::id))
        .limit(most)
        .select(deliveries::id)
        .load(conn)
}

/// Whether rows could have been sent all the time since, and none was.
pub fn stands_still_since(conn: &mut DbConn, issue: i64, then: Instant) -> QueryResult<bool> {
    let rows = || deliveries::table.filter(deliveries::issue.eq(issue));
    let finished: i64 = rows().filter(deliveries::finished_at.ge(then)).count().get_result(conn)?;
    let queued = deliveries::state.eq(DeliveryState::Queued);
    let overdue = deliveries::state.eq(DeliveryState::Deferred).and(deliveries::due_at.le(then));
    let waiting = rows().filter(queued.or(overdue)).select(deliveries::id).limit(1);
    let waits = waiting.first::<i64>(conn).optional()?.is_some();
    Ok(waits && finished == 0)
}

/// When the next row is due for another try.
pub fn next_due(conn: &mut DbConn, issue: i64) -> QueryResult<Option<Instant>> {
    deliveries::table
        .filter(deliveries::issue.eq(issue))
        .filter(deliveries::state.eq(DeliveryState::Deferred))
        .filter(deliveries::due_at.is_not_null())
        .order(deliveries::due_at)
        .select(deliveries::due_at)
        .first(conn)
        .optional()
        .map(Option::flatten)
}

/// A row that might be marked, and what is known now about its recipient.
#[derive(Debug, Clone, Queryable)]
pub struct Candidate {
    /// The delivery.
    pub id: i64,
    /// How far it has come.
    pub state: DeliveryState,
    /// When it may be tried again; none of a deferred row holds it.
    pub due_at: Option<Instant>,
    /// How often it has been tried.
    pub attempts: i32,
    /// How often it may have gone out without our knowing.
    pub uncertain: i32,
    /// The recipient; none after erasure.
    pub person: Option<Person>,
    /// The recipient's subscription to the issue's newsletter.
    pub wish: Option<Wish>,
    /// Why the address is suppressed, if it is.
    pub suppressed: Option<EndReason>,
}

/// Whom a copy is for.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = subscribers)]
pub struct Person {
    /// The row.
    pub id: i64,
    /// The address as it was typed.
    pub email: String,
    /// The name.
    pub name: Option<String>,
}

/// What a recipient wants now.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = subscriptions)]
pub struct Wish {
    /// The subscription.
    pub id: i64,
    /// Part of its links.
    pub nonce: i64,
    /// What it is.
    pub state: SubscriptionState,
    /// Which issues.
    pub scope: Scope,
    /// Until when it is paused.
    pub paused_until: Option<Instant>,
}

impl Candidate {
    /// Whether it may be sent now: for the first time, or again and its time has come. A row whose
    /// id was looked up a while ago may have been tried since.
    pub fn is_ready(&self, now: Instant) -> bool {
        match self.state {
            DeliveryState::Queued => true,
            DeliveryState::Deferred => self.due_at.is_some_and(|at| at <= now),
            _ => false,
        }
    }
}

/// Rows by id, with what is known of their recipients.
pub fn candidates(conn: &mut DbConn, newsletter: i64, ids: &[i64]) -> QueryResult<Vec<Candidate>> {
    let subscription =
        subscriptions::subscriber.eq(subscribers::id).and(subscriptions::newsletter.eq(newsletter));
    let rows = deliveries::table
        .left_join(subscribers::table)
        .left_join(subscriptions::table.on(subscription))
        .left_join(suppressions::table.on(suppressions::address_hash.eq(subscribers::address_hash)))
        .filter(among(deliveries::id, ids))
        .order(deliveries::id);
    on_both!(conn, c => rows
        .select((
            deliveries::id,
            deliveries::state,
            deliveries::due_at,
            deliveries::attempts,
            deliveries::uncertain,
            Option::<Person>::as_select(),
            Option::<Wish>::as_select(),
            suppressions::reason.nullable(),
        ))
        .load(c))
}

/// Which of some subscribers consent now to being measured.
pub fn tracking_consents(
    conn: &mut DbConn,
    newsletter: i64,
    people: &[i64],
) -> QueryResult<Vec<i64>> {
    let consenting = consents::table
        .filter(among(consents::subscriber, people))
        .filter(consents::newsletter.eq(newsletter))
        .filter(consents::purpose.eq(Purpose::Tracking))
        .filter(consents::confirmed_at.is_not_null())
        .filter(consents::withdrawn_at.is_null())
        .select(consents::subscriber);
    on_both!(conn, c => consenting.load(c))
}

/// Marks rows as under way; only those that it returns are this worker's.
pub fn mark(
    conn: &mut DbConn,
    ids: &[i64],
    variant: Variant,
    worker: &str,
    lease_until: Instant,
    now: Instant,
) -> QueryResult<Vec<i64>> {
    let mark = Mark { ids: among(deliveries::id, ids), variant, worker, lease_until, now };
    on_both!(conn, c => mark.get_results(c))
}

struct Mark<'a> {
    ids: Among<deliveries::id>,
    variant: Variant,
    worker: &'a str,
    lease_until: Instant,
    now: Instant,
}

// The same condition as that of `Candidate::is_ready`.
statement!(Mark<'_> => BigInt, (self, out) => {
    out.push_sql(
        "UPDATE deliveries SET state = 'in_data', attempts = attempts + 1, due_at = NULL, variant = ",
    );
    out.push_bind_param::<Text, _>(&self.variant)?;
    out.push_sql(", worker = ");
    out.push_bind_param::<Text, _>(self.worker)?;
    out.push_sql(", lease_until = ");
    out.push_bind_param::<Moment, _>(&self.lease_until)?;
    out.push_sql(" WHERE ");
    self.ids.walk_ast(out.reborrow())?;
    out.push_sql(" AND (state = 'queued' OR (state = 'deferred' AND due_at <= ");
    out.push_bind_param::<Moment, _>(&self.now)?;
    out.push_sql(")) RETURNING id");
    Ok(())
});

/// Gives rows that wait their final state: not sent, for a reason.
pub fn skip(
    conn: &mut DbConn,
    ids: &[i64],
    reason: SkipReason,
    now: Instant,
) -> QueryResult<usize> {
    let waiting = deliveries::table
        .filter(deliveries::id.eq_any(ids))
        .filter(deliveries::state.eq_any(WAITING));
    diesel::update(waiting)
        .set((
            deliveries::state.eq(DeliveryState::Skipped),
            deliveries::skip_reason.eq(reason),
            deliveries::due_at.eq(None::<Instant>),
            deliveries::finished_at.eq(now),
        ))
        .execute(conn)
}

/// Skips a chunk of what waits in a cancelled issue.
pub fn skip_remaining(
    conn: &mut DbConn,
    issue: i64,
    most: i64,
    now: Instant,
) -> QueryResult<usize> {
    let ids: Vec<i64> = deliveries::table
        .filter(deliveries::issue.eq(issue))
        .filter(deliveries::state.eq_any(WAITING))
        .order(deliveries::id)
        .limit(most)
        .select(deliveries::id)
        .load(conn)?;
    skip(conn, &ids, SkipReason::Cancelled, now)
}

/// How many recipients of an issue are said not to exist.
pub fn gone(conn: &mut DbConn, issue: i64) -> QueryResult<i64> {
    deliveries::table
        .filter(deliveries::issue.eq(issue))
        .filter(deliveries::state.eq(DeliveryState::Failed))
        .filter(deliveries::reply_status.eq_any(statuses_of_gone()))
        .count()
        .get_result(conn)
}

/// Some rows with their recipients.
pub fn recipients(conn: &mut DbConn, ids: &[i64]) -> QueryResult<Vec<(i64, Subscriber)>> {
    deliveries::table
        .inner_join(subscribers::table)
        .filter(deliveries::id.eq_any(ids))
        .select((deliveries::id, Subscriber::as_select()))
        .load(conn)
}
