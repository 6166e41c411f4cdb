//! `/admin/deliveries`.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;

use super::control::{self, Action};
use super::finish::adds_up;
use super::progress::{self, Progress};
use super::store::{self, Counts, Listed};
use super::{DeliveryState, PauseReason, quota};
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::{Error, Result};
use crate::issues::store::Call;
use crate::issues::{self, Issue, IssueState};
use crate::mail::Closed;
use crate::staff::Staff;
use crate::web::{Page, html, live, see_other};

/// Issues in the list.
const MOST: i64 = 50;

#[derive(Template)]
#[template(path = "deliveries/pages/list.html")]
struct ListPage {
    page: Page,
    door: Option<Closed>,
    issues: Vec<Listed>,
}

/// `GET /admin/deliveries`
pub async fn list(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let issues = app.db.read(|conn| Ok(store::list(conn, MOST)?)).await?;
    html(&ListPage { page: Page::new(&request), door: app.door.closed(), issues })
}

/// What the page of an issue shows, in the parts that change.
struct View {
    page: Page,
    issue: Issue,
    zone: Tz,
    progress: Progress,
    /// Why the relay does not get on, as far as this process knows; from outside.
    trouble: Option<String>,
    /// Providers that get nothing just now, as far as this process knows, and until when.
    stopped: Vec<(String, Instant)>,
    /// When it was paused, and in whose words why; from outside.
    paused: Option<(Instant, String)>,
}

#[derive(Template)]
#[template(path = "deliveries/pages/issue.html")]
struct IssuePage {
    page: Page,
    view: View,
    actions: Vec<Action>,
}

#[derive(Template)]
#[template(path = "deliveries/pages/live.html")]
struct LivePart {
    view: View,
}

#[derive(Template)]
#[template(path = "deliveries/pages/confirm.html")]
struct ConfirmPage {
    page: Page,
    issue: Issue,
    action: Action,
    counts: Counts,
    retryable: i64,
    /// How many would get it, while it has not begun.
    ahead: Option<i64>,
}

impl ConfirmPage {
    /// What will happen, and to how many.
    fn will(&self) -> String {
        let count = match self.action {
            Action::RetryFailures => self.retryable,
            action if action.is_about_held() => self.counts.held,
            // Before it has begun there are no rows to count.
            _ => self.ahead.unwrap_or(self.counts.open() + self.counts.held),
        };
        let key = format!("delivery-will-{}", self.action);
        self.page.t1(&key, "count", self.page.number(&count))
    }
}

impl View {
    async fn new(request: &HttpRequest, app: &App, uuid: PublicId) -> Result<Self> {
        let (issue, note) = app
            .db
            .read(move |conn| {
                Ok((issues::store::by_uuid(conn, uuid)?, store::pause_note(conn, uuid)?))
            })
            .await?;
        let paused = note.filter(|_| issue.state == IssueState::Paused).map(|(at, details)| {
            let why = details.0.get("why").and_then(|why| why.as_str()).unwrap_or_default();
            (at, why.to_owned())
        });
        Ok(Self {
            page: Page::new(request),
            zone: issue.zone(),
            progress: progress::of(app, &issue).await?,
            trouble: app.sender.trouble(issue.id),
            stopped: app.sender.pace.stopped(),
            paused,
            issue,
        })
    }

    fn counts(&self) -> &Counts {
        &self.progress.counts
    }

    fn audience(&self) -> i64 {
        self.issue.audience_count.unwrap_or_default()
    }

    fn adds_up(&self) -> bool {
        adds_up(&self.issue, self.counts())
    }

    /// Whether its numbers can still change by themselves.
    fn is_moving(&self) -> bool {
        matches!(
            self.issue.state,
            IssueState::Scheduled | IssueState::Preparing | IssueState::Sending
        ) || self.counts().in_data > 0
    }

    /// Whether it is only the relay's quota that it waits for, with which nothing is wrong.
    fn waits_for_quota(&self) -> bool {
        self.trouble.as_deref() == Some(quota::USED_UP)
    }

    /// Why it is paused, as a key of the texts.
    fn pause_key(&self) -> Option<String> {
        let reason = self.issue.pause_reason.as_deref()?.parse::<PauseReason>().ok()?;
        Some(format!("delivery-paused-{reason}"))
    }

    fn remaining(&self) -> Option<String> {
        self.progress.remaining.map(|left| self.page.duration(&left))
    }
}

/// `GET /admin/deliveries/{id}`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let view = View::new(&request, &app, *id).await?;
    let fits = |action: &Action| action.fits(view.issue.state, view.counts());
    let actions = Action::ALL.iter().copied().filter(fits).collect();
    html(&IssuePage { page: Page::new(&request), view, actions })
}

/// `GET /admin/deliveries/{id}/live`: the part that changes, whenever it has changed
/// (server-sent events). All who look share one count.
pub async fn live(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    // What is not there is said before the stream begins.
    View::new(&request, &app, id).await?;
    Ok(live::events(app.clone(), move || {
        let (request, app) = (request.clone(), app.clone());
        async move {
            let view = View::new(&request, &app, id).await.ok()?;
            if view.is_moving() { LivePart { view }.render().ok() } else { None }
        }
    }))
}

/// `GET /admin/deliveries/{id}/{action}`: says what it will do, with numbers.
pub async fn confirm(
    request: HttpRequest,
    app: web::Data<App>,
    path: web::Path<(PublicId, String)>,
) -> Result<HttpResponse> {
    let (uuid, action) = path.into_inner();
    let action: Action = action.parse().map_err(|_| Error::NotFound)?;
    let now = app.clock.now();
    let (issue, counts, retryable, ahead) = app
        .db
        .read(move |conn| {
            let issue = issues::store::by_uuid(conn, uuid)?;
            let counts = store::counts(conn, issue.id)?;
            let retryable = store::retryable(conn, issue.id)?;
            let ahead = match issue.started_at {
                None => Some(issues::store::audience_size(conn, &Call::of(&issue)?, now)?),
                Some(_) => None,
            };
            Ok((issue, counts, retryable, ahead))
        })
        .await?;
    if !action.fits(issue.state, &counts) {
        return Err(Error::Conflict("error-delivery-state"));
    }
    html(&ConfirmPage { page: Page::new(&request), issue, action, counts, retryable, ahead })
}

/// `POST /admin/deliveries/{id}/{action}`: does it.
pub async fn act(
    app: web::Data<App>,
    staff: Staff,
    path: web::Path<(PublicId, String)>,
) -> Result<HttpResponse> {
    let (uuid, action) = path.into_inner();
    let action: Action = action.parse().map_err(|_| Error::NotFound)?;
    control::act(&app, uuid, action, &staff.actor()).await?;
    Ok(see_other(format!("/admin/deliveries/{uuid}?done=delivery-{action}")))
}

/// `POST /admin/relay/try-again`: the relay is asked again.
pub async fn try_relay(app: web::Data<App>, staff: Staff) -> Result<HttpResponse> {
    control::try_relay(&app, &staff.actor()).await?;
    Ok(see_other("/admin/deliveries?done=relay-try-again"))
}
