//! The job of the night: what has been kept for long enough goes.

use super::Kept;
use super::store::{self, CHUNK, Run, Sweep};
use crate::app::App;
use crate::error::Result;

/// How many of each have been kept for long enough: what the next night clears.
pub async fn due(app: &App) -> Result<Vec<(Kept, i64)>> {
    let (now, retention) = (app.clock.now(), app.config.retention);
    app.db
        .read(move |conn| {
            let due = |&kept: &Kept| {
                let when = (retention.before(kept, now), now);
                Ok((kept, store::sweep(conn, kept, Sweep::Count, when)?))
            };
            Kept::ALL.iter().map(due).collect()
        })
        .await
}

/// Clears all that is too old, a chunk at a time, so that nobody waits long to write; says whether
/// there was any.
pub async fn clear_old(app: &App) -> Result<bool> {
    let now = app.clock.now();
    let mut any = false;
    for (kept, cleared) in due(app).await?.into_iter().filter(|(_, due)| *due > 0) {
        any = true;
        let when = (app.config.retention.before(kept, now), now);
        let clear = move |conn: &mut _| store::sweep(conn, kept, Sweep::Clear, when);
        while app.db.write(clear).await? == CHUNK as i64 {}
        let run = Run { kept, at: now, cleared };
        app.db.write(move |conn| Ok(store::keep_run(conn, run)?)).await?;
        app.db.note_deleted();
    }
    Ok(any)
}
