//! The tables `issues` and `issue_revisions` as they are written by editors.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::{issue_revisions, issues};
use crate::db::{DbConn, Json, PublicId};
use crate::issues::{Issue, IssueKind, IssueState, Origin};

/// What an issue contained at one time.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = issue_revisions)]
pub struct Revision {
    /// Of which issue.
    pub issue: i64,
    /// Its number: grows with every save, and leaves out the autosaves that were replaced.
    pub number: i32,
    /// [`crate::issues::Content`] as JSON.
    pub content: Json,
    /// Hash of the content.
    pub hash: String,
    /// Saved by the editor page on its own.
    pub autosave: bool,
    /// Who saved it.
    pub saved_by: String,
    /// When.
    pub saved_at: Instant,
}

/// A revision without its content, as a list shows it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = issue_revisions)]
pub struct Entry {
    /// Its number.
    pub number: i32,
    /// Hash of the content.
    pub hash: String,
    /// Saved by the editor page on its own.
    pub autosave: bool,
    /// Who saved it.
    pub saved_by: String,
    /// When.
    pub saved_at: Instant,
}

/// An issue to be.
pub struct NewRow<'a> {
    /// Outside.
    pub uuid: PublicId,
    /// In the archive's addresses.
    pub slug: &'a str,
    /// Of which newsletter.
    pub newsletter: i64,
    /// The newsletter's zone.
    pub time_zone: &'a str,
    /// Ordinary or special.
    pub kind: IssueKind,
    /// Written here or brought in.
    pub origin: Origin,
    /// For lists.
    pub subject: &'a str,
    /// Who makes it.
    pub created_by: &'a str,
}

/// Makes an issue without a revision and returns it.
pub fn insert(conn: &mut DbConn, new: &NewRow<'_>, now: Instant) -> QueryResult<Issue> {
    let id: i64 = diesel::insert_into(issues::table)
        .values((
            issues::uuid.eq(new.uuid),
            issues::slug.eq(new.slug),
            issues::newsletter.eq(new.newsletter),
            issues::kind.eq(new.kind),
            issues::state.eq(IssueState::Draft),
            issues::origin.eq(new.origin),
            issues::subject.eq(new.subject),
            issues::current_revision.eq(0),
            issues::time_zone.eq(new.time_zone),
            issues::audience.eq(Json(serde_json::json!({}))),
            issues::created_by.eq(new.created_by),
            issues::created_at.eq(now),
            issues::updated_at.eq(now),
        ))
        .returning(issues::id)
        .get_result(conn)?;
    super::find(conn, id)
}

/// Makes a revision the newest of its issue, which is a draft from then on; `false` when another
/// one became it in the meantime, and then nothing is stored.
pub fn advance(
    conn: &mut DbConn,
    issue: &Issue,
    revision: &Revision,
    (subject, slug): (&str, &str),
    series_number: Option<i32>,
) -> QueryResult<bool> {
    let unchanged = issues::table
        .find(issue.id)
        .filter(issues::current_revision.eq(issue.current_revision))
        .filter(issues::state.eq(issue.state));
    let rows = diesel::update(unchanged)
        .set((
            issues::current_revision.eq(revision.number),
            issues::subject.eq(subject),
            issues::slug.eq(slug),
            issues::series_number.eq(series_number),
            issues::state.eq(IssueState::Draft),
            issues::approved_revision.eq(None::<i32>),
            issues::approved_by.eq(None::<String>),
            issues::rendition.eq(None::<String>),
            issues::approved_audience.eq(None::<String>),
            issues::approved_frame.eq(None::<Json>),
            issues::updated_at.eq(revision.saved_at),
        ))
        .execute(conn)?;
    Ok(rows > 0)
}

/// Notes when a draft is meant to go, on the newsletter's clock.
pub fn propose_time(conn: &mut DbConn, id: i64, local: &str) -> QueryResult<()> {
    diesel::update(issues::table.find(id))
        .set(issues::proposed_at_local.eq(local))
        .execute(conn)
        .map(drop)
}

/// Stores a revision.
pub fn insert_revision(conn: &mut DbConn, revision: &Revision) -> QueryResult<()> {
    diesel::insert_into(issue_revisions::table).values(revision).execute(conn).map(drop)
}

/// Puts a revision in the place of an autosave.
pub fn replace_revision(conn: &mut DbConn, number: i32, by: &Revision) -> QueryResult<()> {
    diesel::update(issue_revisions::table.find((by.issue, number)))
        .set((
            issue_revisions::number.eq(by.number),
            issue_revisions::content.eq(&by.content),
            issue_revisions::hash.eq(&by.hash),
            issue_revisions::autosave.eq(by.autosave),
            issue_revisions::saved_at.eq(by.saved_at),
        ))
        .execute(conn)
        .map(drop)
}

/// A revision by its number.
pub fn revision(conn: &mut DbConn, issue: i64, number: i32) -> QueryResult<Revision> {
    issue_revisions::table.find((issue, number)).select(Revision::as_select()).first(conn)
}

/// All revisions of an issue, the oldest first.
pub fn revisions(conn: &mut DbConn, issue: i64) -> QueryResult<Vec<Revision>> {
    issue_revisions::table
        .filter(issue_revisions::issue.eq(issue))
        .order(issue_revisions::number)
        .select(Revision::as_select())
        .load(conn)
}

/// The revisions of an issue before a number, the newest first.
pub fn history(
    conn: &mut DbConn,
    issue: i64,
    before: Option<i32>,
    limit: i64,
) -> QueryResult<Vec<Entry>> {
    issue_revisions::table
        .filter(issue_revisions::issue.eq(issue))
        .filter(issue_revisions::number.lt(before.unwrap_or(i32::MAX)))
        .order(issue_revisions::number.desc())
        .limit(limit)
        .select(Entry::as_select())
        .load(conn)
}

/// The slugs that begin with a text, of all issues but one.
pub fn slugs_like(conn: &mut DbConn, start: &str, except: PublicId) -> QueryResult<Vec<String>> {
    issues::table
        .filter(issues::slug.like(format!("{start}%")))
        .filter(issues::uuid.ne(except))
        .select(issues::slug)
        .load(conn)
}
