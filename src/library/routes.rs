//! `/admin/library`

pub mod feeds;
pub mod fetch;

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::form::ItemForm;
use super::store::{Search, Use};
use super::{Item, ItemKind, archive, restore, save, store};
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::staff::Staff;
use crate::web::{Lang, Page, html, page, see_other};

/// Items on a page of the list.
const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "library/pages/list.html")]
struct ListPage {
    page: Page,
    query: ListQuery,
    kinds: &'static [ItemKind],
    kind: Option<ItemKind>,
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
    archived: Option<String>,
    new: Option<String>,
    page: i64,
}

impl ListQuery {
    /// The address of another page of the same list.
    fn at(&self, page: i64) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", &self.q).append_pair("kind", &self.kind);
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
    let search = Search {
        kind,
        text: query.q.clone(),
        archived: query.archived.is_some(),
        only_new: query.new.is_some(),
        offset: (number - 1) * PAGE,
        limit: PAGE + 1,
    };
    let (mut items, used) = app
        .db
        .read(move |conn| {
            let items = store::search(conn, &search)?;
            let ids: Vec<i64> = items.iter().map(|item| item.id).collect();
            Ok((items, store::used_in(conn, &ids)?))
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
        kind,
        items,
        uses,
        today: app.clock.now().day_in(chrono_tz::Tz::UTC),
        is_searching: !query.q.trim().is_empty() || kind.is_some() || query.new.is_some(),
        previous: (number > 1).then(|| query.at(number - 1)),
        next: more.then(|| query.at(number + 1)),
        query,
    })
}

#[derive(Template)]
#[template(path = "library/pages/item.html")]
struct ItemPage {
    page: Page,
    /// The item as it is stored; none for a new one.
    item: Option<Item>,
    uses: Vec<Use>,
    /// The name of the feed that it came from.
    feed: Option<String>,
    form: ItemForm,
    kinds: &'static [ItemKind],
    languages: &'static [Lang],
    errors: Vec<FieldError>,
    /// The form is filled in from the page at its address.
    is_proposal: bool,
}

impl ItemPage {
    fn new(request: &HttpRequest, item: Option<Item>, uses: Vec<Use>, form: ItemForm) -> Self {
        Self {
            page: Page::new(request),
            item,
            uses,
            feed: None,
            form,
            kinds: ItemKind::ALL,
            languages: Lang::ALL,
            errors: vec![],
            is_proposal: false,
        }
    }

    /// The boxes of the leadership groups and whether they are ticked.
    fn groups(&self) -> [(u8, bool); 3] {
        [
            (1, self.form.group_1.is_some()),
            (2, self.form.group_2.is_some()),
            (3, self.form.group_3.is_some()),
        ]
    }
}

/// Which kind a new item begins as.
#[derive(Deserialize)]
pub struct NewQuery {
    kind: Option<ItemKind>,
}

/// `GET /admin/library/new`
pub async fn blank(request: HttpRequest, query: web::Query<NewQuery>) -> Result<HttpResponse> {
    let mut form = ItemForm::default();
    form.kind = query.kind.unwrap_or(form.kind);
    html(&ItemPage::new(&request, None, vec![], form))
}

/// `POST /admin/library`
pub async fn create(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    form: web::Form<ItemForm>,
) -> Result<HttpResponse> {
    let form = form.into_inner();
    let saved = match form.read() {
        Ok(new) => save(&app, None, new, &staff.actor()).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(item) => Ok(see_other(format!("/admin/library/{}?done=saved", item.uuid))),
        Err(Error::Invalid(errors)) => {
            let form = ItemPage { errors, ..ItemPage::new(&request, None, vec![], form) };
            page::unprocessable(&form)
        }
        Err(other) => Err(other),
    }
}

/// `GET /admin/library/{id}`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let (item, uses) = with_uses(&app, *id).await?;
    let feed = match item.feed {
        Some(id) => Some(app.db.read(move |conn| Ok(store::feeds::name(conn, id)?)).await?),
        None => None,
    };
    let form = ItemForm::from(&item);
    html(&ItemPage { feed, ..ItemPage::new(&request, Some(item), uses, form) })
}

async fn with_uses(app: &App, uuid: PublicId) -> Result<(Item, Vec<Use>)> {
    app.db
        .read(move |conn| {
            let item = store::by_uuid(conn, uuid)?;
            let uses = store::used_in(conn, &[item.id])?;
            Ok((item, uses))
        })
        .await
}

/// `POST /admin/library/{id}`
pub async fn change(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    form: web::Form<ItemForm>,
) -> Result<HttpResponse> {
    let (uuid, form) = (*id, form.into_inner());
    let (item, uses) = with_uses(&app, uuid).await?;
    let saved = match form.read() {
        Ok(new) => save(&app, Some(uuid), new, &staff.actor()).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(_) => Ok(see_other(format!("/admin/library/{uuid}?done=saved"))),
        Err(Error::Invalid(errors)) => {
            let form = ItemPage { errors, ..ItemPage::new(&request, Some(item), uses, form) };
            page::unprocessable(&form)
        }
        Err(other) => Err(other),
    }
}

/// `POST /admin/library/{id}/archive`
pub async fn put_aside(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    archive(&app, *id, &staff.actor()).await?;
    Ok(see_other(format!("/admin/library/{id}?done=library-archived")))
}

/// `POST /admin/library/{id}/restore`
pub async fn take_back(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    restore(&app, *id, &staff.actor()).await?;
    Ok(see_other(format!("/admin/library/{id}?done=library-restored")))
}
