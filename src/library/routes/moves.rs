//! `/admin/library/move`: many addresses at once.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::library::relocate::{self, Change, Plan, Rule};
use crate::library::store::moves::{self, Move};
use crate::staff::Staff;
use crate::web::{Page, html, page, see_other};

/// Changes that a dry run shows.
const SHOWN: usize = 50;

#[derive(Template)]
#[template(path = "library/pages/move.html")]
struct MovePage {
    page: Page,
    form: MoveForm,
    plan: Option<Plan>,
    moves: Vec<Move>,
    errors: Vec<FieldError>,
    shown: usize,
    zone: chrono_tz::Tz,
}

impl MovePage {
    /// The addresses that a change brings, each with the one that it replaces.
    fn pairs<'c>(&self, change: &'c Change) -> Vec<(&'c String, &'c String)> {
        let pairs = change.before.iter().zip(&change.after);
        pairs.filter(|(before, after)| before != after && !change.before.contains(after)).collect()
    }
}

/// How addresses are to change.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MoveForm {
    old: String,
    new: String,
    map: String,
    /// `preview` or `move`
    #[serde(rename = "do")]
    step: String,
}

async fn move_page(
    request: &HttpRequest,
    app: &App,
    form: MoveForm,
    plan: Option<Plan>,
    errors: Vec<FieldError>,
) -> Result<MovePage> {
    let moves = app.db.read(|conn| Ok(moves::all(conn)?)).await?;
    let zone = chrono_tz::Europe::Copenhagen;
    Ok(MovePage { page: Page::new(request), form, plan, moves, errors, shown: SHOWN, zone })
}

/// `GET /admin/library/move`
pub async fn form(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    html(&move_page(&request, &app, MoveForm::default(), None, vec![]).await?)
}

/// `POST /admin/library/move`: shows what would change, or changes it.
pub async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<MoveForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let done = match Rule::read(&form.old, &form.new, &form.map) {
        Ok(rule) if form.step == "move" => {
            relocate::relocate(&app, rule, &staff.actor()).await.map(|_| None)
        }
        Ok(rule) => relocate::plan(&app, rule).await.map(Some),
        Err(error) => Err(error),
    };
    match done {
        Ok(None) => Ok(see_other("/admin/library/move?done=library-moved")),
        Ok(plan) => html(&move_page(&request, &app, form, plan, vec![]).await?),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&move_page(&request, &app, form, None, errors).await?)
        }
        Err(other) => Err(other),
    }
}

/// `POST /admin/library/move/{id}/undo`
pub async fn undo(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let left = relocate::undo(&app, *id, &staff.actor()).await?;
    let done = if left == 0 { "library-move-undone" } else { "library-move-partly" };
    Ok(see_other(format!("/admin/library/move?done={done}")))
}
