//! The tables `signup_requests`, `signup_sources` and `signup_holds`, and what came of forms.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::Source;
use crate::clock::Instant;
use crate::db::schema::{
    consents, growth, signup_holds, signup_requests, signup_sources, subscriptions,
};
use crate::db::{DbConn, Json, PublicId};
use crate::subscribers::ledger::LedgerKind;
use crate::subscribers::{ConsentMethod, Purpose, SubscriptionState};

/// A request that waits to be looked up: its row, the newsletter's, what it says and since when.
pub type Waiting = (i64, i64, Json, Instant);

/// Takes a request down.
pub fn put(conn: &mut DbConn, newsletter: i64, request: Json, now: Instant) -> QueryResult<()> {
    diesel::insert_into(signup_requests::table)
        .values((
            signup_requests::newsletter.eq(newsletter),
            signup_requests::request.eq(request),
            signup_requests::at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// The next requests after one.
pub fn waiting(conn: &mut DbConn, after: i64, most: i64) -> QueryResult<Vec<Waiting>> {
    signup_requests::table
        .filter(signup_requests::id.gt(after))
        .order(signup_requests::id)
        .limit(most)
        .select((
            signup_requests::id,
            signup_requests::newsletter,
            signup_requests::request,
            signup_requests::at,
        ))
        .load(conn)
}

/// Takes a request out of the queue; `false` when somebody else has.
pub fn remove(conn: &mut DbConn, id: i64) -> QueryResult<bool> {
    diesel::delete(signup_requests::table.find(id)).execute(conn).map(|rows| rows > 0)
}

/// The sources of a newsletter, those in use first.
pub fn sources(conn: &mut DbConn, newsletter: i64) -> QueryResult<Vec<Source>> {
    signup_sources::table
        .filter(signup_sources::newsletter.eq(newsletter))
        .order((
            signup_sources::archived_at.is_not_null(),
            signup_sources::title,
            signup_sources::id,
        ))
        .select(Source::as_select())
        .load(conn)
}

/// By its name in addresses of ours.
pub fn source(conn: &mut DbConn, uuid: PublicId) -> QueryResult<Source> {
    signup_sources::table
        .filter(signup_sources::uuid.eq(uuid))
        .select(Source::as_select())
        .first(conn)
}

/// By its word. One that was put away still stands on paper and on other sites.
pub fn source_named(conn: &mut DbConn, newsletter: i64, slug: &str) -> QueryResult<Option<Source>> {
    signup_sources::table
        .filter(signup_sources::newsletter.eq(newsletter))
        .filter(signup_sources::slug.eq(slug))
        .select(Source::as_select())
        .first(conn)
        .optional()
}

/// Makes a source.
pub fn insert_source(
    conn: &mut DbConn,
    newsletter: i64,
    (slug, title, origins): (&str, &str, &str),
    by: &str,
    now: Instant,
) -> QueryResult<Source> {
    let uuid = PublicId::random();
    diesel::insert_into(signup_sources::table)
        .values((
            signup_sources::uuid.eq(uuid),
            signup_sources::newsletter.eq(newsletter),
            signup_sources::slug.eq(slug),
            signup_sources::title.eq(title),
            signup_sources::origins.eq(origins),
            signup_sources::created_by.eq(by),
            signup_sources::created_at.eq(now),
        ))
        .execute(conn)?;
    source(conn, uuid)
}

/// Changes what a source is called and which sites may use it.
pub fn update_source(
    conn: &mut DbConn,
    id: i64,
    (title, origins): (&str, &str),
) -> QueryResult<()> {
    diesel::update(signup_sources::table.find(id))
        .set((signup_sources::title.eq(title), signup_sources::origins.eq(origins)))
        .execute(conn)
        .map(drop)
}

/// Puts a source away, or takes it out again.
pub fn archive_source(conn: &mut DbConn, id: i64, at: Option<Instant>) -> QueryResult<()> {
    diesel::update(signup_sources::table.find(id))
        .set(signup_sources::archived_at.eq(at))
        .execute(conn)
        .map(drop)
}

/// How often forms have asked for a confirmation from one moment up to another, and how often it
/// came.
pub fn asked_and_confirmed(
    conn: &mut DbConn,
    from: Instant,
    until: Instant,
) -> QueryResult<(i64, i64)> {
    let of_forms = || {
        consents::table
            .filter(consents::method.eq(ConsentMethod::Form))
            .filter(consents::purpose.eq(Purpose::Newsletter))
            .filter(consents::requested_at.ge(from))
            .filter(consents::requested_at.lt(until))
    };
    let asked = of_forms().count().get_result(conn)?;
    let confirmed = of_forms().filter(consents::confirmed_at.is_not_null()).count();
    Ok((asked, confirmed.get_result(conn)?))
}

/// What came of forms, by source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Came {
    /// The source.
    pub source: String,
    /// How often it was asked for.
    pub asked: i64,
    /// How often that was confirmed.
    pub confirmed: i64,
}

/// What came of the forms of a newsletter from a day on, by source: how often it was asked for, and
/// how often confirmed. From the sums of the ledger, because those who never confirm are forgotten.
pub fn came(conn: &mut DbConn, newsletter: i64, from: NaiveDate) -> QueryResult<Vec<Came>> {
    let mut by_source: BTreeMap<String, Came> = BTreeMap::new();
    let rows: Vec<(String, LedgerKind, i64)> = growth::table
        .filter(growth::newsletter.eq(newsletter))
        .filter(growth::day.ge(from))
        .filter(growth::kind.eq_any([LedgerKind::Requested, LedgerKind::Confirmed]))
        .group_by((growth::source, growth::kind))
        .select((growth::source, growth::kind, sql::<BigInt>("CAST(SUM(rows) AS BIGINT)")))
        .load(conn)?;
    for (source, kind, number) in rows {
        let of_it = by_source.entry(source.clone()).or_default();
        of_it.source = source;
        match kind {
            LedgerKind::Requested => of_it.asked = number,
            _ => of_it.confirmed = number,
        }
    }
    Ok(by_source.into_values().collect())
}

/// A time in which confirmations were held back.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = signup_holds)]
pub struct Hold {
    /// Its row.
    pub id: i64,
    /// Since when.
    pub since: Instant,
    /// How often forms had asked in a day.
    pub asked: i64,
    /// How often that was confirmed.
    pub confirmed: i64,
    /// When it ended.
    pub released_at: Option<Instant>,
    /// Who let the mails go; empty when it ended by itself.
    pub released_by: String,
}

/// The last time in which confirmations were held back.
pub fn last_hold(conn: &mut DbConn) -> QueryResult<Option<Hold>> {
    signup_holds::table
        .order(signup_holds::id.desc())
        .select(Hold::as_select())
        .first(conn)
        .optional()
}

/// Begins to hold confirmations back.
pub fn begin_hold(
    conn: &mut DbConn,
    (asked, confirmed): (i64, i64),
    now: Instant,
) -> QueryResult<()> {
    diesel::insert_into(signup_holds::table)
        .values((
            signup_holds::since.eq(now),
            signup_holds::asked.eq(asked),
            signup_holds::confirmed.eq(confirmed),
        ))
        .execute(conn)
        .map(drop)
}

/// Lets them go; `false` when somebody else has.
pub fn end_hold(conn: &mut DbConn, id: i64, by: &str, now: Instant) -> QueryResult<bool> {
    diesel::update(signup_holds::table.find(id).filter(signup_holds::released_at.is_null()))
        .set((signup_holds::released_at.eq(now), signup_holds::released_by.eq(by)))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// How many of a newsletter's subscribers came by each source.
pub fn subscribers_by_source(
    conn: &mut DbConn,
    newsletter: i64,
) -> QueryResult<Vec<(String, i64)>> {
    subscriptions::table
        .filter(subscriptions::newsletter.eq(newsletter))
        .filter(subscriptions::state.eq_any([SubscriptionState::Active, SubscriptionState::Paused]))
        .group_by(subscriptions::source)
        .select((subscriptions::source, diesel::dsl::count_star()))
        .load(conn)
}

/// How many people have come by each source since the ledger begins, those who left again included.
pub fn came_by_source(conn: &mut DbConn, newsletter: i64) -> QueryResult<Vec<(String, i64)>> {
    growth::table
        .filter(growth::newsletter.eq(newsletter))
        .filter(growth::kind.eq_any([LedgerKind::Confirmed, LedgerKind::Imported]))
        .group_by(growth::source)
        .select((growth::source, sql::<BigInt>("CAST(SUM(change) AS BIGINT)")))
        .load(conn)
}
