//! `/admin/issues/{id}/audience`: who gets an issue.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::issues::audience::Audience;
use crate::issues::choose::{self, Choice};
use crate::issues::form::Pairs;
use crate::issues::store::{self, Call};
use crate::issues::{Issue, compose};
use crate::newsletters::{self, Newsletter};
use crate::segments::sentence::{self, Subjects};
use crate::segments::store::AsOf;
use crate::segments::{self, Rules, Segment};
use crate::staff::Staff;
use crate::web::{Page, html, page, see_other};

/// A segment to choose.
struct Offered {
    segment: Segment,
    rules: Rules,
    subscribers: i64,
}

#[derive(Template)]
#[template(path = "issues/pages/audience.html")]
struct AudiencePage {
    page: Page,
    issue: Issue,
    newsletter: Newsletter,
    name: String,
    /// How many get it as it is saved.
    size: i64,
    choice: Choice,
    offered: Vec<Offered>,
    others: Vec<Newsletter>,
    subjects: Subjects,
    /// The segments that have changed since they were chosen.
    changed: Vec<String>,
    errors: Vec<FieldError>,
}

impl AudiencePage {
    fn words(&self, rules: &Rules) -> String {
        sentence::of(rules, &self.subjects, self.page.texts())
    }

    /// The two lists of boxes: the name of the field and what is ticked.
    fn lists(&self) -> [(&'static str, &[PublicId]); 2] {
        [("only", &self.choice.only), ("except", &self.choice.except)]
    }

    fn newsletter_lists(&self) -> [(&'static str, &[PublicId]); 2] {
        [
            ("only_newsletters", &self.choice.only_newsletters),
            ("except_newsletters", &self.choice.except_newsletters),
        ]
    }
}

async fn of(
    request: &HttpRequest,
    app: &App,
    uuid: PublicId,
    typed: Option<Choice>,
    errors: Vec<FieldError>,
) -> Result<AudiencePage> {
    let now = app.clock.now();
    let page = Page::new(request);
    let untitled = page.t("issue-untitled");
    let mut found = app
        .db
        .read(move |conn| {
            let compose::Composition { issue, newsletter, .. } = compose::open(conn, uuid)?;
            let audience = Audience::read(&issue.audience)?;
            if audience.sent.is_some() {
                return Err(Error::Conflict("error-audience-correction"));
            }
            let as_of = AsOf { now, zone: newsletter.zone() };
            let (mut offered, mut subjects) = (Vec::new(), Subjects::new());
            for segment in segments::store::all(conn, newsletter.id)? {
                let rules = segment.rules()?;
                let ids: Vec<PublicId> = rules.issues().collect();
                subjects.extend(segments::store::subjects(conn, &ids)?);
                let subscribers = segments::store::size(conn, newsletter.id, &rules, as_of)?;
                offered.push(Offered { segment, rules, subscribers });
            }
            let size = store::audience_size(conn, &Call::of(&issue)?, now)?;
            let others = newsletters::store::all(conn)?;
            Ok(AudiencePage {
                page,
                name: match issue.subject.is_empty() {
                    true => untitled,
                    false => issue.subject.clone(),
                },
                size,
                choice: Choice::from(&audience),
                offered,
                others: others.into_iter().filter(|other| other.id != newsletter.id).collect(),
                subjects,
                changed: choose::changed_segments(conn, newsletter.id, &audience)?,
                errors,
                issue,
                newsletter,
            })
        })
        .await?;
    if let Some(choice) = typed {
        found.choice = choice;
    }
    Ok(found)
}

/// `GET /admin/issues/{id}/audience`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    html(&of(&request, &app, *id, None, vec![]).await?)
}

/// `POST /admin/issues/{id}/audience`
pub async fn act(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse> {
    let ids = |field: &str| {
        let named = pairs.iter().filter(|(name, _)| name == field);
        named.filter_map(|(_, value)| value.parse().ok()).collect()
    };
    let choice = Choice {
        only: ids("only"),
        except: ids("except"),
        only_newsletters: ids("only_newsletters"),
        except_newsletters: ids("except_newsletters"),
    };
    match choose::choose(&app, *id, &choice, &staff).await {
        Ok(issue) => {
            Ok(see_other(format!("/admin/issues/{}/schedule?done=audience-saved", issue.uuid)))
        }
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&of(&request, &app, *id, Some(choice), errors).await?)
        }
        Err(other) => Err(other),
    }
}
