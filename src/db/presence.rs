//! Which sending processes are alive, and what time it is for all of them.
//!
//! On PostgreSQL each holds an advisory lock on a connection of its own: the server lets it go the
//! moment the process is gone, however it went. On SQLite only one process may serve a database
//! ([`super::migrate::lock`]), so every other name belongs to one that has ended.

use anyhow::Context;
use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::ManageConnection;
use diesel::sql_types::{BigInt, Bool};

use super::pool::{Door, Manager};
use super::types::Moment;
use super::{DatabaseUrl, DbConn};
use crate::clock::Instant;
use crate::error::Result;

/// A process that says it is alive for as long as this lives.
pub struct Presence {
    name: String,
    /// Holds the lock; none on SQLite, nor while the connection is lost.
    conn: Option<DbConn>,
}

impl Presence {
    /// Announces a name that nobody has or has had before.
    pub fn announce(url: &DatabaseUrl, name: String) -> Result<Self> {
        let mut presence = Self { name, conn: None };
        presence.renew(url)?;
        Ok(presence)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Sees to it that the others see it, after a lost connection too.
    pub fn renew(&mut self, url: &DatabaseUrl) -> Result<()> {
        if matches!(url, DatabaseUrl::Sqlite(_)) {
            return Ok(());
        }
        if self.conn.as_mut().is_some_and(|conn| conn.batch_execute("SELECT 1").is_ok()) {
            return Ok(());
        }
        self.conn = None;
        let mut conn =
            Manager::new(url, Door::Write).connect().context("announcing this process")?;
        let held: Free = diesel::sql_query("SELECT pg_try_advisory_lock($1) AS free")
            .bind::<BigInt, _>(key(&self.name))
            .get_result(&mut conn)?;
        // If it is not free, the server has not noticed yet that our last connection is gone, and
        // the others see that one; or one of them is just looking. Next time, then.
        self.conn = held.free.then_some(conn);
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Free {
    #[diesel(sql_type = Bool)]
    free: bool,
}

/// Whether nobody with this name is alive. To be asked within a transaction, during which the name
/// stays free.
pub fn is_gone(conn: &mut DbConn, name: &str) -> QueryResult<bool> {
    match conn {
        DbConn::Sqlite(_) => Ok(true),
        DbConn::Postgres(conn) => diesel::sql_query("SELECT pg_try_advisory_xact_lock($1) AS free")
            .bind::<BigInt, _>(key(name))
            .get_result::<Free>(conn)
            .map(|row| row.free),
    }
}

/// How long another process must have been away before it is taken for dead. A restarted PostgreSQL
/// cuts everybody off, and who is alive is back within seconds; on SQLite any other is gone for good.
pub fn grace(url: &DatabaseUrl) -> TimeDelta {
    match url {
        DatabaseUrl::Sqlite(_) => TimeDelta::zero(),
        DatabaseUrl::Postgres(_) => TimeDelta::seconds(10),
    }
}

/// Now, for all processes alike: on PostgreSQL the server's time, because machines may disagree;
/// on SQLite the caller's.
pub fn common_time(conn: &mut DbConn, own: Instant) -> QueryResult<Instant> {
    match conn {
        DbConn::Sqlite(_) => Ok(own),
        DbConn::Postgres(conn) => {
            diesel::select(diesel::dsl::sql::<Moment>("clock_timestamp()")).get_result(conn)
        }
    }
}

/// The number of the lock that stands for a name.
fn key(name: &str) -> i64 {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, name.as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest.as_ref()[..8]);
    i64::from_be_bytes(bytes)
}
