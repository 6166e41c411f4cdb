//! What an import keeps no longer than it is needed: its file, and what was noted of its rows.

use actix_web::web::Data;

use super::{State, UNDO, store};
use crate::app::App;
use crate::error::Result;

/// Forgets the files of imports that need them no more.
pub(super) fn files(app: &App) -> Result<()> {
    let over = [State::Done, State::Undoing, State::Undone];
    for id in app.db.read_blocking(|conn| Ok(store::with_file(conn, &over)?))? {
        file(app, id)?;
    }
    for id in app.db.read_blocking(|conn| Ok(store::stopped_with_file(conn)?))? {
        file(app, id)?;
    }
    Ok(())
}

/// Forgets the file of an import.
pub(super) fn file(app: &App, id: i64) -> Result<()> {
    app.imports.first_rows.forget(id);
    while app.db.write_blocking(move |conn| Ok(store::forget_parts(conn, id)?))? > 0 {}
    Ok(())
}

fn lines(app: &App, id: i64) -> Result<()> {
    while app.db.write_blocking(move |conn| Ok(store::forget_lines(conn, id)?))? {}
    Ok(())
}

/// Forgets an import that was never run, with its file and what was noted of its rows.
pub(super) fn all(app: &App, id: i64) -> Result<bool> {
    lines(app, id)?;
    file(app, id)?;
    app.db.write_blocking(move |conn| Ok(store::delete(conn, id)?))
}

/// The job that forgets files that were never run and what can no longer be undone.
pub async fn old(app: &Data<App>) -> Result<bool> {
    let (app, before) = (app.clone().into_inner(), app.clock.now() - UNDO);
    let work = tokio::task::spawn_blocking(move || {
        let (abandoned, past) = app.db.read_blocking(|conn| {
            Ok((store::abandoned(conn, before)?, store::past_undoing(conn, before)?))
        })?;
        let mut any = false;
        for id in past {
            lines(&app, id)?;
            any = true;
        }
        for id in abandoned {
            any |= all(&app, id)?;
        }
        files(&app)?;
        Ok(any)
    });
    work.await.map_err(anyhow::Error::from)?
}
