//! From a file to an import that is under way, and what can be done with it.

use std::collections::VecDeque;
use std::io::Cursor;
use std::sync::{Mutex, PoisonError};

use actix_web::web::Data;
use serde_json::json;

use super::file::{Stored, Writer};
use super::table::guess::{self, Found};
use super::{Counts, Import, Kind, Plan, State, fields, forget, store};
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, Result};
use crate::newsletters::Newsletter;
use crate::staff;
use crate::subscribers::stated;
use crate::subscribers::store::stated::Stated;
use crate::web::direction::unturned;

/// Characters of a file's name.
const LONGEST_NAME: usize = 200;

/// An import whose file is coming.
pub struct Upload<'a> {
    app: &'a Data<App>,
    id: i64,
    writer: Writer<'a>,
}

impl<'a> Upload<'a> {
    /// Begins one.
    pub async fn begin(
        app: &'a Data<App>,
        newsletter: &Newsletter,
        kind: Kind,
        file_name: &str,
        actor: &str,
    ) -> Result<Self> {
        let name: String =
            unturned(file_name).chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
        let (newsletter, actor, now) = (newsletter.id, actor.to_owned(), app.clock.now());
        let insert = move |conn: &mut crate::db::DbConn| {
            Ok(store::insert(conn, newsletter, kind, &name, &actor, now)?)
        };
        let id = app.db.write(insert).await?;
        Ok(Self { app, id, writer: Writer::new(app, id) })
    }

    /// More of the file.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.writer.write(bytes).await
    }

    /// Gives it up.
    pub async fn give_up(self) -> Result<()> {
        remove(self.app, self.id).await.map(drop)
    }

    /// All of it is there: looks at it. What is no table is not kept.
    pub async fn finish(self) -> Result<Import> {
        let Self { app, id, writer } = self;
        let size = writer.finish().await?;
        match look(app, id, size).await {
            Ok(found) => {
                let plan = Plan::guess(&found);
                store_plan(app, id, plan, size).await
            }
            Err(error) => {
                remove(app, id).await?;
                Err(error)
            }
        }
    }
}

async fn look(app: &Data<App>, id: i64, size: u64) -> Result<Found> {
    let app = app.clone().into_inner();
    let work = tokio::task::spawn_blocking(move || {
        let mut import = app.db.read_blocking(|conn| Ok(store::find(conn, id)?))?;
        import.size = size.cast_signed();
        guess::look(Stored::new(&app, &import))
    });
    work.await.map_err(anyhow::Error::from)?
}

/// What stands in the first rows, as an import's plan reads them; cells are cut. It is kept a while,
/// because of a spreadsheet all the strings are read to know it.
pub async fn first_rows(app: &Data<App>, import: &Import) -> Result<Found> {
    let (app, import, plan) = (app.clone().into_inner(), import.clone(), import.plan()?);
    if let Some(known) = app.imports.first_rows.find(&import, &plan) {
        return Ok(known);
    }
    let work = tokio::task::spawn_blocking(move || {
        let format = plan.format.clone();
        let mut found = guess::look_as(Stored::new(&app, &import), format, Some(plan.has_header))?;
        for cell in found.sample.iter_mut().flat_map(|row| &mut row.cells) {
            if let Some((end, _)) = cell.char_indices().nth(LONGEST_SHOWN) {
                cell.truncate(end);
            }
        }
        app.imports.first_rows.keep(&import, &plan, &found);
        Ok(found)
    });
    work.await.map_err(anyhow::Error::from)?
}

/// Characters of a cell that are shown of the first rows.
const LONGEST_SHOWN: usize = 80;

/// The first rows of the files that somebody looks at now.
#[derive(Default)]
pub struct FirstRows(Mutex<VecDeque<(i64, Plan, Found)>>);

impl FirstRows {
    /// Files that are kept.
    const MOST: usize = 8;

    fn find(&self, import: &Import, plan: &Plan) -> Option<Found> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |(id, of, _): &&(i64, Plan, Found)| {
            *id == import.id && of.format == plan.format && of.has_header == plan.has_header
        };
        kept.iter().find(is_it).map(|(.., found)| found.clone())
    }

    fn keep(&self, import: &Import, plan: &Plan, found: &Found) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(id, ..)| *id != import.id);
        kept.push_front((import.id, plan.clone(), found.clone()));
        kept.truncate(Self::MOST);
    }

    /// Forgets a file that is not there any more.
    pub fn forget(&self, id: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|(known, ..)| *known != id);
    }
}

async fn remove(app: &Data<App>, id: i64) -> Result<bool> {
    let app = app.clone().into_inner();
    let work = tokio::task::spawn_blocking(move || forget::all(&app, id));
    work.await.map_err(anyhow::Error::from)?
}

/// Forgets an import that was never run.
pub async fn discard(app: &Data<App>, import: &Import) -> Result<()> {
    if import.started_at.is_some() || import.state.is_under_way() {
        return Err(Error::Conflict("error-list-state"));
    }
    remove(app, import.id).await.map(drop)
}

/// Sets how an import is read and what it rests on.
pub async fn set_plan(app: &Data<App>, import: &Import, plan: Plan) -> Result<Import> {
    store_plan(app, import.id, plan, import.size.unsigned_abs()).await
}

async fn store_plan(app: &Data<App>, id: i64, plan: Plan, size: u64) -> Result<Import> {
    app.db
        .write(move |conn| {
            if !store::set_plan(conn, id, &plan, size.cast_signed())? {
                return Err(Error::Conflict("error-list-state"));
            }
            Ok(store::find(conn, id)?)
        })
        .await
}

/// Changes how an import is read and what it rests on. When it is read otherwise, its columns are
/// guessed anew.
pub async fn change(app: &Data<App>, import: &Import, mut plan: Plan) -> Result<Import> {
    let before = import.plan()?;
    if (&before.format, before.has_header) != (&plan.format, plan.has_header) {
        let mut look = import.clone();
        look.plan.0 = json!(plan);
        let found = first_rows(app, &look).await?;
        plan.mapping = fields::guess(&found);
        plan.columns = found.columns;
    }
    set_plan(app, import, plan).await
}

/// Judges every row, and does nothing.
pub async fn check(app: &Data<App>, import: &Import, newsletter: &Newsletter) -> Result<()> {
    begin(app, import, newsletter, State::Checking).await
}

/// Takes every row that can be taken.
pub async fn run(app: &Data<App>, import: &Import, newsletter: &Newsletter) -> Result<()> {
    begin(app, import, newsletter, State::Running).await
}

async fn begin(app: &Data<App>, import: &Import, newsletter: &Newsletter, to: State) -> Result<()> {
    let now = app.clock.now();
    import.plan()?.check(import.kind, now.day_in(newsletter.zone()))?;
    let (id, started_at) = (import.id, (to == State::Running).then_some(now));
    app.db
        .write(move |conn| {
            let from = [State::Uploaded, State::Checked];
            if store::begin(conn, id, &from, to, &Counts::default(), started_at)? {
                Ok(())
            } else {
                Err(Error::Conflict("error-list-state"))
            }
        })
        .await
}

/// The numbers that somebody has stated for days which the ledger will count itself when a list that
/// was checked is run.
pub async fn hidden(app: &App, import: &Import, newsletter: &Newsletter) -> Result<Vec<Stated>> {
    let (counts, id) = (import.counts()?, newsletter.id);
    if import.state != State::Checked || import.kind != Kind::Subscribers || counts.created == 0 {
        return Ok(Vec::new());
    }
    let day = counts.first_day.unwrap_or(app.clock.now().day_in(newsletter.zone()));
    app.db.read(move |conn| stated::hidden_from(conn, id, day)).await
}

/// Stops what is under way: a check is forgotten, and of a run stays what it has done, to be taken
/// back or not.
///
/// # Errors
/// [`Error::Conflict`] when nothing is under way, or it is being taken back.
pub async fn cancel(app: &Data<App>, import: &Import, actor: &str) -> Result<()> {
    let (id, now, actor) = (import.id, app.clock.now(), actor.to_owned());
    app.db
        .write(move |conn| {
            let import = store::find(conn, id)?;
            let (to, problem, finished_at) = match import.state {
                State::Checking => (State::Uploaded, None, None),
                State::Running => (State::Failed, Some("error-list-cancelled"), Some(now)),
                _ => return Err(Error::Conflict("error-list-state")),
            };
            store::finish(conn, &import, to, None, problem, finished_at)?;
            let subject = format!("import {}", import.uuid);
            let details = json!({ "state": import.state, "counts": import.counts()? });
            staff::store::audit(conn, &actor, "subscribers.import_cancel", &subject, details, now)?;
            Ok(())
        })
        .await
}

/// Takes back what an import did, within a day.
pub async fn undo(app: &Data<App>, import: &Import, actor: &str) -> Result<()> {
    let (id, now, actor) = (import.id, app.clock.now(), actor.to_owned());
    app.db
        .write(move |conn| {
            let import = store::find(conn, id)?;
            if import.undo_until(now).is_none() {
                return Err(Error::Conflict("error-list-state"));
            }
            let (counts, started) = (import.counts()?, import.started_at);
            let from = [import.state];
            if !store::begin(conn, id, &from, State::Undoing, &counts, started)? {
                return Err(Error::Conflict("error-list-state"));
            }
            let subject = format!("import {}", import.uuid);
            let details = json!({ "newsletter": import.newsletter });
            staff::store::audit(conn, &actor, "subscribers.import_undo", &subject, details, now)?;
            Ok(())
        })
        .await
}

/// An import with its newsletter.
pub async fn find(app: &App, uuid: PublicId) -> Result<(Import, Newsletter)> {
    app.db.read(move |conn| Ok(store::by_uuid(conn, uuid)?)).await
}

/// Takes a whole file that is in memory already, or on the disk of this machine.
pub async fn take_file(
    app: &Data<App>,
    newsletter: &Newsletter,
    kind: Kind,
    file_name: &str,
    actor: &str,
    mut file: impl std::io::Read,
) -> Result<Import> {
    let mut upload = Upload::begin(app, newsletter, kind, file_name, actor).await?;
    let mut piece = vec![0; super::file::PIECE];
    loop {
        let count = file.read(&mut piece).map_err(anyhow::Error::from)?;
        if count == 0 {
            return upload.finish().await;
        }
        if let Err(error) = upload.write(&piece[..count]).await {
            upload.give_up().await?;
            return Err(error);
        }
    }
}

/// [`take_file`] for bytes.
pub async fn take_bytes(
    app: &Data<App>,
    newsletter: &Newsletter,
    kind: Kind,
    actor: &str,
    bytes: &[u8],
) -> Result<Import> {
    take_file(app, newsletter, kind, "", actor, Cursor::new(bytes)).await
}
