//! The table `pepper`, which has one row at most.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{pepper, subscribers};
use crate::on_both;

/// The fingerprint of the pepper that made the hashes, once it is kept.
pub fn fingerprint(conn: &mut DbConn) -> QueryResult<Option<Vec<u8>>> {
    pepper::table.order(pepper::first_used_at).select(pepper::fingerprint).first(conn).optional()
}

/// Keeps a fingerprint. If two processes do at once, the first one holds.
pub fn keep(conn: &mut DbConn, fingerprint: &[u8], now: Instant) -> QueryResult<()> {
    let values = (pepper::fingerprint.eq(fingerprint), pepper::first_used_at.eq(now));
    on_both!(conn, c => diesel::insert_into(pepper::table)
        .values(values)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// The key of somebody's address in the register, and its hash as it was made then.
pub fn anybody(conn: &mut DbConn) -> QueryResult<Option<(String, Vec<u8>)>> {
    subscribers::table
        .order(subscribers::id)
        .select((subscribers::address_key, subscribers::address_hash))
        .first(conn)
        .optional()
}
