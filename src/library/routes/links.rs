//! `/admin/library/links`: links that lead nowhere, and where they are.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::error::Result;
use crate::library::links::Outcome;
use crate::library::store::links::{self as store, Check};
use crate::web::{Page, html, see_other};

/// Links that are shown.
const MOST: i64 = 500;

/// Where a link is.
struct Place {
    /// The address of the page on which it can be changed.
    page: String,
    /// That page's title.
    title: String,
    /// It is an item's, but not the one that is linked.
    is_further: bool,
}

#[derive(Template)]
#[template(path = "library/pages/links.html")]
struct LinksPage {
    page: Page,
    /// Headings, and the links below them.
    parts: Vec<(&'static str, &'static str, Vec<Check>)>,
    places: HashMap<String, Vec<Place>>,
    /// How many links have been looked at.
    checked: i64,
    is_on: bool,
    zone: chrono_tz::Tz,
}

impl LinksPage {
    fn places(&self, check: &Check) -> &[Place] {
        self.places.get(&check.url).map_or(&[], Vec::as_slice)
    }
}

/// `GET /admin/library/links`
pub async fn list(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    let (troubled, items, issues, checked) = app
        .db
        .read(|conn| {
            let troubled = store::troubled(conn, MOST)?;
            let urls: Vec<String> = troubled.iter().map(|check| check.url.clone()).collect();
            let items = store::items_with(conn, &urls)?;
            Ok((troubled, items, store::issues_with(conn, &urls)?, store::count_checked(conn)?))
        })
        .await?;
    let mut places: HashMap<String, Vec<Place>> = HashMap::new();
    for item in items {
        places.entry(item.url).or_default().push(Place {
            page: format!("/admin/library/{}#addresses", item.item),
            title: item.title,
            is_further: item.position > 0,
        });
    }
    for (url, issue, title) in issues {
        let page = format!("/admin/issues/{issue}");
        places.entry(url).or_default().push(Place { page, title, is_further: false });
    }
    let (dead, rest): (Vec<Check>, Vec<Check>) =
        troubled.into_iter().partition(|check| check.is_dead);
    let (broken, unsure): (Vec<Check>, Vec<Check>) =
        rest.into_iter().partition(|check| check.outcome == Some(Outcome::Broken));
    let parts = [
        ("links-dead", "links-dead-about", dead),
        ("links-broken", "links-broken-about", broken),
        ("links-unsure", "links-unsure-about", unsure),
    ];
    html(&LinksPage {
        page: Page::new(&request),
        parts: parts.into_iter().filter(|(_, _, links)| !links.is_empty()).collect(),
        places,
        checked,
        is_on: app.config.link_checks,
        zone: chrono_tz::Europe::Copenhagen,
    })
}

/// `POST /admin/library/links`: looks at those that are in trouble once more, soon.
pub async fn again(app: web::Data<App>) -> Result<HttpResponse> {
    let now = app.clock.now();
    app.db.write(move |conn| Ok(store::again(conn, now)?)).await?;
    Ok(see_other("/admin/library/links?done=links-again"))
}
