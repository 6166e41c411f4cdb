//! `/admin/subscribers`: the register for those who may see personal data.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use super::notes;
use super::person::{self, Action, Everything};
use super::search::{Order, Query};
use super::store::{self, Found, View};
use super::views;
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::newsletters::{self, Newsletter};
use crate::segments::Field;
use crate::segments::sentence;
use crate::segments::store::AsOf;
use crate::staff::Staff;
use crate::subscribers::store::register;
use crate::subscribers::{Purpose, SubscriptionState};
use crate::web::{Page, html, page, see_other};

/// Lines of a page of the list.
const LINES: usize = 50;

#[derive(Template)]
#[template(path = "people/pages/list.html")]
struct ListPage {
    page: Page,
    query: Query,
    counts: Vec<(SubscriptionState, i64)>,
    newsletters: Vec<Newsletter>,
    found: Vec<Found>,
    /// The query of the page after this one.
    next: Option<String>,
    views: Vec<View>,
    /// What is typed as the name of a new view.
    name: String,
    errors: Vec<FieldError>,
}

/// A filter that is a choice: the field, what is chosen, and the choices with their words.
type Choice<'a> = (Field, &'a str, Vec<(&'static str, String)>);

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

    /// The filters that are a choice.
    fn choices(&self) -> Vec<Choice<'_>> {
        let words = |field, value| sentence::choice(field, value, self.page.texts());
        self.query
            .filters()
            .into_iter()
            .filter_map(|(field, chosen)| {
                let choices = match field {
                    Field::Tracking => ["yes", "no"]
                        .map(|way| (way, self.page.t(format!("register-tracking-{way}"))))
                        .to_vec(),
                    _ => field.choices()?.into_iter().map(|it| (it, words(field, it))).collect(),
                };
                Some((field, chosen, choices))
            })
            .collect()
    }

    /// The filters that are typed: the field and what is typed.
    fn typed(&self) -> Vec<(Field, &str)> {
        let all = self.query.filters().into_iter();
        all.filter(|(field, _)| field.choices().is_none()).collect()
    }

    /// Whether more than text and state is asked for: then the other filters stand open.
    fn is_filtered(&self) -> bool {
        self.query.filters().iter().any(|(_, value)| !value.is_empty())
    }

    /// What of the search can be kept under a name; empty if there is nothing.
    fn filters(&self) -> String {
        self.query.clone().without_text().address()
    }

    /// The orders, with their words.
    fn orders(&self) -> impl Iterator<Item = (Order, String)> {
        Order::ALL.iter().map(|order| (*order, self.page.t(format!("register-order-{order}"))))
    }
}

/// `GET /admin/subscribers`
pub async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<Query>,
) -> Result<HttpResponse> {
    html(&listed(&request, &app, query.into_inner(), String::new(), vec![]).await?)
}

async fn listed(
    request: &HttpRequest,
    app: &App,
    query: Query,
    name: String,
    errors: Vec<FieldError>,
) -> Result<ListPage> {
    let (search, place, now) = (query.search(), (query.order(), query.after()), app.clock.now());
    let most = i64::try_from(LINES + 1).unwrap_or(i64::MAX);
    // Whoever types looks at what is found: how many there are in all is not counted for every key.
    let is_typing = request.headers().contains_key("x-while-typing");
    let (counts, newsletters, mut found, views) = app
        .db
        .read(move |conn| {
            let newsletters = newsletters::store::all(conn)?;
            let zone = newsletters.first().map_or(Tz::UTC, Newsletter::zone);
            let found = store::find_after(conn, &search, place, AsOf { now, zone }, most)?;
            let counts = if is_typing { Vec::new() } else { store::states(conn)? };
            Ok((counts, newsletters, found, store::views(conn)?))
        })
        .await?;
    let more = found.len() > LINES;
    found.truncate(LINES);
    let next = found.last().filter(|_| more).map(|(last, ..)| query.next(last.id));
    let page = Page::new(request);
    Ok(ListPage { page, query, counts, newsletters, found, next, views, name, errors })
}

/// A view to be kept: its name, and the filters as the query of the register's address.
#[derive(Deserialize)]
pub struct ViewForm {
    name: String,
    filters: String,
}

/// `POST /admin/subscribers/views`: keeps filters under a name.
pub async fn keep_view(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<ViewForm>,
) -> Result<HttpResponse> {
    let ViewForm { name, filters } = form.into_inner();
    let query = web::Query::<Query>::from_query(&filters).map_err(|_| Error::NotFound)?;
    let query = query.into_inner();
    match views::keep(&app, &name, query.clone(), &staff).await {
        Ok(filters) => Ok(see_other(format!("/admin/subscribers?{filters}&done=view-kept"))),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&listed(&request, &app, query, name, errors).await?)
        }
        Err(other) => Err(other),
    }
}

/// `POST /admin/subscribers/views/{view}`: removes it.
pub async fn remove_view(
    app: web::Data<App>,
    staff: Staff,
    view: web::Path<PublicId>,
) -> Result<HttpResponse> {
    views::remove(&app, *view, &staff).await?;
    Ok(see_other("/admin/subscribers?done=view-removed"))
}

#[derive(Template)]
#[template(path = "people/pages/person.html")]
struct PersonPage {
    page: Page,
    all: Everything,
    zone: Tz,
    note: String,
    errors: Vec<FieldError>,
}

impl PersonPage {
    /// Whether what they do with issues is kept, by their consent.
    fn is_measured(&self) -> bool {
        self.all.consents.iter().any(|(consent, _)| {
            consent.purpose == Purpose::Tracking
                && consent.confirmed_at.is_some()
                && consent.withdrawn_at.is_none()
        })
    }
}

/// `GET /admin/subscribers/{uuid}`
pub async fn person(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    html(&of(&request, &app, *id, String::new(), vec![]).await?)
}

async fn of(
    request: &HttpRequest,
    app: &App,
    id: PublicId,
    note: String,
    errors: Vec<FieldError>,
) -> Result<PersonPage> {
    let all = person::everything(app, id).await?;
    let zone = all.subscriptions.first().map_or(Tz::UTC, |(_, newsletter)| newsletter.zone());
    Ok(PersonPage { page: Page::new(request), all, zone, note, errors })
}

/// A note.
#[derive(Deserialize)]
pub struct NoteForm {
    note: String,
}

/// `POST /admin/subscribers/{uuid}/notes`
pub async fn write_note(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    form: web::Form<NoteForm>,
) -> Result<HttpResponse> {
    let note = form.into_inner().note;
    match notes::write(&app, *id, &note, &staff).await {
        Ok(()) => Ok(see_other(format!("/admin/subscribers/{}?done=saved#notes", *id))),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&of(&request, &app, *id, note, errors).await?)
        }
        Err(other) => Err(other),
    }
}

/// `POST /admin/subscribers/{uuid}/notes/{note}`: removes it.
pub async fn remove_note(
    app: web::Data<App>,
    staff: Staff,
    path: web::Path<(PublicId, PublicId)>,
) -> Result<HttpResponse> {
    let (id, note) = path.into_inner();
    notes::remove(&app, id, note, &staff).await?;
    Ok(see_other(format!("/admin/subscribers/{id}?done=note-removed#notes")))
}

#[derive(Template)]
#[template(path = "people/pages/action.html")]
struct ActionPage {
    page: Page,
    all: Everything,
    action: Action,
    reason: String,
    errors: Vec<FieldError>,
}

/// Why something is done.
#[derive(Default, Deserialize)]
pub struct Why {
    #[serde(default)]
    reason: String,
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
    let all = person::everything(&app, id).await?;
    let (page, reason) = (Page::new(&request), String::new());
    html(&ActionPage { page, all, action, reason, errors: vec![] })
}

/// `POST /admin/subscribers/{uuid}/{action}`
pub async fn act(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    path: web::Path<(PublicId, String)>,
    why: Option<web::Form<Why>>,
) -> Result<HttpResponse> {
    let (id, action) = path.into_inner();
    let action = read(&action)?;
    let reason = why.map(|why| why.into_inner().reason).unwrap_or_default();
    let person = app.db.read(move |conn| Ok(register::by_uuid(conn, id)?)).await?;
    match person::act(&app, person, action, &reason, &staff).await {
        Err(Error::Invalid(errors)) => {
            let all = person::everything(&app, id).await?;
            let page = Page::new(&request);
            return page::unprocessable(&ActionPage { page, all, action, reason, errors });
        }
        other => other?,
    }
    Ok(see_other(match action {
        Action::Erase => "/admin/subscribers?done=erased".to_owned(),
        Action::Lift => format!("/admin/subscribers/{id}?done=lifted"),
        _ => format!("/admin/subscribers/{id}?done=saved"),
    }))
}
