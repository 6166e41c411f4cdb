//! `/admin/subscribers/export`: the form, the page with the link, and the file.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::{CONTENT_DISPOSITION, ContentEncoding};
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::TimeDelta;
use chrono_tz::Tz;
use futures_util::stream;

use super::file::ExportFile;
use super::prepare;
use super::{Column, Format, Plan};
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::newsletters::{self, Newsletter};
use crate::people::search::{Query, in_words};
use crate::people::store;
use crate::segments::store::AsOf;
use crate::staff::Staff;
use crate::web::{Page, html, page, see_other};

#[derive(Template)]
#[template(path = "people/pages/export.html")]
struct ExportPage {
    page: Page,
    query: Query,
    newsletters: Vec<Newsletter>,
    /// How many the search finds.
    count: i64,
    chosen: Vec<Column>,
    format: Format,
    reason: String,
    errors: Vec<FieldError>,
}

impl ExportPage {
    /// Whom the search is about: what is asked for, in words.
    fn filters(&self) -> Vec<(String, String)> {
        in_words(&self.query, &self.page, &self.newsletters)
    }
}

async fn of(request: &HttpRequest, app: &App, query: Query) -> Result<ExportPage> {
    let (search, now) = (query.search(), app.clock.now());
    let (newsletters, count) = app
        .db
        .read(move |conn| {
            let newsletters = newsletters::store::all(conn)?;
            let zone = newsletters.first().map_or(Tz::UTC, Newsletter::zone);
            let count = store::count(conn, &search, AsOf { now, zone })?;
            Ok((newsletters, count))
        })
        .await?;
    Ok(ExportPage {
        page: Page::new(request),
        query,
        newsletters,
        count,
        chosen: Column::USUAL.to_vec(),
        format: Format::Csv,
        reason: String::new(),
        errors: vec![],
    })
}

/// `GET /admin/subscribers/export`, with the search of the register.
pub async fn form(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    html(&of(&request, &app, query.into_inner().understood()).await?)
}

/// `POST /admin/subscribers/export`: leads to the page with the link.
pub async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    query: web::Query<Query>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse> {
    let said = |wanted: &'static str| {
        form.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value.as_str())
    };
    let chosen: Vec<&str> = said("columns").collect();
    let columns: Vec<Column> =
        Column::ALL.iter().copied().filter(|column| chosen.contains(&column.as_str())).collect();
    let format = said("format").find_map(|word| word.parse().ok()).unwrap_or(Format::Csv);
    let reason = said("reason").next().unwrap_or_default().to_owned();
    let query = query.into_inner().understood();
    let plan = Plan {
        query: query.clone(),
        columns: columns.clone(),
        format,
        language: Page::new(&request).lang,
    };
    match prepare::begin(&app, plan, &reason, &staff.actor()).await {
        Ok(id) => {
            let token = prepare::token(&app, id, &staff)?;
            Ok(see_other(format!("/admin/subscribers/export/{token}")))
        }
        Err(Error::Invalid(errors)) => {
            let empty = of(&request, &app, query).await?;
            page::unprocessable(&ExportPage { chosen: columns, format, reason, errors, ..empty })
        }
        Err(other) => Err(other),
    }
}

#[derive(Template)]
#[template(path = "people/pages/export_ready.html")]
struct ReadyPage {
    page: Page,
    /// What the link is for, and how long it works still; `None` when it has ended.
    ready: Option<(Plan, TimeDelta)>,
    token: String,
}

/// A link that has ended, and what to do then (410).
fn ended(request: &HttpRequest) -> Result<HttpResponse> {
    let page = ReadyPage { page: Page::new(request), ready: None, token: String::new() };
    let mut answer = html(&page)?;
    *answer.status_mut() = actix_web::http::StatusCode::GONE;
    Ok(answer)
}

/// `GET /admin/subscribers/export/{token}`
pub async fn ready(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    let token = token.into_inner();
    match prepare::open(&app, &token, &staff).await {
        Ok((_, plan, left)) => {
            html(&ReadyPage { page: Page::new(&request), ready: Some((plan, left)), token })
        }
        Err(Error::Gone) => ended(&request),
        Err(other) => Err(other),
    }
}

/// `GET /admin/subscribers/export/{token}/file`: the file, made while it is sent.
pub async fn file(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    let (id, plan, _) = match prepare::open(&app, &token, &staff).await {
        Ok(found) => found,
        Err(Error::Gone) => return ended(&request),
        Err(other) => return Err(other),
    };
    let (format, texts) = (plan.format, plan.language.texts());
    let day = app.clock.now().day_in(Tz::UTC);
    let name = format!("{}-{day}.{format}", texts.get("export-file-name"));
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(format.content_type())
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    if format == Format::Xlsx {
        // It is compressed.
        answer.insert_header(ContentEncoding::Identity);
    }
    if request.method() == Method::HEAD {
        // Nothing is read for who only asks what it would be.
        return Ok(answer.finish());
    }
    let shared: Arc<App> = app.clone().into_inner();
    let opened = web::block(move || ExportFile::new(shared, plan)).await;
    let file = opened.map_err(anyhow::Error::from)??;
    let fetch = Fetch { app, id, actor: staff.actor(), rows: 0, is_noted: false };
    let pieces = stream::unfold(Some((file, fetch)), |state| async move {
        let (mut file, mut fetch) = state?;
        let next = web::block(move || file.next_piece().map(|piece| (piece, file))).await;
        match next {
            Ok(Ok((Some(piece), file))) => {
                fetch.rows = file.rows();
                Some((Ok(Bytes::from(piece)), Some((file, fetch))))
            }
            // Who has all of it has it written down: else the file breaks off.
            Ok(Ok((None, _))) => match fetch.end().await {
                Ok(()) => None,
                Err(error) => Some((Err(actix_web::Error::from(error)), None)),
            },
            Ok(Err(error)) => Some((Err(error.into()), None)),
            Err(error) => Some((Err(actix_web::Error::from(error)), None)),
        }
    });
    Ok(answer.streaming(pieces))
}

/// A fetching that is written down when it ends, also when whoever fetches goes away in the middle.
struct Fetch {
    app: web::Data<App>,
    id: i64,
    actor: String,
    rows: i64,
    is_noted: bool,
}

impl Fetch {
    async fn end(mut self) -> Result<()> {
        self.is_noted = true;
        prepare::fetched(&self.app, self.id, &self.actor, self.rows, true).await
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        if self.is_noted {
            return;
        }
        let (app, id, rows) = (self.app.clone(), self.id, self.rows);
        let actor = std::mem::take(&mut self.actor);
        actix_web::rt::spawn(async move {
            if let Err(error) = prepare::fetched(&app, id, &actor, rows, false).await {
                tracing::error!(%error, export = id, rows, "an export is not in the audit log");
            }
        });
    }
}
