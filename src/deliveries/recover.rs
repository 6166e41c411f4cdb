//! Rows that are under way and that nobody will record any more, because their process was killed
//! or has lost its way. Each may have gone out or not, so each is uncertain: it is sent once more
//! with the same Message-ID, and if that happens to it again, it is held for a person; by setting,
//! it is held at once.

use std::collections::HashMap;

use super::store::{self, Orphans};
use crate::app::App;
use crate::clock::Instant;
use crate::db::presence::{common_time, grace, is_gone};
use crate::error::Result;

/// Other processes that were not there when last looked for, and since when.
#[derive(Debug, Default)]
pub struct Missing(HashMap<String, Instant>);

/// Recovers the rows of workers that are gone and those whose lease has run out; says whether
/// there were any.
pub fn abandoned(app: &App, worker: &str, missing: &mut Missing) -> Result<bool> {
    let now = app.clock.now();
    let (others, is_late) = app.db.read_blocking(|conn| {
        let mut workers = store::workers(conn)?;
        workers.retain(|name| name != worker);
        let common = common_time(conn, now)?;
        Ok((workers, store::has_orphans(conn, Orphans::Late(common, worker))?))
    })?;
    missing.0.retain(|name, _| others.contains(name));
    let again = app.config.sending.resend_uncertain.then_some(now);
    let mut count = 0;
    for other in others {
        let since = missing.0.entry(other.clone()).or_insert(now);
        // A clock that was put back has not been looked at for long.
        *since = now.min(*since);
        let since = *since;
        let is_sure = now - since >= grace(&app.config.database_url);
        let name = other.clone();
        let (is_gone, rows) = app.db.write_blocking(move |conn| {
            let is_gone = is_gone(conn, &name)?;
            let rows = match is_gone && is_sure {
                true => store::recover(conn, Orphans::Of(&name), again)?,
                false => 0,
            };
            Ok((is_gone, rows))
        })?;
        if !is_gone {
            missing.0.remove(&other);
        }
        count += rows;
    }
    if is_late {
        let worker = worker.to_owned();
        count += app.db.write_blocking(move |conn| {
            let common = common_time(conn, now)?;
            Ok(store::recover(conn, Orphans::Late(common, &worker), again)?)
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
    let worker = worker.to_owned();
    let again = app.config.sending.resend_uncertain.then_some(app.clock.now());
    let has_any =
        app.db.read_blocking(|conn| Ok(store::has_orphans(conn, Orphans::In(issue, &worker))?))?;
    if has_any {
        app.db.write_blocking(move |conn| {
            Ok(store::recover(conn, Orphans::In(issue, &worker), again)?)
        })?;
    }
    Ok(())
}
