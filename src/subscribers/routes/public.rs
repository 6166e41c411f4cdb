//! The front page, the page on privacy, and the way to the accessibility statement.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::error::Result;
use crate::newsletters::{self, Details, Newsletter, Tracking};
use crate::subscribers::store::published::{self, Published};
use crate::web::{Page, html, see_other};

#[derive(Template)]
#[template(path = "subscribers/pages/front.html")]
struct FrontPage {
    page: Page,
    newsletters: Vec<(Newsletter, Details, Option<Published>)>,
}

/// `GET /`
pub async fn front(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let newsletters = app
        .db
        .read(|conn| {
            newsletters::store::all(conn)?
                .into_iter()
                .map(|newsletter| {
                    let latest = published::latest(conn, newsletter.id, false)?;
                    let details = newsletter.details();
                    Ok((newsletter, details, latest))
                })
                .collect::<Result<_>>()
        })
        .await?;
    html(&FrontPage { page: Page::new(&request), newsletters })
}

#[derive(Template)]
#[template(path = "subscribers/pages/privacy.html")]
struct PrivacyPage {
    page: Page,
    details: Details,
    tracking: Tracking,
    /// How long opens and clicks of persons are kept.
    days: i64,
    /// How long the hash of somebody who was erased is kept.
    years: i64,
}

/// `GET /privacy`: what the first newsletter's settings say.
pub async fn privacy(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let newsletters = app.db.read(|conn| Ok(newsletters::store::all(conn)?)).await?;
    let first = newsletters.first();
    let details = first.map(Newsletter::details).unwrap_or_default();
    let tracking = first.map_or(Tracking::Off, |newsletter| newsletter.open_tracking);
    let days = app.config.tracking_kept.num_days();
    let years = app.config.erased_years;
    html(&PrivacyPage { page: Page::new(&request), details, tracking, days, years })
}

#[derive(Template)]
#[template(path = "subscribers/pages/accessibility.html")]
struct AccessibilityPage {
    page: Page,
    details: Details,
}

/// `GET /was`: the statement stands at the authority's own site, as the law has it
/// (webtilgængelighedsloven).
pub async fn accessibility(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let newsletters = app.db.read(|conn| Ok(newsletters::store::all(conn)?)).await?;
    let details = newsletters.first().map(Newsletter::details).unwrap_or_default();
    if details.accessibility_url.starts_with("https://") {
        return Ok(see_other(&details.accessibility_url));
    }
    html(&AccessibilityPage { page: Page::new(&request), details })
}
