//! `/archive`: public, without personal data.

use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::error::Result;
use crate::issues::archive::{self, Archived, Search, Year};
use crate::issues::store::Correction;
use crate::issues::{IssueKind, preview};
use crate::web::{Page, html};

#[derive(Template)]
#[template(path = "issues/pages/archive.html")]
struct ArchivePage {
    page: Page,
    years: Vec<Year>,
    kind: Option<IssueKind>,
    words: String,
}

/// What the address says.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    q: String,
}

/// `GET /archive`
pub async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let Asked { kind, q } = asked.into_inner();
    let search = Search { kind: kind.parse().ok(), words: q.chars().take(200).collect() };
    let asked = search.clone();
    let years = app.db.read(move |conn| archive::years(conn, &asked)).await?;
    html(&ArchivePage { page: Page::new(&request), years, kind: search.kind, words: search.words })
}

#[derive(Template)]
#[template(path = "issues/pages/archived.html")]
struct ArchivedPage {
    page: Page,
    lang: crate::web::Lang,
    archived: Archived,
    /// What was corrected, with its day.
    corrected: Vec<(String, Correction)>,
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
    html(&ArchivedPage { lang: archived.newsletter.language, page, archived, corrected })
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

#[derive(Template)]
#[template(path = "issues/pages/feed.xml", escape = "html")]
struct Feed {
    title: String,
    base: String,
    updated: String,
    /// Subject, address, day.
    entries: Vec<(String, String, String)>,
}

/// `GET /archive/feed.xml`: Atom (RFC 4287).
pub async fn feed(app: web::Data<App>) -> Result<HttpResponse> {
    let (title, issues) = app
        .db
        .read(|conn| {
            let newsletters = crate::newsletters::store::all(conn)?;
            let title = newsletters.into_iter().next().map(|n| n.title).unwrap_or_default();
            Ok((title, archive::years(conn, &Search::default())?))
        })
        .await?;
    let moment = |day: NaiveDate| format!("{day}T00:00:00Z");
    let entries: Vec<(String, String, String)> = issues
        .into_iter()
        .flat_map(|(_, issues)| issues)
        .take(50)
        .map(|(day, issue)| (issue.subject, app.links.archived(&issue.slug), moment(day)))
        .collect();
    let updated = entries.first().map(|(_, _, day)| day.clone());
    let feed = Feed {
        title,
        base: app.links.base().to_string(),
        updated: updated.unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned()),
        entries,
    };
    let body = feed.render().map_err(anyhow::Error::new)?;
    Ok(HttpResponse::Ok().content_type("application/atom+xml; charset=utf-8").body(body))
}
