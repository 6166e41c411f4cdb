//! Short links, and how often they are followed.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::super::Verdict;
use super::super::buffer::ShortCount;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{library_addresses, short_link_counts, short_links};
use crate::on_both;

/// Makes the short link of an item, unless it has one; returns how many were made. An error when
/// the address is another item's.
pub fn insert(
    conn: &mut DbConn,
    item: i64,
    slug: &str,
    by: &str,
    now: Instant,
) -> QueryResult<usize> {
    let values = (
        short_links::library_item.eq(item),
        short_links::slug.eq(slug),
        short_links::made_by.eq(by),
        short_links::made_at.eq(now),
    );
    on_both!(conn, c => diesel::insert_into(short_links::table)
        .values(values)
        .on_conflict(short_links::library_item)
        .do_nothing()
        .execute(c))
}

/// The slug of an item's short link.
pub fn slug_of(conn: &mut DbConn, item: i64) -> QueryResult<Option<String>> {
    short_links::table.find(item).select(short_links::slug).first(conn).optional()
}

/// The items that have a short link.
pub fn items(conn: &mut DbConn) -> QueryResult<Vec<i64>> {
    short_links::table.select(short_links::library_item).load(conn)
}

/// The slugs that are taken and begin so.
pub fn taken(conn: &mut DbConn, beginning: &str) -> QueryResult<Vec<String>> {
    // A slug has no sign that LIKE takes for another.
    short_links::table
        .filter(short_links::slug.like(format!("{beginning}%")))
        .select(short_links::slug)
        .load(conn)
}

/// Where a short link leads: the item, and its first address.
pub fn destination(conn: &mut DbConn, slug: &str) -> QueryResult<(i64, String)> {
    short_links::table
        .inner_join(
            library_addresses::table.on(library_addresses::item.eq(short_links::library_item)),
        )
        .filter(short_links::slug.eq(slug))
        .order(library_addresses::position)
        .select((short_links::library_item, library_addresses::url))
        .first(conn)
}

/// Adds clicks to a count.
pub fn add(conn: &mut DbConn, count: &ShortCount, clicks: i64) -> QueryResult<()> {
    on_both!(conn, c => diesel::insert_into(short_link_counts::table)
        .values((
            short_link_counts::library_item.eq(count.item),
            short_link_counts::hour.eq(count.hour),
            short_link_counts::verdict.eq(count.verdict),
            short_link_counts::clicks.eq(clicks),
        ))
        .on_conflict((
            short_link_counts::library_item,
            short_link_counts::hour,
            short_link_counts::verdict,
        ))
        .do_update()
        .set(short_link_counts::clicks.eq(short_link_counts::clicks + clicks))
        .execute(c))
    .map(drop)
}

/// How often the short links of some items were followed: item, by whom, how often.
pub fn sums(conn: &mut DbConn, items: &[i64]) -> QueryResult<Vec<(i64, Verdict, i64)>> {
    short_link_counts::table
        .filter(short_link_counts::library_item.eq_any(items))
        .group_by((short_link_counts::library_item, short_link_counts::verdict))
        .select((
            short_link_counts::library_item,
            short_link_counts::verdict,
            sql::<BigInt>("CAST(SUM(clicks) AS BIGINT)"),
        ))
        .load(conn)
}
