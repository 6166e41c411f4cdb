//! The database: SQLite by default, PostgreSQL for more than one machine; the URL chooses.
//!
//! All work goes through two doors, [`Db::read`] and [`Db::write`], which take a closure over a
//! [`DbConn`]. A write is one transaction: when it returns `Ok`, it is durable. On SQLite all
//! writes go to one thread ([`writer`]), which commits those that are waiting together.
//!
//! This folder is the only place that knows which database it is. Elsewhere a query is written
//! once, with diesel's `MultiConnection`; what that cannot say has a macro here ([`crate::on_both!`]).

mod among;
mod conn;
pub mod matching;
pub mod migrate;
mod pool;
pub mod presence;
pub mod schema;
pub mod types;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::r2d2::Pool;

use crate::error::{Error, Result};
pub use among::{Among, among};
pub use conn::{DbConn, MultiBackend};
use pool::{Door, Manager};
pub use types::{Json, PublicId};

/// Runs the same expression on the connection inside, for what `MultiConnection` lacks: batch
/// inserts, `ON CONFLICT`, `UNION`. Both expansions come from one text.
///
/// ```ignore
/// on_both!(conn, c => diesel::insert_into(deliveries::table).values(&rows).on_conflict_do_nothing().execute(c))
/// ```
#[macro_export]
macro_rules! on_both {
    ($conn:expr, $inner:ident => $body:expr) => {
        match $conn {
            $crate::db::DbConn::Sqlite($inner) => $body,
            $crate::db::DbConn::Postgres($inner) => $body,
        }
    };
}

/// Makes a type of the caller a statement on both databases, for what diesel cannot say. Its text
/// must be the same whatever the values are: so it stays prepared, which `sql_query` and diesel's
/// own updates do not. Behind `=>` stands what it returns, if it returns rows.
///
/// ```ignore
/// statement!(Rename<'_>, (self, out) => {
///     out.push_sql("UPDATE newsletters SET title = ");
///     out.push_bind_param::<Text, _>(self.title)
/// });
/// ```
#[macro_export]
macro_rules! statement {
    ($name:ident<'_> => $row:ty, ($this:ident, $out:ident) => $body:expr) => {
        impl diesel::query_builder::Query for $name<'_> {
            type SqlType = $row;
        }
        $crate::statement!($name<'_>, ($this, $out) => $body);
    };
    ($name:ident<'_>, ($this:ident, $out:ident) => $body:expr) => {
        impl<Conn> diesel::RunQueryDsl<Conn> for $name<'_> {}
        impl diesel::query_builder::QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }
        $crate::statement!($name, ($this, $out) => $body, diesel::sqlite::Sqlite);
        $crate::statement!($name, ($this, $out) => $body, diesel::pg::Pg);
    };
    ($name:ident, ($this:ident, $out:ident) => $body:expr, $backend:ty) => {
        impl diesel::query_builder::QueryFragment<$backend> for $name<'_> {
            fn walk_ast<'b>(
                &'b $this,
                mut $out: diesel::query_builder::AstPass<'_, 'b, $backend>,
            ) -> diesel::QueryResult<()> {
                $body
            }
        }
    };
}

/// From here on the transaction sees the data of one moment; to be called first in it. SQLite's
/// transactions always do. When another process changes what this one changes too, it fails as a
/// whole, and can be tried again.
pub fn one_snapshot(conn: &mut DbConn) -> diesel::QueryResult<()> {
    use diesel::connection::SimpleConnection;
    match conn {
        DbConn::Sqlite(_) => Ok(()),
        DbConn::Postgres(conn) => {
            conn.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        }
    }
}

/// Reads the data of one moment, however many statements that takes.
pub fn at_one_moment<T>(
    conn: &mut DbConn,
    read: impl FnOnce(&mut DbConn) -> Result<T>,
) -> Result<T> {
    use diesel::Connection;
    conn.transaction(|conn| {
        one_snapshot(conn)?;
        read(conn)
    })
}

/// Keeps rows of a table, by their ids, as they are until the transaction ends; returns those of
/// which a condition still holds. On SQLite nobody else writes meanwhile anyway.
pub fn hold(
    conn: &mut DbConn,
    table: &'static str,
    condition: &'static str,
    ids: &[i64],
) -> diesel::QueryResult<Vec<i64>> {
    use diesel::RunQueryDsl;
    use diesel::sql_types::{Array, BigInt};

    #[derive(diesel::QueryableByName)]
    struct Held {
        #[diesel(sql_type = BigInt)]
        id: i64,
    }
    match conn {
        DbConn::Sqlite(_) => Ok(ids.to_vec()),
        DbConn::Postgres(conn) => {
            let text = format!(
                "SELECT id FROM {table} WHERE id = ANY($1) AND {condition} ORDER BY id FOR SHARE"
            );
            let query = diesel::sql_query(text).bind::<Array<BigInt>, _>(ids);
            let held: Vec<Held> = query.load(conn)?;
            Ok(held.into_iter().map(|held| held.id).collect())
        }
    }
}

/// Keeps a person's row for this transaction: whoever else wants to change the person waits, and
/// sees what this one made of them. So what is read next can be written down as a change from it.
/// SQLite has one writer, who keeps everything.
pub fn hold_person(conn: &mut DbConn, id: i64) -> diesel::QueryResult<()> {
    hold_people(conn, &[id])
}

/// The same for many, in the order of their ids, so that two who keep some of the same do not wait for
/// each other in a circle.
pub fn hold_people(conn: &mut DbConn, ids: &[i64]) -> diesel::QueryResult<()> {
    use diesel::prelude::*;
    use schema::subscribers::{id, table};
    let DbConn::Postgres(conn) = conn else { return Ok(()) };
    let rows = table.filter(id.eq_any(ids)).order(id).select(id);
    rows.for_no_key_update().load::<i64>(conn).map(drop)
}

/// The same for who may be deleted: whoever wants to add a row of that person waits too.
pub fn hold_person_to_delete(conn: &mut DbConn, id: i64) -> diesel::QueryResult<()> {
    use diesel::prelude::*;
    let DbConn::Postgres(conn) = conn else { return Ok(()) };
    let row = schema::subscribers::table.find(id).select(schema::subscribers::id);
    row.for_update().first::<i64>(conn).optional().map(drop)
}

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file.
    Sqlite(PathBuf),
    /// A libpq connection string.
    Postgres(String),
}

impl DatabaseUrl {
    /// Where what belongs to it is kept when nobody says otherwise: beside the file.
    pub fn default_folder(&self) -> PathBuf {
        match self {
            Self::Sqlite(path) => match path.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder.into(),
                _ => ".".into(),
            },
            Self::Postgres(_) => "data".into(),
        }
    }

    /// Whether only this installation has it: a file beside it, and no server that others share.
    pub fn is_our_own(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// Whether there can be a database already: a file, or a server that is to be asked.
    pub fn may_be_there(&self) -> bool {
        match self {
            Self::Sqlite(path) => path.exists(),
            Self::Postgres(_) => true,
        }
    }

    /// Reads `sqlite://path`, `postgres://…` or `postgresql://…`.
    pub fn parse(url: &str) -> Result<Self, String> {
        if let Some(path) = url.strip_prefix("sqlite://").filter(|path| !path.is_empty()) {
            Ok(Self::Sqlite(path.into()))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Self::Postgres(url.to_owned()))
        } else {
            Err("it must start with sqlite:// and a path, or with postgres://".to_owned())
        }
    }
}

/// The two doors to the database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    readers: Pool<Manager>,
    writes: Writes,
    log: Arc<Log>,
}

/// SQLite's write-ahead log: it keeps pages as they were, with what has been deleted since.
struct Log {
    url: DatabaseUrl,
    /// Whether it may hold what must not be kept. At the start nobody knows.
    holds_deleted: AtomicBool,
}

#[derive(Clone)]
enum Writes {
    /// The thread that owns SQLite's one writing connection.
    Queue(Arc<writer::Writer>),
    /// PostgreSQL: a connection of the pool.
    Pool(Pool<Manager>),
}

impl Db {
    /// Connects; the database must exist and be up to date ([`migrate::check`]).
    pub fn connect(url: &DatabaseUrl) -> Result<Self> {
        let writes = match url {
            DatabaseUrl::Sqlite(_) => {
                Writes::Queue(Arc::new(writer::Writer::start(Manager::new(url, Door::Write))?))
            }
            DatabaseUrl::Postgres(_) => Writes::Pool(pool::open(url, Door::Write, 10)?),
        };
        let log = Arc::new(Log { url: url.clone(), holds_deleted: AtomicBool::new(true) });
        Ok(Self { readers: pool::open(url, Door::Read, 4)?, writes, log })
    }

    /// Notes that something was deleted of which no copy may stay in the log: see [`Db::wipe_log`].
    pub fn note_deleted(&self) {
        self.log.holds_deleted.store(true, Ordering::SeqCst);
    }

    /// Writes SQLite's file anew. `secure_delete` overwrites what is deleted, but not the copies of a
    /// row that stay in the unused part of a page when a tree is balanced; only this takes them out.
    /// Others wait to write meanwhile: about ten seconds a gigabyte. `false` when somebody was in the
    /// way. PostgreSQL's vacuum comes by itself.
    pub async fn rewrite(&self) -> Result<bool> {
        let log = self.log.clone();
        if !log.url.is_our_own() {
            return Ok(false);
        }
        blocking(move || pool::rewrite(&log.url)).await
    }

    /// Brings everything from SQLite's write-ahead log into the database, where deleted rows are
    /// overwritten, and empties the log, if anything was deleted that must not stay in it. `false`
    /// when there was nothing to do, or somebody is still reading: it is to be tried again then.
    /// PostgreSQL reuses its log by itself.
    pub async fn wipe_log(&self) -> Result<bool> {
        let log = self.log.clone();
        if !log.url.is_our_own() || !log.holds_deleted.swap(false, Ordering::SeqCst) {
            return Ok(false);
        }
        let is_wiped = blocking(move || pool::wipe_log(&log.url)).await;
        if !matches!(is_wiped, Ok(true)) {
            self.note_deleted();
        }
        is_wiped
    }

    /// Runs a closure that only reads.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConn) -> Result<T> + Send + 'static,
    {
        let db = self.clone();
        blocking(move || db.read_blocking(work)).await
    }

    /// [`Db::read`] for a thread that may wait.
    pub fn read_blocking<T>(&self, work: impl FnOnce(&mut DbConn) -> Result<T>) -> Result<T> {
        let mut conn = self.readers.get().map_err(pool::away)?;
        work(&mut conn)
    }

    /// Runs a closure in a transaction. `Ok` means that it is on the disk; an error means that
    /// nothing of it is. Never hold it across the network, and cut long work into chunks: on
    /// SQLite everyone else waits.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConn) -> Result<T> + Send + 'static,
    {
        match &self.writes {
            Writes::Queue(writer) => writer.submit(work).await.map_err(|_| writer::gone())?,
            Writes::Pool(_) => {
                let db = self.clone();
                blocking(move || db.write_blocking(work)).await
            }
        }
    }

    /// [`Db::write`] for a thread that may wait. Not to be called on an async worker.
    pub fn write_blocking<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConn) -> Result<T> + Send + 'static,
    {
        match &self.writes {
            Writes::Queue(writer) => {
                writer.submit(work).blocking_recv().map_err(|_| writer::gone())?
            }
            Writes::Pool(pool) => {
                use diesel::Connection;
                let conn: &mut DbConn = &mut *pool.get().map_err(pool::away)?;
                conn.transaction(work)
            }
        }
    }
}

/// Runs a closure in a transaction on a connection of its own: for what is to be settled before
/// the program begins, when nobody waits and no thread may be asked.
pub fn at_start<T>(url: &DatabaseUrl, work: impl FnOnce(&mut DbConn) -> Result<T>) -> Result<T> {
    use diesel::Connection;
    use diesel::r2d2::ManageConnection;
    let conn = Manager::new(url, Door::Write).connect();
    let mut conn =
        conn.map_err(|error| anyhow::Error::new(error).context("opening the database"))?;
    conn.transaction(work)
}

async fn blocking<T, F>(work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T> + Send + 'static,
{
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Error::Internal(anyhow::Error::new(error).context("database work")))?
}
