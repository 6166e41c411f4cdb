//! The table `templates`.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::templates;
use crate::db::{DbConn, Json, PublicId};
use crate::issues::IssueKind;
use crate::issues::templates::IssueTemplate;

/// A template to be.
pub struct NewTemplate<'a> {
    /// For issues of which newsletter.
    pub newsletter: i64,
    /// What people call it.
    pub name: &'a str,
    /// Ordinary or special.
    pub kind: IssueKind,
    /// What issues begin with.
    pub content: Json,
}

/// Stores a template.
pub fn insert_template(
    conn: &mut DbConn,
    new: &NewTemplate<'_>,
    by: &str,
    now: Instant,
) -> QueryResult<IssueTemplate> {
    let id: i64 = diesel::insert_into(templates::table)
        .values((
            templates::uuid.eq(PublicId::random()),
            templates::newsletter.eq(new.newsletter),
            templates::name.eq(new.name),
            templates::kind.eq(new.kind),
            templates::content.eq(&new.content),
            templates::made_by.eq(by),
            templates::made_at.eq(now),
        ))
        .returning(templates::id)
        .get_result(conn)?;
    templates::table.find(id).select(IssueTemplate::as_select()).first(conn)
}

/// By the id outside, removed or not.
pub fn template(conn: &mut DbConn, uuid: PublicId) -> QueryResult<IssueTemplate> {
    templates::table.filter(templates::uuid.eq(uuid)).select(IssueTemplate::as_select()).first(conn)
}

/// By the id inside, removed or not.
pub fn find_template(conn: &mut DbConn, id: i64) -> QueryResult<IssueTemplate> {
    templates::table.find(id).select(IssueTemplate::as_select()).first(conn)
}

/// Those that are offered, by name.
pub fn all_templates(conn: &mut DbConn) -> QueryResult<Vec<IssueTemplate>> {
    templates::table
        .filter(templates::removed_at.is_null())
        .order((templates::name, templates::id))
        .select(IssueTemplate::as_select())
        .load(conn)
}

/// Gives a template another name.
pub fn rename_template(conn: &mut DbConn, id: i64, name: &str) -> QueryResult<()> {
    diesel::update(templates::table.find(id)).set(templates::name.eq(name)).execute(conn).map(drop)
}

/// Removes a template, or brings it back.
pub fn set_template_removed(conn: &mut DbConn, id: i64, at: Option<Instant>) -> QueryResult<()> {
    diesel::update(templates::table.find(id))
        .set(templates::removed_at.eq(at))
        .execute(conn)
        .map(drop)
}
