//! The table `recurring`, and what a draft is filled from.

use std::collections::HashSet;

use diesel::prelude::*;

use super::{NewSeries, Series};
use crate::clock::Instant;
use crate::db::schema::{issue_links, issues, library_addresses, library_items, recurring};
use crate::db::{DbConn, Json, PublicId};
use crate::issues::{Issue, IssueKind};
use crate::library::ItemKind;

/// When the next issue of a series is to go, and when its draft is prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// When it is to go.
    pub send_at: Instant,
    /// When its draft is prepared.
    pub run_at: Instant,
}

/// Adds a series.
pub fn insert(
    conn: &mut DbConn,
    new: &NewSeries,
    rule: &Json,
    next: Next,
    (by, now): (&str, Instant),
) -> QueryResult<Series> {
    let id: i64 = diesel::insert_into(recurring::table)
        .values((
            recurring::uuid.eq(PublicId::random()),
            recurring::newsletter.eq(new.newsletter),
            recurring::name.eq(&new.name),
            recurring::rule.eq(rule),
            recurring::start.eq(new.start),
            recurring::template.eq(new.template),
            recurring::subject.eq(&new.subject),
            recurring::kinds.eq(words(&new.kinds)),
            recurring::lead_days.eq(new.lead_days),
            recurring::next_send_at.eq(next.send_at),
            recurring::next_run_at.eq(next.run_at),
            recurring::active.eq(true),
            recurring::made_by.eq(by),
            recurring::made_at.eq(now),
        ))
        .returning(recurring::id)
        .get_result(conn)?;
    recurring::table.find(id).select(Series::as_select()).first(conn)
}

/// Replaces what is said of a series.
pub fn update(
    conn: &mut DbConn,
    id: i64,
    new: &NewSeries,
    rule: &Json,
    next: Next,
) -> QueryResult<()> {
    diesel::update(recurring::table.find(id))
        .set((
            recurring::newsletter.eq(new.newsletter),
            recurring::name.eq(&new.name),
            recurring::rule.eq(rule),
            recurring::start.eq(new.start),
            recurring::template.eq(new.template),
            recurring::subject.eq(&new.subject),
            recurring::kinds.eq(words(&new.kinds)),
            recurring::lead_days.eq(new.lead_days),
            recurring::next_send_at.eq(next.send_at),
            recurring::next_run_at.eq(next.run_at),
        ))
        .execute(conn)
        .map(drop)
}

fn words(kinds: &[ItemKind]) -> String {
    kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(",")
}

/// By the id outside, removed or not.
pub fn by_uuid(conn: &mut DbConn, uuid: PublicId) -> QueryResult<Series> {
    recurring::table.filter(recurring::uuid.eq(uuid)).select(Series::as_select()).first(conn)
}

/// All that are not removed, the next first.
pub fn all(conn: &mut DbConn) -> QueryResult<Vec<Series>> {
    recurring::table
        .filter(recurring::removed_at.is_null())
        .order((recurring::next_send_at, recurring::id))
        .select(Series::as_select())
        .load(conn)
}

/// Those whose draft is to be prepared.
pub fn due(conn: &mut DbConn, now: Instant) -> QueryResult<Vec<Series>> {
    recurring::table
        .filter(recurring::active.eq(true))
        .filter(recurring::removed_at.is_null())
        .filter(recurring::next_run_at.le(now))
        .order(recurring::id)
        .select(Series::as_select())
        .load(conn)
}

/// Moves a series on to its next issue; `false` when somebody else has, or has stopped it: then
/// the draft is not ours to make.
pub fn advance(conn: &mut DbConn, of: &Series, next: Next) -> QueryResult<bool> {
    let unchanged = recurring::table
        .find(of.id)
        .filter(recurring::active.eq(true))
        .filter(recurring::removed_at.is_null())
        .filter(recurring::next_run_at.eq(of.next_run_at));
    let rows = diesel::update(unchanged)
        .set((recurring::next_send_at.eq(next.send_at), recurring::next_run_at.eq(next.run_at)))
        .execute(conn)?;
    Ok(rows > 0)
}

/// Notes the draft that was prepared.
pub fn set_last(conn: &mut DbConn, id: i64, issue: i64) -> QueryResult<()> {
    diesel::update(recurring::table.find(id))
        .set(recurring::last_issue.eq(issue))
        .execute(conn)
        .map(drop)
}

/// Stops a series, or lets it go on from its next issue.
pub fn set_active(conn: &mut DbConn, id: i64, active: bool, next: Next) -> QueryResult<()> {
    diesel::update(recurring::table.find(id))
        .set((
            recurring::active.eq(active),
            recurring::next_send_at.eq(next.send_at),
            recurring::next_run_at.eq(next.run_at),
        ))
        .execute(conn)
        .map(drop)
}

/// Removes a series, or brings it back.
pub fn set_removed(conn: &mut DbConn, id: i64, at: Option<Instant>) -> QueryResult<()> {
    diesel::update(recurring::table.find(id))
        .set(recurring::removed_at.eq(at))
        .execute(conn)
        .map(drop)
}

/// The issue of a newsletter that began to go out last.
pub fn last_sent(
    conn: &mut DbConn,
    newsletter: i64,
    kind: Option<IssueKind>,
) -> QueryResult<Option<Issue>> {
    let mut query = issues::table
        .filter(issues::newsletter.eq(newsletter))
        .filter(issues::started_at.is_not_null())
        .order((issues::started_at.desc(), issues::id.desc()))
        .select(Issue::as_select())
        .into_boxed();
    if let Some(kind) = kind {
        query = query.filter(issues::kind.eq(kind));
    }
    query.first(conn).optional()
}

/// The ids outside of library items that were added after a moment or are dated after its day, of
/// some kinds and not put aside; the newest first.
pub fn new_items(
    conn: &mut DbConn,
    kinds: &[ItemKind],
    since: Instant,
    zone: chrono_tz::Tz,
) -> QueryResult<Vec<(i64, PublicId)>> {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    library_items::table
        .filter(library_items::kind.eq_any(words))
        .filter(library_items::archived_at.is_null())
        .filter(
            library_items::created_at
                .gt(since)
                .or(library_items::published_on.gt(since.day_in(zone)).assume_not_null()),
        )
        .order((
            library_items::published_on.is_null(),
            library_items::published_on.desc(),
            library_items::id.desc(),
        ))
        .select((library_items::id, library_items::uuid))
        .load(conn)
}

/// Which of these library items an issue of a newsletter links already.
pub fn linked(conn: &mut DbConn, newsletter: i64, items: &[i64]) -> QueryResult<HashSet<i64>> {
    if items.is_empty() {
        return Ok(HashSet::new());
    }
    let by_item: Vec<Option<i64>> = issue_links::table
        .inner_join(issues::table)
        .filter(issues::newsletter.eq(newsletter))
        .filter(issue_links::library_item.eq_any(items))
        .select(issue_links::library_item)
        .distinct()
        .load(conn)?;
    let by_address: Vec<i64> = issue_links::table
        .inner_join(issues::table)
        .inner_join(library_addresses::table.on(library_addresses::url.eq(issue_links::url)))
        .filter(issues::newsletter.eq(newsletter))
        .filter(library_addresses::item.eq_any(items))
        .select(library_addresses::item)
        .distinct()
        .load(conn)?;
    Ok(by_item.into_iter().flatten().chain(by_address).collect())
}
