//! `/admin/issues/{id}/schedule`: what goes, to whom, when; and what can be done about it.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use chrono_tz::Tz;

use super::findings::Findings;
use super::schedule_form::{Sent, Step};
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::issues::audience::Audience;
use crate::issues::compose::Composition;
use crate::issues::form::Pairs;
use crate::issues::preflight;
use crate::issues::schedule::{self, At};
use crate::issues::store::{self, Call, Left, TestGroup};
use crate::issues::test_send;
use crate::issues::{Issue, IssueState, approve, choose, forecast};
use crate::mail::EmailAddress;
use crate::newsletters::{self, Newsletter};
use crate::staff::{self, Staff};
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
    /// Who of the newsletter does not get it now.
    left: Left,
    /// It only goes to those who got another one.
    is_correction: bool,
    /// Who gets it, in sentences; none when it is everyone.
    narrowed: Vec<String>,
    /// The segments that have changed since they were chosen.
    changed: Vec<String>,
    /// Some of those who get it, masked.
    sample: Vec<String>,
    /// What is asked before it is scheduled; none while no time is chosen.
    ask: Option<Ask>,
    /// Seconds until it goes, when that is soon enough to be counted down.
    countdown: Option<i64>,
    /// Seconds between "send now" and the first message.
    grace: TimeDelta,
    /// How long those are tried whose server cannot take it now.
    deadline: TimeDelta,
    groups: Vec<TestGroup>,
    /// What is wrong with the address of a test, and what was typed and chosen.
    test_error: Option<String>,
    test_to: String,
    test_whom: String,
    /// The least that the sending takes, where the settings limit it.
    forecast: Option<TimeDelta>,
    findings: Findings,
    /// Why what was approved is not what would go out.
    outdated: Option<&'static str>,
    /// Who has approved it, by name.
    approver: Option<String>,
    /// Who has sent it back, and what they ask for.
    returned: Option<(String, String)>,
    errors: Vec<FieldError>,
    at: String,
    may_edit: bool,
    /// Whether this person may approve what is in review.
    may_approve: bool,
    email: String,
}

/// "It goes to so many then: shall it?"
struct Ask {
    /// When it would go.
    send_at: Instant,
    /// The button that answers yes.
    button: &'static str,
    /// What was chosen on the page before, which the answer carries.
    sent: Sent,
    /// The number of recipients is to be typed.
    number: bool,
    /// What they are shown.
    mark: String,
}

/// How many of the recipients are shown.
const SAMPLE: usize = 10;
/// From so many seconds on, the time until it goes is counted down.
const COUNTED_DOWN: i64 = 600;

fn masked(email: &str) -> Option<String> {
    Some(EmailAddress::parse(email).ok()?.masked())
}

async fn of(
    request: &HttpRequest,
    app: &App,
    staff: &Staff,
    id: PublicId,
    sent: Sent,
    ask: Option<(Step, String)>,
    errors: Vec<FieldError>,
) -> Result<SchedulePage> {
    let now = app.clock.now();
    // A time that can be is looked at with the rest: another issue may be close to it.
    let can_be = |error: &FieldError| matches!(error.field.as_str(), "accept_warnings" | "number");
    let chosen = match sent.chosen().filter(|_| errors.iter().all(can_be)) {
        Some(at) => schedule::when(app, id, at).await.ok(),
        None => None,
    };
    let examined = preflight::examine(app, id, chosen).await?;
    let (issue, rules) = (examined.composition.issue.clone(), app.config.sending.clone());
    let by = examined.composition.newsletter.clone();
    let found = app
        .db
        .read(move |conn| {
            let call = Call::of(&issue)?;
            let is_ahead = issue.is_open() || issue.state == IssueState::Scheduled;
            let (left, sample) = match is_ahead {
                true => (
                    store::left_out(conn, &call, now)?,
                    store::audience_sample(conn, &call, SAMPLE, now)?,
                ),
                false => Default::default(),
            };
            let groups = store::test_groups(conn, issue.newsletter)?;
            let at = chosen.or(issue.send_at).unwrap_or(now);
            let load = store::load(conn, &issue, &rules, at, now)?;
            let outdated = match issue.state {
                IssueState::Approved => match approve::still_holds(conn, &issue, &by) {
                    Err(Error::Conflict(why)) => Some(why),
                    other => other.map(|()| None)?,
                },
                _ => None,
            };
            let returned = store::returned(conn, issue.id)?;
            let returned = match returned.filter(|_| issue.state == IssueState::Draft) {
                Some(last) => Some((staff::store::name_of(conn, &last.actor)?, last.note)),
                None => None,
            };
            let asked_by = store::asked_by(conn, issue.id)?;
            let approver = issue.approved_by.as_deref();
            let approver = approver.map(|by| staff::store::name_of(conn, by)).transpose()?;
            let narrowed = (
                choose::subjects(conn, &call.rules)?,
                newsletters::store::all(conn)?,
                choose::changed_segments(conn, issue.newsletter, &call.rules)?,
            );
            Ok((load, outdated, returned, left, sample, groups, approver, narrowed, asked_by))
        })
        .await?;
    let (load, outdated, returned, left, sample, groups, approver, narrowed, asked_by) = found;
    let (subjects, all_newsletters, changed) = narrowed;
    let Composition { issue, newsletter, revision, .. } = &examined.composition;
    let page = Page::new(request);
    let may_plan = !newsletter.approval_required || issue.state == IssueState::Approved;
    let name =
        if issue.subject.is_empty() { page.t("issue-untitled") } else { issue.subject.clone() };
    let countdown = issue.send_at.filter(|_| issue.state == IssueState::Scheduled);
    let countdown = countdown.map(|at| (at - now).num_seconds().max(0));
    let countdown = countdown.filter(|left| *left <= COUNTED_DOWN);
    let test_error = page.error(&errors, "to");
    let (audience, texts) = (Audience::read(&issue.audience)?, page.texts());
    Ok(SchedulePage {
        zone: newsletter.zone(),
        findings: Findings::of(&page, &examined, may_plan, &sent.seen, &errors),
        outdated,
        approver,
        returned,
        may_edit: page.is("editor admin"),
        may_approve: approve::may_approve(revision, asked_by.as_deref(), staff),
        email: staff.email.clone(),
        page,
        issue: issue.clone(),
        newsletter: newsletter.clone(),
        name,
        forecast: forecast::duration(&app.config.sending, &load),
        audience: load.audience,
        left,
        is_correction: audience.sent.is_some(),
        narrowed: choose::words(&audience, &all_newsletters, &subjects, texts),
        changed,
        sample: sample.iter().filter_map(|email| masked(email)).collect(),
        ask: match (ask, chosen) {
            (Some((step, mark)), Some(send_at)) => Some(Ask {
                // Who chooses this very minute can still take it back.
                send_at: send_at.max(now + app.config.sending.grace),
                mark,
                button: if step.is_now() { "send-now" } else { "schedule" },
                number: examined.asks_for_number(),
                sent: sent.clone(),
            }),
            _ => None,
        },
        countdown,
        grace: app.config.sending.grace,
        deadline: app.config.sending.deadline,
        groups,
        test_error,
        test_to: sent.to.clone(),
        test_whom: sent.whom.clone(),
        errors,
        // A draft that was prepared says when it is meant to go.
        at: match sent.at.is_empty() {
            true => issue.proposed_at_local.clone().unwrap_or_default(),
            false => sent.at,
        },
    })
}

/// `GET /admin/issues/{id}/schedule`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    html(&of(&request, &app, &staff, *id, Sent::default(), None, vec![]).await?)
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
    let mut sent = Sent { now: step.is_now(), ..Sent::of(pairs) };
    // It was said for another day.
    if !sent.offset.is_empty() && schedule::when(&app, id, At::Local(&sent.at, None)).await.is_ok()
    {
        sent.offset.clear();
    }
    let (done, word) = match step {
        Step::Look | Step::LookNow => match schedule::look(&app, id, &sent.plan()).await {
            Ok(outlook) => {
                let ask = Some((step, outlook.mark));
                return html(&of(&request, &app, &staff, id, sent, ask, vec![]).await?);
            }
            Err(error) => (Err(error), ""),
        },
        Step::Choose => return html(&of(&request, &app, &staff, id, sent, None, vec![]).await?),
        Step::Schedule | Step::SendNow => {
            let word = if sent.now { "sending" } else { "scheduled" };
            (schedule::schedule(&app, id, &sent.plan(), &staff).await.map(drop), word)
        }
        Step::Submit => (approve::submit(&app, id, &sent.at, &staff).await, "submitted"),
        Step::Unschedule => (schedule::unschedule(&app, id, &staff).await, "unscheduled"),
        Step::Test => (test_send::send(&app, id, &sent.test_to(&staff)?, &staff).await, "tested"),
    };
    match done {
        Ok(()) => Ok(see_other(format!("/admin/issues/{id}/schedule?done={word}"))),
        Err(Error::Invalid(errors)) => {
            let asks = errors.iter().all(|error| error.field == "number");
            let mut ask = None;
            if asks && let Ok(outlook) = schedule::look(&app, id, &sent.plan()).await {
                ask = Some((step, outlook.mark));
            }
            if errors.iter().any(|error| error.field == "looked_at") {
                // A tick is for what was read.
                sent.seen.clear();
            }
            page::unprocessable(&of(&request, &app, &staff, id, sent, ask, errors).await?)
        }
        // Somebody has pressed twice: it is planned, and the page says what can be done about it.
        Err(Error::Conflict(_) | Error::Stale)
            if matches!(step, Step::Schedule | Step::SendNow) && is_planned(&app, id).await? =>
        {
            Ok(see_other(format!("/admin/issues/{id}/schedule")))
        }
        Err(other) => Err(other),
    }
}

async fn is_planned(app: &App, id: PublicId) -> Result<bool> {
    app.db.read(move |conn| Ok(store::by_uuid(conn, id)?.state == IssueState::Scheduled)).await
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
        let chosen = self.ask.as_ref().map(|ask| ask.send_at);
        let late = match self.issue.state {
            IssueState::Paused if begun.is_none() => Some("schedule-words-held"),
            IssueState::Cancelled if begun.is_none() => Some("schedule-words-cancelled"),
            _ => None,
        };
        match (begun.or(self.issue.send_at).or(chosen), self.issue.published_on) {
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
                    _ if late.is_some() => late.unwrap_or_default(),
                    Some(_) => "schedule-words-begun",
                    None => "schedule-words-planned",
                };
                let when = self.page.weekday_time(&at, &self.zone);
                let zone = self.page.zone(&self.zone);
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
    /// When it will be done.
    fn forecast_words(&self) -> String {
        let texts = self.page.texts();
        let Some(takes) = self.forecast else {
            return texts.with("schedule-forecast-free", &[("hours", &self.deadline.num_hours())]);
        };
        let duration = self.page.duration(&takes);
        match self.issue.send_at.or(self.ask.as_ref().map(|ask| ask.send_at)) {
            Some(at) => {
                let end = self.page.time(&(at + takes), &self.zone);
                texts.with("schedule-forecast-end", &[("duration", &duration), ("time", &end)])
            }
            None => texts.with("schedule-forecast", &[("duration", &duration)]),
        }
    }
    /// Who does not get it: a text's key and a number, those that are none left out.
    fn left_out(&self) -> Vec<(&'static str, i64)> {
        let Left { suppressed, paused, pending, others } = self.left;
        let all = [
            ("schedule-left-suppressed", suppressed),
            ("schedule-left-paused", paused),
            ("schedule-left-pending", pending),
            (
                match () {
                    () if self.is_correction => "schedule-left-rules",
                    () if !self.narrowed.is_empty() => "schedule-left-chosen",
                    () => "schedule-left-others",
                },
                others,
            ),
        ];
        all.into_iter().filter(|(_, number)| *number > 0).collect()
    }
    /// Whether it is held because it is late, and nobody has got it.
    fn is_held(&self) -> bool {
        self.is(&[IssueState::Paused]) && self.issue.started_at.is_none()
    }
    /// Whether it has not begun to go out.
    fn is_ahead(&self) -> bool {
        self.issue.is_open() || self.is(&[IssueState::Scheduled])
    }
    /// The finding that the time comes twice that night.
    fn twice(&self) -> Option<&FieldError> {
        self.errors.iter().find(|error| error.field == "offset")
    }
    /// Where an error leads.
    fn target(&self, field: &str) -> String {
        match field {
            "at" | "offset" | "to" | "number" => format!("#{field}"),
            "looked_at" => "#words".to_owned(),
            "accept_warnings" => "#warnings".to_owned(),
            _ => format!("/admin/issues/{}?check=1", self.issue.uuid),
        }
    }
}
