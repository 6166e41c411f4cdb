//! `/admin/subscribers`: the register for those who may see personal data.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, Result};
use crate::staff::Staff;
use crate::subscribers::desk::{self, Action, Everything};
use crate::subscribers::store::search::{self, Found, Search};
use crate::subscribers::{SubscriptionState, store};
use crate::web::{Page, html, see_other};

/// Lines of a page of the list.
const LINES: usize = 50;

#[derive(Template)]
#[template(path = "subscribers/pages/desk.html")]
struct ListPage {
    page: Page,
    search: Search,
    counts: Vec<(SubscriptionState, i64)>,
    found: Vec<Found>,
    /// The query of the page after this one.
    next: Option<String>,
}

impl ListPage {
    /// States with their numbers, in the order of a subscription's life.
    fn states(&self) -> Vec<(SubscriptionState, i64)> {
        let count = |state| self.counts.iter().find(|(s, _)| *s == state).map_or(0, |(_, n)| *n);
        SubscriptionState::ALL.iter().map(|state| (*state, count(*state))).collect()
    }

    /// Of a line: when the subscription was asked for, on the newsletter's clock.
    fn since(&self, line: &Found) -> String {
        self.page.day(&line.0.requested_at.day_in(line.2.zone()))
    }
}

/// What the list is asked for. All is text, so that a hand-written address does no harm.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Query {
    q: String,
    state: String,
    before: String,
}

/// `GET /admin/subscribers`
pub async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let query = query.into_inner();
    let search = Search {
        text: query.q.chars().take(254).collect(),
        state: query.state.parse().ok(),
        before: query.before.parse().ok(),
    };
    let asked = search.clone();
    let most = i64::try_from(LINES + 1).unwrap_or(i64::MAX);
    let (counts, mut found) = app
        .db
        .read(move |conn| Ok((search::states(conn)?, search::find(conn, &asked, most)?)))
        .await?;
    let more = found.len() > LINES;
    found.truncate(LINES);
    let next = found.last().filter(|_| more).map(|(last, ..)| {
        let state = search.state.map_or("", SubscriptionState::as_str);
        url::form_urlencoded::Serializer::new(String::new())
            .append_pair("q", &search.text)
            .append_pair("state", state)
            .append_pair("before", &last.id.to_string())
            .finish()
    });
    html(&ListPage { page: Page::new(&request), search, counts, found, next })
}

#[derive(Template)]
#[template(path = "subscribers/pages/person.html")]
struct PersonPage {
    page: Page,
    all: Everything,
    zone: Tz,
}

/// `GET /admin/subscribers/{uuid}`
pub async fn person(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let all = desk::everything(&app, *id).await?;
    let zone = all.subscriptions.first().map_or(Tz::UTC, |(_, newsletter)| newsletter.zone());
    html(&PersonPage { page: Page::new(&request), all, zone })
}

#[derive(Template)]
#[template(path = "subscribers/pages/person_action.html")]
struct ActionPage {
    page: Page,
    all: Everything,
    action: Action,
}

fn read(action: &str) -> Result<Action> {
    action.parse().map_err(|_| Error::NotFound)
}

/// `GET /admin/subscribers/{uuid}/{action}`: says what it will do.
pub async fn ask(
    request: HttpRequest,
    app: web::Data<App>,
    path: web::Path<(PublicId, String)>,
) -> Result<HttpResponse> {
    let (id, action) = path.into_inner();
    let action = read(&action)?;
    let all = desk::everything(&app, id).await?;
    html(&ActionPage { page: Page::new(&request), all, action })
}

/// `POST /admin/subscribers/{uuid}/{action}`
pub async fn act(
    app: web::Data<App>,
    staff: Staff,
    path: web::Path<(PublicId, String)>,
) -> Result<HttpResponse> {
    let (id, action) = path.into_inner();
    let action = read(&action)?;
    let person = app.db.read(move |conn| Ok(store::register::by_uuid(conn, id)?)).await?;
    desk::act(&app, person, action, &staff).await?;
    Ok(see_other(match action {
        Action::Erase => "/admin/subscribers?done=erased".to_owned(),
        _ => format!("/admin/subscribers/{id}?done=saved"),
    }))
}
