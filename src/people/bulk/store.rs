//! The tables `bulk_changes` and `bulk_rows`.

use diesel::prelude::*;

use super::{BulkChange, BulkState};
use crate::clock::Instant;
use crate::db::schema::{bulk_changes, bulk_rows, subscribers};
use crate::db::{DbConn, Json, PublicId};
use crate::on_both;
use crate::subscribers::{LeadershipGroup, Sector};

/// A change to be.
#[derive(Debug, Insertable)]
#[diesel(table_name = bulk_changes)]
pub struct NewBulkChange {
    /// Outside.
    pub uuid: PublicId,
    /// How far it is.
    pub state: BulkState,
    /// What is done.
    pub act: String,
    /// Whom the search asks for.
    pub query: Json,
    /// How many there are.
    pub subscriptions: i64,
    /// None yet.
    pub passed: i64,
    /// None yet.
    pub changed: i64,
    /// The number behind the newest of them.
    pub cursor: i64,
    /// Who does it.
    pub made_by: String,
    /// When.
    pub made_at: Instant,
}

/// What was there before, of one subscription.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = bulk_rows)]
pub struct Row {
    /// Of which change.
    pub bulk_change: i64,
    /// Of whom.
    pub subscription: i64,
    /// The word that was there; empty when nothing was.
    pub before: String,
    /// When it was changed.
    pub at: Instant,
}

/// Begins one.
pub fn insert(conn: &mut DbConn, new: &NewBulkChange) -> QueryResult<()> {
    diesel::insert_into(bulk_changes::table).values(new).execute(conn).map(drop)
}

/// By the id outside.
pub fn by_uuid(conn: &mut DbConn, uuid: PublicId) -> QueryResult<BulkChange> {
    bulk_changes::table
        .filter(bulk_changes::uuid.eq(uuid))
        .select(BulkChange::as_select())
        .first(conn)
}

/// By the id inside.
pub fn find(conn: &mut DbConn, id: i64) -> QueryResult<BulkChange> {
    bulk_changes::table.find(id).select(BulkChange::as_select()).first(conn)
}

/// The first one under way.
pub fn under_way(conn: &mut DbConn) -> QueryResult<Option<BulkChange>> {
    bulk_changes::table
        .filter(bulk_changes::state.eq_any([BulkState::Running, BulkState::Undoing]))
        .order(bulk_changes::id)
        .select(BulkChange::as_select())
        .first(conn)
        .optional()
}

/// The newest ones.
pub fn newest(conn: &mut DbConn, most: i64) -> QueryResult<Vec<BulkChange>> {
    bulk_changes::table
        .order(bulk_changes::id.desc())
        .limit(most)
        .select(BulkChange::as_select())
        .load(conn)
}

/// Gives it another state, if it has this one.
pub fn turn(
    conn: &mut DbConn,
    id: i64,
    from: BulkState,
    to: BulkState,
    finished_at: Option<Instant>,
) -> QueryResult<bool> {
    let same = bulk_changes::table.find(id).filter(bulk_changes::state.eq(from));
    let rows = diesel::update(same)
        .set((bulk_changes::state.eq(to), bulk_changes::finished_at.eq(finished_at)))
        .execute(conn)?;
    Ok(rows > 0)
}

/// Notes how far it is, if nobody else has gone on with it.
pub fn advance(conn: &mut DbConn, of: &BulkChange, to: &BulkChange) -> QueryResult<bool> {
    let same = bulk_changes::table
        .find(of.id)
        .filter(bulk_changes::state.eq(of.state))
        .filter(bulk_changes::cursor.eq(of.cursor))
        .filter(bulk_changes::changed.eq(of.changed));
    let rows = diesel::update(same)
        .set((
            bulk_changes::cursor.eq(to.cursor),
            bulk_changes::passed.eq(to.passed),
            bulk_changes::changed.eq(to.changed),
        ))
        .execute(conn)?;
    Ok(rows > 0)
}

/// Keeps what was there before.
pub fn keep(conn: &mut DbConn, rows: &[Row]) -> QueryResult<()> {
    on_both!(conn, c => diesel::insert_into(bulk_rows::table).values(rows).execute(c)).map(drop)
}

/// What can be taken back, a chunk of it.
pub fn rows(conn: &mut DbConn, of: i64, most: i64) -> QueryResult<Vec<Row>> {
    bulk_rows::table
        .filter(bulk_rows::bulk_change.eq(of))
        .order(bulk_rows::subscription)
        .limit(most)
        .select(Row::as_select())
        .load(conn)
}

/// Forgets what was there before, of some.
pub fn forget_rows(conn: &mut DbConn, of: i64, subscriptions: &[i64]) -> QueryResult<()> {
    diesel::delete(
        bulk_rows::table
            .filter(bulk_rows::bulk_change.eq(of))
            .filter(bulk_rows::subscription.eq_any(subscriptions)),
    )
    .execute(conn)
    .map(drop)
}

/// Forgets what cannot be taken back any more; says whether there was any.
pub fn forget_before(conn: &mut DbConn, before: Instant) -> QueryResult<bool> {
    let old = bulk_changes::table
        .filter(bulk_changes::made_at.lt(before))
        .filter(bulk_changes::state.eq_any([BulkState::Done, BulkState::Undone]))
        .select(bulk_changes::id);
    let rows = diesel::delete(bulk_rows::table.filter(bulk_rows::bulk_change.eq_any(old)))
        .execute(conn)?;
    Ok(rows > 0)
}

/// It is done: whom was asked for is forgotten, because it may name a person.
pub fn finish(conn: &mut DbConn, id: i64, now: Instant) -> QueryResult<bool> {
    let same = bulk_changes::table.find(id).filter(bulk_changes::state.eq(BulkState::Running));
    let rows = diesel::update(same)
        .set((
            bulk_changes::state.eq(BulkState::Done),
            bulk_changes::query.eq(Json(serde_json::json!({}))),
            bulk_changes::finished_at.eq(now),
        ))
        .execute(conn)?;
    Ok(rows > 0)
}

/// Where somebody works.
pub fn set_sector(conn: &mut DbConn, person: i64, sector: Option<Sector>) -> QueryResult<()> {
    diesel::update(subscribers::table.find(person))
        .set(subscribers::sector.eq(sector))
        .execute(conn)
        .map(drop)
}

/// At which level somebody leads.
pub fn set_level(
    conn: &mut DbConn,
    person: i64,
    level: Option<LeadershipGroup>,
) -> QueryResult<()> {
    diesel::update(subscribers::table.find(person))
        .set(subscribers::leadership_group.eq(level))
        .execute(conn)
        .map(drop)
}
