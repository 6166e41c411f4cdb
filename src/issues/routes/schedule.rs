//! `/admin/issues/{id}/schedule`: what goes, to whom, when; and what can be done about it.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use chrono_tz::Tz;

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::issues::compose::Composition;
use crate::issues::editor::{self, Look};
use crate::issues::form::{self, Pairs};
use crate::issues::preflight::view::{Note, View};
use crate::issues::preflight::{self, Examined, Level, Seen};
use crate::issues::schedule::{self, At};
use crate::issues::store;
use crate::issues::{Issue, IssueState, approve, forecast, test_send};
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
    /// What keeps it here.
    stops: Vec<Note>,
    /// What somebody should have seen before it goes.
    warnings: Vec<Warning>,
    /// What could be better.
    hints: Vec<Note>,
    errors: Vec<FieldError>,
    at: String,
    may_edit: bool,
    /// Whether this person may approve what is in review.
    may_approve: bool,
    email: String,
}

/// A warning, and who has seen it.
struct Warning {
    note: Note,
    /// Who said so, and when.
    seen: Option<(String, String)>,
    /// Ticked in the form that comes back.
    ticked: bool,
}

async fn of(
    request: &HttpRequest,
    app: &App,
    staff: &Staff,
    id: PublicId,
    sent: Sent,
    errors: Vec<FieldError>,
) -> Result<SchedulePage> {
    let now = app.clock.now();
    let examined = preflight::examine(app, id, None).await?;
    let (issue, rules) = (examined.composition.issue.clone(), app.config.sending.clone());
    let load = app
        .db
        .read(move |conn| store::load(conn, &issue, &rules, issue.send_at.unwrap_or(now), now))
        .await?;
    let Examined { composition, found, .. } = &examined;
    let Composition { issue, newsletter, revision, content } = composition;
    let page = Page::new(request);
    let name =
        if issue.subject.is_empty() { page.t("issue-untitled") } else { issue.subject.clone() };
    // Each finding leads to its field on the editor page.
    let look = Look { page: &page, errors: &[], missing: &[], open: None };
    let fields = editor::Form::new(&form::of(content), &look);
    let (mut stops, mut warnings, mut hints) = (Vec::new(), Vec::new(), Vec::new());
    for (finding, note) in found.iter().zip(View::of(&page, &fields, Some(found)).notes) {
        match finding.level {
            Level::Stop => stops.push(note),
            Level::Hint => hints.push(note),
            Level::Warn => {
                let seen = examined.seen_by(finding);
                let when = |at| page.time(at, &newsletter.zone());
                let seen = seen.map(|seen| (seen.seen_by.clone(), when(&seen.at)));
                let ticked = sent.seen.contains(&note.key);
                warnings.push(Warning { note, seen, ticked });
            }
        }
    }
    Ok(SchedulePage {
        zone: newsletter.zone(),
        stops,
        warnings,
        hints,
        may_edit: page.is("editor admin"),
        may_approve: staff.is_person() && revision.saved_by != staff.actor(),
        email: staff.email.clone(),
        page,
        issue: issue.clone(),
        newsletter: newsletter.clone(),
        name,
        forecast: forecast::duration(&app.config.sending, &load),
        audience: load.audience,
        errors,
        at: sent.at,
    })
}

/// `GET /admin/issues/{id}/schedule`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    html(&of(&request, &app, &staff, *id, Sent::default(), vec![]).await?)
}

/// What is to be done.
#[derive(Debug, Clone, Copy)]
enum Step {
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

impl Step {
    /// Reads a button's value.
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "schedule" => Self::Schedule,
            "send-now" => Self::SendNow,
            "submit" => Self::Submit,
            "approve" => Self::Approve,
            "unschedule" => Self::Unschedule,
            "test" => Self::Test,
            _ => return None,
        })
    }
}

/// The form of the page.
#[derive(Debug, Clone, Default)]
struct Sent {
    at: String,
    offset: String,
    to: String,
    /// The box beside "send now".
    sure: bool,
    /// The keys of the warnings that are ticked.
    seen: Vec<String>,
}

impl Sent {
    fn of(pairs: Pairs) -> Self {
        let mut sent = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "at" => sent.at = value,
                "offset" => sent.offset = value,
                "to" => sent.to = value,
                "sure" => sent.sure = true,
                "seen" => sent.seen.push(value),
                _ => {}
            }
        }
        sent
    }
}

/// `POST /admin/issues/{id}/schedule`
pub async fn act(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse> {
    let (id, pairs) = (id.into_inner(), pairs.into_inner());
    let step = pairs.iter().rfind(|(name, _)| name == "do").map(|(_, value)| value.as_str());
    let step = step.and_then(Step::parse);
    let step = step.ok_or_else(|| Error::BadRequest("there is no such button".to_owned()))?;
    let sent = Sent::of(pairs);
    let offset = Some(sent.offset.as_str()).filter(|offset| !offset.is_empty());
    let seen = Seen::Keys(sent.seen.clone());
    let (done, word) = match step {
        Step::Schedule => {
            let at = At::Local(&sent.at, offset);
            (schedule::schedule(&app, id, at, &seen, &staff).await.map(drop), "scheduled")
        }
        Step::SendNow if !sent.sure => {
            (Err(Error::field("sure", "error-send-now-sure")), "sending")
        }
        Step::SendNow => {
            (schedule::schedule(&app, id, At::Now, &seen, &staff).await.map(drop), "sending")
        }
        Step::Submit => (approve::submit(&app, id, &staff).await, "submitted"),
        Step::Approve => (approve::approve(&app, id, &seen, &staff).await.map(drop), "approved"),
        Step::Unschedule => (schedule::unschedule(&app, id, &staff).await, "unscheduled"),
        Step::Test => (test_send::send(&app, id, &sent.to, &staff).await, "tested"),
    };
    match done {
        Ok(()) => Ok(see_other(format!("/admin/issues/{id}/schedule?done={word}"))),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&of(&request, &app, &staff, id, sent, errors).await?)
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
    /// Where what was found leads: to its field on the editor page, or to where it can be mended.
    fn place(&self, note: &Note) -> String {
        match note.code {
            "error-preflight-footer" => "/admin/settings".to_owned(),
            "error-preflight-nobody" => "/admin/subscribers".to_owned(),
            "error-preflight-audience" => "#words".to_owned(),
            "error-preflight-untested" => "#test".to_owned(),
            _ => {
                let check = if note.level == Level::Stop.as_str() { "check=1" } else { "" };
                let open = match note.block.as_str() {
                    block if check.is_empty() && !block.is_empty() => format!("open={block}"),
                    _ => String::new(),
                };
                let mark = if check.is_empty() && open.is_empty() { "" } else { "?" };
                format!("/admin/issues/{}{mark}{check}{open}#{}", self.issue.uuid, note.target)
            }
        }
    }
    /// Whether it was not let go on because of warnings that nobody has seen.
    fn has_unseen(&self) -> bool {
        self.errors.iter().any(|error| error.field == "accept_warnings")
    }
    /// Where an error leads.
    fn target(&self, field: &str) -> String {
        match field {
            "at" | "offset" | "to" | "sure" => format!("#{field}"),
            "accept_warnings" => "#warnings".to_owned(),
            _ => format!("/admin/issues/{}?check=1", self.issue.uuid),
        }
    }
}
