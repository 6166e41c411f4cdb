//! The table `link_corrections`, and the links of an issue that was sent.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::{issue_links, issues, link_corrections};
use crate::db::{DbConn, PublicId};
use crate::issues::Issue;

/// Where a link leads instead.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = link_corrections)]
pub struct Correction {
    /// Outside.
    pub uuid: PublicId,
    /// Of which issue.
    pub issue: i64,
    /// Of which link.
    pub number: i32,
    /// Where it led.
    pub url_before: String,
    /// Where it leads.
    pub url_after: String,
    /// What is corrected, as the archive says it.
    pub reason: String,
    /// Who asked for it.
    pub asked_by: String,
    /// When.
    pub asked_at: Instant,
    /// Who confirmed it; none while a second person is waited for.
    pub confirmed_by: Option<String>,
    /// Since when it holds.
    pub at: Option<Instant>,
}

/// The links of an issue with where they lead now, by number.
pub fn links(conn: &mut DbConn, issue: i64) -> QueryResult<Vec<(i32, String)>> {
    issue_links::table
        .filter(issue_links::issue.eq(issue))
        .order(issue_links::number)
        .select((issue_links::number, issue_links::url))
        .load(conn)
}

/// The corrections of an issue, the oldest first.
pub fn corrections(conn: &mut DbConn, issue: i64) -> QueryResult<Vec<Correction>> {
    link_corrections::table
        .filter(link_corrections::issue.eq(issue))
        .order(link_corrections::id)
        .select(Correction::as_select())
        .load(conn)
}

/// The issues of which a correction waits for a second person, and who asked for it.
pub fn waiting_corrections(conn: &mut DbConn) -> QueryResult<Vec<(Issue, String)>> {
    link_corrections::table
        .inner_join(issues::table)
        .filter(link_corrections::confirmed_by.is_null())
        .order(link_corrections::id)
        .select((Issue::as_select(), link_corrections::asked_by))
        .load(conn)
}

/// Keeps a correction.
pub fn insert_correction(conn: &mut DbConn, row: &Correction) -> QueryResult<()> {
    diesel::insert_into(link_corrections::table).values(row).execute(conn).map(drop)
}

/// A second person confirms a correction; `false` when it does not wait any more.
pub fn confirm_correction(
    conn: &mut DbConn,
    uuid: PublicId,
    by: &str,
    now: Instant,
) -> QueryResult<bool> {
    let waiting = link_corrections::table
        .filter(link_corrections::uuid.eq(uuid))
        .filter(link_corrections::confirmed_by.is_null());
    diesel::update(waiting)
        .set((link_corrections::confirmed_by.eq(by), link_corrections::at.eq(now)))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// Drops a correction that nobody has confirmed; `false` when somebody has.
pub fn drop_correction(conn: &mut DbConn, uuid: PublicId) -> QueryResult<bool> {
    let waiting = link_corrections::table
        .filter(link_corrections::uuid.eq(uuid))
        .filter(link_corrections::confirmed_by.is_null());
    diesel::delete(waiting).execute(conn).map(|rows| rows > 0)
}

/// Lets a link lead elsewhere; `false` when it leads to another address than it did.
pub fn redirect_link(
    conn: &mut DbConn,
    issue: i64,
    number: i32,
    from: &str,
    to: &str,
) -> QueryResult<bool> {
    diesel::update(issue_links::table.find((issue, number)).filter(issue_links::url.eq(from)))
        .set(issue_links::url.eq(to))
        .execute(conn)
        .map(|rows| rows > 0)
}
