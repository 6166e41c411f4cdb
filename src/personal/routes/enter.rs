//! Asking for a link, and using it.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{back, private};
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::links::Purpose;
use crate::mail::EmailAddress;
use crate::personal::enter::{COOKIE, PATH};
use crate::personal::{LINK_VALID, OPEN_FOR, ask, enter};
use crate::subscribers::link;
use crate::web::{Page, headers, html, page, see_other};

#[derive(Template)]
#[template(path = "personal/pages/ask.html")]
struct AskPage {
    page: Page,
    minutes: i64,
    email: String,
    errors: Vec<FieldError>,
}

impl AskPage {
    fn new(request: &HttpRequest, email: String, errors: Vec<FieldError>) -> Self {
        Self { page: Page::new(request), minutes: LINK_VALID.num_minutes(), email, errors }
    }
}

/// What `GET /my-page` shows to somebody who was not let in.
pub(super) fn closed(request: &HttpRequest) -> Result<HttpResponse> {
    html(&AskPage::new(request, String::new(), vec![]))
}

/// The address for which a link is asked.
#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    email: String,
}

/// `POST /my-page/link`: the same answer for every address.
pub async fn ask(
    request: HttpRequest,
    app: web::Data<App>,
    form: web::Form<Wanted>,
) -> Result<HttpResponse> {
    let client = headers::client_ip(&request, &app.config.trusted_proxies);
    match ask::by_address(&app, &form.email, client) {
        Ok(()) => {
            Ok(see_other(format!("/my-page/check-your-mail?lang={}", Page::new(&request).lang)))
        }
        Err(Error::Invalid(errors)) => {
            let email = form.into_inner().email.chars().take(400).collect();
            page::unprocessable(&AskPage::new(&request, email, errors))
        }
        Err(other) => Err(other),
    }
}

#[derive(Template)]
#[template(path = "personal/pages/check_your_mail.html")]
struct CheckPage {
    page: Page,
    minutes: i64,
}

/// `GET /my-page/check-your-mail`
pub async fn check_your_mail(request: HttpRequest) -> Result<HttpResponse> {
    html(&CheckPage { page: Page::new(&request), minutes: LINK_VALID.num_minutes() })
}

/// `POST /preferences/{token}/link`: from a link in an issue, to the address on file.
pub async fn ask_from_issue(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    let owned = link::owned(&app, &token, Purpose::Preferences).await?;
    let client = headers::client_ip(&request, &app.config.trusted_proxies);
    ask::for_person(&app, owned.person, Some(owned.newsletter.id), client).await?;
    Ok(see_other(format!("/my-page/check-your-mail?lang={}", Page::new(&request).lang)))
}

#[derive(Template)]
#[template(path = "personal/pages/enter.html")]
struct EnterPage {
    page: Page,
    /// The masked address; nothing when the link is over.
    address: Option<String>,
    minutes: i64,
}

/// `GET /my-page/enter/{token}`: one large button, because scanners follow links.
pub async fn form(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    let address = match enter::owner(&app, &token).await {
        Ok((_, person, _)) => {
            Some(EmailAddress::parse(&person.email).map(|a| a.masked()).unwrap_or_default())
        }
        Err(Error::Gone) => None,
        Err(other) => return Err(other),
    };
    let gone = address.is_none();
    let page = Page::new(&request);
    let mut response = html(&EnterPage { page, address, minutes: OPEN_FOR.num_minutes() })?;
    if gone {
        *response.status_mut() = StatusCode::GONE;
    }
    Ok(private(response))
}

/// `POST /my-page/enter/{token}`
pub async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    match enter::enter(&app, &token).await {
        Ok(session) => {
            let cookie = Cookie::build(COOKIE, session)
                .path(PATH)
                .http_only(true)
                .same_site(SameSite::Strict)
                .secure(app.config.public_url.scheme() == "https")
                .max_age(Duration::minutes(OPEN_FOR.num_minutes()))
                .finish();
            let mut response = back(&request, "");
            response.add_cookie(&cookie).map_err(anyhow::Error::from)?;
            Ok(response)
        }
        Err(Error::Gone) => form(request, app, token).await,
        Err(other) => Err(other),
    }
}

/// `POST /my-page/leave`: closes the page.
pub async fn leave(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    enter::leave(&app, &request).await?;
    forgotten(back(&request, "&done=left"))
}

/// The answer without the cookie.
pub(super) fn forgotten(mut response: HttpResponse) -> Result<HttpResponse> {
    let mut cookie = Cookie::build(COOKIE, "").path(PATH).finish();
    cookie.make_removal();
    response.add_cookie(&cookie).map_err(anyhow::Error::from)?;
    Ok(response)
}
