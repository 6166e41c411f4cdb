//! The table `preflight_overrides`, and what an issue keeps of its preflight.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::{issues, preflight_overrides};
use crate::db::{DbConn, Json, PublicId};
use crate::error::Result;
use crate::issues::audience::Audience;
use crate::issues::{Issue, IssueState, Origin};
use crate::on_both;

/// Somebody has seen a warning and goes on.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = preflight_overrides)]
pub struct Override {
    /// Of which issue.
    pub issue: i64,
    /// Of which revision.
    pub revision: i32,
    /// [`crate::issues::preflight::Finding::key`]
    pub finding: String,
    /// The warning's code.
    pub code: String,
    /// The block that it is about.
    pub block: Option<PublicId>,
    /// Who has seen it.
    pub seen_by: String,
    /// When.
    pub at: Instant,
}

/// What has been seen of a revision.
pub fn overrides(conn: &mut DbConn, issue: i64, revision: i32) -> QueryResult<Vec<Override>> {
    preflight_overrides::table
        .filter(preflight_overrides::issue.eq(issue))
        .filter(preflight_overrides::revision.eq(revision))
        .order((preflight_overrides::at, preflight_overrides::finding))
        .select(Override::as_select())
        .load(conn)
}

/// Keeps that somebody has seen a warning; `false` when somebody else was first.
pub fn keep_override(conn: &mut DbConn, row: &Override) -> QueryResult<bool> {
    on_both!(conn, c => diesel::insert_into(preflight_overrides::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(c))
    .map(|rows| rows > 0)
}

/// Forgets what has been seen of an issue.
pub fn forget_overrides(conn: &mut DbConn, issue: i64) -> QueryResult<()> {
    diesel::delete(preflight_overrides::table.filter(preflight_overrides::issue.eq(issue)))
        .execute(conn)
        .map(drop)
}

/// Keeps with an issue what was found when it was approved or scheduled.
pub fn keep_preflight(conn: &mut DbConn, issue: i64, result: Json) -> QueryResult<()> {
    diesel::update(issues::table.find(issue)).set(issues::preflight.eq(result)).execute(conn)?;
    Ok(())
}

/// What was found when an issue was last approved or scheduled.
pub fn preflight(conn: &mut DbConn, issue: i64) -> QueryResult<Option<Json>> {
    issues::table.find(issue).select(issues::preflight).first(conn)
}

/// A test of a revision has gone.
pub fn mark_tested(conn: &mut DbConn, issue: i64, revision: i32) -> QueryResult<()> {
    diesel::update(issues::table.find(issue))
        .set(issues::tested_revision.eq(revision))
        .execute(conn)?;
    Ok(())
}

/// The revision of the last test.
pub fn tested_revision(conn: &mut DbConn, issue: i64) -> QueryResult<Option<i32>> {
    issues::table.find(issue).select(issues::tested_revision).first(conn)
}

/// Issues that are looked through for the last one with the same audience: two years of them.
const MOST_LOOKED_THROUGH: i64 = 100;

/// How many the last issue was for that was sent from here, of the same newsletter and kind and
/// with an audience of the same names.
pub fn last_audience(conn: &mut DbConn, issue: &Issue) -> Result<Option<i64>> {
    let sent: Vec<(Json, Option<i64>)> = issues::table
        .filter(issues::newsletter.eq(issue.newsletter))
        .filter(issues::kind.eq(issue.kind))
        .filter(issues::id.ne(issue.id))
        .filter(issues::origin.eq(Origin::Here))
        .filter(issues::state.eq(IssueState::Sent))
        .order((issues::started_at.desc(), issues::id.desc()))
        .limit(MOST_LOOKED_THROUGH)
        .select((issues::audience, issues::audience_count))
        .load(conn)?;
    let wanted = Audience::read(&issue.audience)?;
    for (stored, count) in sent {
        if Audience::read(&stored)?.names_the_same(&wanted) {
            return Ok(count.filter(|last| *last > 0));
        }
    }
    Ok(None)
}
