//! `/admin/moves`: everybody at one domain to another.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use super::judge::Verdict;
use super::plan::{self, Plan};
use super::rule::{Rule, words};
use super::undo_until;
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::staff::Staff;
use crate::subscribers::domains::{DomainMove, MoveCounts, MoveState};
use crate::subscribers::store::domains as store;
use crate::web::{Page, html, live as web_live, page, see_other};

/// Moves in the list.
const MOST: i64 = 50;
/// The clock of the pages: a move has no newsletter.
const ZONE: Tz = chrono_tz::Europe::Copenhagen;

/// What is to be moved.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MoveForm {
    old: String,
    new: String,
    list: String,
    /// `now` or `bounce`
    when: String,
    /// How many the dry run has shown.
    shown: String,
    /// `preview` or `move`
    #[serde(rename = "do")]
    step: String,
}

impl MoveForm {
    fn on_bounce(&self) -> bool {
        self.when == "bounce"
    }
}

#[derive(Template)]
#[template(path = "moves/pages/list.html")]
struct ListPage {
    page: Page,
    form: MoveForm,
    plan: Option<Plan>,
    moves: Vec<View>,
    errors: Vec<FieldError>,
}

impl ListPage {
    fn number(&self, number: u64) -> String {
        self.page.number(&number.cast_signed())
    }

    /// The domains of the dry run.
    fn domains(&self, plan: &Plan) -> Vec<String> {
        plan.rule.pairs().iter().map(words).collect()
    }

    fn of(&self, verdict: &Verdict, plan: &Plan) -> String {
        self.number(verdict.of(&plan.counts))
    }
}

/// A move, as pages show it.
struct View {
    page: Page,
    of: DomainMove,
    domains: Vec<String>,
    counts: MoveCounts,
    undo_until: Option<Instant>,
    zone: Tz,
}

impl View {
    fn new(page: Page, of: DomainMove, now: Instant) -> Result<Self> {
        let (domains, counts) = (of.pairs()?.iter().map(words).collect(), of.counts()?);
        let undo_until = undo_until(&of, now);
        Ok(Self { page, of, domains, counts, undo_until, zone: ZONE })
    }

    fn title(&self) -> String {
        self.domains.join(", ")
    }

    fn number(&self, number: u64) -> String {
        self.page.number(&number.cast_signed())
    }

    /// How far it is, in a word.
    fn state(&self) -> String {
        match (self.of.state, self.of.on_bounce) {
            (MoveState::Done, true) => self.page.t("moves-state-stopped"),
            (state, _) => self.page.t(format!("moves-state-{state}")),
        }
    }

    fn merged(&self) -> String {
        self.number(self.counts.merged)
    }

    /// The counts that are not 0, and always how many were moved, each as the key of its name.
    fn facts(&self) -> Vec<(String, String)> {
        let judged =
            Verdict::ALL.iter().map(|verdict| (verdict.as_str(), verdict.of(&self.counts)));
        let back = [("undone", self.counts.undone), ("kept", self.counts.kept)];
        let facts = judged.chain(back).filter(|(name, number)| *number > 0 || *name == "moved");
        facts.map(|(name, number)| (format!("moves-count-{name}"), self.number(number))).collect()
    }

    /// How many have been looked at, of how many; none while it waits.
    fn progress(&self) -> Option<(i64, i64)> {
        let (done, all) = match self.of.state {
            MoveState::Running => (self.counts.all(), self.of.people.unsigned_abs()),
            MoveState::Undoing => (self.counts.undone + self.counts.kept, self.counts.moved),
            _ => return None,
        };
        // People come and go meanwhile.
        Some((done.min(all).cast_signed(), all.cast_signed()))
    }
}

#[derive(Template)]
#[template(path = "moves/pages/move.html")]
struct MovePage {
    page: Page,
    view: View,
}

#[derive(Template)]
#[template(path = "moves/pages/live.html")]
struct LivePart {
    view: View,
}

async fn list_page(
    request: &HttpRequest,
    app: &App,
    form: MoveForm,
    plan: Option<Plan>,
    errors: Vec<FieldError>,
) -> Result<ListPage> {
    let page = Page::new(request);
    let moves = app.db.read(|conn| Ok(store::newest(conn, MOST)?)).await?.into_iter();
    let now = app.clock.now();
    let moves = moves.map(|of| View::new(page.clone(), of, now)).collect::<Result<_>>()?;
    Ok(ListPage { page, form, plan, moves, errors })
}

/// `GET /admin/moves`
pub async fn list(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    html(&list_page(&request, &app, MoveForm::default(), None, vec![]).await?)
}

/// `POST /admin/moves`: shows what would happen, or begins it.
pub async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<MoveForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let rule = match Rule::read(&form.old, &form.new, &form.list) {
        Ok(rule) => rule,
        Err(Error::Invalid(errors)) => {
            let page = list_page(&request, &app, form, None, errors).await?;
            return page::unprocessable(&page);
        }
        Err(other) => return Err(other),
    };
    if form.step != "move" {
        let plan = plan::plan(&app, rule).await?;
        return html(&list_page(&request, &app, form, Some(plan), vec![]).await?);
    }
    let shown = form.shown.parse().unwrap_or_default();
    let begun = plan::begin(&app, rule.clone(), form.on_bounce(), shown, &staff.actor()).await;
    match begun {
        Ok(uuid) => Ok(see_other(format!("/admin/moves/{uuid}"))),
        Err(Error::Invalid(errors)) => {
            let plan = plan::plan(&app, rule).await?;
            let page = list_page(&request, &app, form, Some(plan), errors).await?;
            page::unprocessable(&page)
        }
        Err(other) => Err(other),
    }
}

async fn view(request: &HttpRequest, app: &App, id: PublicId) -> Result<View> {
    let of = app.db.read(move |conn| Ok(store::by_uuid(conn, id)?)).await?;
    View::new(Page::new(request), of, app.clock.now())
}

/// `GET /admin/moves/{id}`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let view = view(&request, &app, *id).await?;
    html(&MovePage { page: Page::new(&request), view })
}

/// `GET /admin/moves/{id}/live`: the part that changes (server-sent events).
pub async fn live(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    // What is not there is said before the stream begins.
    view(&request, &app, id).await?;
    Ok(web_live::events(app.clone(), move || {
        let (request, app) = (request.clone(), app.clone());
        async move {
            let view = view(&request, &app, id).await.ok()?;
            if view.of.state.is_under_way() { LivePart { view }.render().ok() } else { None }
        }
    }))
}

/// `POST /admin/moves/{id}/{action}`
pub async fn act(
    app: web::Data<App>,
    staff: Staff,
    path: web::Path<(PublicId, String)>,
) -> Result<HttpResponse> {
    let (id, action) = path.into_inner();
    match action.as_str() {
        "undo" => plan::undo(&app, id, &staff.actor()).await?,
        "stop" => plan::stop(&app, id, &staff.actor()).await?,
        _ => return Err(Error::NotFound),
    }
    Ok(see_other(format!("/admin/moves/{id}")))
}
