//! What the form of an import says, and its buttons.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};

use super::page;
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, Result};
use crate::imports::table::Format;
use crate::imports::table::decode::Encoding;
use crate::imports::{Import, Plan, fields, steps, store};
use crate::newsletters::Newsletter;
use crate::staff::Staff;
use crate::web::direction::unturned;
use crate::web::see_other;

/// Characters of the name of a mapping.
const LONGEST_NAME: usize = 60;

/// The form; all is text, so that what is wrong is said beside its field.
type Form = HashMap<String, String>;

fn text<'f>(form: &'f Form, name: &str) -> &'f str {
    form.get(name).map_or("", |text| text.trim())
}

/// The plan that a form says.
fn plan(form: &Form, mut plan: Plan) -> Result<Plan> {
    if let Format::Separated { encoding, separator } = &mut plan.format {
        let named =
            Encoding::ALL.into_iter().find(|known| known.as_str() == text(form, "encoding"));
        *encoding = named.unwrap_or(*encoding);
        // A tab would be trimmed away.
        let named = form.get("separator").and_then(|text| text.chars().next());
        *separator = named.filter(char::is_ascii).unwrap_or(*separator);
    }
    plan.has_header = form.contains_key("has_header");
    for (number, field) in plan.mapping.iter_mut().enumerate() {
        if let Some(word) = form.get(&format!("column-{number}")) {
            *field = word.parse().ok();
        }
    }
    plan.basis = unturned(text(form, "basis"));
    plan.consent_text = unturned(text(form, "consent_text"));
    plan.reference = unturned(text(form, "reference"));
    plan.source = unturned(text(form, "source"));
    plan.existing = text(form, "existing").parse().unwrap_or(plan.existing);
    plan.reason = text(form, "reason").parse().unwrap_or(plan.reason);
    plan.consented_on = match text(form, "consented_on") {
        "" => None,
        day => Some(day.parse().map_err(|_| Error::field("consented_on", "error-day"))?),
    };
    Ok(plan)
}

/// `POST /admin/imports/{id}`: keeps what the form says, and does what its button says.
pub async fn save(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    form: web::Form<Form>,
) -> Result<HttpResponse> {
    let (import, newsletter) = steps::find(&app, *id).await?;
    match submit(&app, &staff, import, &newsletter, &form).await {
        Ok(answer) => Ok(answer),
        Err(Error::Invalid(errors)) => page::refused(&request, &app, *id, errors).await,
        Err(other) => Err(other),
    }
}

async fn submit(
    app: &web::Data<App>,
    staff: &Staff,
    import: Import,
    newsletter: &Newsletter,
    form: &Form,
) -> Result<HttpResponse> {
    let mut wanted = plan(form, import.plan()?)?;
    let back = format!("/admin/imports/{}", import.uuid);
    if text(form, "do") == "use-mapping" {
        let name = text(form, "mapping").to_owned();
        let saved = app.db.read(move |conn| store::mapping(conn, &name)).await;
        let saved = saved.map_err(|_| Error::field("saved", "error-choice"))?;
        wanted.mapping = fields::apply(&saved, &wanted.columns, &wanted.mapping);
    }
    let import = steps::change(app, &import, wanted).await?;
    match text(form, "do") {
        "check" => {
            steps::check(app, &import, newsletter).await?;
            Ok(see_other(back))
        }
        "save-mapping" => {
            let name = unturned(text(form, "mapping-name"));
            if name.is_empty() || name.chars().count() > LONGEST_NAME {
                return Err(Error::field("mapping-name", "error-list-mapping-name"));
            }
            let plan = import.plan()?;
            let mapping = fields::named(&plan.columns, &plan.mapping);
            let (actor, now) = (staff.actor(), app.clock.now());
            let save = move |conn: &mut crate::db::DbConn| {
                store::save_mapping(conn, &name, &mapping, &actor, now)
            };
            app.db.write(save).await?;
            Ok(see_other(format!("{back}?done=import-mapping")))
        }
        _ => Ok(see_other(back)),
    }
}

/// `POST /admin/imports/{id}/{action}`: `run`, `cancel`, `change`, `undo` or `discard`.
pub async fn act(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    path: web::Path<(PublicId, String)>,
) -> Result<HttpResponse> {
    let (id, action) = path.into_inner();
    let (import, newsletter) = steps::find(&app, id).await?;
    let back = format!("/admin/imports/{id}");
    let done = match action.as_str() {
        "run" => steps::run(&app, &import, &newsletter).await,
        "cancel" => steps::cancel(&app, &import, &staff.actor()).await,
        "undo" => steps::undo(&app, &import, &staff.actor()).await,
        "change" => {
            let plan = import.plan()?;
            steps::set_plan(&app, &import, plan).await.map(drop)
        }
        "discard" => {
            steps::discard(&app, &import).await?;
            return Ok(see_other("/admin/imports?done=import-discarded"));
        }
        _ => return Err(Error::NotFound),
    };
    match done {
        Ok(()) => Ok(see_other(back)),
        Err(Error::Invalid(errors)) => page::refused(&request, &app, id, errors).await,
        Err(other) => Err(other),
    }
}
