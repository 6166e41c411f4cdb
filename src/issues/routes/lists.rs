//! `/admin/issues`: the list, a new issue, a copy of one.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, Result};
use crate::issues::compose::{self, NewIssue};
use crate::issues::content::Theme;
use crate::issues::mjml::{self, Mjml, Shape};
use crate::issues::templates::{self, IssueTemplate};
use crate::issues::{Content, Issue, IssueKind, IssueState, store};
use crate::newsletters::{self, Newsletter};
use crate::staff::{self, Staff};
use crate::web::{Page, html, see_other};

/// Issues on a page of the list.
const MOST: i64 = 50;

#[derive(Template)]
#[template(path = "issues/pages/list.html")]
struct ListPage {
    page: Page,
    issues: Vec<Issue>,
    /// What those are called who began them.
    names: HashMap<String, String>,
    shown: Shown,
    /// The last id of this page, when another one follows.
    before: Option<i64>,
    may_edit: bool,
}

/// What the list shows.
#[derive(Clone, Default, Deserialize)]
pub struct Shown {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    state: String,
    before: Option<i64>,
}

/// The states behind a choice in the list.
const STATES: [(&str, &[IssueState]); 3] = [
    ("open", &[IssueState::Draft, IssueState::InReview, IssueState::Approved]),
    (
        "under-way",
        &[IssueState::Scheduled, IssueState::Preparing, IssueState::Sending, IssueState::Paused],
    ),
    ("done", &[IssueState::Sent, IssueState::Cancelled]),
];

impl Shown {
    fn states(&self) -> [&'static str; 3] {
        STATES.map(|(word, _)| word)
    }

    /// The address of this list from an issue on.
    fn after(&self, before: &i64) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("kind", &self.kind)
            .append_pair("state", &self.state)
            .append_pair("before", &before.to_string())
            .finish();
        format!("/admin/issues?{query}")
    }
}

/// `GET /admin/issues`
pub async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    shown: web::Query<Shown>,
) -> Result<HttpResponse> {
    let shown = shown.into_inner();
    let states = STATES.iter().find(|(word, _)| *word == shown.state);
    let filter = store::Filter {
        newsletter: None,
        kind: shown.kind.parse().ok(),
        states: states.map(|(_, states)| states.to_vec()),
        before: shown.before,
    };
    let (mut issues, names) = app
        .db
        .read(move |conn| {
            let issues = store::list(conn, &filter, MOST + 1)?;
            let actors = issues.iter().map(|issue| issue.created_by.as_str());
            let names = staff::store::names(conn, actors)?;
            Ok((issues, names))
        })
        .await?;
    let more = issues.len() > usize::try_from(MOST).unwrap_or(usize::MAX);
    issues.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    let page = Page::new(&request);
    html(&ListPage {
        before: issues.last().filter(|_| more).map(|issue| issue.id),
        may_edit: page.is("editor admin"),
        page,
        issues,
        names,
        shown,
    })
}

#[derive(Template)]
#[template(path = "issues/pages/new.html")]
struct NewPage {
    page: Page,
    newsletters: Vec<Newsletter>,
    templates: Vec<IssueTemplate>,
    /// The ordinary one that was sent last.
    last: Option<Issue>,
    recent: Vec<Issue>,
}

/// `GET /admin/issues/new`
pub async fn new(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let page = Page::new(&request);
    let template = app
        .db
        .read(move |conn| {
            Ok(NewPage {
                page,
                newsletters: newsletters::store::all(conn)?,
                templates: store::all_templates(conn)?,
                last: store::last_sent(conn, IssueKind::Ordinary)?,
                recent: store::list(conn, &store::Filter::default(), 8)?,
            })
        })
        .await?;
    html(&template)
}

/// What a new issue begins with.
#[derive(Deserialize)]
pub struct New {
    /// The newsletter's slug; the only one when it is not given.
    #[serde(default)]
    newsletter: String,
    /// `ordinary`, `special`, `mjml` for an ordinary one in MJML, `copy:ISSUE` or
    /// `template:TEMPLATE`.
    from: String,
}

/// `POST /admin/issues`
pub async fn create(
    app: web::Data<App>,
    staff: Staff,
    new: web::Form<New>,
) -> Result<HttpResponse> {
    let New { newsletter, from } = new.into_inner();
    let id = |id: &str| id.parse().map_err(|_| Error::field("from", "error-required"));
    let issue = match from.split_once(':') {
        Some(("copy", copied)) => compose::duplicate(&app, id(copied)?, &staff.actor()).await?,
        Some(("template", used)) => templates::begin(&app, id(used)?, &staff.actor()).await?,
        _ => {
            let (kind, mjml) = match from.as_str() {
                "mjml" => (IssueKind::Ordinary, Mjml::read(mjml::BEGINNING, Shape::Whole).ok()),
                kind => (kind.parse().map_err(|_| Error::field("from", "error-required"))?, None),
            };
            let theme = (kind == IssueKind::Special).then(Theme::default);
            let mut content = Content { mjml, theme, ..Content::default() };
            let new = app
                .db
                .read(move |conn| {
                    let newsletter = match newsletter.is_empty() {
                        true => newsletters::store::all(conn)?.into_iter().next(),
                        false => Some(newsletters::store::by_slug(conn, &newsletter)?),
                    };
                    let newsletter = newsletter.ok_or(Error::NotFound)?.id;
                    compose::propose_number(conn, newsletter, &mut content)?;
                    Ok(NewIssue { newsletter, kind, content })
                })
                .await?;
            compose::create(&app, new, &staff.actor()).await?
        }
    };
    Ok(see_other(format!("/admin/issues/{}", issue.uuid)))
}

/// `POST /admin/issues/{id}/duplicate`
pub async fn duplicate(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let issue = compose::duplicate(&app, id.into_inner(), &staff.actor()).await?;
    Ok(see_other(format!("/admin/issues/{}?done=copied", issue.uuid)))
}

/// The day that stands with an issue in lists: when it went, is to go, or was last changed.
fn day(page: &Page, issue: &Issue) -> String {
    let zone: Tz = issue.zone();
    match (issue.published_on, issue.send_at) {
        (Some(day), _) => page.day(&day),
        (None, Some(at)) => page.time(&at, &zone),
        (None, None) => page.t1("issue-changed", "when", page.time(&issue.updated_at, &zone)),
    }
}
