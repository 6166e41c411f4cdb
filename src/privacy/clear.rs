//! The job of the night: what has been kept for long enough goes.

use actix_web::web::Data;

use super::Kept;
use super::store::{self, CHUNK, Run, Sweep};
use crate::app::App;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::deliveries::control;
use crate::error::Result;
use crate::issues;
use crate::subscribers::erase;

/// How many of each have been kept for long enough: what the next night clears.
pub async fn due(app: &App) -> Result<Vec<(Kept, i64)>> {
    let (now, retention) = (app.clock.now(), app.config.retention);
    app.db
        .read(move |conn| {
            let due = |&kept: &Kept| {
                if retention.is_for_ever(kept) {
                    return Ok((kept, 0));
                }
                let when = (retention.before(kept, now), now);
                Ok((kept, store::sweep(conn, kept, Sweep::Count, when)?))
            };
            Kept::ALL.iter().map(due).collect()
        })
        .await
}

/// Clears all that is too old, a chunk at a time, so that nobody waits long to write; says whether
/// there was any.
pub async fn clear_old(app: &Data<App>) -> Result<bool> {
    let now = app.clock.now();
    let mut any = false;
    for (kept, cleared) in due(app).await?.into_iter().filter(|(_, due)| *due > 0) {
        any = true;
        let when = (app.config.retention.before(kept, now), now);
        if kept == Kept::Ended {
            erase_ended(app, when.0).await?;
        } else {
            if kept == Kept::Deliveries {
                end_forgotten(app, when.0).await?;
            }
            let clear = move |conn: &mut _| store::sweep(conn, kept, Sweep::Clear, when);
            while app.db.write(clear).await? == CHUNK as i64 {}
        }
        let run = Run { kept, at: now, cleared };
        app.db.write(move |conn| Ok(store::keep_run(conn, run)?)).await?;
        app.db.note_deleted();
    }
    Ok(any)
}

/// People of one transaction.
const PEOPLE: i64 = 200;

/// Erases who has left everything, as if they had asked for it: the counts stay, and so does the keyed
/// hash for its time, so that no old list brings them back.
async fn erase_ended(app: &App, before: Instant) -> Result<()> {
    loop {
        let next = move |conn: &mut DbConn| Ok(store::next_ended(conn, before, PEOPLE)?);
        let people = app.db.read(next).await?;
        if people.is_empty() {
            return Ok(());
        }
        erase::erase_all(app, people).await?;
    }
}

/// An issue that has been paused for as long is sent to nobody any more.
async fn end_forgotten(app: &Data<App>, before: Instant) -> Result<()> {
    let paused = move |conn: &mut DbConn| Ok(issues::store::paused_before(conn, before)?);
    for (issue, paused_at) in app.db.read(paused).await? {
        let app = app.clone();
        let end = move || control::end_forgotten(&app, &issue, paused_at);
        tokio::task::spawn_blocking(end).await.map_err(anyhow::Error::from)??;
    }
    Ok(())
}
