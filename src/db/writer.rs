//! The one thread that writes to SQLite.
//!
//! SQLite lets one connection write at a time, and a commit with `synchronous=FULL` waits for the
//! disk. So writes queue here: the thread begins a transaction, runs each waiting closure in a
//! savepoint of its own (one that fails takes only itself back), commits once for them all, and
//! only then answers them. Nobody is told `Ok` before it is durable, and a commit is shared by all
//! who wait for one.
//!
//! A full or broken disk makes SQLite take the whole transaction back by itself. Then the batch is
//! over, and the next one begins on a new connection: this one's state is anybody's guess.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use anyhow::Context;
use diesel::Connection;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::ManageConnection;
use tokio::sync::oneshot;

use super::DbConn;
use super::pool::Manager;
use crate::error::{Error, Result};
use crate::on_both;

/// A closure to run in the open transaction.
type Job = Box<dyn FnOnce(&mut DbConn) -> Done + Send>;

/// What came of it.
struct Done {
    failed: bool,
    /// What to do once the commit is known.
    answer: Box<dyn FnOnce(Result<(), String>)>,
}

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
            .spawn(move || run(&manager, &mut conn, &queue))
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
            // Caught inside the savepoint: only so is it taken back, and only so does diesel know
            // that it is over.
            let done = conn.transaction(|conn| {
                catch_unwind(AssertUnwindSafe(|| work(conn)))
                    .unwrap_or_else(|_| Err(anyhow::anyhow!("a database write panicked").into()))
            });
            let failed = done.is_err();
            let answer = Box::new(move |committed| {
                let _ = reply.send(match (done, committed) {
                    (Ok(_), Err(why)) => {
                        Err(Error::Internal(anyhow::anyhow!("the commit failed: {why}")))
                    }
                    (done, _) => done,
                });
            });
            Done { failed, answer }
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

fn run(manager: &Manager, conn: &mut DbConn, queue: &mpsc::Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let mut answers = Vec::new();
        let committed = begin(conn).and_then(|()| {
            let waiting = std::iter::once(first).chain(queue.try_iter());
            for job in waiting.take(BATCH) {
                let done = job(conn);
                answers.push(done.answer);
                if done.failed && is_taken_back(conn) {
                    return Err(diesel::result::Error::RollbackTransaction);
                }
            }
            commit(conn)
        });
        if let Err(error) = &committed {
            tracing::error!(%error, "a database write failed");
            match manager.connect() {
                Ok(new) => *conn = new,
                Err(error) => tracing::error!(%error, "the database cannot be opened to write"),
            }
        }
        for answer in answers {
            answer(committed.as_ref().copied().map_err(ToString::to_string));
        }
    }
}

/// Whether the transaction in which everybody's work is has gone. What ran after that would be a
/// transaction of its own, and durable while its caller is told that it is not.
fn is_taken_back(conn: &mut DbConn) -> bool {
    // Within a transaction it is refused, and changes nothing.
    let has_begun_another = conn.batch_execute("BEGIN").is_ok();
    if has_begun_another {
        // The connection is given up after this.
        let _ = conn.batch_execute("ROLLBACK");
    }
    has_begun_another
}

fn begin(conn: &mut DbConn) -> diesel::QueryResult<()> {
    // IMMEDIATE takes the write lock now: a transaction that reads first and writes later fails
    // when another process has written in between.
    on_both!(conn, c => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"))
}

fn commit(conn: &mut DbConn) -> diesel::QueryResult<()> {
    let result = match depth(conn) {
        1 => on_both!(&mut *conn, c => AnsiTransactionManager::commit_transaction(c)),
        // A savepoint that somebody left open: diesel would close that one and call it a commit.
        _ => Err(diesel::result::Error::BrokenTransactionManager),
    };
    if result.is_err() {
        for _ in 0..depth(conn) {
            let _ = on_both!(&mut *conn, c => AnsiTransactionManager::rollback_transaction(c));
        }
    }
    result
}

/// How many transactions and savepoints are open.
fn depth(conn: &mut DbConn) -> u32 {
    let status = on_both!(conn, c => AnsiTransactionManager::transaction_manager_status_mut(c));
    status.transaction_depth().ok().flatten().map_or(0, std::num::NonZeroU32::get)
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;

    use super::*;
    use crate::db::{DatabaseUrl, Db};

    /// What another connection sees, which is what has been committed.
    async fn committed(db: &Db) -> Result<i64> {
        let count = diesel::dsl::sql::<diesel::sql_types::BigInt>("(SELECT count(*) FROM words)");
        db.read(move |conn| Ok(diesel::select(count).get_result(conn)?)).await
    }

    #[tokio::test]
    async fn after_a_write_that_panics_the_next_ones_are_still_durable() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let db = Db::connect(&DatabaseUrl::Sqlite(folder.path().join("words.db")))?;
        db.write(|conn| Ok(conn.batch_execute("CREATE TABLE words (word TEXT)")?)).await?;
        let write = |word: &'static str, ends: fn(&mut DbConn) -> Result<()>| {
            db.write(move |conn| {
                conn.batch_execute(&format!("INSERT INTO words VALUES ('{word}')"))?;
                ends(conn)
            })
        };
        let panics = |_: &mut DbConn| -> Result<()> { std::panic::resume_unwind(Box::new(())) };
        assert!(write("lost", panics).await.is_err());
        write("kept", |_| Ok(())).await?;
        assert_eq!(committed(&db).await?, 1);
        // One that leaves a savepoint of its own open is answered with an error, and nothing of
        // it stays.
        let deeper = |conn: &mut DbConn| -> Result<()> {
            conn.transaction(|_| std::panic::resume_unwind(Box::new(())))
        };
        assert!(write("lost too", deeper).await.is_err());
        write("kept too", |_| Ok(())).await?;
        assert_eq!(committed(&db).await?, 2);
        Ok(())
    }

    /// SQLite takes the whole transaction back by itself when the disk is full.
    #[tokio::test]
    async fn after_a_disk_that_was_full_every_answer_is_true_again() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let db = Db::connect(&DatabaseUrl::Sqlite(folder.path().join("words.db")))?;
        db.write(|conn| Ok(conn.batch_execute("CREATE TABLE words (word TEXT)")?)).await?;
        let pages = |most: i64| {
            db.write(
                move |conn| Ok(conn.batch_execute(&format!("PRAGMA max_page_count = {most}"))?),
            )
        };
        let write = |length: usize| {
            db.write(move |conn| {
                let word = "x".repeat(length);
                Ok(conn.batch_execute(&format!("INSERT INTO words VALUES ('{word}')"))?)
            })
        };
        let mut kept = 0;
        for _ in 0..3 {
            pages(20).await?;
            // All of them wait together, so they share a commit.
            let together = (0..9).map(|nth| write(if nth == 4 { 1_000_000 } else { 10 }));
            for answer in futures_util::future::join_all(together).await {
                kept += i64::from(answer.is_ok());
            }
            assert_eq!(committed(&db).await?, kept);
        }
        pages(1_000_000).await?;
        write(1_000_000).await?;
        assert_eq!(committed(&db).await?, kept + 1);
        Ok(())
    }
}
