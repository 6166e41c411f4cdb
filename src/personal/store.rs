//! The table `own_sessions`, and all that other tables hold of one person.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::Serialize;

use crate::clock::Instant;
use crate::db::schema::{
    audit_log, bulk_changes, bulk_rows, clicks, deliveries, domain_move_rows, import_rows, imports,
    issue_links, issues, ledger, newsletters, opens, own_sessions, subscribers, subscriptions,
    suppressions,
};
use crate::db::{DbConn, Json, PublicId};
use crate::deliveries::{DeliveryState, SkipReason};
use crate::subscribers::growth;
use crate::subscribers::ledger::LedgerKind;
use crate::subscribers::{EndReason, LeadershipGroup, Sector, Subscriber};
use crate::tracking::verdict::Verdict;

/// Opens somebody's page until a moment.
pub fn insert_session(
    conn: &mut DbConn,
    hash: &[u8],
    person: i64,
    ends_at: Instant,
) -> QueryResult<()> {
    diesel::insert_into(own_sessions::table)
        .values((
            own_sessions::token_hash.eq(hash),
            own_sessions::subscriber.eq(person),
            own_sessions::ends_at.eq(ends_at),
        ))
        .execute(conn)
        .map(drop)
}

/// Whose page is open by a token, and until when.
pub fn session(
    conn: &mut DbConn,
    hash: &[u8],
    now: Instant,
) -> QueryResult<Option<(Subscriber, Instant)>> {
    own_sessions::table
        .inner_join(subscribers::table)
        .filter(own_sessions::token_hash.eq(hash))
        .filter(own_sessions::ends_at.gt(now))
        .select((Subscriber::as_select(), own_sessions::ends_at))
        .first(conn)
        .optional()
}

/// Closes a page.
pub fn delete_session(conn: &mut DbConn, hash: &[u8]) -> QueryResult<()> {
    diesel::delete(own_sessions::table.find(hash)).execute(conn).map(drop)
}

/// Closes every page of a person.
pub fn delete_sessions_of(conn: &mut DbConn, person: i64) -> QueryResult<()> {
    let theirs = own_sessions::table.filter(own_sessions::subscriber.eq(person));
    diesel::delete(theirs).execute(conn).map(drop)
}

/// Closes every page whose time is over; says how many.
pub fn delete_ended_sessions(conn: &mut DbConn, now: Instant) -> QueryResult<usize> {
    diesel::delete(own_sessions::table.filter(own_sessions::ends_at.le(now))).execute(conn)
}

/// A person by the id inside.
pub fn person(conn: &mut DbConn, id: i64) -> QueryResult<Subscriber> {
    subscribers::table.find(id).select(Subscriber::as_select()).first(conn)
}

/// A copy of an issue that went, or was to go, to a person.
#[derive(Debug, Clone, Queryable, Serialize)]
pub struct Copy {
    /// Inside.
    #[serde(skip)]
    pub id: i64,
    /// The newsletter's title.
    pub newsletter: String,
    /// The issue's subject.
    pub subject: String,
    /// What became of it.
    pub state: DeliveryState,
    /// Why it was not sent.
    pub skip_reason: Option<SkipReason>,
    /// How often it was tried.
    pub attempts: i32,
    /// The code that the server answered.
    pub reply_code: Option<i32>,
    /// Its status code (RFC 3463).
    pub reply_status: Option<String>,
    /// Its words.
    pub reply_text: Option<String>,
    /// When it was over.
    pub finished_at: Option<Instant>,
}

/// All copies of a person, the newest first.
pub fn copies(conn: &mut DbConn, person: i64) -> QueryResult<Vec<Copy>> {
    deliveries::table
        .inner_join(issues::table.inner_join(newsletters::table))
        .filter(deliveries::subscriber.eq(person))
        .order(deliveries::id.desc())
        .select((
            deliveries::id,
            newsletters::title,
            issues::subject,
            deliveries::state,
            deliveries::skip_reason,
            deliveries::attempts,
            deliveries::reply_code,
            deliveries::reply_status,
            deliveries::reply_text,
            deliveries::finished_at,
        ))
        .load(conn)
}

/// Something a person did with a copy; only with their consent is there any.
#[derive(Debug, Clone, Queryable, Serialize)]
pub struct Hit {
    /// Of which issue: its subject.
    pub subject: String,
    /// The address of the link; none when the pictures were fetched.
    pub url: Option<String>,
    /// When.
    pub at: Instant,
    /// The kind of program.
    pub agent: String,
    /// The kind of network.
    pub network: String,
    /// Whether a person did it, or a machine.
    pub verdict: Verdict,
    /// Why that is thought.
    pub reason: String,
}

/// What a person opened and clicked, by time.
pub fn hits(conn: &mut DbConn, person: i64) -> QueryResult<Vec<Hit>> {
    let mut all: Vec<Hit> = opens::table
        .inner_join(deliveries::table.inner_join(issues::table))
        .filter(deliveries::subscriber.eq(person))
        .select((
            issues::subject,
            diesel::dsl::sql::<diesel::sql_types::Nullable<diesel::sql_types::Text>>("NULL"),
            opens::at,
            opens::agent,
            opens::network,
            opens::verdict,
            opens::reason,
        ))
        .load(conn)?;
    let clicked: Vec<Hit> =
        clicks::table
            .inner_join(deliveries::table.inner_join(issues::table))
            .left_join(issue_links::table.on(
                issue_links::issue.eq(deliveries::issue).and(issue_links::number.eq(clicks::link)),
            ))
            .filter(deliveries::subscriber.eq(person))
            .select((
                issues::subject,
                issue_links::url.nullable(),
                clicks::at,
                clicks::agent,
                clicks::network,
                clicks::verdict,
                clicks::reason,
            ))
            .load(conn)?;
    all.extend(clicked);
    all.sort_by_key(|hit| hit.at);
    Ok(all)
}

/// An entry of the ledger.
#[derive(Debug, Clone, Queryable, Serialize)]
pub struct Change {
    /// The newsletter's title.
    pub newsletter: String,
    /// The day on which it counts.
    pub day: NaiveDate,
    /// When it was written down.
    pub recorded_at: Instant,
    /// What happened.
    pub kind: LedgerKind,
    /// −1, 0 or +1.
    pub change: i32,
    /// Why.
    pub cause: Option<String>,
    /// Where it came from.
    pub source: String,
    /// The person's group then.
    pub leadership_group: Option<LeadershipGroup>,
    /// The person's sector then.
    pub sector: Option<Sector>,
}

impl Change {
    /// Why, as a word for the texts of growth; none where the kind says it.
    pub fn why(&self) -> Option<&str> {
        let cause = self.cause.as_deref().unwrap_or_default();
        growth::cause_word(self.kind, cause, &self.source)
    }
}

/// A person's entries of the ledger, the newest first.
pub fn changes(conn: &mut DbConn, person: PublicId) -> QueryResult<Vec<Change>> {
    ledger::table
        .inner_join(newsletters::table)
        .filter(ledger::subscriber_uuid.eq(person))
        .order(ledger::id.desc())
        .select((
            newsletters::title,
            ledger::day,
            ledger::recorded_at,
            ledger::kind,
            ledger::change,
            ledger::cause,
            ledger::source,
            ledger::leadership_group,
            ledger::sector,
        ))
        .load(conn)
}

/// Why nothing is sent to an address.
#[derive(Debug, Clone, Queryable, Serialize)]
pub struct Suppression {
    /// Why.
    pub reason: EndReason,
    /// Since when.
    pub at: Instant,
    /// Where it came from.
    pub source: String,
}

/// The suppression of an address.
pub fn suppression(conn: &mut DbConn, hash: &[u8]) -> QueryResult<Option<Suppression>> {
    suppressions::table
        .find(hash)
        .select((suppressions::reason, suppressions::at, suppressions::source))
        .first(conn)
        .optional()
}

/// Something that staff did, or were told, about a person.
#[derive(Debug, Clone, Queryable, Serialize)]
pub struct StaffEntry {
    /// When.
    pub at: Instant,
    /// What.
    pub action: String,
}

/// The entries of the audit log about a person.
pub fn staff_entries(conn: &mut DbConn, person: PublicId) -> QueryResult<Vec<StaffEntry>> {
    audit_log::table
        .filter(audit_log::subject.eq(format!("subscriber {person}")))
        // It would tell them of somebody else: that an address which is not theirs is shut out.
        .filter(audit_log::action.ne("own-page.address-held"))
        .order(audit_log::id.desc())
        .select((audit_log::at, audit_log::action))
        .load(conn)
}

/// A list that a person stood in, as long as its import can be undone.
#[derive(Debug, Clone, Queryable, Serialize)]
pub struct Imported {
    /// The name of the file.
    pub file_name: String,
    /// When it came.
    pub created_at: Instant,
    /// What was known of the person before, as far as the list changed it.
    pub earlier: Option<Json>,
}

/// The lists that a person stood in, the newest first.
pub fn imports(conn: &mut DbConn, person: i64) -> QueryResult<Vec<Imported>> {
    import_rows::table
        .inner_join(imports::table)
        .filter(import_rows::subscriber.eq(person))
        .order(imports::id.desc())
        .select((imports::file_name, imports::created_at, import_rows::earlier))
        .load(conn)
}

/// That a subscription of a person was changed together with many others, as long as that can be undone.
#[derive(Debug, Clone, Queryable, Serialize)]
pub struct ChangedWithMany {
    /// What was done: the word of an act.
    pub act: String,
    /// The word that was there before; empty when nothing was.
    pub before: String,
    /// When.
    pub at: Instant,
}

/// What was done to subscriptions of a person together with many others, the newest first.
pub fn changed_with_many(conn: &mut DbConn, person: i64) -> QueryResult<Vec<ChangedWithMany>> {
    let theirs =
        subscriptions::table.filter(subscriptions::subscriber.eq(person)).select(subscriptions::id);
    bulk_rows::table
        .inner_join(bulk_changes::table)
        .filter(bulk_rows::subscription.eq_any(theirs))
        .order(bulk_rows::at.desc())
        .select((bulk_changes::act, bulk_rows::before, bulk_rows::at))
        .load(conn)
}

/// That a person was moved with a whole domain, or is about to be.
#[derive(Debug, Clone, Queryable, Serialize)]
pub struct Moved {
    /// The address before.
    pub from: Option<String>,
    /// When.
    pub at: Instant,
}

/// From where a person was moved, the newest first.
pub fn moves(conn: &mut DbConn, person: i64) -> QueryResult<Vec<Moved>> {
    domain_move_rows::table
        .filter(domain_move_rows::subscriber.eq(person))
        .order(domain_move_rows::at.desc())
        .select((domain_move_rows::old_address, domain_move_rows::at))
        .load(conn)
}
