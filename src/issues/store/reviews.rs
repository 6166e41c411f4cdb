//! The table `issue_reviews`.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{issue_reviews, issue_revisions};
use crate::issues::Issue;
use crate::text_enum;

text_enum! {
    /// What became of a revision.
    pub enum Verdict {
        /// Its author asks for a second person.
        Submitted = "submitted",
        /// It may go out.
        Approved = "approved",
        /// Its author is asked to do more.
        Returned = "returned",
    }
}

/// What somebody said about a revision.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = issue_reviews)]
pub struct Review {
    /// Of which revision.
    pub revision: i32,
    /// What.
    pub verdict: Verdict,
    /// Who.
    pub actor: String,
    /// What the author is asked to do.
    pub note: String,
    /// When.
    pub at: Instant,
}

/// Writes down what somebody said about the current revision, which is kept from then on: an
/// autosave that follows does not take its place.
pub fn insert_review(
    conn: &mut DbConn,
    issue: &Issue,
    verdict: Verdict,
    actor: &str,
    note: &str,
    now: Instant,
) -> QueryResult<()> {
    diesel::update(issue_revisions::table.find((issue.id, issue.current_revision)))
        .set(issue_revisions::autosave.eq(false))
        .execute(conn)?;
    diesel::insert_into(issue_reviews::table)
        .values((
            issue_reviews::issue.eq(issue.id),
            issue_reviews::revision.eq(issue.current_revision),
            issue_reviews::verdict.eq(verdict),
            issue_reviews::actor.eq(actor),
            issue_reviews::note.eq(note),
            issue_reviews::at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// What was said last about an issue, of one kind or of any.
pub fn last_review(
    conn: &mut DbConn,
    issue: i64,
    verdict: Option<Verdict>,
) -> QueryResult<Option<Review>> {
    let mut query = issue_reviews::table
        .filter(issue_reviews::issue.eq(issue))
        .order(issue_reviews::id.desc())
        .select(Review::as_select())
        .into_boxed();
    if let Some(verdict) = verdict {
        query = query.filter(issue_reviews::verdict.eq(verdict));
    }
    query.first(conn).optional()
}

/// Who has asked for the approval of an issue last.
pub fn asked_by(conn: &mut DbConn, issue: i64) -> QueryResult<Option<String>> {
    Ok(last_review(conn, issue, Some(Verdict::Submitted))?.map(|asked| asked.actor))
}

/// The note with which an issue was sent back, while nobody has handed it in again.
pub fn returned(conn: &mut DbConn, issue: i64) -> QueryResult<Option<Review>> {
    Ok(last_review(conn, issue, None)?.filter(|last| last.verdict == Verdict::Returned))
}
