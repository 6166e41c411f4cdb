//! `/admin/subscribers/{id}/data`: what is kept of somebody, for staff to hand out.

use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::data::file;
use super::private;
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::personal::handout;
use crate::staff::Staff;
use crate::subscribers::Subscriber;
use crate::subscribers::store::register;
use crate::web::{Page, html, page};

#[derive(Template)]
#[template(path = "personal/pages/handout.html")]
struct HandoutPage {
    page: Page,
    person: Subscriber,
    reason: String,
    errors: Vec<FieldError>,
}

async fn person(app: &App, id: PublicId) -> Result<Subscriber> {
    app.db.read(move |conn| Ok(register::by_uuid(conn, id)?)).await
}

/// `GET /admin/subscribers/{id}/data`: asks why.
pub async fn form(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let (page, person) = (Page::new(&request), person(&app, *id).await?);
    html(&HandoutPage { page, person, reason: String::new(), errors: vec![] })
}

/// Why it is made, and as what.
#[derive(Deserialize)]
pub struct HandoutForm {
    #[serde(default)]
    reason: String,
    /// `html` to be read; else JSON.
    #[serde(default, rename = "as")]
    kind: String,
}

/// `POST /admin/subscribers/{id}/data`: the file.
pub async fn make(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    form: web::Form<HandoutForm>,
) -> Result<HttpResponse> {
    let person = person(&app, *id).await?;
    let HandoutForm { reason, kind } = form.into_inner();
    let data = match handout::make(&app, person.clone(), &reason, staff.actor()).await {
        Ok(data) => data,
        Err(Error::Invalid(errors)) => {
            let page = Page::new(&request);
            return page::unprocessable(&HandoutPage { page, person, reason, errors });
        }
        Err(other) => return Err(other),
    };
    let (media, ending, text) = match kind.as_str() {
        "html" => ("text/html; charset=utf-8", "html", file(&app, &request, data).await?),
        _ => {
            let text = serde_json::to_string_pretty(&data).map_err(anyhow::Error::from)?;
            ("application/json", "json", text)
        }
    };
    let mut response = HttpResponse::Ok().content_type(media).body(text);
    let name = format!("attachment; filename=\"person-{}.{ending}\"", *id);
    let name = HeaderValue::from_str(&name).map_err(anyhow::Error::from)?;
    response.headers_mut().insert(CONTENT_DISPOSITION, name);
    Ok(private(response))
}
