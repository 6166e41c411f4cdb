//! `/admin/issues/{id}/schedule`: what goes, to whom, when; and what can be done about it.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use chrono_tz::Tz;
use serde::Deserialize;

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::issues::compose::{self, Composition};
use crate::issues::editor::{self, Finding, Look};
use crate::issues::preflight::view::{Note, View};
use crate::issues::store;
use crate::issues::{
    Issue, IssueState, approve, forecast, form, preflight, preview, schedule, test_send,
};
use crate::newsletters::Newsletter;
use crate::staff::Staff;
use crate::web::{Page, html, page, see_other};

#[derive(Template)]
#[template(path = "issues/pages/schedule.html")]
struct SchedulePage {
    page: Page,
    issue: Issue,
    newsletter: Newsletter,
    name: String,
    zone: Tz,
    audience: i64,
    /// The least that the sending takes, where the settings limit it.
    forecast: Option<TimeDelta>,
    /// What must be written before it can go.
    missing: Vec<Finding>,
    /// What somebody should have seen before it goes.
    notes: Vec<Note>,
    errors: Vec<FieldError>,
    at: String,
    may_edit: bool,
    /// Whether this person may approve what is in review.
    may_approve: bool,
    email: String,
}

async fn of(
    request: &HttpRequest,
    app: &App,
    staff: &Staff,
    id: PublicId,
    at: String,
    errors: Vec<FieldError>,
) -> Result<SchedulePage> {
    let now = app.clock.now();
    let rules = app.config.sending.clone();
    let (composition, load) = app
        .db
        .read(move |conn| {
            let composition = compose::open(conn, id)?;
            let issue = &composition.issue;
            let load = store::load(conn, issue, &rules, issue.send_at.unwrap_or(now), now)?;
            Ok((composition, load))
        })
        .await?;
    let size = preview::mail(app, &composition, "")?.html.len();
    let Composition { issue, newsletter, revision, content } = composition;
    let goes_at = issue.send_at.unwrap_or(now);
    let found = preflight::look_over(&content, &newsletter, goes_at, size);
    let page = Page::new(request);
    let name =
        if issue.subject.is_empty() { page.t("issue-untitled") } else { issue.subject.clone() };
    // Each finding leads to its field on the editor page.
    let look = Look { page: &page, errors: &[], missing: &[], open: None };
    let fields = editor::Form::new(&form::of(&content), &look);
    let missing = approve::may_go(&content, &newsletter, goes_at);
    let missing = missing.iter().map(|finding| fields.finding(&page, finding)).collect();
    Ok(SchedulePage {
        zone: newsletter.zone(),
        missing,
        notes: View::of(&page, &fields, Some(&found)).without_stops(),
        may_edit: page.is("editor admin"),
        may_approve: staff.is_person() && revision.saved_by != staff.actor(),
        email: staff.email.clone(),
        page,
        issue,
        newsletter,
        name,
        forecast: forecast::duration(&app.config.sending, &load),
        audience: load.audience,
        errors,
        at,
    })
}

/// `GET /admin/issues/{id}/schedule`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    html(&of(&request, &app, &staff, *id, String::new(), vec![]).await?)
}

/// What is to be done.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Send it at `at`.
    Schedule,
    /// Send it at once.
    SendNow,
    /// Ask for the second person.
    Submit,
    /// Be the second person.
    Approve,
    /// Make it a draft again.
    Unschedule,
    /// Send one copy to `to`.
    Test,
}

/// The form of the page.
#[derive(Deserialize)]
pub struct Sent {
    r#do: Step,
    #[serde(default)]
    at: String,
    #[serde(default)]
    offset: String,
    #[serde(default)]
    to: String,
    /// The box beside "send now".
    sure: Option<String>,
}

/// `POST /admin/issues/{id}/schedule`
pub async fn act(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse> {
    let (id, sent) = (id.into_inner(), sent.into_inner());
    let offset = Some(sent.offset.as_str()).filter(|offset| !offset.is_empty());
    let (done, word) = match sent.r#do {
        Step::Schedule => {
            let at = Some(sent.at.as_str());
            (schedule::schedule(&app, id, at, offset, &staff).await.map(drop), "scheduled")
        }
        Step::SendNow if sent.sure.is_none() => {
            (Err(Error::field("sure", "error-send-now-sure")), "sending")
        }
        Step::SendNow => {
            (schedule::schedule(&app, id, None, None, &staff).await.map(drop), "sending")
        }
        Step::Submit => (approve::submit(&app, id, &staff).await, "submitted"),
        Step::Approve => (approve::approve(&app, id, &staff).await.map(drop), "approved"),
        Step::Unschedule => (schedule::unschedule(&app, id, &staff).await, "unscheduled"),
        Step::Test => (test_send::send(&app, id, &sent.to, &staff).await, "tested"),
    };
    match done {
        Ok(()) => Ok(see_other(format!("/admin/issues/{id}/schedule?done={word}"))),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&of(&request, &app, &staff, id, sent.at, errors).await?)
        }
        Err(other) => Err(other),
    }
}

impl SchedulePage {
    fn is(&self, states: &[IssueState]) -> bool {
        states.contains(&self.issue.state)
    }
    /// What goes to whom and when, in a sentence.
    fn words(&self) -> String {
        let texts = self.page.texts();
        let number = self.page.number(&self.issue.audience_count.unwrap_or(self.audience));
        let newsletter = &self.newsletter.title;
        let begun = self.issue.started_at;
        match (begun.or(self.issue.send_at), self.issue.published_on) {
            (None, Some(day)) => {
                texts.with("schedule-words-history", &[("day", &self.page.day(&day))])
            }
            (None, None) => texts.with(
                "schedule-words-open",
                &[
                    ("number", &number),
                    ("newsletter", newsletter),
                    ("sender", &self.newsletter.sender_name),
                ],
            ),
            (Some(at), _) => {
                let key = match begun {
                    Some(_) => "schedule-words-begun",
                    None => "schedule-words-planned",
                };
                let when = self.page.time(&at, &self.zone);
                let zone = self.zone.name();
                texts.with(
                    key,
                    &[
                        ("number", &number),
                        ("newsletter", newsletter),
                        ("when", &when),
                        ("zone", &zone),
                    ],
                )
            }
        }
    }
    /// When it will be done, where the settings limit how fast it goes.
    fn forecast_words(&self) -> Option<String> {
        let texts = self.page.texts();
        let takes = self.forecast?;
        let duration = self.page.duration(&takes);
        Some(match self.issue.send_at {
            Some(at) => {
                let end = self.page.time(&(at + takes), &self.zone);
                texts.with("schedule-forecast-end", &[("duration", &duration), ("time", &end)])
            }
            None => texts.with("schedule-forecast", &[("duration", &duration)]),
        })
    }
    /// The finding that the time comes twice that night.
    fn twice(&self) -> Option<&FieldError> {
        self.errors.iter().find(|error| error.field == "offset")
    }
    /// Where a finding leads.
    fn target(&self, field: &str) -> String {
        match field {
            "at" | "offset" | "to" | "sure" => format!("#{field}"),
            _ => format!("/admin/issues/{}?check=1", self.issue.uuid),
        }
    }
}
