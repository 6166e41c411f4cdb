//! The table `suppressions`.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{file_rewrites, issues, suppressions};
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

/// Why an address is suppressed, since when, and where that comes from, if it is.
pub fn find(conn: &mut DbConn, hash: &[u8]) -> QueryResult<Option<(EndReason, Instant, String)>> {
    suppressions::table
        .find(hash)
        .select((suppressions::reason, suppressions::at, suppressions::source))
        .first(conn)
        .optional()
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

/// Notes that the person of a suppressed address was erased on a day: from then on the hash has an
/// end, whatever the reason is. None when somebody has the address again.
pub fn set_erased(conn: &mut DbConn, hash: &[u8], day: Option<Instant>) -> QueryResult<()> {
    diesel::update(suppressions::table.find(hash))
        .set(suppressions::erased_at.eq(day))
        .execute(conn)
        .map(drop)
}

/// Wants the file of the database to be written anew.
pub fn want_rewrite(conn: &mut DbConn, now: Instant) -> QueryResult<()> {
    let values = (file_rewrites::only_row.eq(1), file_rewrites::wanted_at.eq(now));
    on_both!(conn, c => diesel::insert_into(file_rewrites::table)
        .values(values)
        .on_conflict(file_rewrites::only_row)
        .do_update()
        .set(file_rewrites::wanted_at.eq(excluded(file_rewrites::wanted_at)))
        .execute(c))
    .map(drop)
}

/// Since when the file is to be written anew, if it is.
pub fn rewrite_wanted(conn: &mut DbConn) -> QueryResult<Option<Instant>> {
    file_rewrites::table.select(file_rewrites::wanted_at).first(conn).optional()
}

/// The file has been written anew since a moment at which that was wanted.
pub fn rewritten(conn: &mut DbConn, wanted_at: Instant) -> QueryResult<()> {
    let done = file_rewrites::table.filter(file_rewrites::wanted_at.le(wanted_at));
    diesel::delete(done).execute(conn).map(drop)
}

/// Whether an issue is on its way now.
pub fn is_sending(conn: &mut DbConn) -> QueryResult<bool> {
    let sending = issues::table.filter(issues::state.eq_any(["preparing", "sending"]));
    diesel::select(exists(sending)).get_result(conn)
}
