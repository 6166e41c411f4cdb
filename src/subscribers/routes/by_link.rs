//! What the links in mails lead to: `/confirm`, `/unsubscribe` and `/unsubscribed`. A GET shows
//! what a button will do; only the button's POST does it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::subscribe::client;
use crate::app::App;
use crate::error::{Error, Result};
use crate::links::Purpose;
use crate::newsletters::Newsletter;
use crate::subscribers::confirm::{self, Standing};
use crate::subscribers::link::{self, Owned};
use crate::subscribers::{ReasonGiven, unsubscribe};
use crate::web::{Page, html, see_other};

#[derive(Template)]
#[template(path = "subscribers/pages/confirm.html")]
struct ConfirmPage {
    page: Page,
    newsletter: Newsletter,
    standing: Standing,
    /// The text of the consent to being measured that the button confirms too.
    tracking: Option<String>,
}

/// `GET /confirm/{token}`: one large button.
pub async fn confirm_form(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    confirm_page(&request, &app, &token).await
}

async fn confirm_page(request: &HttpRequest, app: &App, token: &str) -> Result<HttpResponse> {
    let Owned { token, subscription, newsletter, .. } =
        link::owned(app, token, Purpose::Confirm).await?;
    let standing = confirm::standing(&subscription, &token, app.clock.now());
    let tracking = match standing {
        Standing::Open => {
            app.db.read(move |conn| confirm::asked_tracking(conn, &subscription)).await?
        }
        _ => None,
    };
    let page = ConfirmPage { page: Page::new(request), newsletter, standing, tracking };
    let mut response = html(&page)?;
    if matches!(standing, Standing::Over | Standing::Replaced) {
        *response.status_mut() = StatusCode::GONE;
    }
    Ok(response)
}

/// `POST /confirm/{token}`
pub async fn confirm(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    match confirm::confirm(&app, &token, client(&request, &app)).await {
        Ok((owned, already)) => {
            let id = owned.subscription.id;
            let preferences =
                app.links.token(Purpose::Preferences, id, 0, owned.subscription.nonce);
            let done = if already { "&done=already-confirmed" } else { "" };
            Ok(see_other(format!(
                "/subscribe/{}/welcome?preferences={preferences}&lang={}{done}",
                owned.newsletter.slug,
                Page::new(&request).lang
            )))
        }
        Err(Error::Gone) => confirm_page(&request, &app, &token).await,
        Err(other) => Err(other),
    }
}

#[derive(Template)]
#[template(path = "subscribers/pages/unsubscribe.html")]
struct UnsubscribePage {
    page: Page,
    newsletter: Newsletter,
    address: String,
    /// They have left: what somebody else has ended can still be left.
    ended: bool,
}

/// `GET /unsubscribe/{token}`: one button.
pub async fn unsubscribe_form(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    let owned = link::owned(&app, &token, Purpose::Unsubscribe).await?;
    html(&UnsubscribePage {
        page: Page::new(&request),
        address: owned.masked(),
        ended: unsubscribe::has_left(&owned.subscription),
        newsletter: owned.newsletter,
    })
}

/// `POST /unsubscribe/{token}`: by the button, or by the mail program in one click (RFC 8058,
/// which allows both encodings of forms).
pub async fn unsubscribe(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse> {
    let one_click = is_one_click(&body);
    let all = url::form_urlencoded::parse(&body).any(|(name, _)| name == "all");
    let owned = match (one_click, all) {
        (true, _) => unsubscribe::unsubscribe(&app, &token, "one_click").await?,
        (false, false) => unsubscribe::unsubscribe(&app, &token, "link").await?,
        (false, true) => unsubscribe::unsubscribe_from_all(&app, &token, "link").await?,
    };
    if one_click {
        // RFC 8058, 3.1: no redirect.
        let text = Page::new(&request).t("unsubscribed-title");
        return Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(text));
    }
    let lang = Page::new(&request).lang;
    Ok(match unsubscribe::undo_token(&app, &owned.subscription).await? {
        Some(undo) => see_other(format!("/unsubscribed/{undo}?lang={lang}")),
        None => see_other(format!("/unsubscribe/{token}?lang={lang}")),
    })
}

/// Whether a body has the field `List-Unsubscribe` with the value `One-Click`. Both encodings
/// carry these words as they are, and our own button sends no body.
fn is_one_click(body: &[u8]) -> bool {
    let has = |word: &[u8]| memchr::memmem::find(body, word).is_some();
    has(b"List-Unsubscribe") && has(b"One-Click")
}

#[derive(Template)]
#[template(path = "subscribers/pages/unsubscribed.html")]
struct UnsubscribedPage {
    page: Page,
    newsletter: Newsletter,
    /// The path of this page.
    path: String,
    back: bool,
    can_undo: bool,
    /// How many subscriptions ended together.
    ended: usize,
    reason_given: Option<ReasonGiven>,
}

impl UnsubscribedPage {
    fn reasons(&self) -> &'static [ReasonGiven] {
        ReasonGiven::ALL
    }
}

/// `GET /unsubscribed/{token}`: it is done; undo, and an optional reason.
pub async fn unsubscribed(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    let owned = link::owned(&app, &token, Purpose::Undo).await?;
    let (person, ended_at) = (owned.person.id, owned.subscription.ended_at);
    let ended = match ended_at {
        Some(at) => {
            app.db.read(move |conn| unsubscribe::ended_together(conn, person, at)).await?.len()
        }
        None => 0,
    };
    html(&UnsubscribedPage {
        page: Page::new(&request),
        path: format!("/unsubscribed/{token}"),
        back: owned.subscription.counts(),
        can_undo: unsubscribe::undo_token(&app, &owned.subscription).await?.is_some(),
        ended,
        reason_given: owned.subscription.reason_given,
        newsletter: owned.newsletter,
    })
}

/// `POST /unsubscribed/{token}/undo`
pub async fn undo(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    unsubscribe::undo(&app, &token).await?;
    Ok(see_other(format!("/unsubscribed/{token}?lang={}", Page::new(&request).lang)))
}

/// Why somebody left.
#[derive(Deserialize)]
pub struct Reason {
    reason: ReasonGiven,
}

/// `POST /unsubscribed/{token}/reason`
pub async fn give_reason(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
    form: web::Form<Reason>,
) -> Result<HttpResponse> {
    unsubscribe::give_reason(&app, &token, form.reason).await?;
    Ok(see_other(format!("/unsubscribed/{token}?lang={}&done=thanks", Page::new(&request).lang)))
}
