//! `POST /admin/issues/{id}`: the editor's form comes back, takes a step and is saved.

use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::conflict;
use super::editor::{View, composer, find_block, saved, sources};
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::issues::compose::{self, Composition, Draft};
use crate::issues::conflict::{Choices, Side, merge};
use crate::issues::content::{BlockKind, Content};
use crate::issues::editor::{Form, Look};
use crate::issues::form::{self, Pairs};
use crate::issues::steps::{Blocks, Place, Step};
use crate::issues::{Issue, freeze, from_library, preflight, preview, store};
use crate::library;
use crate::newsletters;
use crate::staff::Staff;
use crate::web::{Page, page, see_other};

/// A form as it was sent, and what it asks for.
pub(super) struct Sent {
    pub(super) pairs: Pairs,
    step: Step,
    pub(super) based_on: i32,
    /// The revision that both began with, when the form has been overtaken once.
    pub(super) base: Option<i32>,
    /// Where a new block goes.
    after: Place,
    /// What was chosen of two versions.
    choices: Choices,
    pub(super) wants_json: bool,
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
        let base = take("base").and_then(|number| number.parse().ok());
        let after = Place::read(&take("after").unwrap_or_default());
        let mut choices = Choices::new();
        pairs.retain(|(name, value)| match name.strip_prefix("choose.") {
            Some(place) => {
                let side = if value == "theirs" { Side::Theirs } else { Side::Mine };
                choices.insert(place.to_owned(), side);
                false
            }
            None => true,
        });
        let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
        let wants_json = accept.is_some_and(|accept| accept.starts_with("application/json"));
        Ok(Self { pairs, step, based_on, base, after, choices, wants_json })
    }
}

/// Where to go after a step.
#[derive(Default)]
struct Next {
    /// The block to show with its fields.
    open: Option<PublicId>,
    /// The block that was moved.
    moved: Option<PublicId>,
    /// Where the kinds of blocks are offered.
    place: Option<Place>,
    removed: Option<(PublicId, i32)>,
    updated: Option<(PublicId, i32)>,
    /// The project that was taken out of its list, by its position.
    project: Option<usize>,
}

impl Next {
    fn address(&self, issue: &Issue) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if let Some(open) = self.open {
            query.append_pair("open", &open.to_string());
        }
        for (name, changed) in [("removed", self.removed), ("updated", self.updated)] {
            if let Some((block, from)) = changed {
                query.append_pair(name, &block.to_string());
                query.append_pair("from", &from.to_string());
            }
        }
        if let Some(project) = self.project {
            query.append_pair("project", &project.to_string());
        }
        if let Some(place) = self.place {
            query.append_pair("at", &place.to_string());
        }
        let query = query.finish();
        let anchor = match (self.open.or(self.moved), self.place) {
            (Some(block), _) => format!("#block-{block}"),
            (None, Some(_)) => "#add".to_owned(),
            (None, None) => String::new(),
        };
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
    if takes_away(&sent.step) {
        // What is on the page is kept first: undo takes it from there.
        if let Ok(content) = Content::read(&typed) {
            let draft = Draft { content, based_on: sent.based_on, autosave: true };
            match compose::save(&app, id, draft, &staff.actor()).await {
                Ok(issue) => sent.based_on = issue.current_revision,
                Err(Error::Stale) => return conflict::show(&request, &app, id, sent).await,
                Err(other) => return Err(other),
            }
        }
    }
    let next = take_step(&app, id, &sent, &mut typed).await?;
    let content = match Content::read(&typed) {
        Ok(content) => content,
        Err(errors) => return refuse(&request, &app, id, &sent, &typed, errors, next).await,
    };
    let autosave = !takes_away(&sent.step) && !matches!(sent.step, Step::Save | Step::Merge);
    let draft = Draft { content, based_on: sent.based_on, autosave };
    match compose::save(&app, id, draft, &staff.actor()).await {
        Ok(issue) if sent.wants_json => saved_json(&request, &app, issue.uuid).await,
        Ok(issue) => Ok(see_other(next.address(&issue))),
        Err(Error::Conflict(why)) if sent.wants_json => {
            let saved = Page::new(&request).t(why);
            let news = serde_json::json!({ "saved": saved, "locked": true });
            Ok(HttpResponse::Conflict().json(news))
        }
        Err(Error::Stale) => conflict::show(&request, &app, id, sent).await,
        Err(Error::Invalid(errors)) => {
            refuse(&request, &app, id, &sent, &typed, errors, next).await
        }
        Err(other) => Err(other),
    }
}

/// Whether a step takes something away, so that there is something to bring back.
fn takes_away(step: &Step) -> bool {
    matches!(step, Step::Remove(_) | Step::Update(_) | Step::RemoveProject(..))
}

/// Takes the step on what was typed.
async fn take_step(app: &App, issue: PublicId, sent: &Sent, typed: &mut Value) -> Result<Next> {
    if sent.step == Step::Merge {
        let based_on = sent.based_on;
        let theirs = app.db.read(move |conn| {
            let issue = store::by_uuid(conn, issue)?;
            let revision = store::revision(conn, issue.id, based_on).ok();
            revision.map(|revision| freeze::content(&revision)).transpose()
        });
        // Where it is gone, it has been saved over once more, and saving will find that.
        if let Some(theirs) = theirs.await? {
            *typed = merge(typed, &form::of(&theirs), &sent.choices);
        }
        return Ok(Next::default());
    }
    // What a step takes from elsewhere.
    let step = sent.step.clone();
    let sources = match (&step, Blocks::of(typed)) {
        (Step::Library(item), _) => vec![*item],
        (Step::Update(block) | Step::Keep(block), Some(blocks)) => blocks.sources(*block),
        _ => vec![],
    };
    let (old, items) = app
        .db
        .read(move |conn| {
            Ok(match step {
                Step::Restore(block, from)
                | Step::Revert(block, from)
                | Step::RestoreProject(block, from, _) => {
                    let issue = store::by_uuid(conn, issue)?;
                    (find_block(&store::revision(conn, issue.id, from)?, block)?, vec![])
                }
                Step::Library(_) | Step::Update(_) | Step::Keep(_) => {
                    let items = library::store::by_uuids(conn, &sources)?;
                    if items.is_empty() {
                        return Err(Error::BadRequest("there is no such item".to_owned()));
                    }
                    let newsletter = store::by_uuid(conn, issue)?.newsletter;
                    let lang = newsletters::store::find(conn, newsletter)?.language;
                    let blocks = items.iter().map(|item| from_library::block(item, lang));
                    (None, blocks.collect())
                }
                _ => (None, vec![]),
            })
        })
        .await?;
    let Some(mut blocks) = Blocks::of(typed) else { return Ok(Next::default()) };
    let mut next = Next::default();
    match &sent.step {
        Step::Save | Step::Autosave | Step::Merge => {}
        Step::Place(place) => next.place = Some(*place),
        Step::Add(kind) => {
            let kind = BlockKind::empty(kind)
                .ok_or_else(|| Error::BadRequest("there is no such kind of block".to_owned()))?;
            next.open = Some(blocks.insert(kind, sent.after));
        }
        Step::Library(_) => {
            next.open = items.into_iter().next().map(|kind| blocks.insert(kind, sent.after));
        }
        Step::Up(block) | Step::Down(block) => {
            blocks.shift(*block, if matches!(sent.step, Step::Up(_)) { -1 } else { 1 });
            next.moved = Some(*block);
        }
        Step::Hide(block) => {
            blocks.hide(*block);
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
        Step::Update(block) => {
            for kind in items {
                blocks.update(*block, kind);
            }
            next.open = Some(*block);
            next.updated = Some((*block, sent.based_on));
        }
        Step::Keep(block) => {
            for kind in &items {
                blocks.keep(*block, kind);
            }
            next.open = Some(*block);
        }
        Step::Revert(block, _) => {
            if let Some((_, old)) = old {
                blocks.revert(old);
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
            next.removed = Some((*block, sent.based_on));
            next.project = Some(*at);
        }
        Step::RestoreProject(block, _, at) => {
            if let Some((_, old)) = old {
                blocks.put_project_back(*block, old, *at);
            }
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
    let open = next.open.map(|id| id.to_string());
    let sources = sources(app, typed, composition.newsletter.language, open.clone()).await?;
    // The form still builds on what it was loaded with.
    composition.revision.number = sent.based_on;
    let view = View {
        typed,
        errors: &errors,
        open,
        place: next.place,
        is_check: false,
        undo: None,
        sources,
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
    let bytes = preview::size(app, &composition)?;
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
