//! The table `feeds`.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::{feeds, library_items};
use crate::db::{DbConn, PublicId};
use crate::library::feeds::{Feed, NewFeed};
use crate::web::outside::Version;

/// Adds a feed that is due at once.
pub fn insert(conn: &mut DbConn, new: &NewFeed, by: &str, now: Instant) -> QueryResult<Feed> {
    let id: i64 = diesel::insert_into(feeds::table)
        .values((
            new,
            feeds::uuid.eq(PublicId::random()),
            feeds::failures.eq(0),
            feeds::due_at.eq(now),
            feeds::active.eq(true),
            feeds::made_by.eq(by),
            feeds::created_at.eq(now),
        ))
        .returning(feeds::id)
        .get_result(conn)?;
    feeds::table.find(id).select(Feed::as_select()).first(conn)
}

/// All of them, by name.
pub fn all(conn: &mut DbConn) -> QueryResult<Vec<Feed>> {
    feeds::table.order((feeds::name, feeds::id)).select(Feed::as_select()).load(conn)
}

/// By the id outside.
pub fn by_uuid(conn: &mut DbConn, uuid: PublicId) -> QueryResult<Feed> {
    feeds::table.filter(feeds::uuid.eq(uuid)).select(Feed::as_select()).first(conn)
}

/// By its address.
pub fn by_url(conn: &mut DbConn, url: &str) -> QueryResult<Option<Feed>> {
    feeds::table.filter(feeds::url.eq(url)).select(Feed::as_select()).first(conn).optional()
}

/// What a feed is called.
pub fn name(conn: &mut DbConn, id: i64) -> QueryResult<String> {
    feeds::table.find(id).select(feeds::name).first(conn)
}

/// How many items came from each feed.
pub fn counts(conn: &mut DbConn) -> QueryResult<Vec<(Option<i64>, i64)>> {
    library_items::table
        .filter(library_items::feed.is_not_null())
        .group_by(library_items::feed)
        .select((library_items::feed, diesel::dsl::count_star()))
        .load(conn)
}

/// Those whose time has come, the longest overdue first.
pub fn due(conn: &mut DbConn, now: Instant, limit: i64) -> QueryResult<Vec<Feed>> {
    feeds::table
        .filter(feeds::active.eq(true))
        .filter(feeds::due_at.le(now))
        .order((feeds::due_at, feeds::id))
        .limit(limit)
        .select(Feed::as_select())
        .load(conn)
}

/// Takes a feed for reading, unless somebody else has; until then nobody else does.
pub fn claim(conn: &mut DbConn, id: i64, was: Instant, until: Instant) -> QueryResult<bool> {
    let due = feeds::table.find(id).filter(feeds::due_at.eq(was)).filter(feeds::active.eq(true));
    diesel::update(due).set(feeds::due_at.eq(until)).execute(conn).map(|count| count == 1)
}

/// Writes down that it was read, with the version that it has now.
pub fn read(
    conn: &mut DbConn,
    id: i64,
    version: Option<&Version>,
    now: Instant,
    next: Instant,
) -> QueryResult<()> {
    diesel::update(feeds::table.find(id))
        .set((
            feeds::last_read_at.eq(now),
            feeds::due_at.eq(next),
            feeds::failures.eq(0),
            feeds::last_error.eq(None::<&str>),
            feeds::last_error_value.eq(None::<&str>),
        ))
        .execute(conn)?;
    if let Some(version) = version {
        diesel::update(feeds::table.find(id))
            .set((
                feeds::etag.eq(version.etag.as_deref()),
                feeds::last_modified.eq(version.last_modified.as_deref()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Writes down why it could not be read.
pub fn failed(
    conn: &mut DbConn,
    id: i64,
    code: &str,
    value: Option<&str>,
    now: Instant,
    next: Instant,
) -> QueryResult<()> {
    diesel::update(feeds::table.find(id))
        .set((
            feeds::last_read_at.eq(now),
            feeds::due_at.eq(next),
            feeds::failures.eq(feeds::failures + 1),
            feeds::last_error.eq(code),
            feeds::last_error_value.eq(value),
        ))
        .execute(conn)
        .map(drop)
}

/// Reads it or not; when it is read again, it is due at once.
pub fn set_active(conn: &mut DbConn, id: i64, active: bool, now: Instant) -> QueryResult<()> {
    diesel::update(feeds::table.find(id))
        .set((feeds::active.eq(active), feeds::due_at.eq(now)))
        .execute(conn)
        .map(drop)
}

/// Forgets it; its items stay, and no longer know where they came from.
pub fn remove(conn: &mut DbConn, id: i64) -> QueryResult<()> {
    diesel::update(library_items::table.filter(library_items::feed.eq(id)))
        .set(library_items::feed.eq(None::<i64>))
        .execute(conn)?;
    diesel::delete(feeds::table.find(id)).execute(conn).map(drop)
}
