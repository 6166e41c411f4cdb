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
use crate::library::import::decode;
use crate::newsletters::{self, Newsletter};
use crate::staff::Staff;
use crate::web::{Page, html, multipart, page, see_other};

/// Largest body, in bytes: what a form makes of letters that are not English is three times as long.
const MOST_BODY: usize = 3 * MOST_BYTES + 100_000;
/// Most of a body that is too large, in bytes, before the line is cut.
const MOST_HEARD: usize = 10 * MOST_BODY;

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
    let (sent, too_large) = match read(payload).await {
        Ok(body) => (sent(&request, &body)?, false),
        // What was typed is gone with the rest.
        Err(Error::TooLarge) => (Sent::default(), true),
        Err(other) => return Err(other),
    };
    let Sent { typed, step, newsletter } = sent;
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
    if too_large {
        import_page.typed.kind = IssueKind::Ordinary.to_string();
        import_page.errors = vec![FieldError::new("html", "error-import-too-large")];
        return page::unprocessable(&import_page);
    }
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

/// What the form sent.
#[derive(Default)]
struct Sent {
    typed: Typed,
    step: String,
    newsletter: String,
}

/// Reads the form, with or without a file; a file stands in place of what was pasted.
fn sent(request: &HttpRequest, body: &[u8]) -> Result<Sent> {
    let mut sent = Sent::default();
    let Some(boundary) = multipart::boundary(request) else {
        for (name, value) in url::form_urlencoded::parse(body) {
            sent.put(&name, value.into_owned());
        }
        return Ok(sent);
    };
    let fields = multipart::fields(body, &boundary)
        .ok_or_else(|| Error::BadRequest("the form cannot be read".to_owned()))?;
    for field in &fields {
        if field.file_name.is_none() {
            sent.put(field.name, String::from_utf8_lossy(field.bytes).into_owned());
        }
    }
    let file = fields.iter().find(|field| field.name == "file" && !field.bytes.is_empty());
    if let Some(file) = file {
        sent.typed.html = decode(file.bytes);
    }
    Ok(sent)
}

impl Sent {
    fn put(&mut self, name: &str, value: String) {
        match name {
            "do" => self.step = value,
            "newsletter" => self.newsletter = value,
            "subject" => self.typed.subject = value,
            "date" => self.typed.date = value,
            "kind" => self.typed.kind = value,
            "note" => self.typed.note = value,
            "old_address" => self.typed.old_address = value,
            "html" => self.typed.html = value,
            _ => {}
        }
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

/// The whole body. One that is too large is heard to its end, within reason, and not kept: a browser
/// that is interrupted shows nothing of the answer.
async fn read(mut payload: web::Payload) -> Result<Vec<u8>> {
    let (mut body, mut length) = (Vec::new(), 0);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Error::BadRequest("the body broke off".to_owned()))?;
        length += chunk.len();
        if length > MOST_HEARD {
            break;
        }
        if length <= MOST_BODY {
            body.extend_from_slice(&chunk);
        }
    }
    if length > MOST_BODY { Err(Error::TooLarge) } else { Ok(body) }
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
