//! `/admin/recurring`

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use super::form::SeriesForm;
use super::rule::{EVERY, WEEKDAYS};
use super::{Change, Rule, Series, change, store};
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::issues::form::Pairs;
use crate::issues::templates::IssueTemplate;
use crate::issues::{self, Issue, IssueKind};
use crate::library::ItemKind;
use crate::newsletters::{self, Newsletter};
use crate::staff::Staff;
use crate::web::{Page, html, page, see_other};

/// How many of the next dates are shown.
const DATES: usize = 3;

#[derive(Template)]
#[template(path = "recurring/pages/list.html")]
struct ListPage {
    page: Page,
    rows: Vec<Row>,
    /// The series that was just removed.
    undo: Option<PublicId>,
}

/// A series as it is listed.
struct Row {
    series: Series,
    newsletter: String,
    zone: Tz,
    rule: Rule,
    /// When its next issues go.
    dates: Vec<Instant>,
    /// The draft that was prepared last, while nobody has sent it.
    draft: Option<Issue>,
}

impl Row {
    /// "Hver 2. uge: torsdag kl. 09:00".
    fn words(&self, page: &Page) -> String {
        match &self.rule {
            Rule::Weeks(weeks) => {
                let days = weeks.weekdays.iter().map(|day| page.t(format!("weekday-{day}")));
                let days = days.collect::<Vec<_>>().join(", ");
                let every = page.t(format!("recurring-every-{}", weeks.every));
                let time = page.t1("recurring-at", "time", &weeks.time);
                format!("{every}: {days} {time}")
            }
            Rule::Cron(pattern) => page.t1("recurring-pattern", "pattern", pattern),
        }
    }
}

/// What the address says.
#[derive(Deserialize)]
pub struct Shown {
    undo: Option<PublicId>,
}

/// `GET /admin/recurring`
pub async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    shown: web::Query<Shown>,
) -> Result<HttpResponse> {
    let rows = app
        .db
        .read(|conn| {
            let mut rows = Vec::new();
            for series in store::all(conn)? {
                let newsletter = newsletters::store::find(conn, series.newsletter)?;
                let (rule, zone) = (series.rule()?, newsletter.zone());
                let mut dates = vec![series.next_send_at];
                while let Some(last) = dates.last().filter(|_| dates.len() < DATES) {
                    let Some(next) = rule.next(*last, zone) else { break };
                    dates.push(next);
                }
                let draft = match series.last_issue {
                    Some(last) => Some(issues::store::find(conn, last)?),
                    None => None,
                };
                let draft = draft.filter(Issue::is_open);
                rows.push(Row { newsletter: newsletter.title, series, zone, rule, dates, draft });
            }
            Ok(rows)
        })
        .await?;
    html(&ListPage { page: Page::new(&request), rows, undo: shown.undo })
}

#[derive(Template)]
#[template(path = "recurring/pages/form.html")]
struct FormPage {
    page: Page,
    /// The series as it is stored; none for a new one.
    series: Option<Series>,
    newsletters: Vec<Newsletter>,
    templates: Vec<IssueTemplate>,
    form: SeriesForm,
    errors: Vec<FieldError>,
}

impl FormPage {
    fn title(&self) -> String {
        match &self.series {
            Some(series) => series.name.clone(),
            None => self.page.t("recurring-new"),
        }
    }

    fn is_ticked(&self, list: &[String], word: &str) -> bool {
        list.iter().any(|ticked| ticked == word)
    }
}

/// What the form offers, and the fields of a series or of a new one.
async fn form_page(
    request: &HttpRequest,
    app: &App,
    uuid: Option<PublicId>,
    sent: Option<(SeriesForm, Vec<FieldError>)>,
) -> Result<FormPage> {
    let (page, now) = (Page::new(request), app.clock.now());
    app.db
        .read(move |conn| {
            let newsletters = newsletters::store::all(conn)?;
            let series = uuid.map(|uuid| store::by_uuid(conn, uuid)).transpose()?;
            let mut templates = issues::store::all_templates(conn)?;
            templates.retain(|template| template.kind == IssueKind::Ordinary);
            let (form, errors) = match (sent, &series) {
                (Some(sent), _) => sent,
                (None, Some(series)) => {
                    let newsletter = newsletters::store::find(conn, series.newsletter)?;
                    let template = match series.template {
                        Some(template) => Some(issues::store::find_template(conn, template)?.uuid),
                        None => None,
                    };
                    (SeriesForm::of(series, &newsletter.slug, template)?, vec![])
                }
                (None, None) => {
                    let first = newsletters.first();
                    let (slug, title) = first.map_or(("", ""), |n| (&n.slug, &n.title));
                    let zone = first.map_or(Tz::UTC, Newsletter::zone);
                    let subject = format!("{title}, {}", page.t("recurring-subject-week"));
                    (SeriesForm::blank(slug, title, &subject, now.day_in(zone)), vec![])
                }
            };
            Ok(FormPage { page, series, newsletters, templates, form, errors })
        })
        .await
}

/// `GET /admin/recurring/new`
pub async fn new(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    html(&form_page(&request, &app, None, None).await?)
}

/// `GET /admin/recurring/{id}`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    html(&form_page(&request, &app, Some(*id), None).await?)
}

/// `POST /admin/recurring`
pub async fn create(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse> {
    take(&request, &app, &staff, None, &pairs).await
}

/// `POST /admin/recurring/{id}`
pub async fn save(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse> {
    take(&request, &app, &staff, Some(*id), &pairs).await
}

async fn take(
    request: &HttpRequest,
    app: &App,
    staff: &Staff,
    uuid: Option<PublicId>,
    pairs: &Pairs,
) -> Result<HttpResponse> {
    let form = SeriesForm::sent(pairs);
    let (slug, template) = (form.newsletter.clone(), form.template());
    let (newsletter, template) = app
        .db
        .read(move |conn| {
            let newsletter = newsletters::store::by_slug(conn, &slug)?.id;
            let template = match template {
                Some(template) => Some(issues::store::template(conn, template)?.id),
                None => None,
            };
            Ok((newsletter, template))
        })
        .await?;
    let saved = match form.read(newsletter, template) {
        Ok(new) => super::save(app, uuid, new, &staff.actor()).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(_) => Ok(see_other("/admin/recurring?done=saved")),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&form_page(request, app, uuid, Some((form, errors))).await?)
        }
        Err(other) => Err(other),
    }
}

/// `POST /admin/recurring/{id}/{action}`
pub async fn act(
    app: web::Data<App>,
    staff: Staff,
    path: web::Path<(PublicId, String)>,
) -> Result<HttpResponse> {
    let (id, action) = path.into_inner();
    let what = Change::parse(&action).ok_or(Error::NotFound)?;
    change(&app, id, what, &staff.actor()).await?;
    Ok(see_other(match what {
        Change::Remove => format!("/admin/recurring?undo={id}&done=recurring-removed"),
        _ => "/admin/recurring?done=saved".to_owned(),
    }))
}
