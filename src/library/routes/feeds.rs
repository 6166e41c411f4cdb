//! `/admin/library/feeds`: what of others is read regularly.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::library::ItemKind;
use crate::library::feeds::{self, Contents, Feed, NewFeed};
use crate::library::store::feeds as store;
use crate::staff::Staff;
use crate::web::{Lang, Page, html, page, see_other};

/// Entries that a preview shows.
const SHOWN: usize = 5;

#[derive(Template)]
#[template(path = "library/pages/feeds.html")]
struct FeedsPage {
    page: Page,
    feeds: Vec<Feed>,
    counts: HashMap<i64, i64>,
    form: FeedForm,
    kinds: &'static [ItemKind],
    languages: &'static [Lang],
    found: Option<Contents>,
    shown: usize,
    errors: Vec<FieldError>,
    zone: chrono_tz::Tz,
}

impl FeedsPage {
    /// Why a feed could not be read the last time.
    fn trouble(&self, feed: &Feed) -> Option<String> {
        let code = feed.last_error.as_deref()?;
        let value = feed.last_error_value.as_deref().unwrap_or_default();
        Some(self.page.texts().with(code, &[("status", &value), ("kind", &value)]))
    }
}

/// A feed to be.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct FeedForm {
    url: String,
    name: String,
    kind: ItemKind,
    language: Lang,
    /// `preview` or `add`
    #[serde(rename = "do")]
    step: String,
}

impl Default for FeedForm {
    fn default() -> Self {
        Self {
            url: String::new(),
            name: String::new(),
            kind: ItemKind::Article,
            language: Lang::Da,
            step: String::new(),
        }
    }
}

async fn feeds_page(
    request: &HttpRequest,
    app: &App,
    form: FeedForm,
    found: Option<Contents>,
    errors: Vec<FieldError>,
) -> Result<FeedsPage> {
    let (feeds, counts) = app.db.read(|conn| Ok((store::all(conn)?, store::counts(conn)?))).await?;
    Ok(FeedsPage {
        page: Page::new(request),
        feeds,
        counts: counts.into_iter().filter_map(|(feed, count)| Some((feed?, count))).collect(),
        form,
        kinds: ItemKind::ALL,
        languages: Lang::ALL,
        found,
        shown: SHOWN,
        errors,
        zone: chrono_tz::Europe::Copenhagen,
    })
}

/// `GET /admin/library/feeds`
pub async fn list(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    html(&feeds_page(&request, &app, FeedForm::default(), None, vec![]).await?)
}

/// `POST /admin/library/feeds`: shows what a feed has, or adds it.
pub async fn submit(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<FeedForm>,
) -> Result<HttpResponse> {
    let mut form = form.into_inner();
    if form.step != "add" {
        return match feeds::preview(&app, &form.url).await {
            Ok((url, contents)) => {
                form.url = url;
                if form.name.trim().is_empty() {
                    form.name.clone_from(&contents.title);
                }
                form.language = contents.language.unwrap_or(form.language);
                html(&feeds_page(&request, &app, form, Some(contents), vec![]).await?)
            }
            Err(Error::Invalid(errors)) => {
                page::unprocessable(&feeds_page(&request, &app, form, None, errors).await?)
            }
            Err(other) => Err(other),
        };
    }
    let new = NewFeed {
        url: form.url.trim().to_owned(),
        name: form.name.trim().to_owned(),
        kind: form.kind,
        language: form.language,
    };
    match feeds::add(&app, new, &staff.actor()).await {
        Ok(feed) => Ok(after_reading(feeds::read_now(&app, feed.uuid).await, "feed-added")?),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&feeds_page(&request, &app, form, None, errors).await?)
        }
        Err(other) => Err(other),
    }
}

/// What a feed could not be read for stands on its line.
fn after_reading(read: Result<usize>, done: &str) -> Result<HttpResponse> {
    match read {
        Ok(_) => Ok(see_other(format!("/admin/library/feeds?done={done}"))),
        Err(Error::Invalid(_)) => Ok(see_other("/admin/library/feeds?done=feed-failed")),
        Err(other) => Err(other),
    }
}

/// `POST /admin/library/feeds/{id}/{action}`: `read`, `pause`, `resume`, `remove`.
pub async fn act(
    app: web::Data<App>,
    staff: Staff,
    path: web::Path<(PublicId, String)>,
) -> Result<HttpResponse> {
    let (uuid, action) = path.into_inner();
    let actor = staff.actor();
    let done = match action.as_str() {
        "read" => return after_reading(feeds::read_now(&app, uuid).await, "feed-read"),
        "pause" => {
            feeds::pause(&app, uuid, &actor).await?;
            "feed-paused"
        }
        "resume" => {
            feeds::resume(&app, uuid, &actor).await?;
            "feed-resumed"
        }
        "remove" => {
            feeds::remove(&app, uuid, &actor).await?;
            "feed-removed"
        }
        _ => return Err(Error::NotFound),
    };
    Ok(see_other(format!("/admin/library/feeds?done={done}")))
}
