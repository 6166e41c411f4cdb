//! `/admin/subscribers/held`

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use super::Held;
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::newsletters::{self, Newsletter};
use crate::staff::Staff;
use crate::web::{Page, html, page, see_other};

/// What can be done on the page.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct HeldForm {
    #[serde(rename = "do")]
    act: String,
    /// Whose request stays as it is.
    subject: String,
    email: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "subscribers/pages/held.html")]
struct HeldPage {
    page: Page,
    waiting: Vec<Held>,
    zone: Tz,
    form: HeldForm,
    errors: Vec<FieldError>,
}

async fn of(
    request: &HttpRequest,
    app: &App,
    form: HeldForm,
    errors: Vec<FieldError>,
) -> Result<HeldPage> {
    let now = app.clock.now();
    let (waiting, newsletters) = app
        .db
        .read(move |conn| Ok((super::waiting(conn, now)?, newsletters::store::all(conn)?)))
        .await?;
    let zone = newsletters.first().map_or(Tz::UTC, Newsletter::zone);
    Ok(HeldPage { page: Page::new(request), waiting, zone, form, errors })
}

/// `GET /admin/subscribers/held`
pub async fn list(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    html(&of(&request, &app, HeldForm::default(), vec![]).await?)
}

/// `POST /admin/subscribers/held`
pub async fn act(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<HeldForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    match form.act.as_str() {
        "keep" => super::keep(&app, form.subject, &staff).await?,
        "lift" => match super::lift_address(&app, &form.email, &form.reason, &staff).await {
            Err(Error::Invalid(errors)) => {
                return page::unprocessable(&of(&request, &app, form, errors).await?);
            }
            other => {
                other?;
                return Ok(see_other("/admin/subscribers/held?done=lifted"));
            }
        },
        _ => return Err(Error::NotFound),
    }
    Ok(see_other("/admin/subscribers/held?done=saved"))
}
