//! `/admin/settings`: what a newsletter is called, who sends it and what it measures.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::settings::{self, SettingsForm};
use super::{Newsletter, Tracking, store};
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::staff::Staff;
use crate::web::language::Texts;
use crate::web::{Lang, Page, direction, html, page, see_other};

#[derive(Template)]
#[template(path = "newsletters/pages/settings.html")]
struct SettingsPage {
    page: Page,
    /// The newsletter as it is stored; nothing while it is being made.
    newsletter: Option<Newsletter>,
    /// All of them, to choose from.
    newsletters: Vec<Newsletter>,
    form: SettingsForm,
    errors: Vec<FieldError>,
    zones: Vec<&'static str>,
}

impl SettingsPage {
    fn new(
        request: &HttpRequest,
        newsletters: Vec<Newsletter>,
        newsletter: Option<Newsletter>,
        form: SettingsForm,
        errors: Vec<FieldError>,
    ) -> Self {
        let zones = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        let zones = zones.filter(|name| name.starts_with("Europe/") || *name == "UTC").collect();
        Self { page: Page::new(request), newsletter, newsletters, form, errors, zones }
    }

    /// What was typed, as a sentence has it: it may not have been cleaned yet.
    fn shown(&self, typed: &str) -> String {
        direction::unturned(typed)
    }

    /// The texts of the footer, in the newsletter's language.
    fn footer(&self) -> Texts {
        self.form.language.parse().unwrap_or(Lang::Da).texts()
    }

    /// What describes a field: its hint when it has one, and what is wrong with it.
    fn described(&self, field: &str, has_hint: bool) -> String {
        let mut ids = Vec::new();
        if has_hint {
            ids.push(format!("{field}-hint"));
        }
        if self.is_wrong(field) {
            ids.push(format!("{field}-error"));
        }
        ids.join(" ")
    }

    fn is_wrong(&self, field: &str) -> bool {
        self.errors.iter().any(|error| error.field == field)
    }
}

#[derive(Template)]
#[template(path = "newsletters/pages/none.html")]
struct NonePage {
    page: Page,
}

/// Which newsletter, when there are several.
#[derive(Deserialize)]
pub struct Which {
    newsletter: Option<String>,
}

/// `GET /admin/settings`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    which: web::Query<Which>,
) -> Result<HttpResponse> {
    let newsletters = app.db.read(|conn| Ok(store::all(conn)?)).await?;
    let chosen = match &which.newsletter {
        Some(slug) => Some(newsletters.iter().find(|n| n.slug == *slug).ok_or(Error::NotFound)?),
        None => newsletters.first(),
    };
    let Some(newsletter) = chosen.cloned() else {
        return html(&NonePage { page: Page::new(&request) });
    };
    let form = SettingsForm::of(&newsletter);
    html(&SettingsPage::new(&request, newsletters, Some(newsletter), form, vec![]))
}

/// `GET /admin/settings/new`
pub async fn new(request: HttpRequest) -> Result<HttpResponse> {
    let form = SettingsForm::empty(Lang::of(&request));
    html(&SettingsPage::new(&request, vec![], None, form, vec![]))
}

/// `POST /admin/settings`: makes a newsletter.
pub async fn create(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<SettingsForm>,
) -> Result<HttpResponse> {
    match settings::create(&app, form.clone(), &staff.actor()).await {
        Ok(made) => Ok(see_other(format!("/admin/settings?newsletter={}&done=made", made.slug))),
        Err(Error::Invalid(errors)) => {
            let form = form.into_inner();
            page::unprocessable(&SettingsPage::new(&request, vec![], None, form, errors))
        }
        Err(other) => Err(other),
    }
}

/// `POST /admin/settings/{newsletter}`
pub async fn change(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    slug: web::Path<String>,
    form: web::Form<SettingsForm>,
) -> Result<HttpResponse> {
    match settings::change(&app, &slug, form.clone(), &staff.actor()).await {
        Ok(()) => Ok(see_other(format!("/admin/settings?newsletter={slug}&done=saved"))),
        Err(Error::Invalid(errors)) => {
            let slug = slug.into_inner();
            let (newsletter, all) = app
                .db
                .read(move |conn| Ok((store::by_slug(conn, &slug)?, store::all(conn)?)))
                .await?;
            let form = form.into_inner();
            page::unprocessable(&SettingsPage::new(&request, all, Some(newsletter), form, errors))
        }
        Err(other) => Err(other),
    }
}
