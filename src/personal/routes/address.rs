//! Another address: the form, and the link at the new address.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{let_in, private};
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::personal::{ADDRESS_VALID, address};
use crate::web::{Page, headers, html, page, see_other};

#[derive(Template)]
#[template(path = "personal/pages/address.html")]
struct AddressPage {
    page: Page,
    on_file: String,
    email: String,
    errors: Vec<FieldError>,
    /// Whether it was just asked for.
    asked: bool,
    hours: i64,
}

/// Whether it was just asked for.
#[derive(Deserialize)]
pub struct Step {
    asked: Option<String>,
}

/// `GET /my-page/address`
pub async fn form(
    request: HttpRequest,
    app: web::Data<App>,
    step: web::Query<Step>,
) -> Result<HttpResponse> {
    let visitor = match let_in(&app, &request).await? {
        Ok(visitor) => visitor,
        Err(closed) => return Ok(closed),
    };
    Ok(private(html(&AddressPage {
        page: Page::new(&request),
        on_file: visitor.person.email,
        email: String::new(),
        errors: vec![],
        asked: step.asked.is_some(),
        hours: ADDRESS_VALID.num_hours(),
    })?))
}

/// The new address.
#[derive(Deserialize)]
pub struct NewAddress {
    #[serde(default)]
    email: String,
}

/// `POST /my-page/address`: the same answer for every address that can be taken.
pub async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    new: web::Form<NewAddress>,
) -> Result<HttpResponse> {
    let visitor = match let_in(&app, &request).await? {
        Ok(visitor) => visitor,
        Err(closed) => return Ok(closed),
    };
    let page = Page::new(&request);
    let client = headers::client_ip(&request, &app.config.trusted_proxies);
    match address::ask(&app, &visitor.person, &new.email, client).await {
        Ok(()) => Ok(see_other(format!("/my-page/address?asked=yes&lang={}", page.lang))),
        Err(Error::Invalid(errors)) => Ok(private(page::unprocessable(&AddressPage {
            page,
            on_file: visitor.person.email,
            email: new.into_inner().email.chars().take(400).collect(),
            errors,
            asked: false,
            hours: ADDRESS_VALID.num_hours(),
        })?)),
        Err(other) => Err(other),
    }
}

#[derive(Template)]
#[template(path = "personal/pages/address_confirm.html")]
struct ConfirmPage {
    page: Page,
    /// The new address; nothing when the link is over.
    email: Option<String>,
    /// Whether it was just confirmed.
    done: bool,
}

/// `GET /my-page/address/{token}`: one large button.
pub async fn confirm_form(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    let email = match address::owner(&app, &token).await {
        Ok((mail, ..)) => mail.to_email,
        Err(Error::Gone) => None,
        Err(other) => return Err(other),
    };
    match email {
        Some(_) => {
            Ok(private(html(&ConfirmPage { page: Page::new(&request), email, done: false })?))
        }
        None => over(&request),
    }
}

/// Says that the link is over.
fn over(request: &HttpRequest) -> Result<HttpResponse> {
    let mut response = html(&ConfirmPage { page: Page::new(request), email: None, done: false })?;
    *response.status_mut() = StatusCode::GONE;
    Ok(private(response))
}

/// `POST /my-page/address/{token}`
pub async fn confirm(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    match address::confirm(&app, &token).await {
        Ok(_) => Ok(see_other(format!("/my-page/moved?lang={}", Page::new(&request).lang))),
        Err(Error::Gone) => over(&request),
        Err(other) => Err(other),
    }
}

/// `GET /my-page/moved`
pub async fn moved(request: HttpRequest) -> Result<HttpResponse> {
    html(&ConfirmPage { page: Page::new(&request), email: None, done: true })
}
