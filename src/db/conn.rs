//! The connection that can be either database, and what diesel derives for it.

#![expect(missing_docs, reason = "diesel's derive writes items without docs")]

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum DbConn {
    /// The database in a file, built in.
    Sqlite(diesel::SqliteConnection),
    /// A PostgreSQL server.
    Postgres(diesel::PgConnection),
}
