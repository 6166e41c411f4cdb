//! What a note reads of issues, and its own tables.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::draft::Draft;
use super::freeze::Frozen;
use super::plan::Period;
use crate::clock::Instant;
use crate::db::schema::{issues, status_note_drafts, status_notes};
use crate::db::{DbConn, Json, PublicId};
use crate::issues::Issue;
use crate::web::Lang;

/// The public issues of a newsletter whose day lies between two, both included; the oldest first.
pub fn published(
    conn: &mut DbConn,
    newsletter: i64,
    first: NaiveDate,
    last: NaiveDate,
) -> QueryResult<Vec<Issue>> {
    issues::table
        .filter(issues::newsletter.eq(newsletter))
        .filter(issues::rendition.is_not_null())
        .filter(issues::published_on.ge(first))
        .filter(issues::published_on.le(last))
        .order((issues::published_on, issues::id))
        .select(Issue::as_select())
        .load(conn)
}

/// The drafts of all newsletters, the latest period first.
pub fn drafts(conn: &mut DbConn) -> QueryResult<Vec<Draft>> {
    status_note_drafts::table
        .order((status_note_drafts::period_end.desc(), status_note_drafts::id.desc()))
        .select(Draft::as_select())
        .load(conn)
}

/// The drafts of a newsletter.
pub fn drafts_of(conn: &mut DbConn, newsletter: i64) -> QueryResult<Vec<Draft>> {
    status_note_drafts::table
        .filter(status_note_drafts::newsletter.eq(newsletter))
        .order(status_note_drafts::id)
        .select(Draft::as_select())
        .load(conn)
}

/// A draft by its id outside.
pub fn draft(conn: &mut DbConn, uuid: PublicId) -> QueryResult<Draft> {
    status_note_drafts::table
        .filter(status_note_drafts::uuid.eq(uuid))
        .select(Draft::as_select())
        .first(conn)
}

/// The draft of a newsletter, period and language.
pub fn draft_of(
    conn: &mut DbConn,
    newsletter: i64,
    period: Period,
    language: Lang,
) -> QueryResult<Option<Draft>> {
    status_note_drafts::table
        .filter(status_note_drafts::newsletter.eq(newsletter))
        .filter(status_note_drafts::language.eq(language))
        .filter(status_note_drafts::period_start.eq(period.from))
        .filter(status_note_drafts::period_end.eq(period.to))
        .filter(status_note_drafts::compared_with.eq(period.compare))
        .select(Draft::as_select())
        .first(conn)
        .optional()
}

/// Begins a draft.
pub fn insert_draft(
    conn: &mut DbConn,
    newsletter: i64,
    period: Period,
    language: Lang,
    sections: Json,
    by: &str,
    now: Instant,
) -> QueryResult<PublicId> {
    let uuid = PublicId::random();
    diesel::insert_into(status_note_drafts::table)
        .values((
            status_note_drafts::uuid.eq(uuid),
            status_note_drafts::newsletter.eq(newsletter),
            status_note_drafts::language.eq(language),
            status_note_drafts::period_start.eq(period.from),
            status_note_drafts::period_end.eq(period.to),
            status_note_drafts::compared_with.eq(period.compare),
            status_note_drafts::sections.eq(sections),
            status_note_drafts::revision.eq(1),
            status_note_drafts::changed_by.eq(by),
            status_note_drafts::created_at.eq(now),
            status_note_drafts::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(uuid)
}

/// Saves what was said of a draft's sections.
pub fn save_draft(
    conn: &mut DbConn,
    id: i64,
    revision: i32,
    sections: Json,
    by: &str,
    now: Instant,
) -> QueryResult<()> {
    diesel::update(status_note_drafts::table.find(id))
        .set((
            status_note_drafts::sections.eq(sections),
            status_note_drafts::revision.eq(revision),
            status_note_drafts::changed_by.eq(by),
            status_note_drafts::updated_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// The number of the next version of a draft.
pub fn next_number(conn: &mut DbConn, draft: i64) -> QueryResult<i32> {
    let last: Option<i32> = status_notes::table
        .filter(status_notes::draft.eq(draft))
        .select(diesel::dsl::max(status_notes::number))
        .first(conn)?;
    Ok(last.unwrap_or(0) + 1)
}

/// Keeps a version.
pub fn insert_frozen(
    conn: &mut DbConn,
    draft: &Draft,
    number: i32,
    frozen: Json,
    hash: &str,
    by: &str,
    now: Instant,
) -> QueryResult<()> {
    diesel::insert_into(status_notes::table)
        .values((
            status_notes::uuid.eq(PublicId::random()),
            status_notes::draft.eq(draft.id),
            status_notes::number.eq(number),
            status_notes::period_start.eq(draft.period_start),
            status_notes::period_end.eq(draft.period_end),
            status_notes::compared_with.eq(draft.compared_with),
            status_notes::frozen.eq(frozen),
            status_notes::hash.eq(hash),
            status_notes::frozen_by.eq(by),
            status_notes::frozen_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// The versions of a draft, the newest first.
pub fn versions(conn: &mut DbConn, draft: i64) -> QueryResult<Vec<Frozen>> {
    status_notes::table
        .filter(status_notes::draft.eq(draft))
        .order(status_notes::number.desc())
        .select(Frozen::as_select())
        .load(conn)
}

/// The number of the newest version of each draft that has one, and when it was frozen.
pub fn newest_versions(conn: &mut DbConn) -> QueryResult<HashMap<i64, (i32, Instant)>> {
    let rows: Vec<(i64, i32, Instant)> = status_notes::table
        .order(status_notes::number)
        .select((status_notes::draft, status_notes::number, status_notes::frozen_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(draft, number, at)| (draft, (number, at))).collect())
}

/// A version of a draft.
pub fn version(conn: &mut DbConn, draft: i64, number: i32) -> QueryResult<Frozen> {
    status_notes::table
        .filter(status_notes::draft.eq(draft))
        .filter(status_notes::number.eq(number))
        .select(Frozen::as_select())
        .first(conn)
}
