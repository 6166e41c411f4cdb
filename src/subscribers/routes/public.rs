//! The front page, and the way to the accessibility statement.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::error::Result;
use crate::newsletters::{self, Details, Newsletter};
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
