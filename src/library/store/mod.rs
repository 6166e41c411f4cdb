//! The tables `library_items` and `library_addresses`.

pub mod feeds;
pub mod links;
pub mod moves;
pub mod tags;
mod uses;

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Details, Item, ItemKind, NewItem};
use crate::clock::Instant;
use crate::db::matching::{containing, folded};
use crate::db::schema::{library_addresses, library_items, library_tags};
use crate::db::{DbConn, PublicId};
use crate::web::Lang;
pub use uses::{LinkTo, Use, links_to, used_in, uses_of_addresses};

#[derive(Queryable, Selectable)]
#[diesel(table_name = library_items)]
struct Row {
    id: i64,
    uuid: PublicId,
    #[diesel(embed)]
    details: Details,
    created_at: Instant,
    updated_at: Instant,
    archived_at: Option<Instant>,
    feed: Option<i64>,
    is_new: bool,
}

/// Adds an item.
pub fn insert(conn: &mut DbConn, new: &NewItem, now: Instant) -> QueryResult<Item> {
    let id: i64 = diesel::insert_into(library_items::table)
        .values((
            &new.details,
            library_items::uuid.eq(PublicId::random()),
            library_items::search_text.eq(search_text(&new.details)),
            library_items::created_at.eq(now),
            library_items::updated_at.eq(now),
        ))
        .returning(library_items::id)
        .get_result(conn)?;
    set_addresses(conn, id, &new.addresses)?;
    find(conn, id)
}

/// Replaces what is said about an item, and its addresses.
pub fn update(conn: &mut DbConn, id: i64, new: &NewItem, now: Instant) -> QueryResult<Item> {
    diesel::update(library_items::table.find(id))
        .set((&new.details, library_items::updated_at.eq(now), library_items::is_new.eq(false)))
        .execute(conn)?;
    set_addresses(conn, id, &new.addresses)?;
    let tags: Vec<String> = tags::of(conn, &[id])?.into_iter().map(|(_, tag)| tag).collect();
    tags::write_search_text(conn, id, &search_text(&new.details), &tags)?;
    find(conn, id)
}

/// Gives an item these addresses and no others.
pub(super) fn set_addresses(conn: &mut DbConn, item: i64, addresses: &[String]) -> QueryResult<()> {
    diesel::delete(library_addresses::table.filter(library_addresses::item.eq(item)))
        .execute(conn)?;
    for (position, url) in (0_i32..).zip(addresses) {
        diesel::insert_into(library_addresses::table)
            .values((
                library_addresses::url.eq(url),
                library_addresses::item.eq(item),
                library_addresses::position.eq(position),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// By the id inside.
pub fn find(conn: &mut DbConn, id: i64) -> QueryResult<Item> {
    let row = library_items::table.find(id).select(Row::as_select()).first(conn)?;
    with_addresses(conn, vec![row])?.pop().ok_or(diesel::NotFound)
}

/// By the id outside.
pub fn by_uuid(conn: &mut DbConn, uuid: PublicId) -> QueryResult<Item> {
    let row = library_items::table
        .filter(library_items::uuid.eq(uuid))
        .select(Row::as_select())
        .first(conn)?;
    with_addresses(conn, vec![row])?.pop().ok_or(diesel::NotFound)
}

/// Some items by their ids inside, the newest first.
pub fn several(conn: &mut DbConn, ids: &[i64]) -> QueryResult<Vec<Item>> {
    let rows = library_items::table
        .filter(library_items::id.eq_any(ids))
        .order(library_items::id.desc())
        .select(Row::as_select())
        .load(conn)?;
    with_addresses(conn, rows)
}

/// Some items by their ids outside.
pub fn by_uuids(conn: &mut DbConn, ids: &[PublicId]) -> QueryResult<Vec<Item>> {
    let rows = library_items::table
        .filter(library_items::uuid.eq_any(ids))
        .select(Row::as_select())
        .load(conn)?;
    with_addresses(conn, rows)
}

/// The last days of those of some items that have one.
pub fn last_days(conn: &mut DbConn, ids: &[PublicId]) -> QueryResult<Vec<(PublicId, NaiveDate)>> {
    library_items::table
        .filter(library_items::uuid.eq_any(ids))
        .filter(library_items::valid_until.is_not_null())
        .select((library_items::uuid, library_items::valid_until.assume_not_null()))
        .load(conn)
}

/// Those with exactly this title.
pub fn by_title(conn: &mut DbConn, title: &str) -> QueryResult<Vec<Item>> {
    let rows = library_items::table
        .filter(library_items::title.eq(title))
        .limit(10)
        .select(Row::as_select())
        .load(conn)?;
    with_addresses(conn, rows)
}

/// The item that has an address.
pub fn by_address(conn: &mut DbConn, url: &str) -> QueryResult<Option<Item>> {
    let item = library_addresses::table
        .find(url)
        .select(library_addresses::item)
        .first(conn)
        .optional()?;
    item.map(|id| find(conn, id)).transpose()
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// In lower case; SQLite knows ASCII only, which is what the host of an address is.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// All addresses that contain a text, in any case, with their items.
pub fn addresses_containing(conn: &mut DbConn, text: &str) -> QueryResult<Vec<(String, i64)>> {
    library_addresses::table
        .filter(lower(library_addresses::url).like(containing(&text.to_lowercase())).escape('\\'))
        .order(library_addresses::url)
        .select((library_addresses::url, library_addresses::item))
        .load(conn)
}

/// All addresses, each with its item.
pub fn addresses(conn: &mut DbConn) -> QueryResult<Vec<(String, i64)>> {
    library_addresses::table
        .order(library_addresses::url)
        .select((library_addresses::url, library_addresses::item))
        .load(conn)
}

/// What to look for.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Items of one kind only.
    pub kind: Option<ItemKind>,
    /// Words that title, summary, series or place must all contain, in any order and case.
    pub text: String,
    /// Those that were put aside, too.
    pub archived: bool,
    /// Only what came from feeds and nobody has looked at.
    pub only_new: bool,
    /// Items with this tag only.
    pub tag: String,
    /// Items in one language only.
    pub language: Option<Lang>,
    /// Without those whose last day is before this one.
    pub valid_on: Option<NaiveDate>,
    /// How many items to pass over.
    pub offset: i64,
    /// How many items at most.
    pub limit: i64,
}

/// Items by their date, the newest first; those without a date last.
pub fn search(conn: &mut DbConn, search: &Search) -> QueryResult<Vec<Item>> {
    let mut query = library_items::table
        .order((
            library_items::published_on.is_null(),
            library_items::published_on.desc(),
            library_items::id.desc(),
        ))
        .offset(search.offset)
        .limit(search.limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some(kind) = search.kind {
        query = query.filter(library_items::kind.eq(kind));
    }
    if !search.tag.is_empty() {
        let tagged = library_tags::table
            .filter(library_tags::tag.eq(&search.tag))
            .select(library_tags::item);
        query = query.filter(library_items::id.eq_any(tagged));
    }
    if let Some(language) = search.language {
        query = query.filter(library_items::language.eq(language));
    }
    if let Some(day) = search.valid_on {
        let open = library_items::valid_until.is_null().or(library_items::valid_until.ge(day));
        query = query.filter(open.assume_not_null());
    }
    if search.only_new {
        query = query.filter(library_items::is_new.eq(true));
    }
    if !search.archived {
        query = query.filter(library_items::archived_at.is_null());
    }
    for word in folded(&search.text).split_whitespace() {
        query = query.filter(library_items::search_text.like(containing(word)).escape('\\'));
    }
    let rows = query.load(conn)?;
    with_addresses(conn, rows)
}

/// Items in the order in which they were added, after an id inside; for the API's pages.
pub fn after(
    conn: &mut DbConn,
    after: i64,
    language: Option<Lang>,
    limit: i64,
) -> QueryResult<Vec<Item>> {
    let mut query = library_items::table
        .filter(library_items::id.gt(after))
        .order(library_items::id)
        .limit(limit)
        .select(Row::as_select())
        .into_boxed();
    if let Some(language) = language {
        query = query.filter(library_items::language.eq(language));
    }
    let rows = query.load(conn)?;
    with_addresses(conn, rows)
}

/// Writes down the feed that a new item came from.
pub fn came_from(conn: &mut DbConn, id: i64, feed: i64) -> QueryResult<()> {
    diesel::update(library_items::table.find(id))
        .set((library_items::feed.eq(feed), library_items::is_new.eq(true)))
        .execute(conn)
        .map(drop)
}

/// Every address that an item has.
pub fn all_addresses(conn: &mut DbConn) -> QueryResult<Vec<String>> {
    library_addresses::table.select(library_addresses::url).load(conn)
}

/// It was changed now.
pub(super) fn touch(conn: &mut DbConn, id: i64, now: Instant) -> QueryResult<()> {
    diesel::update(library_items::table.find(id))
        .set(library_items::updated_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// Puts an item aside, or takes it back.
pub fn set_archived(conn: &mut DbConn, id: i64, at: Option<Instant>) -> QueryResult<()> {
    diesel::update(library_items::table.find(id))
        .set(library_items::archived_at.eq(at))
        .execute(conn)
        .map(drop)
}

fn with_addresses(conn: &mut DbConn, rows: Vec<Row>) -> QueryResult<Vec<Item>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut addresses: HashMap<i64, Vec<String>> = HashMap::new();
    let found: Vec<(i64, String)> = library_addresses::table
        .filter(library_addresses::item.eq_any(&ids))
        .order((library_addresses::item, library_addresses::position))
        .select((library_addresses::item, library_addresses::url))
        .load(conn)?;
    for (item, url) in found {
        addresses.entry(item).or_default().push(url);
    }
    let mut tags: HashMap<i64, Vec<String>> = HashMap::new();
    for (item, tag) in tags::of(conn, &ids)? {
        tags.entry(item).or_default().push(tag);
    }
    let item = |row: Row| Item {
        id: row.id,
        uuid: row.uuid,
        details: row.details,
        addresses: addresses.remove(&row.id).unwrap_or_default(),
        tags: tags.remove(&row.id).unwrap_or_default(),
        created_at: row.created_at,
        updated_at: row.updated_at,
        archived_at: row.archived_at,
        feed: row.feed,
        is_new: row.is_new,
    };
    Ok(rows.into_iter().map(item).collect())
}

/// What a search looks through.
fn search_text(details: &Details) -> String {
    let parts = [
        Some(details.title.as_str()),
        Some(details.summary.as_str()),
        details.series.as_deref(),
        details.place.as_deref(),
    ];
    folded(&parts.into_iter().flatten().collect::<Vec<_>>().join("\n"))
}
