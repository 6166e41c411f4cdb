//! `/admin/subscribers/bulk`: the question, and how far it is.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use super::{Act, BulkChange, BulkState, begin, store};
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::newsletters::{self, Newsletter};
use crate::people::search::{Query, in_words};
use crate::staff::Staff;
use crate::web::{Page, html, live as web_live, page, see_other};

/// Changes in the list.
const MOST: i64 = 20;

#[derive(Template)]
#[template(path = "people/pages/bulk.html")]
struct AskPage {
    page: Page,
    query: Query,
    newsletters: Vec<Newsletter>,
    count: i64,
    newest: Vec<View>,
    form: BulkForm,
    errors: Vec<FieldError>,
}

impl AskPage {
    /// Whom the search is about, in words.
    fn filters(&self) -> Vec<(String, String)> {
        in_words(&self.query, &self.page, &self.newsletters)
    }
}

/// What is chosen, and the number as it was typed.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct BulkForm {
    act: String,
    number: String,
}

/// A change, as pages show it.
struct View {
    page: Page,
    of: BulkChange,
    undo_until: Option<Instant>,
    zone: Tz,
}

impl View {
    fn new(page: Page, of: BulkChange, now: Instant, zone: Tz) -> Self {
        Self { undo_until: of.undo_until(now), page, of, zone }
    }
    /// What it does, in words.
    fn title(&self) -> String {
        self.page.t(format!("bulk-act-{}", self.of.act))
    }
    /// How far it is, in a sentence.
    fn sentence(&self) -> String {
        let number = self.page.number(&self.of.changed);
        self.page.t1(&format!("bulk-state-{}", self.of.state), "number", number)
    }
    /// How many have been looked at, of how many.
    fn progress(&self) -> (i64, i64) {
        // People come and go meanwhile.
        let all = self.of.subscriptions.max(1);
        match self.of.state {
            BulkState::Undoing => (all - self.of.changed.min(all), all),
            _ => (self.of.passed.min(all), all),
        }
    }
}

#[derive(Template)]
#[template(path = "people/pages/bulk_change.html")]
struct ChangePage {
    page: Page,
    view: View,
}

#[derive(Template)]
#[template(path = "people/pages/bulk_live.html")]
struct LivePart {
    view: View,
}

async fn of(
    request: &HttpRequest,
    app: &App,
    query: Query,
    form: BulkForm,
    errors: Vec<FieldError>,
) -> Result<AskPage> {
    let (count, now) = (begin::count(app, &query).await?, app.clock.now());
    let (newsletters, newest) = app
        .db
        .read(|conn| Ok((newsletters::store::all(conn)?, store::newest(conn, MOST)?)))
        .await?;
    let zone = newsletters.first().map_or(Tz::UTC, Newsletter::zone);
    let page = Page::new(request);
    let newest = newest.into_iter().map(|of| View::new(page.clone(), of, now, zone)).collect();
    Ok(AskPage { page, query, newsletters, count, newest, form, errors })
}

/// `GET /admin/subscribers/bulk`, with the search of the register.
pub async fn ask(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    let query = query.into_inner().understood();
    html(&of(&request, &app, query, BulkForm::default(), vec![]).await?)
}

/// `POST /admin/subscribers/bulk`
pub async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    query: web::Query<Query>,
    form: web::Form<BulkForm>,
) -> Result<HttpResponse> {
    let (query, form) = (query.into_inner().understood(), form.into_inner());
    match begin::begin(&app, query.clone(), &form.act, &form.number, staff.actor()).await {
        Ok(uuid) => Ok(see_other(format!("/admin/subscribers/bulk/{uuid}"))),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&of(&request, &app, query, form, errors).await?)
        }
        Err(other) => Err(other),
    }
}

async fn view(request: &HttpRequest, app: &App, id: PublicId) -> Result<View> {
    let (of, newsletters) = app
        .db
        .read(move |conn| Ok((store::by_uuid(conn, id)?, newsletters::store::all(conn)?)))
        .await?;
    let zone = newsletters.first().map_or(Tz::UTC, Newsletter::zone);
    Ok(View::new(Page::new(request), of, app.clock.now(), zone))
}

/// `GET /admin/subscribers/bulk/{id}`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let view = view(&request, &app, *id).await?;
    html(&ChangePage { page: Page::new(&request), view })
}

/// `GET /admin/subscribers/bulk/{id}/live`: the part that changes (server-sent events).
pub async fn live(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    // What is not there is said before the stream begins.
    view(&request, &app, id).await?;
    Ok(web_live::events(app.clone(), move || {
        let (request, app) = (request.clone(), app.clone());
        async move {
            let view = view(&request, &app, id).await.ok()?;
            if view.of.state.is_under_way() { LivePart { view }.render().ok() } else { None }
        }
    }))
}

/// `POST /admin/subscribers/bulk/{id}`: takes it back.
pub async fn undo(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    begin::undo(&app, *id, staff.actor()).await?;
    Ok(see_other(format!("/admin/subscribers/bulk/{id}")))
}
