//! The table `library_moves`, and what a move looks at.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::{library_addresses, library_items, library_moves};
use crate::db::{DbConn, Json, PublicId};
use crate::library::relocate::Change;

/// A move that was made.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = library_moves)]
pub struct Move {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// What changed into what, in words.
    pub rule: String,
    /// How many items it changed.
    pub items: i32,
    /// By whom.
    pub made_by: String,
    /// When.
    pub made_at: Instant,
    /// When it was undone.
    pub undone_at: Option<Instant>,
}

/// An item's id and title, and its addresses in their order.
type Addressed = (PublicId, String, Vec<String>);

/// Every item that has an address.
pub fn items_with_addresses(conn: &mut DbConn) -> QueryResult<Vec<Addressed>> {
    let rows: Vec<(i64, PublicId, String, String)> = library_addresses::table
        .inner_join(library_items::table)
        .order((library_items::id, library_addresses::position))
        .select((
            library_items::id,
            library_items::uuid,
            library_items::title,
            library_addresses::url,
        ))
        .load(conn)?;
    let mut places: HashMap<i64, usize> = HashMap::new();
    let mut found: Vec<Addressed> = Vec::new();
    for (id, uuid, title, url) in rows {
        let place = *places.entry(id).or_insert_with(|| {
            found.push((uuid, title, Vec::new()));
            found.len() - 1
        });
        found[place].2.push(url);
    }
    Ok(found)
}

/// Keeps what a move changed, so that it can be undone.
pub fn insert(
    conn: &mut DbConn,
    rule: &str,
    changes: &[Change],
    by: &str,
    now: Instant,
) -> QueryResult<PublicId> {
    let uuid = PublicId::random();
    let items = i32::try_from(changes.len()).unwrap_or(i32::MAX);
    diesel::insert_into(library_moves::table)
        .values((
            library_moves::uuid.eq(uuid),
            library_moves::rule.eq(rule),
            library_moves::items.eq(items),
            library_moves::changes.eq(Json(serde_json::to_value(changes).unwrap_or_default())),
            library_moves::made_by.eq(by),
            library_moves::made_at.eq(now),
        ))
        .execute(conn)?;
    Ok(uuid)
}

/// Every change of a move, to undo it.
pub fn changes(conn: &mut DbConn, id: i64) -> QueryResult<Json> {
    library_moves::table.find(id).select(library_moves::changes).first(conn)
}

/// The newest moves first.
pub fn all(conn: &mut DbConn) -> QueryResult<Vec<Move>> {
    library_moves::table
        .order(library_moves::id.desc())
        .limit(50)
        .select(Move::as_select())
        .load(conn)
}

/// By the id outside.
pub fn by_uuid(conn: &mut DbConn, uuid: PublicId) -> QueryResult<Move> {
    library_moves::table.filter(library_moves::uuid.eq(uuid)).select(Move::as_select()).first(conn)
}

/// It was undone.
pub fn set_undone(conn: &mut DbConn, id: i64, now: Instant) -> QueryResult<()> {
    diesel::update(library_moves::table.find(id))
        .set(library_moves::undone_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// Forgets those that are older than this.
pub fn remove_before(conn: &mut DbConn, before: Instant) -> QueryResult<usize> {
    diesel::delete(library_moves::table.filter(library_moves::made_at.lt(before))).execute(conn)
}
