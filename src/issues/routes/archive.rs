//! `/archive`: public, without personal data.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::error::Result;
use crate::issues::archive::search::{Found, Search};
use crate::issues::archive::{self, Archived, old_address};
use crate::issues::store::Correction;
use crate::issues::{IssueKind, preview, splice, store};
use crate::web::{Lang, Page, html};

#[derive(Template)]
#[template(path = "issues/pages/archive.html")]
struct ArchivePage {
    page: Page,
    found: Found,
    search: Search,
    base: String,
}

/// What the address says.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    year: String,
    #[serde(default)]
    theme: String,
    #[serde(default)]
    page: String,
}

/// `GET /archive`
pub async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let Asked { kind, q, year, theme, page } = asked.into_inner();
    let search = Search {
        kind: kind.parse().ok(),
        words: q.chars().take(200).collect(),
        year: year.parse().ok(),
        theme: theme.chars().take(200).collect(),
        page: page.parse().unwrap_or(1),
    };
    let asked = search.clone();
    let found = app.db.read(move |conn| archive::search::search(conn, &asked)).await?;
    let base = app.links.base().to_string();
    html(&ArchivePage { page: Page::new(&request), found, search, base })
}

impl ArchivePage {
    /// Whether anything narrows the list.
    fn is_narrowed(&self) -> bool {
        let Search { words, kind, year, theme, .. } = &self.search;
        !words.is_empty() || kind.is_some() || year.is_some() || !theme.is_empty()
    }

    /// The address of another page of the same list.
    fn address(&self, page: usize) -> String {
        let Search { words, kind, year, theme, .. } = &self.search;
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let mut add = |name: &str, value: &str| {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        };
        add("q", words);
        add("kind", kind.map(IssueKind::as_str).unwrap_or_default());
        add("year", &year.map(|year| year.to_string()).unwrap_or_default());
        add("theme", theme);
        add("page", &page.to_string());
        format!("/archive?{}", query.finish())
    }
}

#[derive(Template)]
#[template(path = "issues/pages/archived.html")]
struct ArchivedPage {
    page: Page,
    lang: Lang,
    archived: Archived,
    /// What was corrected, with its day.
    corrected: Vec<(String, Correction)>,
    /// The address that the page has for ever.
    canonical: String,
    description: String,
    picture: Option<String>,
}

/// `GET /archive/{slug}`: the web version, from the bytes that were approved.
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    slug: web::Path<String>,
) -> Result<HttpResponse> {
    let archived = app.db.read(move |conn| archive::open(conn, &slug)).await?;
    let page = Page::new(&request);
    let zone = archived.newsletter.zone();
    let day = |row: &Correction| row.at.map(|at| page.day(&at.day_in(zone)));
    let corrected = archived.corrections.iter();
    let corrected = corrected.filter_map(|row| Some((day(row)?, row.clone()))).collect();
    html(&ArchivedPage {
        lang: archived.newsletter.language,
        canonical: app.links.archived(&archived.issue.slug),
        description: splice::without_person(&archived.rendition.preheader),
        picture: archived.picture(app.links.base().as_str()),
        page,
        archived,
        corrected,
    })
}

/// `GET /archive/{slug}/mail`: an issue that is MJML as it was sent, for the frame of its page: a
/// document with a policy of its own, without scripts and without anything personal.
pub async fn mail(app: web::Data<App>, slug: web::Path<String>) -> Result<HttpResponse> {
    let body = app.db.read(move |conn| archive::mail(conn, &slug)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_SECURITY_POLICY, preview::PUBLIC_MAIL_POLICY))
        .content_type("text/html; charset=utf-8")
        .body(body))
}

/// `GET /archive/{slug}/theme.css`
pub async fn theme(app: web::Data<App>, slug: web::Path<String>) -> Result<HttpResponse> {
    let css = app.db.read(move |conn| archive::theme_css(conn, &slug)).await?;
    Ok(HttpResponse::Ok().content_type("text/css; charset=utf-8").body(css))
}

/// Where an issue stood before it came here leads to it, for good. Only what would be "not found"
/// is looked up, so that no address of ours can be taken.
pub async fn old_addresses(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> std::result::Result<ServiceResponse<EitherBody<impl MessageBody, BoxBody>>, actix_web::Error> {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_ours = ["admin", "api", "archive", "assets"]
        .contains(&request.path().split('/').nth(1).unwrap_or_default());
    let path = old_address::form(request.path(), request.uri().query());
    let app = request.app_data::<web::Data<App>>().cloned();
    let response = next.call(request).await?;
    let is_asked =
        is_read && response.status() == StatusCode::NOT_FOUND && path.len() <= 600 && !is_ours;
    let Some(app) = app.filter(|_| is_asked) else { return Ok(response.map_into_left_body()) };
    let found = app.db.read(move |conn| Ok(store::by_old_address(conn, &path)?)).await;
    Ok(match found {
        Ok(Some(issue)) => {
            let answer = HttpResponse::MovedPermanently()
                .insert_header((LOCATION, format!("/archive/{}", issue.slug)))
                .finish();
            response.into_response(answer).map_into_right_body()
        }
        _ => response.map_into_left_body(),
    })
}
