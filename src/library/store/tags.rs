//! The tables `library_tags` and `library_relations`.

use diesel::prelude::*;

use super::search_text;
use crate::db::DbConn;
use crate::db::matching::folded;
use crate::db::schema::{library_items, library_relations, library_tags};
use crate::library::Item;
use crate::on_both;

/// The tags of some items, in alphabetical order.
pub fn of(conn: &mut DbConn, items: &[i64]) -> QueryResult<Vec<(i64, String)>> {
    library_tags::table
        .filter(library_tags::item.eq_any(items))
        .order((library_tags::item, library_tags::tag))
        .select((library_tags::item, library_tags::tag))
        .load(conn)
}

/// Every tag with the number of items that have it.
pub fn all(conn: &mut DbConn) -> QueryResult<Vec<(String, i64)>> {
    library_tags::table
        .group_by(library_tags::tag)
        .order(library_tags::tag)
        .select((library_tags::tag, diesel::dsl::count_star()))
        .load(conn)
}

/// Gives an item these tags and no others, and lets it be found by them.
pub fn set(conn: &mut DbConn, item: &Item, tags: &[String]) -> QueryResult<()> {
    diesel::delete(library_tags::table.filter(library_tags::item.eq(item.id))).execute(conn)?;
    for tag in tags {
        diesel::insert_into(library_tags::table)
            .values((library_tags::item.eq(item.id), library_tags::tag.eq(tag)))
            .execute(conn)?;
    }
    write_search_text(conn, item.id, &search_text(&item.details), tags)
}

/// What a search looks through: what is said about the item, and its tags.
pub(super) fn write_search_text(
    conn: &mut DbConn,
    id: i64,
    own: &str,
    tags: &[String],
) -> QueryResult<()> {
    let text = [own.to_owned(), folded(&tags.join("\n"))].join("\n");
    diesel::update(library_items::table.find(id))
        .set(library_items::search_text.eq(text.trim_end()))
        .execute(conn)
        .map(drop)
}

/// Says that an item is about another; once more changes nothing.
pub fn relate(conn: &mut DbConn, item: i64, about: i64) -> QueryResult<()> {
    let row = (library_relations::item.eq(item), library_relations::about.eq(about));
    on_both!(conn, c => diesel::insert_into(library_relations::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// Takes that back, in either direction.
pub fn unrelate(conn: &mut DbConn, one: i64, other: i64) -> QueryResult<()> {
    for (item, about) in [(one, other), (other, one)] {
        diesel::delete(
            library_relations::table
                .filter(library_relations::item.eq(item))
                .filter(library_relations::about.eq(about)),
        )
        .execute(conn)?;
    }
    Ok(())
}

/// The items that an item is about, and those that are about it.
pub fn related(conn: &mut DbConn, item: i64) -> QueryResult<(Vec<Item>, Vec<Item>)> {
    let about: Vec<i64> = library_relations::table
        .filter(library_relations::item.eq(item))
        .select(library_relations::about)
        .load(conn)?;
    let by: Vec<i64> = library_relations::table
        .filter(library_relations::about.eq(item))
        .select(library_relations::item)
        .load(conn)?;
    Ok((super::several(conn, &about)?, super::several(conn, &by)?))
}
