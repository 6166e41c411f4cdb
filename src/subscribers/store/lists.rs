//! The register in pages.

use diesel::prelude::*;

use crate::db::DbConn;
use crate::db::schema::subscribers;
use crate::subscribers::Subscriber;

/// People after a row, by id.
pub fn after(conn: &mut DbConn, after: i64, most: i64) -> QueryResult<Vec<Subscriber>> {
    subscribers::table
        .filter(subscribers::id.gt(after))
        .order(subscribers::id)
        .limit(most)
        .select(Subscriber::as_select())
        .load(conn)
}
