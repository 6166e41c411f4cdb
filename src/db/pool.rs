//! Connections, opened by the scheme of the URL. diesel's own `AnyConn::establish` tries one
//! database after the other and hides the error of the one that was meant.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, Pool};
use diesel::{Connection, PgConnection, SqliteConnection};

use super::{DatabaseUrl, DbConn};
use crate::config::PRIVATE;
use crate::error::{Error, Result};

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    Read,
    Write,
}

pub(super) struct Manager {
    url: DatabaseUrl,
    door: Door,
}

impl Manager {
    pub(super) fn new(url: &DatabaseUrl, door: Door) -> Self {
        Self { url: url.clone(), door }
    }
}

/// SQLite with a write-ahead log that is synced at every commit: `synchronous=FULL` is what makes
/// a commit durable (NORMAL may lose the newest commits with the power). The page cache is small
/// (2 MiB) because memory is a goal; `secure_delete` because erasure is.
const SQLITE: &str = "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
     PRAGMA foreign_keys=ON; PRAGMA cache_size=-2048; PRAGMA secure_delete=ON;";

/// A process that stands still in the middle of a transaction must not keep its locks for ever:
/// others have to take its rows over. No transaction of ours waits for anything but the server.
const POSTGRES: &str = "SET TIME ZONE 'UTC'; SET statement_timeout = '60s'; \
     SET idle_in_transaction_session_timeout = '60s';";

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    #[error(transparent)]
    Connect(#[from] diesel::ConnectionError),
    #[error(transparent)]
    Query(#[from] diesel::result::Error),
}

impl ManageConnection for Manager {
    type Connection = DbConn;
    type Error = ConnectError;

    fn connect(&self) -> Result<DbConn, ConnectError> {
        match &self.url {
            DatabaseUrl::Sqlite(path) => {
                if self.door == Door::Write && !path.exists() {
                    // SQLite would let everybody read it; its log takes the mode over.
                    let mut new = OpenOptions::new();
                    new.append(true).create(true).mode(PRIVATE).open(path).map_err(|error| {
                        diesel::ConnectionError::BadConnection(error.to_string())
                    })?;
                }
                let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
                conn.batch_execute(SQLITE)?;
                if self.door == Door::Read {
                    conn.batch_execute("PRAGMA query_only=ON;")?;
                }
                Ok(DbConn::Sqlite(conn))
            }
            DatabaseUrl::Postgres(url) => {
                let mut conn = PgConnection::establish(url)?;
                conn.batch_execute(POSTGRES)?;
                if self.door == Door::Read {
                    conn.batch_execute("SET default_transaction_read_only = on;")?;
                }
                Ok(DbConn::Postgres(conn))
            }
        }
    }

    fn is_valid(&self, conn: &mut DbConn) -> Result<(), ConnectError> {
        Ok(conn.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, conn: &mut DbConn) -> bool {
        std::thread::panicking() || diesel::r2d2::R2D2Connection::is_broken(conn)
    }
}

/// Opens a pool. It starts with no connection, so that a database that is away at start-up makes
/// the service unready and not dead.
pub(super) fn open(url: &DatabaseUrl, door: Door, size: u32) -> Result<Pool<Manager>> {
    Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .connection_timeout(Duration::from_secs(5))
        .test_on_check_out(matches!(url, DatabaseUrl::Postgres(_)))
        .build(Manager::new(url, door))
        .map_err(|error| Error::Internal(anyhow::Error::new(error).context("opening the database")))
}

pub(super) fn away(error: diesel::r2d2::PoolError) -> Error {
    tracing::error!(%error, "the database is away");
    Error::Unavailable("database")
}

/// Writes SQLite's file anew and empties its log; `false` when somebody was in the way.
pub(super) fn rewrite(url: &DatabaseUrl) -> Result<bool> {
    let conn = Manager::new(url, Door::Write).connect();
    let conn = conn.map_err(|error| anyhow::Error::new(error).context("opening the database"))?;
    let DbConn::Sqlite(mut conn) = conn else { return Ok(false) };
    if let Err(error) = conn.batch_execute("VACUUM") {
        tracing::warn!(%error, "the database could not be written anew");
        return Ok(false);
    }
    drop(conn);
    wipe_log(url)
}

#[derive(diesel::QueryableByName)]
struct Checkpoint {
    /// 1 when somebody was in the way.
    #[diesel(sql_type = diesel::sql_types::Integer)]
    busy: i32,
}

/// Empties SQLite's write-ahead log; `false` when somebody was in the way.
pub(super) fn wipe_log(url: &DatabaseUrl) -> Result<bool> {
    use diesel::RunQueryDsl;
    let conn = Manager::new(url, Door::Write).connect();
    let conn = conn.map_err(|error| anyhow::Error::new(error).context("opening the database"))?;
    let DbConn::Sqlite(mut conn) = conn else { return Ok(false) };
    // Not long: whoever writes would wait too.
    conn.batch_execute("PRAGMA busy_timeout=500")?;
    let done: Vec<Checkpoint> =
        diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").load(&mut conn)?;
    Ok(done.first().is_some_and(|done| done.busy == 0))
}
