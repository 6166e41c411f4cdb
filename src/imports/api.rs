//! `/api/v1/subscribers/import` and `/api/v1/imports`

use actix_web::http::header::LOCATION;
use actix_web::web::{self, Json};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use chrono::NaiveDate;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::request::{ImportRequest, as_file, read_as_file};
use super::steps::{self, Upload};
use super::{Counts, Import, Kind, State, Verdict, fields, routes, run, store};
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::{Error, Result};
use crate::newsletters::{self, Newsletter};
use crate::staff::Staff;
use crate::staff::idempotency::MOST_BODY;
use crate::web::Lang;
use crate::web::api::{self, List, Paging};

/// Findings that an answer lists; the file of errors has all of them.
const MOST_FINDINGS: i64 = 1_000;

/// An import.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportView {
    /// The id.
    #[schema(value_type = uuid::Uuid)]
    pub id: PublicId,
    /// The newsletter's slug.
    pub newsletter: String,
    /// `subscribers` or `suppressions`.
    #[schema(value_type = String)]
    pub kind: Kind,
    /// `uploaded`, `checking`, `checked`, `running`, `done`, `undoing`, `undone` or `failed`.
    #[schema(value_type = String)]
    pub state: State,
    /// Nothing has been written in the register.
    pub dry_run: bool,
    /// As the file was called.
    pub file_name: String,
    /// Rows that have been read.
    pub rows: i64,
    /// What became of them.
    #[serde(flatten)]
    pub counts: Counts,
    /// Until when it can be undone.
    pub undo_until: Option<String>,
    /// Why the file cannot be read to its end: the key of a text.
    pub problem: Option<String>,
    /// Every row that changed nothing for a reason, the first thousand of them.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Of a dry run: numbers that somebody has stated for days which the register would count itself
    /// once the list is taken.
    #[serde(default)]
    pub hidden_counts: Vec<HiddenCount>,
}

/// A stated number that would not be shown any more.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HiddenCount {
    /// The day.
    pub on: NaiveDate,
    /// How many there were, as somebody stated it.
    pub subscribers: i64,
    /// Where the number is from.
    pub source: String,
}

/// A row that changed nothing for a reason.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// The line in the file, or the place in the list, from 1.
    pub line: i64,
    /// `skipped`, `suppressed` or `invalid`.
    #[schema(value_type = String)]
    pub verdict: Verdict,
    /// The field that it is about.
    pub field: Option<String>,
    /// Why: the word of a reason.
    pub reason: Option<String>,
}

fn view(import: &Import, newsletter: &Newsletter, now: Instant) -> Result<ImportView> {
    Ok(ImportView {
        id: import.uuid,
        newsletter: newsletter.slug.clone(),
        kind: import.kind,
        state: import.state,
        dry_run: import.started_at.is_none(),
        file_name: import.file_name.clone(),
        rows: import.rows.unwrap_or(import.cursor),
        counts: import.counts()?,
        undo_until: import
            .undo_until(now)
            .map(|until| until.utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)),
        problem: import.problem.clone(),
        findings: vec![],
        hidden_counts: vec![],
    })
}

/// An import with its first findings.
pub async fn with_findings(
    app: &App,
    import: &Import,
    newsletter: &Newsletter,
) -> Result<ImportView> {
    let id = import.id;
    let lines =
        app.db.read(move |conn| Ok(store::lines(conn, id, -1, true, MOST_FINDINGS)?)).await?;
    let findings = lines.into_iter().map(|line| Finding {
        line: line.line,
        verdict: line.verdict,
        field: line.field,
        reason: line.reason,
    });
    let findings = findings.collect();
    let hidden = steps::hidden(app, import, newsletter).await?.into_iter();
    let hidden_counts = hidden
        .map(|stated| HiddenCount {
            on: stated.day,
            subscribers: stated.subscribers,
            source: stated.source,
        })
        .collect();
    Ok(ImportView { findings, hidden_counts, ..view(import, newsletter, app.clock.now())? })
}

/// Imports people whose consent you state, or addresses that are to get nothing any more; who left
/// before is never brought back. The body is JSON, or a file (CSV, TSV, XLSX) whose columns are
/// known by their names.
#[utoipa::path(post, path = "/api/v1/subscribers/import", tag = "subscribers",
    params(ImportRequest), request_body(content(
        (ImportRequest = "application/json"), (String = "text/csv"),
        (String = "text/tab-separated-values"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
    responses((status = 200, body = ImportView), (status = 202, body = ImportView), (status = 422)))]
pub async fn import(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    body: web::Payload,
) -> Result<HttpResponse> {
    let kind = request.content_type().to_ascii_lowercase();
    let is_file = [
        "text/csv",
        "text/tab-separated-values",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/octet-stream",
    ];
    let (asked, newsletter, uploaded, columns) = if kind == "application/json" {
        let body = body.to_bytes_limited(MOST_BODY).await;
        let body = body
            .map_err(|_| Error::TooLarge)?
            .map_err(|error| Error::BadRequest(error.to_string()))?;
        let mut asked: ImportRequest =
            serde_json::from_slice(&body).map_err(|error| api::unreadable(&error))?;
        let (file, columns) = as_file(std::mem::take(&mut asked.subscribers))?;
        let newsletter = newsletter(&app, &asked.newsletter).await?;
        let actor = staff.actor();
        let uploaded = steps::take_bytes(&app, &newsletter, asked.kind()?, &actor, &file).await?;
        (asked, newsletter, uploaded, Some(columns))
    } else if is_file.contains(&kind.as_str()) {
        let asked = web::Query::<ImportRequest>::from_query(request.query_string())
            .map_err(|error| Error::BadRequest(error.to_string()))?
            .into_inner();
        let newsletter = newsletter(&app, &asked.newsletter).await?;
        let uploaded = receive(&app, &newsletter, &asked, &staff, body).await?;
        (asked, newsletter, uploaded, None)
    } else {
        return Err(Error::MediaType);
    };
    if let Err(error) = begin(&app, &asked, &newsletter, &uploaded, columns).await {
        steps::discard(&app, &uploaded).await?;
        return Err(error);
    }
    if asked.wait == Some(false) {
        let (import, newsletter) = steps::find(&app, uploaded.uuid).await?;
        return Ok(HttpResponse::Accepted()
            .insert_header((LOCATION, format!("/api/v1/imports/{}", import.uuid)))
            .json(view(&import, &newsletter, app.clock.now())?));
    }
    let import = run::to_the_end(&app, uploaded.id).await?;
    Ok(HttpResponse::Ok().json(with_findings(&app, &import, &newsletter).await?))
}

/// Begins an import as it is asked for; of people in JSON it is known what the columns are.
async fn begin(
    app: &web::Data<App>,
    asked: &ImportRequest,
    newsletter: &Newsletter,
    uploaded: &Import,
    columns: Option<Vec<Option<fields::Field>>>,
) -> Result<()> {
    let mut plan = uploaded.plan()?;
    if let Some(columns) = columns {
        read_as_file(&mut plan, columns);
    } else if !asked.mapping.is_empty() {
        let name = asked.mapping.clone();
        let saved = app.db.read(move |conn| store::mapping(conn, &name)).await;
        let saved = saved.map_err(|_| Error::field("mapping", "error-choice"))?;
        plan.mapping = fields::apply(&saved, &plan.columns, &plan.mapping);
    }
    asked.fill(&mut plan)?;
    let planned = steps::set_plan(app, uploaded, plan).await?;
    match asked.dry_run {
        true => steps::check(app, &planned, newsletter).await,
        false => steps::run(app, &planned, newsletter).await,
    }
}

async fn newsletter(app: &App, name: &str) -> Result<Newsletter> {
    let name = name.to_owned();
    let found = app.db.read(move |conn| Ok(newsletters::store::by_name(conn, &name)?)).await;
    found.map_err(|error| match error {
        Error::NotFound => Error::field("newsletter", "error-newsletter"),
        other => other,
    })
}

async fn receive(
    app: &web::Data<App>,
    newsletter: &Newsletter,
    asked: &ImportRequest,
    staff: &Staff,
    mut body: web::Payload,
) -> Result<Import> {
    let mut upload = Upload::begin(app, newsletter, asked.kind()?, "", &staff.actor()).await?;
    while let Some(piece) = body.next().await {
        let written = match piece {
            Ok(piece) => upload.write(&piece).await,
            Err(error) => Err(Error::BadRequest(error.to_string())),
        };
        if let Err(error) = written {
            upload.give_up().await?;
            return Err(error);
        }
    }
    upload.finish().await
}

/// Imports, the newest first.
#[utoipa::path(get, path = "/api/v1/imports", tag = "subscribers", params(Paging),
    responses((status = 200, body = List<ImportView>)))]
pub async fn list(
    app: web::Data<App>,
    paging: web::Query<Paging>,
) -> Result<Json<List<ImportView>>> {
    let (before, rows, now) = (paging.after()?, paging.rows(), app.clock.now());
    let found = app.db.read(move |conn| Ok(store::newest(conn, before, rows)?)).await?;
    let mut views = Vec::with_capacity(found.len());
    for (import, newsletter) in found {
        views.push((import.id, view(&import, &newsletter, now)?));
    }
    Ok(Json(paging.page(views, |(id, _)| *id, |(_, view)| view)))
}

/// One import, with its first findings.
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "subscribers",
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = ImportView)))]
pub async fn show(app: web::Data<App>, id: web::Path<PublicId>) -> Result<Json<ImportView>> {
    let (import, newsletter) = steps::find(&app, *id).await?;
    Ok(Json(with_findings(&app, &import, &newsletter).await?))
}

/// Stops an import that is under way: a check is forgotten, and of a run stays what it has done; that
/// can be taken back.
#[utoipa::path(post, path = "/api/v1/imports/{id}/cancel", tag = "subscribers",
    params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = ImportView), (status = 409)))]
pub async fn cancel(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<Json<ImportView>> {
    let (import, newsletter) = steps::find(&app, *id).await?;
    steps::cancel(&app, &import, &staff.actor()).await?;
    let (import, _) = steps::find(&app, *id).await?;
    Ok(Json(view(&import, &newsletter, app.clock.now())?))
}

/// Takes back what an import did, within a day of it.
#[utoipa::path(post, path = "/api/v1/imports/{id}/undo", tag = "subscribers",
    params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = ImportView), (status = 409)))]
pub async fn undo(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<Json<ImportView>> {
    let (import, newsletter) = steps::find(&app, *id).await?;
    steps::undo(&app, &import, &staff.actor()).await?;
    let import = run::to_the_end(&app, import.id).await?;
    Ok(Json(view(&import, &newsletter, app.clock.now())?))
}

/// Every row that changed nothing for a reason, as CSV.
#[utoipa::path(get, path = "/api/v1/imports/{id}/errors", tag = "subscribers",
    params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = String, content_type = "text/csv")))]
pub async fn errors(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let (import, _) = steps::find(&app, *id).await?;
    routes::errors_file(&app, import, Lang::of(&request)).await
}
