//! `/subscribe` and the pages around it.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::links::Token;
use crate::newsletters::{self, Details, Newsletter, Tracking};
use crate::signups;
use crate::signups::form_token::{self, Judgement};
use crate::signups::receive::{self, Request};
use crate::signups::sources::{self, Site};
use crate::subscribers::shown::{self, Hashes};
use crate::subscribers::store::published::{self, Published};
use crate::subscribers::subscribe::{self, Origin, SubscribeForm};
use crate::subscribers::{LeadershipGroup, Purpose, Sector};
use crate::web::{Lang, Page, headers, html, page, see_other};

#[derive(Template)]
#[template(path = "subscribers/pages/newsletters.html")]
struct ListPage {
    page: Page,
    newsletters: Vec<Newsletter>,
}

#[derive(Template)]
#[template(path = "subscribers/pages/subscribe.html")]
struct FormPage {
    page: Page,
    newsletter: Newsletter,
    details: Details,
    latest: Option<Published>,
    form: SubscribeForm,
    /// When it was shown, signed.
    note: String,
    /// Which texts it shows.
    texts: Hashes,
    errors: Vec<FieldError>,
}

impl FormPage {
    fn tracking(&self) -> bool {
        self.newsletter.open_tracking == Tracking::Consented
    }

    fn consent(&self, purpose: &Purpose) -> String {
        subscribe::consent_text(self.page.texts(), &self.newsletter, *purpose)
    }

    fn sectors(&self) -> &'static [Sector] {
        Sector::ALL
    }

    fn groups(&self) -> &'static [LeadershipGroup] {
        LeadershipGroup::ALL
    }

    /// The language that is chosen when the form comes up.
    fn chosen_language(&self) -> &str {
        if self.form.language.is_empty() { self.page.lang.as_str() } else { &self.form.language }
    }
}

/// What a link to the form may say.
#[derive(Deserialize)]
pub struct Asked {
    /// The word of a source.
    #[serde(default)]
    source: String,
}

impl Asked {
    fn form(self) -> SubscribeForm {
        SubscribeForm { source: self.source, ..SubscribeForm::default() }
    }
}

/// `GET /subscribe`: the form of the one newsletter, or the list of several.
pub async fn any(
    request: HttpRequest,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let mut all = app.db.read(|conn| Ok(newsletters::store::all(conn)?)).await?;
    if all.len() == 1
        && let Some(newsletter) = all.pop()
    {
        return show(&request, &app, newsletter, asked.into_inner().form(), vec![]).await;
    }
    html(&ListPage { page: Page::new(&request), newsletters: all })
}

/// `POST /subscribe`: to the one newsletter.
pub async fn submit_any(
    request: HttpRequest,
    app: web::Data<App>,
    form: web::Form<SubscribeForm>,
) -> Result<HttpResponse> {
    let mut all = app.db.read(|conn| Ok(newsletters::store::all(conn)?)).await?;
    match all.pop().filter(|_| all.is_empty()) {
        Some(newsletter) => take(&request, &app, newsletter, form.into_inner()).await,
        None => Ok(see_other("/subscribe")),
    }
}

/// `GET /subscribe/{newsletter}`
pub async fn form(
    request: HttpRequest,
    app: web::Data<App>,
    slug: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let newsletter = by_slug(&app, &slug).await?;
    show(&request, &app, newsletter, asked.into_inner().form(), vec![]).await
}

/// `POST /subscribe/{newsletter}`
pub async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    slug: web::Path<String>,
    form: web::Form<SubscribeForm>,
) -> Result<HttpResponse> {
    let newsletter = by_slug(&app, &slug).await?;
    take(&request, &app, newsletter, form.into_inner()).await
}

async fn by_slug(app: &App, slug: &str) -> Result<Newsletter> {
    let slug = slug.to_owned();
    app.db.read(move |conn| Ok(newsletters::store::by_slug(conn, &slug)?)).await
}

async fn show(
    request: &HttpRequest,
    app: &App,
    newsletter: Newsletter,
    form: SubscribeForm,
    errors: Vec<FieldError>,
) -> Result<HttpResponse> {
    let id = newsletter.id;
    let latest = app.db.read(move |conn| Ok(published::latest(conn, id, false)?)).await?;
    let details = newsletter.details();
    let has_errors = !errors.is_empty();
    let page = Page::new(request);
    let note = form_token::issue(&app.links, newsletter.id, app.clock.now());
    let texts = shown::show(app, &newsletter, page.lang).await?;
    let shown = FormPage { page, newsletter, details, latest, form, note, texts, errors };
    if has_errors { page::unprocessable(&shown) } else { html(&shown) }
}

/// The answer is one and the same for every address that can be taken.
async fn take(
    request: &HttpRequest,
    app: &App,
    newsletter: Newsletter,
    form: SubscribeForm,
) -> Result<HttpResponse> {
    let (lang, now) = (Lang::of(request), app.clock.now());
    let client = headers::client_ip(request, &app.config.trusted_proxies);
    if !app.pace.allows_post(client, now) {
        return Err(Error::TooMany);
    }
    let thanks = format!("/subscribe/{}/check-your-mail?lang={lang}", newsletter.slug);
    let judgement = form_token::judge(&app.links, newsletter.id, &form.note, now);
    if !form.leave_empty.is_empty() || judgement == Judgement::Forged {
        return Ok(see_other(thanks));
    }
    if let Err(errors) = form.parse(lang) {
        return show(request, app, newsletter, form.cut(), errors).await;
    }
    let (id, slug) = (newsletter.id, form.source.clone());
    let source =
        app.db.read(move |conn| Ok(signups::store::source_named(conn, id, &slug)?)).await?;
    let (judgement, elsewhere) = match sources::of_site(request, &app.links, source.as_ref()) {
        Site::Ours => (judgement, None),
        // It has no note of ours.
        Site::Allowed(site) => (Judgement::Good, Some(site)),
        Site::Foreign => {
            let errors = vec![FieldError::new("email", "error-signup-site")];
            return show(request, app, newsletter, form.cut(), errors).await;
        }
    };
    let texts = match shown::agreed(app, &newsletter, lang, &form, elsewhere.is_some()).await {
        Err(Error::Invalid(errors)) => {
            // The box is for the text as it is now, which nobody has said yes to yet.
            let form = SubscribeForm {
                consent: String::new(),
                tracking_consent: String::new(),
                ..form.cut()
            };
            return show(request, app, newsletter, form, errors).await;
        }
        other => other?,
    };
    let origin = Origin {
        shown_in: lang,
        form_address: elsewhere.unwrap_or_else(|| app.links.subscribe(&newsletter.slug)),
        source: source.map_or_else(|| signups::FORM.to_owned(), |source| source.slug),
        ip: client.map(|ip| ip.to_string()),
    };
    receive::take_down(app, &newsletter, &Request::new(form, origin, judgement, texts)).await?;
    Ok(see_other(thanks))
}

/// The IP address of the person, for the record of the consent.
pub(super) fn client(request: &HttpRequest, app: &App) -> Option<String> {
    headers::client_ip(request, &app.config.trusted_proxies).map(|ip| ip.to_string())
}

#[derive(Template)]
#[template(path = "subscribers/pages/check_your_mail.html")]
struct CheckPage {
    page: Page,
    newsletter: Newsletter,
    days: i64,
}

/// `GET /subscribe/{newsletter}/check-your-mail`
pub async fn check_your_mail(
    request: HttpRequest,
    app: web::Data<App>,
    slug: web::Path<String>,
) -> Result<HttpResponse> {
    let newsletter = by_slug(&app, &slug).await?;
    let days = crate::subscribers::confirm::VALID.num_days();
    html(&CheckPage { page: Page::new(&request), newsletter, days })
}

#[derive(Template)]
#[template(path = "subscribers/pages/welcome.html")]
struct WelcomePage {
    page: Page,
    newsletter: Newsletter,
    details: Details,
    latest: Option<Published>,
    special: Option<Published>,
    preferences: Option<String>,
}

/// What the page of welcome is given.
#[derive(Deserialize)]
pub struct Welcome {
    preferences: Option<String>,
}

/// `GET /subscribe/{newsletter}/welcome`
pub async fn welcome(
    request: HttpRequest,
    app: web::Data<App>,
    slug: web::Path<String>,
    query: web::Query<Welcome>,
) -> Result<HttpResponse> {
    let newsletter = by_slug(&app, &slug).await?;
    let id = newsletter.id;
    let (latest, special) = app
        .db
        .read(move |conn| {
            Ok((published::latest(conn, id, false)?, published::latest(conn, id, true)?))
        })
        .await?;
    let special = special.filter(|s| latest.as_ref().is_none_or(|l| l.slug != s.slug));
    // Only what looks like a token becomes a link.
    let preferences = query.into_inner().preferences.filter(|t| Token::parse(t).is_some());
    let details = newsletter.details();
    html(&WelcomePage {
        page: Page::new(&request),
        newsletter,
        details,
        latest,
        special,
        preferences,
    })
}
