//! `/admin/issues/{id}`: the editor page. All of it is one form; each button posts the whole form
//! and names the step that it takes, so that it works without JavaScript. With it the same requests
//! are sent from the page.

use actix_web::http::StatusCode;
use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::issues::compose::{self, Composition, Draft};
use crate::issues::conflict::{self, Place};
use crate::issues::content::{BlockKind, Content};
use crate::issues::editor::{self, Form, Look};
use crate::issues::fields::Widget;
use crate::issues::form::{self, Pairs};
use crate::issues::steps::{Blocks, Step};
use crate::issues::{Issue, IssueKind, freeze, from_library, preflight, preview, store};
use crate::library;
use crate::newsletters;
use crate::staff::{self, Staff};
use crate::web::{Page, html, page, see_other};

#[derive(Template)]
#[template(path = "issues/pages/composer.html")]
struct ComposerPage {
    page: Page,
    issue: Issue,
    newsletter: String,
    sender: String,
    /// The subject, or that there is none yet.
    name: String,
    revision: i32,
    saved: String,
    is_special: bool,
    form: Form,
    /// The findings are about what must be written before it can be sent.
    is_check: bool,
    /// The block that was taken out, and the step that brings it back.
    removed: Option<(String, String)>,
    kinds: &'static [&'static str],
    /// The size of the mail in kB.
    size: usize,
    preflight: preflight::view::View,
    /// Who has sent it back, and what they ask for.
    returned: Option<(String, String)>,
}

/// What the address says of how to show the page.
#[derive(Deserialize)]
pub struct Shown {
    /// The block whose fields are shown.
    open: Option<PublicId>,
    /// The block that was taken out, and the revision that has it.
    removed: Option<PublicId>,
    from: Option<i32>,
    /// Show what must be written before it can be sent.
    check: Option<String>,
}

/// `GET /admin/issues/{id}`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
    shown: web::Query<Shown>,
) -> Result<HttpResponse> {
    let (id, shown) = (id.into_inner(), shown.into_inner());
    let removed = shown.removed.zip(shown.from);
    let page = Page::new(&request);
    let may_edit = page.is("editor admin");
    let (composition, removed, returned) = app
        .db
        .read(move |conn| {
            let composition = compose::open(conn, id)?;
            let issue = composition.issue.id;
            let found = match removed {
                Some((block, from)) => find_block(&store::revision(conn, issue, from)?, block)?
                    .map(|(_, value)| (editor::title(&value), format!("restore:{block}:{from}"))),
                None => None,
            };
            let returned = match store::returned(conn, issue)? {
                Some(last) => Some((staff::store::name_of(conn, &last.actor)?, last.note)),
                None => None,
            };
            Ok((composition, found, returned))
        })
        .await?;
    if !may_edit || !composition.issue.is_open() {
        return Ok(see_other(format!("/admin/issues/{id}/schedule")));
    }
    let typed = form::of(&composition.content);
    let errors = match shown.check {
        Some(_) => stops(&app, &composition),
        None => Vec::new(),
    };
    let view = View {
        typed: &typed,
        errors: &errors,
        open: shown.open.map(|id| id.to_string()),
        is_check: shown.check.is_some(),
        removed,
    };
    let mut template = composer(&app, page, composition, &view)?;
    template.returned = returned;
    html(&template)
}

struct View<'a> {
    typed: &'a Value,
    errors: &'a [FieldError],
    open: Option<String>,
    is_check: bool,
    removed: Option<(String, String)>,
}

fn composer(
    app: &App,
    page: Page,
    composition: Composition,
    view: &View<'_>,
) -> Result<ComposerPage> {
    let bytes = bytes(app, &composition)?;
    let Composition { issue, newsletter, revision, known, .. } = composition;
    let (typed, known) = (Content::read(view.typed).ok(), (bytes, &known));
    let found =
        typed.map(|typed| preflight::look_over(&typed, &newsletter, app.clock.now(), known));
    let look = Look {
        page: &page,
        errors: view.errors,
        missing: &editor::missing(view.typed),
        open: view.open.clone(),
    };
    let form = Form::new(view.typed, &look);
    let preflight = preflight::view::View::of(&page, &form, found.as_deref());
    let name = match issue.subject.is_empty() {
        true => page.t("issue-untitled"),
        false => issue.subject.clone(),
    };
    let saved = saved(&page, &revision, newsletter.zone());
    Ok(ComposerPage {
        name,
        revision: revision.number,
        saved,
        is_special: issue.kind == IssueKind::Special,
        form,
        is_check: view.is_check,
        removed: view.removed.clone(),
        kinds: &editor::KINDS,
        size: bytes.div_ceil(1000),
        preflight,
        returned: None,
        newsletter: newsletter.title,
        sender: newsletter.sender_name,
        issue,
        page,
    })
}

/// "Gemt 14.02".
fn saved(page: &Page, revision: &store::Revision, zone: chrono_tz::Tz) -> String {
    use chrono::Timelike;
    let at = revision.saved_at.in_zone(zone);
    let minute = format!("{:02}", at.minute());
    page.t2("composer-saved", "hour", at.hour(), "minute", minute)
}

/// The size of the mail's HTML.
fn bytes(app: &App, composition: &Composition) -> Result<usize> {
    Ok(preview::mail(app, composition, "")?.html.len())
}

/// What keeps it from going out today.
fn stops(app: &App, composition: &Composition) -> Vec<FieldError> {
    let Composition { content, newsletter, .. } = composition;
    preflight::stops(content, newsletter, app.clock.now())
}

fn find_block(revision: &store::Revision, id: PublicId) -> Result<Option<(usize, Value)>> {
    let mut value = form::of(&freeze::content(revision)?);
    let at = Blocks::of(&mut value).and_then(|blocks| blocks.position(id));
    Ok(at.map(|at| (at, value["blocks"][at].take())))
}

/// A form as it was sent, and what it asks for.
struct Sent {
    pairs: Pairs,
    step: Step,
    based_on: i32,
    after: Option<PublicId>,
    wants_json: bool,
}

impl Sent {
    fn of(request: &HttpRequest, mut pairs: Pairs) -> Result<Self> {
        let mut take = |name: &str| {
            let found = pairs.iter().rfind(|(n, _)| n == name).map(|(_, value)| value.clone());
            pairs.retain(|(n, _)| n != name);
            found
        };
        let step = take("do").unwrap_or_else(|| "save".to_owned());
        let step = Step::parse(&step)
            .ok_or_else(|| Error::BadRequest("there is no such button".to_owned()))?;
        let based_on = take("revision").and_then(|number| number.parse().ok());
        let based_on =
            based_on.ok_or_else(|| Error::BadRequest("the revision is missing".to_owned()))?;
        let after = take("after").and_then(|id| id.parse().ok());
        let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
        let wants_json = accept.is_some_and(|accept| accept.starts_with("application/json"));
        Ok(Self { pairs, step, based_on, after, wants_json })
    }
}

/// Where to go after a step.
#[derive(Default)]
struct Next {
    /// The block to show with its fields.
    open: Option<PublicId>,
    /// The block that was moved.
    moved: Option<PublicId>,
    removed: Option<(PublicId, i32)>,
}

impl Next {
    fn address(&self, issue: &Issue) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(open) = self.open {
            query.append_pair("open", &open.to_string());
        }
        if let Some((block, from)) = self.removed {
            query.append_pair("removed", &block.to_string()).append_pair("from", &from.to_string());
        }
        let query = query.finish();
        let anchor = self.open.or(self.moved).map(|id| format!("#block-{id}")).unwrap_or_default();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/admin/issues/{}{mark}{query}{anchor}", issue.uuid)
    }
}

/// `POST /admin/issues/{id}`
pub async fn save(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    pairs: web::Form<Pairs>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let mut sent = Sent::of(&request, pairs.into_inner())?;
    let mut typed = form::read(&sent.pairs);
    if matches!(sent.step, Step::Remove(_)) {
        // What is on the page is kept first: undo takes the block from there.
        if let Ok(content) = Content::read(&typed) {
            let draft = Draft { content, based_on: sent.based_on, autosave: true };
            match compose::save(&app, id, draft, &staff.actor()).await {
                Ok(issue) => sent.based_on = issue.current_revision,
                Err(Error::Stale) => return conflict(&request, &app, id, sent, typed).await,
                Err(other) => return Err(other),
            }
        }
    }
    let next = take_step(&app, id, &sent, &mut typed).await?;
    let content = match Content::read(&typed) {
        Ok(content) => content,
        Err(errors) => return refuse(&request, &app, id, &sent, &typed, errors, next).await,
    };
    let autosave = !matches!(sent.step, Step::Save | Step::Remove(_));
    let draft = Draft { content, based_on: sent.based_on, autosave };
    match compose::save(&app, id, draft, &staff.actor()).await {
        Ok(issue) if sent.wants_json => saved_json(&request, &app, issue.uuid).await,
        Ok(issue) => Ok(see_other(next.address(&issue))),
        Err(Error::Stale) => conflict(&request, &app, id, sent, typed).await,
        Err(Error::Invalid(errors)) => {
            refuse(&request, &app, id, &sent, &typed, errors, next).await
        }
        Err(other) => Err(other),
    }
}

/// Takes the step on what was typed.
async fn take_step(app: &App, issue: PublicId, sent: &Sent, typed: &mut Value) -> Result<Next> {
    // What a step takes from elsewhere.
    let step = sent.step.clone();
    let (old, item) = app
        .db
        .read(move |conn| {
            Ok(match step {
                Step::Restore(block, from) => {
                    let issue = store::by_uuid(conn, issue)?;
                    (find_block(&store::revision(conn, issue.id, from)?, block)?, None)
                }
                Step::Library(item) => {
                    let item = library::store::by_uuid(conn, item)?;
                    let newsletter = store::by_uuid(conn, issue)?.newsletter;
                    let lang = newsletters::store::find(conn, newsletter)?.language;
                    (None, Some(from_library::block(&item, lang)))
                }
                _ => (None, None),
            })
        })
        .await?;
    let Some(mut blocks) = Blocks::of(typed) else { return Ok(Next::default()) };
    let mut next = Next::default();
    match &sent.step {
        Step::Save | Step::Autosave => {}
        Step::Add(kind) => {
            let kind = BlockKind::empty(kind)
                .ok_or_else(|| Error::BadRequest("there is no such kind of block".to_owned()))?;
            next.open = Some(blocks.insert(kind, sent.after));
        }
        Step::Library(_) => next.open = item.map(|kind| blocks.insert(kind, sent.after)),
        Step::Up(block) | Step::Down(block) => {
            blocks.shift(*block, if matches!(sent.step, Step::Up(_)) { -1 } else { 1 });
            next.moved = Some(*block);
        }
        Step::Duplicate(block) => next.open = blocks.duplicate(*block),
        Step::Remove(block) => {
            blocks.remove(*block);
            next.removed = Some((*block, sent.based_on));
        }
        Step::Restore(block, _) => {
            if let Some((at, old)) = old {
                blocks.put_back(old, at);
            }
            next.open = Some(*block);
        }
        Step::AddProject(block) => {
            blocks.change_projects(*block, None);
            next.open = Some(*block);
        }
        Step::RemoveProject(block, at) => {
            blocks.change_projects(*block, Some(*at));
            next.open = Some(*block);
        }
    }
    Ok(next)
}

/// Shows the form again as it was sent, with what is wrong (422).
async fn refuse(
    request: &HttpRequest,
    app: &App,
    id: PublicId,
    sent: &Sent,
    typed: &Value,
    errors: Vec<FieldError>,
    next: Next,
) -> Result<HttpResponse> {
    let mut composition = app.db.read(move |conn| compose::open(conn, id)).await?;
    let page = Page::new(request);
    // The form still builds on what it was loaded with.
    composition.revision.number = sent.based_on;
    let view = View {
        typed,
        errors: &errors,
        open: next.open.map(|id| id.to_string()),
        is_check: false,
        removed: None,
    };
    let mut template = composer(app, page, composition, &view)?;
    template.saved = template.page.t("composer-invalid");
    if sent.wants_json {
        let fields: Vec<Value> = template
            .form
            .findings
            .iter()
            .map(|finding| json!({ "id": finding.target, "message": finding.text }))
            .collect();
        return Ok(HttpResponse::UnprocessableEntity()
            .json(json!({ "saved": template.saved, "errors": fields })));
    }
    page::unprocessable(&template)
}

/// What the page is told after it has saved by itself.
async fn saved_json(request: &HttpRequest, app: &App, id: PublicId) -> Result<HttpResponse> {
    let composition = app.db.read(move |conn| compose::open(conn, id)).await?;
    let page = Page::new(request);
    let bytes = bytes(app, &composition)?;
    let size = bytes.div_ceil(1000);
    let Composition { content, newsletter, known, .. } = &composition;
    let found = preflight::look_over(content, newsletter, app.clock.now(), (bytes, known));
    let typed = form::of(content);
    let missing = content.missing();
    let look = Look { page: &page, errors: &[], missing: &missing, open: None };
    let form = Form::new(&typed, &look);
    let blocks: Vec<Value> = form
        .blocks
        .iter()
        .map(|b| json!({ "id": b.id, "title": b.title, "incomplete": b.is_incomplete }))
        .collect();
    Ok(HttpResponse::Ok().json(json!({
        "revision": composition.revision.number,
        "saved": saved(&page, &composition.revision, composition.newsletter.zone()),
        "size": size,
        "size_text": page.t1("composer-size", "size", size),
        "blocks": blocks,
        "preflight": preflight::view::View::of(&page, &form, Some(&found)),
    })))
}

#[derive(Template)]
#[template(path = "issues/pages/conflict.html")]
struct ConflictPage {
    page: Page,
    issue: Issue,
    who: String,
    when: String,
    revision: i32,
    pairs: Pairs,
    places: Vec<Place>,
}

/// Shows both versions (409), with a way to save one's own on top.
async fn conflict(
    request: &HttpRequest,
    app: &App,
    id: PublicId,
    sent: Sent,
    typed: Value,
) -> Result<HttpResponse> {
    let page = Page::new(request);
    if sent.wants_json {
        return Ok(HttpResponse::Conflict().json(json!({ "saved": page.t("composer-conflict") })));
    }
    let composition = app.db.read(move |conn| compose::open(conn, id)).await?;
    let Composition { issue, newsletter, revision, content, .. } = composition;
    let template = ConflictPage {
        places: conflict::compare(&page, &typed, &form::of(&content)),
        when: page.time(&revision.saved_at, &newsletter.zone()),
        who: revision.saved_by,
        revision: revision.number,
        pairs: sent.pairs,
        issue,
        page,
    };
    let body = template.render().map_err(anyhow::Error::new)?;
    Ok(HttpResponse::build(StatusCode::CONFLICT)
        .content_type("text/html; charset=utf-8")
        .body(body))
}
