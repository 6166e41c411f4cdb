//! `/admin/library`

pub mod feeds;
pub mod fetch;
pub mod import;
pub mod item;
pub mod links;
pub mod moves;

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::store::Search;
use super::{Item, ItemKind, store};
use crate::app::App;
use crate::error::{FieldError, Result};
use crate::web::{Lang, Page, html};

/// Items on a page of the list.
const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "library/pages/list.html")]
struct ListPage {
    page: Page,
    query: ListQuery,
    /// Every tag and how many items have it.
    tags: Vec<(String, i64)>,
    kinds: &'static [ItemKind],
    kind: Option<ItemKind>,
    languages: &'static [Lang],
    language: Option<Lang>,
    items: Vec<Item>,
    /// How many issues link an item.
    uses: HashMap<i64, usize>,
    today: NaiveDate,
    is_searching: bool,
    pasted: Pasted,
    previous: Option<String>,
    next: Option<String>,
}

/// The address that was pasted, when it led to nothing.
#[derive(Default)]
struct Pasted {
    address: String,
    errors: Vec<FieldError>,
}

/// What the list shows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    q: String,
    kind: String,
    language: String,
    archived: Option<String>,
    new: Option<String>,
    tag: String,
    page: i64,
}

impl ListQuery {
    /// The address of another page of the same list.
    fn at(&self, page: i64) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", &self.q).append_pair("kind", &self.kind);
        if !self.tag.is_empty() {
            query.append_pair("tag", &self.tag);
        }
        if !self.language.is_empty() {
            query.append_pair("language", &self.language);
        }
        if self.archived.is_some() {
            query.append_pair("archived", "on");
        }
        if self.new.is_some() {
            query.append_pair("new", "on");
        }
        format!("/admin/library?{}", query.append_pair("page", &page.to_string()).finish())
    }
}

/// `GET /admin/library`
pub async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse> {
    html(&list_page(&request, &app, query.into_inner(), Pasted::default()).await?)
}

async fn list_page(
    request: &HttpRequest,
    app: &App,
    query: ListQuery,
    pasted: Pasted,
) -> Result<ListPage> {
    let number = query.page.clamp(1, 10_000);
    let kind = query.kind.parse().ok();
    let language = query.language.parse().ok();
    let search = Search {
        kind,
        text: query.q.clone(),
        archived: query.archived.is_some(),
        only_new: query.new.is_some(),
        tag: query.tag.clone(),
        language,
        valid_on: None,
        offset: (number - 1) * PAGE,
        limit: PAGE + 1,
    };
    let (mut items, used, tags) = app
        .db
        .read(move |conn| {
            let items = store::search(conn, &search)?;
            let ids: Vec<i64> = items.iter().map(|item| item.id).collect();
            Ok((items, store::used_in(conn, &ids)?, store::tags::all(conn)?))
        })
        .await?;
    let more = items.len() > PAGE as usize;
    items.truncate(PAGE as usize);
    let mut uses = HashMap::new();
    for found in used {
        *uses.entry(found.item).or_default() += 1;
    }
    Ok(ListPage {
        page: Page::new(request),
        pasted,
        kinds: ItemKind::ALL,
        tags,
        kind,
        languages: Lang::ALL,
        language,
        items,
        uses,
        today: app.clock.now().day_in(chrono_tz::Europe::Copenhagen),
        is_searching: !query.q.trim().is_empty()
            || kind.is_some()
            || language.is_some()
            || query.new.is_some()
            || !query.tag.is_empty(),
        previous: (number > 1).then(|| query.at(number - 1)),
        next: more.then(|| query.at(number + 1)),
        query,
    })
}
