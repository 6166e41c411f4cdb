//! One's own page: all newsletters of the house, and what one says about oneself.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{back, enter, let_in, private};
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::newsletters::{self, Newsletter, Tracking};
use crate::personal::choices::{self, Choice, DetailsForm, Shown};
use crate::personal::enter::{Visitor, visitor};
use crate::subscribers::preferences::{Change, LONGEST_PAUSE};
use crate::subscribers::shown::{self, Hashes};
use crate::subscribers::store::{consents, register};
use crate::subscribers::subscribe::consent_text;
use crate::subscribers::{
    LeadershipGroup, Purpose, Scope, Sector, Subscription, SubscriptionState,
};
use crate::web::{Page, headers, html, page, see_other};

/// A newsletter of the house, as far as it is the visitor's.
struct Line {
    newsletter: Newsletter,
    /// The subscription, if it is active or paused.
    subscription: Option<Subscription>,
    /// Whether the visitor may be measured.
    measured: bool,
    /// The hashes of the texts that stand here.
    texts: Hashes,
}

#[derive(Template)]
#[template(path = "personal/pages/page.html")]
struct OwnPage {
    page: Page,
    visitor: Visitor,
    lines: Vec<Line>,
    details: DetailsForm,
    errors: Vec<FieldError>,
    zone: chrono_tz::Tz,
}

impl OwnPage {
    fn scopes(&self) -> &'static [Scope] {
        Scope::ALL
    }

    fn months(&self) -> std::ops::RangeInclusive<u32> {
        1..=LONGEST_PAUSE
    }

    fn sectors(&self) -> &'static [Sector] {
        Sector::ALL
    }

    fn groups(&self) -> &'static [LeadershipGroup] {
        LeadershipGroup::ALL
    }

    fn consent(&self, newsletter: &Newsletter, purpose: &Purpose) -> String {
        consent_text(self.page.texts(), newsletter, *purpose)
    }

    fn asks_to_measure(&self, line: &Line) -> bool {
        line.measured || line.newsletter.open_tracking == Tracking::Consented
    }

    /// Whether there is anything to leave.
    fn subscribes(&self) -> usize {
        self.lines.iter().filter(|line| line.subscription.is_some()).count()
    }
}

/// `GET /my-page`
pub async fn show(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    match visitor(&app, &request).await? {
        Some(visitor) => {
            let details = DetailsForm::of(&visitor.person);
            Ok(private(html(&own(&request, &app, visitor, details, vec![]).await?)?))
        }
        None => enter::closed(&request),
    }
}

async fn own(
    request: &HttpRequest,
    app: &App,
    visitor: Visitor,
    details: DetailsForm,
    errors: Vec<FieldError>,
) -> Result<OwnPage> {
    let id = visitor.person.id;
    let mut lines = app
        .db
        .read(move |conn| {
            let consents = consents::of(conn, id)?;
            let mut lines = Vec::new();
            for newsletter in newsletters::store::all(conn)? {
                let subscription = register::subscription(conn, id, newsletter.id)?;
                let measured = consents.iter().any(|(consent, _)| consent.measures(newsletter.id));
                let subscription = subscription.filter(Subscription::counts);
                lines.push(Line { newsletter, subscription, measured, texts: Hashes::default() });
            }
            Ok(lines)
        })
        .await?;
    let page = Page::new(request);
    for line in &mut lines {
        line.texts = shown::show(app, &line.newsletter, page.lang).await?;
    }
    let zone = lines.first().map_or(chrono_tz::Tz::UTC, |line| line.newsletter.zone());
    Ok(OwnPage { page, visitor, lines, details, errors, zone })
}

/// Which of the page's buttons was pressed, and what was chosen.
#[derive(Deserialize)]
pub struct Pressed {
    #[serde(default)]
    action: String,
    subscription: Option<i64>,
    newsletter: Option<String>,
    scope: Option<Scope>,
    months: Option<u32>,
    /// The hash of the text that stood beside the button.
    #[serde(default)]
    text: String,
}

/// `POST /my-page`
pub async fn choose(
    request: HttpRequest,
    app: web::Data<App>,
    form: web::Form<Pressed>,
) -> Result<HttpResponse> {
    let visitor = match let_in(&app, &request).await? {
        Ok(visitor) => visitor,
        Err(closed) => return Ok(closed),
    };
    let Pressed { action, subscription, newsletter, scope, months, text } = form.into_inner();
    let (choice, done) = match (action.as_str(), subscription, newsletter) {
        ("scope", Some(id), _) => {
            let scope = scope.ok_or(Error::field("scope", "error-choice"))?;
            (Choice::Change(id, Change::Scope(scope)), "saved")
        }
        ("pause", Some(id), _) => {
            let months = months.ok_or(Error::field("months", "error-choice"))?;
            (Choice::Change(id, Change::Pause(months)), "paused")
        }
        ("resume", Some(id), _) => (Choice::Change(id, Change::Resume), "resumed"),
        ("leave", Some(id), _) => (Choice::Leave(Some(id)), ""),
        ("leave-all", ..) => (Choice::Leave(None), ""),
        ("subscribe", _, Some(slug)) => (Choice::Subscribe(slug, text), "subscribed"),
        ("measure", _, Some(slug)) => (Choice::Measure(slug, Some(text)), "measured"),
        ("measure-not", _, Some(slug)) => (Choice::Measure(slug, None), "not-measured"),
        _ => return Err(Error::field("action", "error-choice")),
    };
    let lang = Page::new(&request).lang;
    let ip = headers::client_ip(&request, &app.config.trusted_proxies).map(|ip| ip.to_string());
    let undo = choices::choose(&app, &visitor.person, choice, Shown { lang, ip }).await?;
    Ok(match undo {
        Some(undo) => see_other(format!("/unsubscribed/{undo}?lang={lang}")),
        None => back(&request, &format!("&done={done}")),
    })
}

/// `POST /my-page/details`
pub async fn describe(
    request: HttpRequest,
    app: web::Data<App>,
    form: web::Form<DetailsForm>,
) -> Result<HttpResponse> {
    let visitor = match let_in(&app, &request).await? {
        Ok(visitor) => visitor,
        Err(closed) => return Ok(closed),
    };
    match choices::describe(&app, &visitor.person, &form).await {
        Ok(()) => Ok(back(&request, "&done=saved")),
        Err(Error::Invalid(errors)) => {
            let form = form.into_inner().cut();
            let shown = own(&request, &app, visitor, form, errors).await?;
            Ok(private(page::unprocessable(&shown)?))
        }
        Err(other) => Err(other),
    }
}
