//! The table `stated_counts`.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::stated_counts;
use crate::on_both;

/// A number that somebody stated.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = stated_counts)]
pub struct Stated {
    /// The day.
    pub day: NaiveDate,
    /// How many there were.
    pub subscribers: i64,
    /// Where the number is from.
    pub source: String,
    /// Who wrote it down.
    pub stated_by: String,
    /// When.
    pub stated_at: Instant,
}

/// All that was stated of a newsletter, the latest day first.
pub fn all(conn: &mut DbConn, newsletter: i64) -> QueryResult<Vec<Stated>> {
    stated_counts::table
        .filter(stated_counts::newsletter.eq(newsletter))
        .order(stated_counts::day.desc())
        .select(Stated::as_select())
        .load(conn)
}

/// Takes a stated number away; whether there was one.
pub fn take_back(conn: &mut DbConn, newsletter: i64, day: NaiveDate) -> QueryResult<bool> {
    Ok(diesel::delete(stated_counts::table.find((newsletter, day))).execute(conn)? > 0)
}

/// The number that was stated for a day, and by which source.
pub fn find(
    conn: &mut DbConn,
    newsletter: i64,
    day: NaiveDate,
) -> QueryResult<Option<(i64, String)>> {
    stated_counts::table
        .find((newsletter, day))
        .select((stated_counts::subscribers, stated_counts::source))
        .first(conn)
        .optional()
}

/// States a number for a day before the ledger begins.
pub fn put(
    conn: &mut DbConn,
    newsletter: i64,
    day: NaiveDate,
    subscribers: i64,
    source: &str,
    stated_by: &str,
    now: Instant,
) -> QueryResult<()> {
    let values = (
        stated_counts::newsletter.eq(newsletter),
        stated_counts::day.eq(day),
        stated_counts::subscribers.eq(subscribers),
        stated_counts::source.eq(source),
        stated_counts::stated_by.eq(stated_by),
        stated_counts::stated_at.eq(now),
    );
    on_both!(conn, c => diesel::insert_into(stated_counts::table)
        .values(values)
        .on_conflict(stated_counts::table.primary_key())
        .do_update()
        .set((
            stated_counts::subscribers.eq(excluded(stated_counts::subscribers)),
            stated_counts::source.eq(excluded(stated_counts::source)),
            stated_counts::stated_by.eq(excluded(stated_counts::stated_by)),
            stated_counts::stated_at.eq(excluded(stated_counts::stated_at)),
        ))
        .execute(c))
    .map(drop)
}

/// What was stated of days from one on that lie before the ledger's own first day, the first day
/// first.
pub fn from(conn: &mut DbConn, newsletter: i64, day: NaiveDate) -> QueryResult<Vec<Stated>> {
    let first = super::ledger::first_day(conn, newsletter)?.unwrap_or(NaiveDate::MAX);
    stated_counts::table
        .filter(stated_counts::newsletter.eq(newsletter))
        .filter(stated_counts::day.ge(day))
        .order(stated_counts::day)
        .select(Stated::as_select())
        .load(conn)
        .map(|all: Vec<Stated>| all.into_iter().filter(|stated| stated.day < first).collect())
}
