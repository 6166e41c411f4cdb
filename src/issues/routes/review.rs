//! `/admin/issues/{id}/review`: what the second person reads before an issue is approved.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::findings::Findings;
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::issues::approve::LookedAt;
use crate::issues::audience::Audience;
use crate::issues::compose::Composition;
use crate::issues::difference::{self, Mark, Place};
use crate::issues::form::{self, Pairs};
use crate::issues::preflight::{self, Seen};
use crate::issues::store::{self, Call, Verdict};
use crate::issues::{Issue, IssueState, approve, choose, freeze, preview, schedule};
use crate::newsletters::{self, Newsletter};
use crate::staff::{self, Staff};
use crate::web::{Page, html, page, see_other};

#[derive(Template)]
#[template(path = "issues/pages/review.html")]
struct ReviewPage {
    page: Page,
    issue: Issue,
    newsletter: Newsletter,
    name: String,
    /// The hashes of what is shown, and of who gets it.
    rendition: String,
    recipients: String,
    /// Who gets it, in sentences; none when it is everyone.
    narrowed: Vec<String>,
    subject: String,
    audience: i64,
    /// Who wrote the newest revision, and when.
    writer: (String, String),
    /// Who asks for it, and when.
    asked: Option<(String, String)>,
    /// When it is to go, as far as anybody has said.
    proposed: Option<Instant>,
    findings: Findings,
    /// The last revision that was approved, and where this one differs from it.
    before: Option<Before>,
    may_approve: bool,
    note: String,
    errors: Vec<FieldError>,
}

struct Before {
    who: String,
    when: String,
    places: Vec<Place>,
}

/// The form as it was sent.
#[derive(Default)]
struct Sent {
    rendition: String,
    recipients: String,
    note: String,
    seen: Vec<String>,
}

async fn of(
    request: &HttpRequest,
    app: &App,
    staff: &Staff,
    id: PublicId,
    sent: Sent,
    errors: Vec<FieldError>,
) -> Result<ReviewPage> {
    let now = app.clock.now();
    let examined = preflight::examine(app, id, None).await?;
    let Composition { issue, newsletter, revision, content, .. } = examined.composition.clone();
    let (row, saved_by) = (issue.id, revision.saved_by.clone());
    let call = Call::of(&issue)?;
    let (writer, asked, approved, subjects, all_newsletters) = app
        .db
        .read(move |conn| {
            let writer = staff::store::name_of(conn, &saved_by)?;
            let asked = match store::last_review(conn, row, Some(Verdict::Submitted))? {
                Some(asked) => {
                    Some((staff::store::name_of(conn, &asked.actor)?, asked.at, asked.actor))
                }
                None => None,
            };
            let approved = match store::last_review(conn, row, Some(Verdict::Approved))? {
                Some(last) => {
                    let content = freeze::content(&store::revision(conn, row, last.revision)?)?;
                    Some((staff::store::name_of(conn, &last.actor)?, last.at, content))
                }
                None => None,
            };
            let subjects = choose::subjects(conn, &call.rules)?;
            Ok((writer, asked, approved, subjects, newsletters::store::all(conn)?))
        })
        .await?;
    let frozen = freeze::freeze(&content, &preview::frame(app, &newsletter, &issue), now)?;
    let page = Page::new(request);
    let asked_by = asked.as_ref().map(|(_, _, actor)| actor.as_str());
    let may_approve = approve::may_approve(&revision, asked_by, staff);
    let (zone, proposed) = (newsletter.zone(), schedule::proposed(&issue));
    let audience = Audience::read(&issue.audience)?;
    let before = approved.map(|(who, at, old)| Before {
        who,
        when: page.time(&at, &zone),
        places: difference::compare(&page, &form::of(&old), &form::of(&content)),
    });
    Ok(ReviewPage {
        name: match issue.subject.is_empty() {
            true => page.t("issue-untitled"),
            false => issue.subject.clone(),
        },
        rendition: frozen.rendition.hash,
        subject: content.subject.without_name(),
        audience: examined.audience,
        writer: (writer, page.time(&revision.saved_at, &zone)),
        recipients: audience.hash(newsletter.uuid, issue.kind)?,
        narrowed: choose::words(&audience, &all_newsletters, &subjects, page.texts()),
        asked: asked.map(|(who, at, _)| (who, page.time(&at, &zone))),
        proposed,
        findings: Findings::of(&page, &examined, may_approve, &sent.seen, &errors),
        before,
        may_approve,
        note: sent.note,
        errors,
        page,
        issue,
        newsletter,
    })
}

/// `GET /admin/issues/{id}/review`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let template = of(&request, &app, &staff, *id, Sent::default(), vec![]).await?;
    match template.issue.state {
        IssueState::InReview => html(&template),
        _ => Ok(see_other(format!("/admin/issues/{id}/schedule"))),
    }
}

/// `POST /admin/issues/{id}/review`
pub async fn act(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (mut sent, mut step) = (Sent::default(), String::new());
    for (name, value) in pairs.into_inner() {
        match name.as_str() {
            "do" => step = value,
            "rendition" => sent.rendition = value,
            "recipients" => sent.recipients = value,
            "note" => sent.note = value,
            "seen" => sent.seen.push(value),
            _ => {}
        }
    }
    let seen = Seen::Keys(sent.seen.clone());
    let (done, next) = match step.as_str() {
        "approve" => {
            let looked_at =
                Some(LookedAt { rendition: &sent.rendition, audience: &sent.recipients });
            let done = approve::approve(&app, id, looked_at, &seen, &staff).await.map(drop);
            (done, format!("/admin/issues/{id}/schedule?done=approved"))
        }
        "return" => {
            let done = approve::send_back(&app, id, &sent.note, &staff).await;
            (done, "/admin?done=returned".to_owned())
        }
        _ => return Err(Error::BadRequest("there is no such button".to_owned())),
    };
    match done {
        Ok(()) => Ok(see_other(next)),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&of(&request, &app, &staff, id, sent, errors).await?)
        }
        Err(other) => Err(other),
    }
}

impl ReviewPage {
    /// What goes to whom, and when, in a sentence.
    fn words(&self) -> String {
        let (number, title) = (self.page.number(&self.audience), &self.newsletter.title);
        let Some(at) = self.proposed else {
            return self.page.t2("review-words", "number", number, "newsletter", title);
        };
        let zone = self.newsletter.zone();
        let (when, zone) = (self.page.weekday_time(&at, &zone), self.page.zone(&zone));
        self.page.texts().with(
            "review-words-when",
            &[("number", &number), ("newsletter", title), ("when", &when), ("zone", &zone)],
        )
    }

    /// Where an error leads.
    fn target(&self, field: &str) -> &'static str {
        match field {
            "note" => "#note",
            "accept_warnings" => "#warnings",
            _ => "#stops",
        }
    }
}
