//! What an import keeps no longer than it is needed: its file, and what was noted of its rows.

use actix_web::web::Data;

use super::{State, UNDO, store};
use crate::app::App;
use crate::clock::Instant;
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
    while app.db.write_blocking(move |conn| Ok(store::forget_parts(conn, id)?))? > 0 {
        // The file may name somebody who was erased since.
        app.db.note_deleted();
    }
    Ok(())
}

fn lines(app: &App, id: i64) -> Result<()> {
    while app.db.write_blocking(move |conn| Ok(store::forget_lines(conn, id)?))? {
        app.db.note_deleted();
    }
    Ok(())
}

/// Forgets what the columns of lists were called that can no longer be undone, and addresses in the names
/// of their files: without a header, a list's first person is what they are called by.
fn names(app: &App, before: Instant) -> Result<bool> {
    let named = app.db.read_blocking(|conn| Ok(store::named(conn, before)?))?;
    let any = !named.is_empty();
    for import in named {
        let mut plan = import.plan()?;
        plan.columns = vec![String::new(); plan.mapping.len()];
        let file_name = masked(&import.file_name);
        let id = import.id;
        app.db.write_blocking(move |conn| store::forget_names(conn, id, &plan, &file_name))?;
        app.db.note_deleted();
    }
    Ok(any)
}

/// The name of a file without the addresses in it.
fn masked(file_name: &str) -> String {
    let words = file_name.split(' ').map(|word| if word.contains('@') { "…" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// Forgets an import that was never run, with its file and what was noted of its rows.
pub(super) fn all(app: &App, id: i64) -> Result<bool> {
    lines(app, id)?;
    file(app, id)?;
    let is_deleted = app.db.write_blocking(move |conn| Ok(store::delete(conn, id)?))?;
    // The rest of the file goes with it, and so do the names of its columns.
    app.db.note_deleted();
    Ok(is_deleted)
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
        any |= names(&app, before)?;
        for id in abandoned {
            any |= all(&app, id)?;
        }
        files(&app)?;
        Ok(any)
    });
    work.await.map_err(anyhow::Error::from)?
}
