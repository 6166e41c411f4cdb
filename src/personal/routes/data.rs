//! What is kept of somebody: to read, to take along, and a receipt for each consent.

use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{let_in, private};
use crate::app::App;
use crate::error::Result;
use crate::newsletters;
use crate::personal::data::{self, Consented, Data};
use crate::subscribers::SubscriptionState;
use crate::web::{Page, html};

#[derive(Template)]
#[template(path = "personal/pages/data.html")]
struct DataPage {
    page: Page,
    data: Data,
    zone: chrono_tz::Tz,
}

/// The same as a file that stands alone.
#[derive(Template)]
#[template(path = "personal/pages/data_file.html")]
struct DataFile {
    page: Page,
    data: Data,
    zone: chrono_tz::Tz,
}

/// What is kept of somebody as a file to read, in their language.
pub(super) async fn file(app: &App, request: &HttpRequest, data: Data) -> Result<String> {
    let page = Page::new(request).in_language(data.person.language);
    let file = DataFile { page, data, zone: zone(app).await? };
    Ok(file.render().map_err(anyhow::Error::from)?)
}

/// The zone in which times are shown: the first newsletter's.
async fn zone(app: &App) -> Result<chrono_tz::Tz> {
    let all = app.db.read(|conn| Ok(newsletters::store::all(conn)?)).await?;
    Ok(all.first().map_or(chrono_tz::Tz::UTC, |newsletter| newsletter.zone()))
}

/// `GET /my-page/data`
pub async fn show(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let visitor = match let_in(&app, &request).await? {
        Ok(visitor) => visitor,
        Err(closed) => return Ok(closed),
    };
    let data = data::of(&app, visitor.person).await?;
    let page = Page::new(&request);
    Ok(private(html(&DataPage { page, data, zone: zone(&app).await? })?))
}

/// `GET /my-page/data.json`
pub async fn download(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let visitor = match let_in(&app, &request).await? {
        Ok(visitor) => visitor,
        Err(closed) => return Ok(closed),
    };
    let data = data::of(&app, visitor.person).await?;
    let text = serde_json::to_string_pretty(&data).map_err(anyhow::Error::from)?;
    let mut response = HttpResponse::Ok().content_type("application/json").body(text);
    let name = HeaderValue::from_static("attachment; filename=\"my-data.json\"");
    response.headers_mut().insert(CONTENT_DISPOSITION, name);
    Ok(private(response))
}

#[derive(Template)]
#[template(path = "personal/pages/receipt.html")]
struct ReceiptPage {
    page: Page,
    consent: Consented,
    email: String,
    zone: chrono_tz::Tz,
}

/// `GET /my-page/receipt/{id}`
pub async fn receipt(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<i64>,
) -> Result<HttpResponse> {
    let visitor = match let_in(&app, &request).await? {
        Ok(visitor) => visitor,
        Err(closed) => return Ok(closed),
    };
    let consent = data::receipt(&app, &visitor.person, *id).await?;
    let (page, email) = (Page::new(&request), visitor.person.email);
    Ok(private(html(&ReceiptPage { page, consent, email, zone: zone(&app).await? })?))
}
