//! `GET /admin/issues/{id}`: the editor page. All of it is one form; each button posts the whole form
//! and names the step that it takes, so that it works without JavaScript. With it the same requests
//! are sent from the page.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use crate::app::App;
use crate::db::PublicId;
use crate::error::{FieldError, Result};
use crate::issues::compose::{self, Composition};
use crate::issues::content::Content;
use crate::issues::editor::{self, Form, Look};
use crate::issues::fields::Widget;
use crate::issues::source::Sources;
use crate::issues::steps::{Blocks, Place};
use crate::issues::{Issue, IssueKind, form, freeze, preflight, preview, store};
use crate::staff;
use crate::web::{Lang, Page, html, see_other};

#[derive(Template)]
#[template(path = "issues/pages/composer.html")]
pub(super) struct ComposerPage {
    pub(super) page: Page,
    issue: Issue,
    newsletter: String,
    sender: String,
    /// The subject, or that there is none yet.
    name: String,
    revision: i32,
    pub(super) saved: String,
    is_special: bool,
    pub(super) form: Form,
    /// The findings are about what must be written before it can be sent.
    is_check: bool,
    /// What was just taken away, in words, and the step that brings it back.
    undo: Option<(String, String)>,
    /// The kinds of blocks were asked for.
    is_adding: bool,
    /// Where they are offered, as [`Place`] writes it.
    place: String,
    /// The kinds are offered below all blocks.
    is_add_last: bool,
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
    /// The block that was updated from the library; the revision has it as it was.
    updated: Option<PublicId>,
    from: Option<i32>,
    /// Of the block that lost a project only that was taken out, which stood at this position.
    project: Option<usize>,
    /// Where the kinds of blocks are offered.
    at: Option<String>,
    /// Show what must be written before it can be sent.
    check: Option<String>,
}

impl Shown {
    /// What was taken away from a block, in words, and the step that brings it back.
    fn undo(&self, page: &Page, before: &Value) -> Option<(String, String)> {
        let (block, from) = (self.updated.or(self.removed)?, self.from?);
        let title = editor::title(before);
        Some(match (self.updated, self.project) {
            (Some(_), _) => {
                (page.t1("composer-updated", "title", title), format!("revert:{block}:{from}"))
            }
            (None, Some(at)) => {
                let project = before["projects"].get(at)?["title"].as_str().unwrap_or_default();
                let name = match project {
                    "" => page.t1("project-number", "number", at + 1),
                    title => title.to_owned(),
                };
                let words = page.t1("composer-project-removed", "title", name);
                (words, format!("restore-project:{block}:{from}:{at}"))
            }
            (None, None) => {
                (page.t1("composer-removed", "title", title), format!("restore:{block}:{from}"))
            }
        })
    }
}

/// `GET /admin/issues/{id}`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
    shown: web::Query<Shown>,
) -> Result<HttpResponse> {
    let (id, shown) = (id.into_inner(), shown.into_inner());
    let changed = shown.updated.or(shown.removed).zip(shown.from);
    let page = Page::new(&request);
    let may_edit = page.is("editor admin");
    let (composition, before, returned) = app
        .db
        .read(move |conn| {
            let composition = compose::open(conn, id)?;
            let issue = composition.issue.id;
            let found = match changed {
                Some((block, from)) => find_block(&store::revision(conn, issue, from)?, block)?,
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
    let open = shown.open.map(|id| id.to_string());
    let sources = sources(&app, &typed, composition.newsletter.language, open.clone()).await?;
    let view = View {
        typed: &typed,
        errors: &errors,
        open,
        place: shown.at.as_deref().map(Place::read),
        is_check: shown.check.is_some(),
        undo: before.and_then(|(_, before)| shown.undo(&page, &before)),
        sources,
    };
    let mut template = composer(&app, page, composition, &view)?;
    template.returned = returned;
    html(&template)
}

pub(super) struct View<'a> {
    pub(super) typed: &'a Value,
    pub(super) errors: &'a [FieldError],
    pub(super) open: Option<String>,
    pub(super) place: Option<Place>,
    pub(super) is_check: bool,
    pub(super) undo: Option<(String, String)>,
    pub(super) sources: Sources,
}

/// What the library says of the blocks that were made from it.
pub(super) async fn sources(
    app: &App,
    typed: &Value,
    lang: Lang,
    open: Option<String>,
) -> Result<Sources> {
    let (typed, today) = (typed.clone(), app.clock.now().day_in(chrono_tz::Europe::Copenhagen));
    app.db.read(move |conn| Ok(Sources::of(conn, &typed, lang, (open.as_deref(), today))?)).await
}

pub(super) fn composer(
    app: &App,
    page: Page,
    composition: Composition,
    view: &View<'_>,
) -> Result<ComposerPage> {
    let bytes = preview::size(app, &composition)?;
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
    let mut form = Form::new(view.typed, &look);
    form.mark(&view.sources);
    let place = view.place.unwrap_or_default().to_string();
    let is_between = form.blocks.iter().any(|block| block.id == place && !block.is_last);
    let is_first = place == "start" && !form.blocks.is_empty();
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
        undo: view.undo.clone(),
        is_adding: view.place.is_some(),
        is_add_last: !is_between && !is_first,
        place,
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
pub(super) fn saved(page: &Page, revision: &store::Revision, zone: chrono_tz::Tz) -> String {
    use chrono::Timelike;
    let at = revision.saved_at.in_zone(zone);
    let minute = format!("{:02}", at.minute());
    page.t2("composer-saved", "hour", at.hour(), "minute", minute)
}

/// What keeps it from going out today.
fn stops(app: &App, composition: &Composition) -> Vec<FieldError> {
    let Composition { content, newsletter, .. } = composition;
    preflight::stops(content, newsletter, app.clock.now())
}

pub(super) fn find_block(
    revision: &store::Revision,
    id: PublicId,
) -> Result<Option<(usize, Value)>> {
    let mut value = form::of(&freeze::content(revision)?);
    let at = Blocks::of(&mut value).and_then(|blocks| blocks.position(id));
    Ok(at.map(|at| (at, value["blocks"][at].take())))
}
