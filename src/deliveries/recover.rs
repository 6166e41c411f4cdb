//! Rows that are under way and that nobody will record any more, because their process was killed
//! or has lost its way. Each may have gone out or not, so each is uncertain: it is sent once more
//! with the same Message-ID, and if that happens to it again, it is held for a person.

use super::store;
use crate::app::App;
use crate::db::DbConn;
use crate::db::presence::{common_time, is_gone};
use crate::error::Result;

/// Recovers the rows of workers that are gone, at once, and those whose lease has run out; says
/// whether there were any. `former` are names under which this process is still at work.
pub fn abandoned(app: &App, worker: &str, former: &[String]) -> Result<bool> {
    let now = app.clock.now();
    let (others, is_late) = app.db.read_blocking(|conn| {
        let mut workers = store::workers(conn)?;
        workers.retain(|name| name != worker && !former.contains(name));
        let common = common_time(conn, now)?;
        Ok((workers, !store::expired(conn, common)?.is_empty()))
    })?;
    let mut count = 0;
    for other in others {
        count += app.db.write_blocking(move |conn| {
            if !is_gone(conn, &other)? {
                return Ok(0);
            }
            of_worker(conn, &other, None, now)
        })?;
    }
    if is_late {
        count += app.db.write_blocking(move |conn| {
            let common = common_time(conn, now)?;
            let ids = store::expired(conn, common)?;
            Ok(store::forsaken(conn, &ids, now)?)
        })?;
    }
    if count > 0 {
        tracing::warn!(
            rows = count,
            "rows were under way in a process that is gone; they may have been sent"
        );
    }
    Ok(count > 0)
}

/// Recovers what this process itself has left of an issue: after a panic, or a write whose answer
/// was lost. To be called while none of its connections is at work on the issue.
pub fn own(app: &App, worker: &str, issue: i64) -> Result<()> {
    let (worker, now) = (worker.to_owned(), app.clock.now());
    let name = worker.clone();
    let has_any = app
        .db
        .read_blocking(move |conn| Ok(!store::in_data_of(conn, &name, Some(issue))?.is_empty()))?;
    if has_any {
        app.db.write_blocking(move |conn| of_worker(conn, &worker, Some(issue), now))?;
    }
    Ok(())
}

fn of_worker(
    conn: &mut DbConn,
    worker: &str,
    issue: Option<i64>,
    now: crate::clock::Instant,
) -> Result<usize> {
    let ids = store::in_data_of(conn, worker, issue)?;
    Ok(store::forsaken(conn, &ids, now)?)
}
