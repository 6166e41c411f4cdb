//! `/admin/segments`

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::{Pairs, SegmentForm};
use super::save::{self, Wanted};
use super::sentence::{self, Subjects};
use super::store::{self, AsOf, Sample};
use super::{Condition, Field, Rules, Segment};
use crate::app::App;
use crate::db::{DbConn, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::newsletters::{self, Newsletter};
use crate::staff::Staff;
use crate::web::{Page, html, page, see_other};

/// People that are shown of a segment.
const SHOWN: usize = 10;

/// A segment as it is listed.
struct Row {
    segment: Segment,
    rules: Rules,
    subscribers: i64,
    issues: i64,
}

/// A newsletter with its segments.
struct Group {
    newsletter: Newsletter,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "segments/pages/list.html")]
struct ListPage {
    page: Page,
    groups: Vec<Group>,
    subjects: Subjects,
}

impl ListPage {
    fn words(&self, rules: &Rules) -> String {
        sentence::of(rules, &self.subjects, self.page.texts())
    }
}

fn subjects(conn: &mut DbConn, rules: &Rules) -> Result<Subjects> {
    let ids: Vec<PublicId> = rules.issues().collect();
    Ok(store::subjects(conn, &ids)?.into_iter().collect())
}

/// `GET /admin/segments`
pub async fn list(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let now = app.clock.now();
    let (groups, subjects) = app
        .db
        .read(move |conn| {
            let (mut groups, mut known) = (Vec::new(), HashMap::new());
            for newsletter in newsletters::store::all(conn)? {
                let as_of = AsOf { now, zone: newsletter.zone() };
                let mut rows = Vec::new();
                for segment in store::all(conn, newsletter.id)? {
                    let rules = segment.rules()?;
                    known.extend(subjects(conn, &rules)?);
                    let subscribers = store::size(conn, newsletter.id, &rules, as_of)?;
                    let issues = store::uses(conn, segment.id)?;
                    rows.push(Row { segment, rules, subscribers, issues });
                }
                groups.push(Group { newsletter, rows });
            }
            Ok((groups, known))
        })
        .await?;
    html(&ListPage { page: Page::new(&request), groups, subjects })
}

/// What the form stands around.
#[derive(Default)]
struct Around {
    /// How many there are now, and some of them; none while the rules cannot be taken.
    found: Option<(i64, Vec<Sample>)>,
    /// How many could be reached without the segment.
    all: i64,
    subjects: Subjects,
    /// The issues that can be chosen.
    issues: Vec<(PublicId, String)>,
    used_by: Vec<(PublicId, String, String)>,
    /// How many those are in all.
    uses: i64,
}

#[derive(Template)]
#[template(path = "segments/pages/edit.html")]
struct EditPage {
    page: Page,
    newsletter: Newsletter,
    segment: Option<Segment>,
    form: SegmentForm,
    around: Around,
    errors: Vec<FieldError>,
}

impl EditPage {
    fn title(&self) -> String {
        match &self.segment {
            Some(segment) => segment.name.clone(),
            None => self.page.t("segment-new"),
        }
    }

    fn words(&self) -> String {
        sentence::of(&self.form.rules, &self.around.subjects, self.page.texts())
    }

    fn choice(&self, field: Field, value: &str) -> String {
        sentence::choice(field, value, self.page.texts())
    }

    fn choices(&self, condition: &Condition) -> Vec<&'static str> {
        condition.field.choices().unwrap_or_default()
    }

    fn has(&self, condition: &Condition, value: &str) -> bool {
        condition.values.iter().any(|known| known == value)
    }

    fn has_issue(&self, condition: &Condition, issue: &PublicId) -> bool {
        self.has(condition, &issue.to_string())
    }

    /// What a condition has in a field for one value.
    fn value(&self, condition: &Condition) -> String {
        condition.values.first().cloned().unwrap_or_default()
    }

    /// The words for a condition's two ways, or one when it can only be asked one way.
    fn ways(&self, condition: &Condition) -> [(&'static str, bool, String); 2] {
        let label = |way: &str| self.page.t(format!("segment-way-{way}-{}", condition.field));
        [("is", !condition.not, label("is")), ("not", condition.not, label("not"))]
    }

    /// "De 50 nyeste af 73 udgaver er vist."
    fn shown_of(&self) -> Option<String> {
        let (shown, all) = (self.around.used_by.len() as i64, self.around.uses);
        let number = |count: i64| self.page.number(&count);
        (shown < all)
            .then(|| self.page.t2("segment-used-of", "shown", number(shown), "all", number(all)))
    }

    fn field_error(&self, at: &usize, of: &usize) -> Option<String> {
        self.page.error(&self.errors, &format!("rules.{at}.{of}"))
    }

    /// Where an error leads.
    fn target(&self, field: &str) -> String {
        format!("#{}", field.replace('.', "-"))
    }
}

async fn of(
    request: &HttpRequest,
    app: &App,
    (newsletter, segment): (Newsletter, Option<Segment>),
    form: SegmentForm,
    errors: Vec<FieldError>,
) -> Result<EditPage> {
    let as_of = AsOf { now: app.clock.now(), zone: newsletter.zone() };
    let (id, rules) = (newsletter.id, form.rules.clone());
    let known = segment.as_ref().map(|segment| segment.id);
    let around = app
        .db
        .read(move |conn| {
            let found = match rules.checked() {
                Ok(rules) => Some((
                    store::size(conn, id, &rules, as_of)?,
                    store::sample(conn, id, &rules, as_of, SHOWN)?,
                )),
                Err(_) => None,
            };
            Ok(Around {
                found,
                all: store::reachable_size(conn, id, as_of.now)?,
                subjects: subjects(conn, &rules)?,
                issues: store::sent_issues(conn, id, &rules.issues().collect::<Vec<_>>())?,
                uses: known.map(|id| store::uses(conn, id)).transpose()?.unwrap_or_default(),
                used_by: known.map(|id| store::used_by(conn, id)).transpose()?.unwrap_or_default(),
            })
        })
        .await?;
    Ok(EditPage { page: Page::new(request), newsletter, segment, form, around, errors })
}

/// For which newsletter a new one is.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct NewQuery {
    newsletter: String,
}

/// `GET /admin/segments/new`
pub async fn blank(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<NewQuery>,
) -> Result<HttpResponse> {
    let newsletter = by_slug(&app, &query.newsletter).await?;
    html(&of(&request, &app, (newsletter, None), SegmentForm::default(), vec![]).await?)
}

/// The newsletter with a slug; the first one when none is named.
async fn by_slug(app: &App, slug: &str) -> Result<Newsletter> {
    let slug = slug.to_owned();
    app.db
        .read(move |conn| match slug.as_str() {
            "" => newsletters::store::all(conn)?.into_iter().next().ok_or(Error::NotFound),
            slug => Ok(newsletters::store::by_slug(conn, slug)?),
        })
        .await
}

async fn stored(app: &App, uuid: PublicId) -> Result<(Newsletter, Option<Segment>)> {
    app.db
        .read(move |conn| {
            let segment = store::by_uuid(conn, uuid)?;
            Ok((newsletters::store::find(conn, segment.newsletter)?, Some(segment)))
        })
        .await
}

/// `GET /admin/segments/{id}`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let (newsletter, segment) = stored(&app, *id).await?;
    let form = match &segment {
        Some(segment) => SegmentForm {
            name: segment.name.clone(),
            rules: segment.rules()?,
            version: segment.version,
        },
        None => SegmentForm::default(),
    };
    html(&of(&request, &app, (newsletter, segment), form, vec![]).await?)
}

fn button(pairs: &Pairs) -> &str {
    pairs.iter().find(|(name, _)| name == "do").map_or("look", |(_, value)| value)
}

/// `POST /admin/segments/new`
pub async fn create(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    query: web::Query<NewQuery>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse> {
    let newsletter = by_slug(&app, &query.newsletter).await?;
    let mut form = SegmentForm::read(&pairs);
    let pressed = button(&pairs);
    if pressed != "save" {
        form.press(pressed, &pairs);
        return html(&of(&request, &app, (newsletter, None), form, vec![]).await?);
    }
    let wanted = Wanted { name: form.name.clone(), rules: form.rules.clone() };
    match save::create(&app, &newsletter.slug, &wanted, &staff).await {
        Ok(segment) => Ok(see_other(format!("/admin/segments/{}?done=saved", segment.uuid))),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&of(&request, &app, (newsletter, None), form, errors).await?)
        }
        Err(other) => Err(other),
    }
}

/// `POST /admin/segments/{id}`
pub async fn act(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse> {
    let (newsletter, segment) = stored(&app, *id).await?;
    let mut form = SegmentForm::read(&pairs);
    let pressed = button(&pairs);
    let wanted = Wanted { name: form.name.clone(), rules: form.rules.clone() };
    let changed = match pressed {
        "remove" => {
            save::remove(&app, *id, &staff).await?;
            return Ok(see_other("/admin/segments?done=segment-removed"));
        }
        "save" => save::change(&app, *id, form.version, &wanted, &staff).await,
        _ => {
            form.press(pressed, &pairs);
            return html(&of(&request, &app, (newsletter, segment), form, vec![]).await?);
        }
    };
    match changed {
        Ok(_) => Ok(see_other(format!("/admin/segments/{}?done=saved", *id))),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&of(&request, &app, (newsletter, segment), form, errors).await?)
        }
        // What was typed stays; the next save is on top of what the other one saved.
        Err(Error::Stale) => {
            form.version = segment.as_ref().map_or(0, |segment| segment.version);
            let errors = vec![FieldError::new("name", "error-segment-stale")];
            page::unprocessable(&of(&request, &app, (newsletter, segment), form, errors).await?)
        }
        Err(other) => Err(other),
    }
}
