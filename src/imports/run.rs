//! Going through a file: each row is parsed and judged, and, unless it is only checked, taken. What
//! became of a chunk and how far that is are written in one transaction.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use actix_web::web::Data;
use chrono::TimeDelta;
use serde_json::json;

use super::judge::{Judged, judge};
pub use super::rows::CHUNK;
use super::rows::{Chunk, Rows};
use super::steps::FirstRows;
use super::store::{self, Line};
use super::take::{self, Context};
use super::{Counts, Import, Kind, State, Verdict, forget, suppress, undo};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{DbConn, PublicId};
use crate::error::{Error, Result};
use crate::newsletters;
use crate::staff;
use crate::subscribers::admit::Known;
use crate::subscribers::store::batch;
use crate::subscribers::{admit, domains, withdrawals};

/// After how long an import is taken over from a process that writes nothing down any more. One
/// that was only slow loses its chunk, and nothing is done twice.
const ABANDONED: TimeDelta = TimeDelta::seconds(5);

/// What goes through files in this process; one file at a time.
pub struct Runner {
    turn: tokio::sync::Mutex<()>,
    /// This process.
    process: PublicId,
    /// What is shown of files.
    pub(super) first_rows: FirstRows,
}

impl Default for Runner {
    fn default() -> Self {
        Self {
            turn: tokio::sync::Mutex::default(),
            process: PublicId::random(),
            first_rows: FirstRows::default(),
        }
    }
}

/// The job: goes on with the imports that are under way; says whether there was one. One that fails
/// now keeps no other one waiting.
pub async fn go_on(app: &Data<App>) -> Result<bool> {
    let ids = app.db.read(|conn| Ok(store::under_way(conn)?)).await?;
    if ids.is_empty() {
        return Ok(false);
    }
    // Whoever has it already goes on by themselves.
    let Ok(_turn) = app.imports.turn.try_lock() else { return Ok(false) };
    let mut went = Ok(true);
    for id in ids {
        if let Err(error) = drive(app, id).await {
            went = Err(error);
        }
    }
    went
}

/// Goes through an import until it is not under way any more, and returns it.
pub async fn to_the_end(app: &Data<App>, id: i64) -> Result<Import> {
    loop {
        {
            let _turn = app.imports.turn.lock().await;
            drive(app, id).await?;
        }
        let import = app.db.read(move |conn| Ok(store::find(conn, id)?)).await?;
        if !import.state.is_under_way() || app.sender.is_stopping() {
            return Ok(import);
        }
        // Another process has it.
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

async fn drive(app: &Data<App>, id: i64) -> Result<()> {
    let app = app.clone().into_inner();
    let work = tokio::task::spawn_blocking(move || drive_blocking(&app, id));
    work.await.map_err(anyhow::Error::from)?
}

fn drive_blocking(app: &Arc<App>, id: i64) -> Result<()> {
    let (import, newsletter) = app.db.read_blocking(|conn| {
        let import = store::find(conn, id)?;
        let newsletter = newsletters::store::find(conn, import.newsletter)?;
        Ok((import, newsletter))
    })?;
    let (process, now) = (app.imports.process, app.clock.now());
    let claim = move |conn: &mut DbConn| Ok(store::claim(conn, id, process, now - ABANDONED, now)?);
    if !import.state.is_under_way() || !app.db.write_blocking(claim)? {
        return Ok(());
    }
    let plan = import.plan()?;
    let context = Arc::new(Context { import, plan, newsletter, now: app.clock.now() });
    let went = match context.import.state {
        State::Undoing => undo::drive(app, &context),
        _ => go(app, &context),
    };
    match went {
        // What cannot be read now cannot be read later.
        Err(Error::Invalid(errors)) => {
            let code = errors.first().map_or("error-list-unreadable", |error| error.code);
            fail(app, &context, code)
        }
        Err(Error::Conflict(MOVED)) => Ok(()),
        Err(error) if will_last(&error) => {
            tracing::error!(import = %context.import.uuid, ?error, "an import cannot go on");
            fail(app, &context, "error-list-broken")
        }
        went => went,
    }
}

/// Whether the database says no to what is in a file, and will say so again. A full disk and a
/// connection that broke pass.
fn will_last(error: &Error) -> bool {
    use diesel::result::DatabaseErrorKind::{
        CheckViolation, ForeignKeyViolation, NotNullViolation, UniqueViolation,
    };
    use diesel::result::Error::{DatabaseError, DeserializationError, SerializationError};
    match error {
        Error::Database(DatabaseError(kind, _)) => matches!(
            kind,
            CheckViolation | ForeignKeyViolation | NotNullViolation | UniqueViolation
        ),
        Error::Database(DeserializationError(_) | SerializationError(_)) => true,
        // A value that no database can hold.
        Error::BadRequest(_) => true,
        _ => false,
    }
}

/// Somebody else has gone on with it.
pub(super) const MOVED: &str = "error-list-moved";

fn go(app: &Arc<App>, context: &Arc<Context>) -> Result<()> {
    let import = &context.import;
    if import.cursor == 0 {
        forget_check(app, context)?;
    }
    let left = match import.kind {
        Kind::Subscribers => withdrawals::left(app, &context.newsletter)?,
        Kind::Suppressions => HashSet::new(),
    };
    let left = Arc::new(left);
    let mut rows = Rows::open(app, context)?;
    let (mut cursor, mut counts) = (import.cursor, import.counts()?);
    while let Some(chunk) = rows.chunk(cursor)? {
        if app.sender.is_stopping() {
            return Ok(());
        }
        cursor = chunk.to;
        let chunk = Arc::new(chunk);
        counts = loop {
            match step(app, context, &chunk, &left, counts.clone()) {
                // Somebody subscribed at the same time.
                Err(Error::Conflict("error-list-raced")) => {}
                done => break done?,
            }
        };
    }
    finish(app, context, cursor, &counts)
}

/// Forgets what a check before noted, as long as nobody else has gone on from the first row.
fn forget_check(app: &App, context: &Arc<Context>) -> Result<()> {
    let forget = |context: Arc<Context>, now| {
        move |conn: &mut DbConn| {
            if store::advance(conn, &context.import, 0, 0, &Counts::default(), now)? {
                Ok(store::forget_lines(conn, context.import.id)?)
            } else {
                Err(Error::Conflict(MOVED))
            }
        }
    };
    while app.db.write_blocking(forget(context.clone(), app.clock.now()))? {}
    Ok(())
}

/// A chunk: judged and, unless it is a check, taken.
fn step(
    app: &App,
    context: &Arc<Context>,
    chunk: &Arc<Chunk>,
    left: &Arc<HashSet<Vec<u8>>>,
    mut counts: Counts,
) -> Result<Counts> {
    for (_, refused) in &chunk.refused {
        counts.add(refused.verdict);
    }
    let is_check = context.import.state == State::Checking;
    if context.import.kind == Kind::Suppressions {
        return suppress::step(app, context, chunk, counts, is_check);
    }
    if is_check {
        let judged = app.db.read_blocking(|conn| judge_all(conn, context, chunk, left))?;
        let lines = errors(context, chunk, &judged, &mut counts);
        return record(app, context, chunk, lines, counts);
    }
    let now = app.clock.now();
    let (context, chunk, left) = (context.clone(), chunk.clone(), left.clone());
    app.db.write_blocking(move |conn| {
        let judged = judge_all(conn, &context, &chunk, &left)?;
        let mut lines = errors(&context, &chunk, &judged, &mut counts);
        let people: Vec<_> = chunk
            .people
            .iter()
            .zip(&judged)
            .map(|((person, hash), judged)| (person, hash.as_slice(), judged))
            .collect();
        lines.extend(take::take(conn, &context, &people)?);
        advance(conn, &context, &chunk, &lines, &counts, now)?;
        Ok(counts)
    })
}

/// Judges the people of a chunk.
pub(super) fn judge_all(
    conn: &mut DbConn,
    context: &Context,
    chunk: &Chunk,
    left: &HashSet<Vec<u8>>,
) -> Result<Vec<Judged>> {
    let addresses =
        chunk.people.iter().map(|(person, hash)| (person.key.as_str(), hash.as_slice()));
    let addresses: Vec<_> = addresses.collect();
    let known = admit::look_up(conn, context.newsletter.id, &addresses)?;
    // Who was shut out before their domain got another name, and is not in the register, is known by
    // the old one only.
    let former: Vec<&[u8]> =
        chunk.people.iter().flat_map(|(person, _)| &person.former).map(Vec::as_slice).collect();
    let shut_out: HashSet<Vec<u8>> = match former.is_empty() {
        true => HashSet::new(),
        false => batch::shut_out(conn, &former, domains::SOURCE)?.into_iter().collect(),
    };
    let people = chunk.people.iter().zip(known);
    Ok(people
        .map(|((person, hash), known)| {
            let is_new = !matches!(&known, Known::Person(_, Some(_)));
            if is_new && person.former.iter().any(|hash| shut_out.contains(hash)) {
                return Judged::because(Verdict::Suppressed, None);
            }
            let has_left = left.contains(hash) || person.former.iter().any(|it| left.contains(it));
            judge(person, known, &context.plan, has_left)
        })
        .collect())
}

/// Counts people who were judged; returns the rows that change nothing for a reason.
fn errors(context: &Context, chunk: &Chunk, judged: &[Judged], counts: &mut Counts) -> Vec<Line> {
    let mut lines = refused(context, chunk);
    for ((person, _), judged) in chunk.people.iter().zip(judged) {
        context.count(counts, person, judged);
        if judged.reason.is_some() || judged.verdict == Verdict::Suppressed {
            lines.push(context.line(person.line, judged));
        }
    }
    lines
}

/// Rows that are nobody who can be taken.
pub(super) fn refused(context: &Context, chunk: &Chunk) -> Vec<Line> {
    let refused = chunk.refused.iter();
    refused.map(|(line, refused)| context.line(*line, &Judged::from(*refused))).collect()
}

/// Writes down what became of a chunk that was only looked at.
pub(super) fn record(
    app: &App,
    context: &Arc<Context>,
    chunk: &Arc<Chunk>,
    lines: Vec<Line>,
    counts: Counts,
) -> Result<Counts> {
    let (context, chunk, now) = (context.clone(), chunk.clone(), app.clock.now());
    app.db.write_blocking(move |conn| {
        advance(conn, &context, &chunk, &lines, &counts, now)?;
        Ok(counts)
    })
}

/// Writes down what became of a chunk.
pub(super) fn advance(
    conn: &mut DbConn,
    context: &Context,
    chunk: &Chunk,
    lines: &[Line],
    counts: &Counts,
    now: Instant,
) -> Result<()> {
    // First, so that who comes second waits here and is told, instead of meeting the other's lines.
    if store::advance(conn, &context.import, chunk.from, chunk.to, counts, now)? {
        Ok(store::insert_lines(conn, lines)?)
    } else {
        Err(Error::Conflict(MOVED))
    }
}

fn finish(app: &App, context: &Arc<Context>, rows: i64, counts: &Counts) -> Result<()> {
    let (context, counts, now) = (context.clone(), counts.clone(), app.clock.now());
    let is_check = context.import.state == State::Checking;
    app.db.write_blocking(move |conn| {
        let to = if is_check { State::Checked } else { State::Done };
        let finished_at = (!is_check).then_some(now);
        if store::finish(conn, &context.import, to, Some(rows), None, finished_at)? && !is_check {
            audit(conn, &context, "subscribers.imported", &counts, now)?;
        }
        Ok(())
    })?;
    if is_check { Ok(()) } else { forget::files(app) }
}

fn fail(app: &App, context: &Arc<Context>, code: &'static str) -> Result<()> {
    let (context, now) = (context.clone(), app.clock.now());
    let (id, is_run) = (context.import.id, context.import.state == State::Running);
    let failed = move |conn: &mut DbConn| {
        let import = store::find(conn, context.import.id)?;
        // What could not be taken back to its end can be tried again.
        let finished_at = import.finished_at.or(is_run.then_some(now));
        if store::finish(conn, &import, State::Failed, None, Some(code), finished_at)? && is_run {
            audit(conn, &context, "subscribers.imported", &import.counts()?, now)?;
        }
        Ok(())
    };
    app.db.write_blocking(failed)?;
    if is_run { forget::file(app, id) } else { Ok(()) }
}

/// Notes in the audit log what an import did.
pub(super) fn audit(
    conn: &mut DbConn,
    context: &Context,
    what: &str,
    counts: &Counts,
    now: Instant,
) -> Result<()> {
    let details: HashMap<_, _> = [
        ("newsletter", json!(context.newsletter.slug)),
        ("kind", json!(context.import.kind)),
        ("counts", json!(counts)),
        ("basis", json!(context.plan.basis)),
    ]
    .into();
    let subject = format!("import {}", context.import.uuid);
    let actor = &context.import.created_by;
    Ok(staff::store::audit(conn, actor, what, &subject, json!(details), now)?)
}
