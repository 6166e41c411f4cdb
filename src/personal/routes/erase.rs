//! Being erased.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::enter::forgotten;
use super::{let_in, private};
use crate::app::App;
use crate::error::Result;
use crate::subscribers::erase;
use crate::web::{Page, html, see_other};

#[derive(Template)]
#[template(path = "personal/pages/erase.html")]
struct ErasePage {
    page: Page,
    email: String,
    years: i64,
}

/// `GET /my-page/erase`: says what it will do.
pub async fn form(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let visitor = match let_in(&app, &request).await? {
        Ok(visitor) => visitor,
        Err(closed) => return Ok(closed),
    };
    let years = app.config.retention.erased_years;
    let (page, email) = (Page::new(&request), visitor.person.email);
    Ok(private(html(&ErasePage { page, email, years })?))
}

/// `POST /my-page/erase`
pub async fn submit(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let visitor = match let_in(&app, &request).await? {
        Ok(visitor) => visitor,
        Err(closed) => return Ok(closed),
    };
    erase::erase(&app, visitor.person).await?;
    forgotten(see_other(format!("/my-page/erased?lang={}", Page::new(&request).lang)))
}

#[derive(Template)]
#[template(path = "personal/pages/erased.html")]
struct ErasedPage {
    page: Page,
    years: i64,
}

/// `GET /my-page/erased`: the receipt.
pub async fn erased(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    html(&ErasedPage { page: Page::new(&request), years: app.config.retention.erased_years })
}
