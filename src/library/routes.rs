//! `/admin/library`

pub mod feeds;
pub mod fetch;
pub mod import;
pub mod item;
pub mod links;
pub mod moves;

use std::collections::{BTreeMap, HashMap};

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use diesel::QueryResult;
use serde::Deserialize;

use super::store::Search;
use super::{Item, ItemKind, store};
use crate::app::App;
use crate::db::DbConn;
use crate::error::{FieldError, Result};
use crate::pictures::{self, Address, Picture};
use crate::web::{Lang, Page, html, see_other};

/// Items on a page of the list.
const PAGE: i64 = 50;
/// Pictures that are shown below what was found.
const PICTURES: i64 = 6;
/// The kind that leads to the list of pictures, which has its own.
const IMAGE: &str = "image";

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
    /// Pictures that fit what is looked for, each with the file to show.
    pictures: Vec<(Picture, Address)>,
    /// The list of them.
    all_pictures: String,
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

    /// The address of the pictures that fit it.
    fn pictures(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", &self.q);
        if !self.tag.is_empty() {
            query.append_pair("tag", &self.tag);
        }
        format!("/admin/pictures?{}", query.finish())
    }

    /// The pictures that fit it: some words or a tag must be asked for, and nothing that pictures
    /// do not have.
    fn pictures_search(&self) -> Option<pictures::store::Search> {
        let asks = !self.q.trim().is_empty() || !self.tag.is_empty();
        let others = !self.kind.is_empty() || !self.language.is_empty() || self.new.is_some();
        (asks && !others && self.page <= 1).then(|| pictures::store::Search {
            text: self.q.clone(),
            tag: self.tag.clone(),
            archived: self.archived.is_some(),
            offset: 0,
            limit: PICTURES,
        })
    }
}

/// `GET /admin/library`
pub async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse> {
    if query.kind == IMAGE {
        return Ok(see_other(query.pictures()));
    }
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
    let wanted = query.pictures_search();
    let (mut items, used, tags, pictures) = app
        .db
        .read(move |conn| {
            let items = store::search(conn, &search)?;
            let ids: Vec<i64> = items.iter().map(|item| item.id).collect();
            let pictures = match wanted {
                Some(wanted) => pictures::store::search(conn, &wanted)?,
                None => vec![],
            };
            Ok((items, store::used_in(conn, &ids)?, all_tags(conn)?, pictures))
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
        pictures: pictures.into_iter().map(|(picture, _)| shown(picture)).collect(),
        all_pictures: query.pictures(),
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

/// Every tag of items and pictures, and how many have it.
fn all_tags(conn: &mut DbConn) -> QueryResult<Vec<(String, i64)>> {
    let mut tags: BTreeMap<String, i64> = store::tags::all(conn)?.into_iter().collect();
    for (tag, count) in pictures::store::all_tags(conn)? {
        *tags.entry(tag).or_default() += count;
    }
    Ok(tags.into_iter().collect())
}

/// A picture with its smaller file.
fn shown(picture: Picture) -> (Picture, Address) {
    let address = picture.address();
    let small = address.small().unwrap_or(address);
    (picture, small)
}
