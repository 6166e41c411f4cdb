//! What the audit log has of requests that are held. It is read here and written by staff's own store.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::{audit_log, subscribers};
use crate::db::{DbConn, PublicId};

/// Entries that are looked through.
const MOST: i64 = 1_000;

/// An entry of the audit log.
#[derive(Debug, Clone, Queryable)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// What.
    pub action: String,
    /// About whom.
    pub subject: String,
}

/// The entries of some kinds since a moment, the newest first.
pub fn entries(conn: &mut DbConn, actions: &[&str], since: Instant) -> QueryResult<Vec<Entry>> {
    let actions: Vec<String> = actions.iter().map(|action| (*action).to_owned()).collect();
    audit_log::table
        .filter(audit_log::action.eq_any(actions))
        .filter(audit_log::at.gt(since))
        .order(audit_log::id.desc())
        .limit(MOST)
        .select((audit_log::at, audit_log::action, audit_log::subject))
        .load(conn)
}

/// The address of somebody in the register.
pub fn email(conn: &mut DbConn, uuid: PublicId) -> QueryResult<Option<String>> {
    subscribers::table
        .filter(subscribers::uuid.eq(uuid))
        .select(subscribers::email)
        .first(conn)
        .optional()
}
