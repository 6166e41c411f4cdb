//! The one thread that writes to SQLite.
//!
//! SQLite lets one connection write at a time, and a commit with `synchronous=FULL` waits for the
//! disk. So writes queue here: the thread begins a transaction, runs each waiting closure in a
//! savepoint of its own (one that fails takes only itself back), commits once for them all, and
//! only then answers them. Nobody is told `Ok` before it is durable, and a commit is shared by all
//! who wait for one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use anyhow::Context;
use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::r2d2::ManageConnection;
use tokio::sync::oneshot;

use super::DbConn;
use super::pool::Manager;
use crate::error::{Error, Result};

/// A closure to run in the open transaction; it returns what to do once the commit is known.
type Job = Box<dyn FnOnce(&mut DbConn) -> Answer + Send>;
type Answer = Box<dyn FnOnce(Result<(), String>)>;

/// How many closures share one commit at most, so that the first of them need not wait long.
const BATCH: usize = 256;

pub(super) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Opens the connection and starts the thread, which ends when the writer is dropped.
    pub(super) fn start(manager: Manager) -> Result<Self> {
        let mut conn = manager.connect().context("opening the database to write")?;
        let (jobs, queue) = mpsc::channel();
        std::thread::Builder::new()
            .name("database writer".to_owned())
            .spawn(move || run(&mut conn, &queue))
            .map_err(anyhow::Error::from)?;
        Ok(Self { jobs })
    }

    /// Queues a closure; the receiver gets its result after the commit.
    pub(super) fn submit<T, F>(&self, work: F) -> oneshot::Receiver<Result<T>>
    where
        T: Send + 'static,
        F: FnOnce(&mut DbConn) -> Result<T> + Send + 'static,
    {
        let (reply, result) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let done = catch_unwind(AssertUnwindSafe(|| conn.transaction(work)))
                .unwrap_or_else(|_| Err(anyhow::anyhow!("a database write panicked").into()));
            Box::new(move |committed| {
                let _ = reply.send(match (done, committed) {
                    (Ok(_), Err(why)) => {
                        Err(Error::Internal(anyhow::anyhow!("the commit failed: {why}")))
                    }
                    (done, _) => done,
                });
            })
        });
        // A send fails only when the thread has gone; then the receiver fails too.
        let _ = self.jobs.send(job);
        result
    }
}

/// The receiver's error: the thread has gone, which only happens while the process ends.
pub(super) fn gone() -> Error {
    Error::Unavailable("database")
}

fn run(conn: &mut DbConn, queue: &mpsc::Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let mut answers = Vec::new();
        let committed = begin(conn).and_then(|()| {
            let waiting = std::iter::once(first).chain(queue.try_iter());
            answers.extend(waiting.take(BATCH).map(|job| job(conn)));
            commit(conn)
        });
        if let Err(error) = &committed {
            tracing::error!(%error, "a database write failed");
        }
        for answer in answers {
            answer(committed.as_ref().copied().map_err(ToString::to_string));
        }
    }
}

fn begin(conn: &mut DbConn) -> diesel::QueryResult<()> {
    match conn {
        // IMMEDIATE takes the write lock now: a transaction that reads first and writes later
        // fails when another process has written in between.
        DbConn::Sqlite(conn) => {
            AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")
        }
        DbConn::Postgres(conn) => AnsiTransactionManager::begin_transaction(conn),
    }
}

fn commit(conn: &mut DbConn) -> diesel::QueryResult<()> {
    let result = match conn {
        DbConn::Sqlite(conn) => AnsiTransactionManager::commit_transaction(conn),
        DbConn::Postgres(conn) => AnsiTransactionManager::commit_transaction(conn),
    };
    if result.is_err() {
        let _ = match conn {
            DbConn::Sqlite(conn) => AnsiTransactionManager::rollback_transaction(conn),
            DbConn::Postgres(conn) => AnsiTransactionManager::rollback_transaction(conn),
        };
    }
    result
}
