//! The table `suppressions`.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{issues, suppressions};
use crate::on_both;
use crate::subscribers::EndReason;

/// Why an address is suppressed, if it is.
pub fn reason(conn: &mut DbConn, hash: &[u8]) -> QueryResult<Option<EndReason>> {
    suppressions::table.find(hash).select(suppressions::reason).first(conn).optional()
}

/// Where the suppression of an address comes from, if it is suppressed.
pub fn source(conn: &mut DbConn, hash: &[u8]) -> QueryResult<Option<String>> {
    suppressions::table.find(hash).select(suppressions::source).first(conn).optional()
}

/// Suppresses an address, or changes why.
pub fn put(
    conn: &mut DbConn,
    hash: &[u8],
    reason: EndReason,
    source: &str,
    now: Instant,
) -> QueryResult<()> {
    let values = (
        suppressions::address_hash.eq(hash),
        suppressions::reason.eq(reason),
        suppressions::at.eq(now),
        suppressions::source.eq(source),
    );
    on_both!(conn, c => diesel::insert_into(suppressions::table)
        .values(values)
        .on_conflict(suppressions::address_hash)
        .do_update()
        .set((
            suppressions::reason.eq(excluded(suppressions::reason)),
            suppressions::at.eq(excluded(suppressions::at)),
            suppressions::source.eq(excluded(suppressions::source)),
        ))
        .execute(c))
    .map(drop)
}

/// Lifts a suppression if it comes from a source; says whether it does.
pub fn delete_of(conn: &mut DbConn, hash: &[u8], source: &str) -> QueryResult<bool> {
    let of_it = suppressions::table.find(hash).filter(suppressions::source.eq(source));
    diesel::delete(of_it).execute(conn).map(|rows| rows > 0)
}

/// Lifts a suppression.
pub fn delete(conn: &mut DbConn, hash: &[u8]) -> QueryResult<()> {
    diesel::delete(suppressions::table.find(hash)).execute(conn).map(drop)
}

/// Whether somebody was erased since a moment, and no issue is on its way now.
pub fn erased_since(conn: &mut DbConn, since: Instant) -> QueryResult<bool> {
    let sending = issues::table.filter(issues::state.eq_any(["preparing", "sending"]));
    let erased = suppressions::table
        .filter(suppressions::reason.eq(EndReason::Erased))
        .filter(suppressions::at.ge(since));
    diesel::select(exists(erased).and(not(exists(sending)))).get_result(conn)
}
