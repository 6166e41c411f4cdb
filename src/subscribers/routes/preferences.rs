//! `/preferences/{token}`: what a link in an issue may change.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::error::{Error, Result};
use crate::links::Purpose;
use crate::newsletters;
use crate::subscribers::link::{self, Owned};
use crate::subscribers::preferences::{self, Change, LONGEST_PAUSE};
use crate::subscribers::{Scope, SubscriptionState};
use crate::web::{Page, html, see_other};

#[derive(Template)]
#[template(path = "subscribers/pages/preferences.html")]
struct PreferencesPage {
    page: Page,
    owned: Owned,
    address: String,
    /// The token that ends the subscription.
    unsubscribe: String,
    zone: chrono_tz::Tz,
    /// Whether the house has more than one newsletter.
    several: bool,
    /// Where the button leads that asks for a link to the rest.
    link_action: String,
}

impl PreferencesPage {
    fn scopes(&self) -> &'static [Scope] {
        Scope::ALL
    }

    fn months(&self) -> std::ops::RangeInclusive<u32> {
        1..=LONGEST_PAUSE
    }
}

/// `GET /preferences/{token}`
pub async fn form(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    let owned = link::owned(&app, &token, Purpose::Preferences).await?;
    let subscription = &owned.subscription;
    let unsubscribe = app.links.token(Purpose::Unsubscribe, subscription.id, 0, subscription.nonce);
    let several = app.db.read(|conn| Ok(newsletters::store::all(conn)?)).await?.len() > 1;
    let page = Page::new(&request);
    html(&PreferencesPage {
        several,
        link_action: format!("/preferences/{token}/link?lang={}", page.lang),
        page,
        address: owned.masked(),
        zone: owned.newsletter.zone(),
        unsubscribe,
        owned,
    })
}

/// Which of the page's buttons was pressed, and what was chosen.
#[derive(Deserialize)]
pub struct Choice {
    #[serde(default)]
    action: String,
    scope: Option<Scope>,
    months: Option<u32>,
}

/// `POST /preferences/{token}`
pub async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
    form: web::Form<Choice>,
) -> Result<HttpResponse> {
    let (change, done) = match (form.action.as_str(), form.scope, form.months) {
        ("scope", Some(scope), _) => (Change::Scope(scope), "saved"),
        ("pause", _, Some(months)) => (Change::Pause(months), "paused"),
        ("resume", ..) => (Change::Resume, "resumed"),
        _ => return Err(Error::field("action", "error-choice")),
    };
    preferences::change(&app, &token, change).await?;
    let lang = Page::new(&request).lang;
    Ok(see_other(format!("/preferences/{token}?lang={lang}&done={done}")))
}
