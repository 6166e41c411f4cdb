//! The table `link_checks`.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::{issue_links, issues, library_addresses, library_items, link_checks};
use crate::db::{DbConn, PublicId};
use crate::library::links::{Found, Outcome};
use crate::on_both;

/// Links that are read from the queue at once: enough that one slow host does not fill it.
const MOST_DUE: i64 = 200;

/// What is known of a link.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = link_checks)]
pub struct Check {
    /// Where it leads.
    pub url: String,
    /// What the last look found; none before the first.
    pub outcome: Option<Outcome>,
    /// The status of the last answer.
    pub status: Option<i32>,
    /// When it was looked at last.
    pub checked_at: Option<Instant>,
    /// Since when it has been broken, whenever anybody could tell.
    pub broken_since: Option<Instant>,
    /// It was broken twice, a day apart.
    pub is_dead: bool,
    /// How much is fetched there, in bytes, as the server says.
    pub bytes: Option<i64>,
}

/// Puts links into the queue; those that are there are left alone. Returns how many are new.
pub fn queue(conn: &mut DbConn, urls: &[String], now: Instant) -> QueryResult<usize> {
    let mut added = 0;
    for urls in urls.chunks(200) {
        let rows: Vec<_> = urls
            .iter()
            .map(|url| {
                (
                    link_checks::url.eq(url),
                    link_checks::is_dead.eq(false),
                    link_checks::due_at.eq(now),
                    link_checks::queued_at.eq(now),
                )
            })
            .collect();
        added += on_both!(conn, c => diesel::insert_into(link_checks::table)
            .values(&rows)
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    Ok(added)
}

/// The links whose time has come, the longest overdue first.
pub fn due(conn: &mut DbConn, now: Instant) -> QueryResult<Vec<String>> {
    link_checks::table
        .filter(link_checks::due_at.le(now))
        .order((link_checks::due_at, link_checks::url))
        .limit(MOST_DUE)
        .select(link_checks::url)
        .load(conn)
}

/// Takes a link for a look, unless somebody else has; until then nobody else does.
pub fn claim(conn: &mut DbConn, url: &str, now: Instant, until: Instant) -> QueryResult<bool> {
    diesel::update(link_checks::table.find(url).filter(link_checks::due_at.le(now)))
        .set(link_checks::due_at.eq(until))
        .execute(conn)
        .map(|count| count == 1)
}

/// By its address.
pub fn by_url(conn: &mut DbConn, url: &str) -> QueryResult<Check> {
    link_checks::table.find(url).select(Check::as_select()).first(conn)
}

/// Those of these links of which anything is known.
pub fn of(conn: &mut DbConn, urls: &[String]) -> QueryResult<Vec<Check>> {
    link_checks::table
        .filter(link_checks::url.eq_any(urls))
        .filter(link_checks::outcome.is_not_null())
        .select(Check::as_select())
        .load(conn)
}

/// Writes down what a look found: since when it has been broken, and whether it is dead.
pub fn checked(
    conn: &mut DbConn,
    url: &str,
    found: &Found,
    (broken_since, is_dead): (Option<Instant>, bool),
    now: Instant,
    next: Instant,
) -> QueryResult<()> {
    diesel::update(link_checks::table.find(url))
        .set((
            link_checks::outcome.eq(found.outcome),
            link_checks::status.eq(found.status),
            link_checks::bytes.eq(found.bytes),
            link_checks::checked_at.eq(now),
            link_checks::broken_since.eq(broken_since),
            link_checks::is_dead.eq(is_dead),
            link_checks::due_at.eq(next),
        ))
        .execute(conn)
        .map(drop)
}

/// All links of the library, but for what was put aside, and those of what was sent or brought in.
pub fn linked(conn: &mut DbConn) -> QueryResult<Vec<String>> {
    let mut urls: Vec<String> = library_addresses::table
        .inner_join(library_items::table)
        .filter(library_items::archived_at.is_null())
        .select(library_addresses::url)
        .load(conn)?;
    urls.extend(
        issue_links::table
            .inner_join(issues::table)
            .filter(issues::state.eq("sent"))
            .select(issue_links::url)
            .distinct()
            .load::<String>(conn)?,
    );
    urls.retain(|url| url.starts_with("http"));
    urls.sort();
    urls.dedup();
    Ok(urls)
}

/// The dead links and those that could not be checked, the dead ones first.
pub fn troubled(conn: &mut DbConn, limit: i64) -> QueryResult<Vec<Check>> {
    link_checks::table
        .filter(
            link_checks::is_dead
                .eq(true)
                .or(link_checks::outcome.eq(Outcome::Unsure).assume_not_null())
                .or(link_checks::outcome.eq(Outcome::Broken).assume_not_null()),
        )
        .order((link_checks::is_dead.desc(), link_checks::broken_since.is_null(), link_checks::url))
        .limit(limit)
        .select(Check::as_select())
        .load(conn)
}

/// Those in trouble are looked at once more.
pub fn again(conn: &mut DbConn, now: Instant) -> QueryResult<()> {
    diesel::update(link_checks::table.filter(link_checks::outcome.ne(Outcome::Ok)))
        .set(link_checks::due_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// How many links have been looked at.
pub fn count_checked(conn: &mut DbConn) -> QueryResult<i64> {
    link_checks::table.filter(link_checks::checked_at.is_not_null()).count().get_result(conn)
}

/// What was queued before a moment.
pub fn queued_before(conn: &mut DbConn, before: Instant) -> QueryResult<Vec<String>> {
    link_checks::table.filter(link_checks::queued_at.lt(before)).select(link_checks::url).load(conn)
}

/// Forgets links, but for those that were queued again after a moment.
pub fn remove(conn: &mut DbConn, urls: &[String], before: Instant) -> QueryResult<()> {
    for url in urls {
        diesel::delete(link_checks::table.find(url).filter(link_checks::queued_at.lt(before)))
            .execute(conn)?;
    }
    Ok(())
}

/// An item that has an address, as the list of dead links names it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Owner {
    /// The address.
    pub url: String,
    /// The item, outside.
    pub item: PublicId,
    /// Its title.
    pub title: String,
    /// Which of its addresses it is; 0 is the one that is linked.
    pub position: i32,
}

/// The items of the library that have these addresses.
pub fn items_with(conn: &mut DbConn, urls: &[String]) -> QueryResult<Vec<Owner>> {
    library_addresses::table
        .inner_join(library_items::table)
        .filter(library_addresses::url.eq_any(urls))
        .order(library_items::id)
        .select((
            library_addresses::url,
            library_items::uuid,
            library_items::title,
            library_addresses::position,
        ))
        .load(conn)
}

/// The issues that link these addresses: the address, the issue and its subject.
pub fn issues_with(
    conn: &mut DbConn,
    urls: &[String],
) -> QueryResult<Vec<(String, PublicId, String)>> {
    issue_links::table
        .inner_join(issues::table)
        .filter(issue_links::url.eq_any(urls))
        .order(issues::uuid)
        .select((issue_links::url, issues::uuid, issues::subject))
        .distinct()
        .load(conn)
}
