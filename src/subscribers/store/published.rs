//! What the public pages show of the table `issues`: this module stands above the one that writes
//! it, so it reads the three columns that it needs.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::db::DbConn;
use crate::db::schema::issues;

/// An issue in the archive.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = issues)]
pub struct Published {
    /// In its address.
    pub slug: String,
    /// What it is about.
    pub subject: String,
    /// The day it is shown under.
    pub published_on: Option<NaiveDate>,
}

/// The newest issue of a newsletter, or its newest special edition.
pub fn latest(
    conn: &mut DbConn,
    newsletter: i64,
    special_only: bool,
) -> QueryResult<Option<Published>> {
    let mut query = issues::table
        .filter(issues::newsletter.eq(newsletter))
        .filter(issues::published_on.is_not_null())
        .order((issues::published_on.desc(), issues::id.desc()))
        .select(Published::as_select())
        .into_boxed();
    if special_only {
        query = query.filter(issues::kind.eq("special"));
    }
    query.first(conn).optional()
}
