//! `/admin/archive/import`: an old issue, looked at before it is put into the archive; and the same
//! for programs.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use futures_util::StreamExt;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::issues::archive::from_html::MOST_BYTES;
use crate::issues::archive::import::{self, Looked, Typed};
use crate::issues::html::Html;
use crate::issues::{Frame, Issue, IssueKind, api, web_version};
use crate::newsletters::{self, Newsletter};
use crate::staff::Staff;
use crate::web::{Page, html, page, see_other};

/// Largest body, in bytes: what a form makes of letters that are not English is three times as long.
const MOST_BODY: usize = 3 * MOST_BYTES + 100_000;

#[derive(Template)]
#[template(path = "issues/pages/import.html")]
struct ImportPage {
    page: Page,
    newsletters: Vec<Newsletter>,
    newsletter: String,
    typed: Typed,
    errors: Vec<FieldError>,
    looked: Option<Shown>,
}

/// What an old issue becomes.
struct Shown {
    web: Html,
    silent_images: usize,
    lost_images: usize,
}

/// A line of the form.
struct Line {
    name: &'static str,
    label: String,
    hint: String,
    value: String,
    kind: &'static str,
}

impl ImportPage {
    fn lines(&self) -> [Line; 4] {
        let Self { page, typed, .. } = self;
        let line = |name, label: &str, value: &str, kind| Line {
            name,
            label: page.t(label),
            hint: String::new(),
            value: value.to_owned(),
            kind,
        };
        [
            line("subject", "archive-import-subject", &typed.subject, "text"),
            line("date", "archive-import-date", &typed.date, "date"),
            Line {
                hint: page.t("archive-import-note-hint"),
                ..line("note", "archive-import-note", &typed.note, "text")
            },
            Line {
                hint: page.t("archive-import-address-hint"),
                ..line("old_address", "archive-import-address", &typed.old_address, "text")
            },
        ]
    }
}

/// `GET /admin/archive/import`
pub async fn form(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let newsletters = app.db.read(|conn| Ok(newsletters::store::all(conn)?)).await?;
    html(&ImportPage {
        page: Page::new(&request),
        newsletter: String::new(),
        newsletters,
        typed: Typed { kind: IssueKind::Ordinary.to_string(), ..Typed::default() },
        errors: Vec::new(),
        looked: None,
    })
}

/// `POST /admin/archive/import`
pub async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let body = read(payload).await?;
    let mut typed = Typed::default();
    let (mut step, mut newsletter) = (String::new(), String::new());
    for (name, value) in url::form_urlencoded::parse(&body) {
        let value = value.into_owned();
        match &*name {
            "do" => step = value,
            "newsletter" => newsletter = value,
            "subject" => typed.subject = value,
            "date" => typed.date = value,
            "kind" => typed.kind = value,
            "note" => typed.note = value,
            "old_address" => typed.old_address = value,
            "html" => typed.html = value,
            _ => {}
        }
    }
    let newsletters = app.db.read(|conn| Ok(newsletters::store::all(conn)?)).await?;
    let chosen = newsletters.iter().find(|one| newsletter.is_empty() || one.slug == newsletter);
    let chosen = chosen.cloned().ok_or(Error::NotFound)?;
    let mut import_page = ImportPage {
        page: Page::new(&request),
        newsletters,
        newsletter: chosen.slug.clone(),
        typed,
        errors: Vec::new(),
        looked: None,
    };
    match import::look(&app, &import_page.typed, &chosen).await {
        Ok(looked) if step == "save" => {
            let issue = import::save(&app, looked, &staff.actor()).await?;
            Ok(see_other(format!("/archive/{}?done=imported", issue.slug)))
        }
        Ok(looked) => {
            import_page.looked = Some(shown(&app, &looked, &chosen)?);
            html(&import_page)
        }
        Err(Error::Invalid(errors)) => {
            import_page.errors = errors;
            page::unprocessable(&import_page)
        }
        Err(other) => Err(other),
    }
}

/// The web version as it will be, as a part of a page that has its own `h1`.
fn shown(app: &App, looked: &Looked, newsletter: &Newsletter) -> Result<Shown> {
    let Looked { historical, silent_images, lost_images } = looked;
    let frame = Frame {
        kind: historical.kind,
        date: historical.day,
        note: historical.note.clone(),
        ..Frame::blank(newsletter, &app.links, app.clock.now())
    };
    let web = web_version::render(&historical.content, &frame).map_err(anyhow::Error::new)?;
    Ok(Shown {
        web: web.below_a_heading(),
        silent_images: *silent_images,
        lost_images: *lost_images,
    })
}

async fn read(mut payload: web::Payload) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Error::BadRequest("the body broke off".to_owned()))?;
        if body.len() + chunk.len() > MOST_BODY {
            return Err(Error::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// An old issue.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// Id or slug.
    newsletter: String,
    /// `ordinary` or `special`.
    #[serde(default)]
    kind: Option<String>,
    /// The subject.
    subject: String,
    /// The day it was sent, `YYYY-MM-DD`.
    date: String,
    /// The issue as HTML, 5 MB at most.
    html: String,
    /// Where it stood on this host before, such as `/newsletters/no-3.html`.
    #[serde(default)]
    old_address: String,
    /// Words that stand with the date.
    #[serde(default)]
    note: String,
}

/// Puts an old issue into the archive, as history.
#[utoipa::path(post, path = "/api/v1/issues/import", tag = "issues",
    request_body = ImportRequest, responses((status = 201, body = api::WholeIssue), (status = 422)))]
pub async fn import(
    app: web::Data<App>,
    staff: Staff,
    payload: web::Payload,
) -> Result<HttpResponse> {
    let asked: ImportRequest = serde_json::from_slice(&read(payload).await?)
        .map_err(|error| Error::BadRequest(error.to_string()))?;
    let name = asked.newsletter;
    let newsletter = app.db.read(move |conn| Ok(newsletters::store::by_name(conn, &name)?)).await;
    let newsletter = newsletter.map_err(|error| match error {
        Error::NotFound => Error::field("newsletter", "error-newsletter"),
        other => other,
    })?;
    let typed = Typed {
        subject: asked.subject,
        date: asked.date,
        kind: asked.kind.unwrap_or_else(|| IssueKind::Ordinary.to_string()),
        old_address: asked.old_address,
        note: asked.note,
        html: asked.html,
    };
    let looked = import::look(&app, &typed, &newsletter).await?;
    let issue: Issue = import::save(&app, looked, &staff.actor()).await?;
    Ok(HttpResponse::Created().json(api::whole(&app, issue.uuid).await?))
}
