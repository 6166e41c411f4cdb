//! `/admin/signups`

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde::Deserialize;

use super::sources::{self, SourceForm};
use super::store::{self, Came, Hold};
use super::{FORM, Source, hold};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{DbConn, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::links::Links;
use crate::newsletters::{self, Newsletter};
use crate::staff::Staff;
use crate::subscribers::{Purpose, shown, subscribe};
use crate::web::{Page, Texts, html, page, see_other};

/// The time for which is said who asked and who confirmed.
const LATELY: TimeDelta = TimeDelta::days(90);
/// Pixels of the dots of a QR code; it is drawn in vectors and can be made any size.
const DOT: u32 = 8;

/// What came by a source.
#[derive(Debug, Clone, Default)]
struct Numbers {
    subscribers: i64,
    /// Since the ledger begins.
    all: i64,
    /// Lately.
    came: Came,
}

/// The numbers of all sources of a newsletter.
struct BySource {
    subscribers: Vec<(String, i64)>,
    all: Vec<(String, i64)>,
    came: Vec<Came>,
}

impl Numbers {
    fn of(slug: &str, known: &BySource) -> Self {
        let number = |list: &[(String, i64)]| {
            list.iter().find(|(source, _)| source == slug).map_or(0, |(_, number)| *number)
        };
        let came = known.came.iter().find(|came| came.source == slug);
        Self {
            subscribers: number(&known.subscribers),
            all: number(&known.all),
            came: came.cloned().unwrap_or_default(),
        }
    }

    /// How many of a hundred who asked have confirmed; none while nobody has asked.
    fn per_cent(&self) -> Option<i64> {
        (self.came.asked > 0)
            .then(|| (self.came.confirmed * 100 + self.came.asked / 2) / self.came.asked)
    }
}

/// A newsletter with its sources.
struct Group {
    newsletter: Newsletter,
    form: Numbers,
    sources: Vec<(Source, Numbers)>,
}

#[derive(Template)]
#[template(path = "signups/pages/list.html")]
struct ListPage {
    page: Page,
    /// What is held back, and how many mails.
    hold: Option<(Hold, i64)>,
    groups: Vec<Group>,
    /// What was typed for a new source, of which newsletter, and what is wrong with it.
    typed: (String, SourceForm),
    errors: Vec<FieldError>,
    days: i64,
}

impl ListPage {
    /// "312 mails venter."
    fn held(&self, waiting: &i64) -> String {
        let number = self.page.number(waiting);
        self.page.texts().with("signups-held-waiting", &[("count", waiting), ("number", &number)])
    }

    fn form_of(&self, newsletter: &Newsletter) -> Option<&SourceForm> {
        Some(&self.typed.1).filter(|_| self.typed.0 == newsletter.slug)
    }

    fn wrong(&self, newsletter: &Newsletter, field: &str) -> Option<String> {
        self.form_of(newsletter).and_then(|_| self.page.error(&self.errors, field))
    }
}

impl BySource {
    fn read(conn: &mut DbConn, newsletter: &Newsletter, now: Instant) -> Result<Self> {
        let from = (now - LATELY).day_in(newsletter.zone());
        Ok(Self {
            subscribers: store::subscribers_by_source(conn, newsletter.id)?,
            all: store::came_by_source(conn, newsletter.id)?,
            came: store::came(conn, newsletter.id, from)?,
        })
    }
}

/// `GET /admin/signups`
pub async fn list(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    show_list(&request, &app, (String::new(), SourceForm::default()), vec![]).await
}

async fn show_list(
    request: &HttpRequest,
    app: &App,
    typed: (String, SourceForm),
    errors: Vec<FieldError>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let (hold, groups) = app
        .db
        .read(move |conn| {
            let mut groups = Vec::new();
            for newsletter in newsletters::store::all(conn)? {
                let known = BySource::read(conn, &newsletter, now)?;
                let sources = store::sources(conn, newsletter.id)?.into_iter().map(|source| {
                    let numbers = Numbers::of(&source.slug, &known);
                    (source, numbers)
                });
                let sources = sources.collect();
                let form = Numbers::of(FORM, &known);
                groups.push(Group { newsletter, form, sources });
            }
            Ok((hold::held(conn)?, groups))
        })
        .await?;
    let has_errors = !errors.is_empty();
    let days = LATELY.num_days();
    let shown = ListPage { page: Page::new(request), hold, groups, typed, errors, days };
    if has_errors { page::unprocessable(&shown) } else { html(&shown) }
}

/// What can be done on the list.
#[derive(Deserialize)]
pub struct ListForm {
    #[serde(rename = "do")]
    act: String,
    #[serde(default)]
    newsletter: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    origins: String,
}

/// `POST /admin/signups`
pub async fn act(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<ListForm>,
) -> Result<HttpResponse> {
    let ListForm { act, newsletter, title, origins } = form.into_inner();
    match act.as_str() {
        "release" => {
            hold::release(&app, &staff).await?;
            Ok(see_other("/admin/signups?done=signups-released"))
        }
        "discard" => {
            hold::discard(&app, &staff).await?;
            Ok(see_other("/admin/signups?done=signups-discarded"))
        }
        "create" => {
            let form = SourceForm { title, origins };
            match sources::create(&app, &newsletter, &form, &staff).await {
                Ok(source) => Ok(see_other(format!("/admin/signups/{}", source.uuid))),
                Err(Error::Invalid(errors)) => {
                    show_list(&request, &app, (newsletter, form), errors).await
                }
                Err(other) => Err(other),
            }
        }
        _ => Err(Error::NotFound),
    }
}

/// The form that another site can have on a page of its own.
#[derive(Template)]
#[template(path = "signups/pages/snippet.html")]
struct Snippet<'a> {
    texts: Texts,
    /// The hash of the consent's text.
    text: String,
    action: String,
    privacy: String,
    consent: String,
    source: &'a Source,
}

#[derive(Template)]
#[template(path = "signups/pages/source.html")]
struct SourcePage {
    page: Page,
    newsletter: Newsletter,
    source: Source,
    numbers: Numbers,
    address: String,
    snippet: String,
    form: SourceForm,
    errors: Vec<FieldError>,
    days: i64,
}

/// The address of the form that says from where somebody comes.
fn address(links: &Links, newsletter: &Newsletter, source: &Source) -> String {
    format!("{}?source={}", links.subscribe(&newsletter.slug), source.slug)
}

async fn find(app: &App, id: PublicId) -> Result<(Source, Newsletter)> {
    app.db
        .read(move |conn| {
            let source = store::source(conn, id)?;
            let newsletter = newsletters::store::find(conn, source.newsletter)?;
            Ok((source, newsletter))
        })
        .await
}

async fn show_source(
    request: &HttpRequest,
    app: &App,
    id: PublicId,
    typed: Option<SourceForm>,
    errors: Vec<FieldError>,
) -> Result<HttpResponse> {
    let (source, newsletter) = find(app, id).await?;
    let (of, now) = (newsletter.clone(), app.clock.now());
    let known = app.db.read(move |conn| BySource::read(conn, &of, now)).await?;
    let texts = newsletter.language.texts();
    let lang = newsletter.language;
    let shown = shown::show(app, &newsletter, lang).await?;
    let snippet = Snippet {
        texts,
        text: shown.newsletter,
        action: format!("{}?lang={lang}", app.links.subscribe(&newsletter.slug)),
        privacy: format!("{}?lang={lang}", app.links.url("privacy")),
        consent: subscribe::consent_text(texts, &newsletter, Purpose::Newsletter),
        source: &source,
    };
    let snippet = snippet.render().map_err(anyhow::Error::new)?;
    let form = typed.unwrap_or_else(|| SourceForm {
        title: source.title.clone(),
        origins: source.origins().collect::<Vec<_>>().join("\n"),
    });
    let has_errors = !errors.is_empty();
    let shown = SourcePage {
        page: Page::new(request),
        numbers: Numbers::of(&source.slug, &known),
        address: address(&app.links, &newsletter, &source),
        newsletter,
        source,
        snippet,
        form,
        errors,
        days: LATELY.num_days(),
    };
    if has_errors { page::unprocessable(&shown) } else { html(&shown) }
}

/// `GET /admin/signups/{id}`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    show_source(&request, &app, *id, None, vec![]).await
}

/// What can be done with a source.
#[derive(Deserialize)]
pub struct SourceAct {
    #[serde(rename = "do")]
    act: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    origins: String,
}

/// `POST /admin/signups/{id}`
pub async fn change(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    form: web::Form<SourceAct>,
) -> Result<HttpResponse> {
    let SourceAct { act, title, origins } = form.into_inner();
    let done = match act.as_str() {
        "save" => {
            let form = SourceForm { title, origins };
            match sources::change(&app, *id, &form, &staff).await {
                Err(Error::Invalid(errors)) => {
                    return show_source(&request, &app, *id, Some(form), errors).await;
                }
                other => other?,
            }
            "saved"
        }
        "archive" | "restore" => {
            sources::archive(&app, *id, act == "archive", &staff).await?;
            "saved"
        }
        _ => return Err(Error::NotFound),
    };
    Ok(see_other(format!("/admin/signups/{id}?done={done}")))
}

#[derive(Template)]
#[template(path = "signups/pages/print.html")]
struct PrintPage {
    page: Page,
    newsletter: Newsletter,
    source: Source,
    address: String,
    /// The address as people type it.
    short: String,
}

/// `GET /admin/signups/{id}/print`: a sheet for the stand.
pub async fn print(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let (source, newsletter) = find(&app, *id).await?;
    let address = address(&app.links, &newsletter, &source);
    // With the source: whoever types it is counted under it, as who points a camera at the code is.
    let short = address.clone();
    let short = short.split_once("://").map_or(short.as_str(), |(_, rest)| rest).to_owned();
    html(&PrintPage { page: Page::new(&request), newsletter, source, address, short })
}

/// `GET /admin/signups/{id}/qr.svg`: the address of the source as a QR code (ISO/IEC 18004), with a
/// quarter of it to spare, because print gets creased.
pub async fn qr(app: web::Data<App>, id: web::Path<PublicId>) -> Result<HttpResponse> {
    let (source, newsletter) = find(&app, *id).await?;
    let address = address(&app.links, &newsletter, &source);
    let code = QrCode::with_error_correction_level(&address, EcLevel::Q)
        .map_err(|error| anyhow::anyhow!("drawing {address} as a QR code: {error}"))?;
    let drawn = code.render::<svg::Color<'_>>().module_dimensions(DOT, DOT).build();
    let name = format!("attachment; filename=\"{}.svg\"", source.slug);
    Ok(HttpResponse::Ok()
        .content_type("image/svg+xml")
        .insert_header(("content-disposition", name))
        .body(drawn))
}
