//! `/api/v1/library`

use actix_web::HttpResponse;
use actix_web::web::{self, Json};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::form::ItemForm;
use super::{Item, ItemKind, Proposal, fetch, save_with_tags, store};
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::{Error, Result};
use crate::staff::Staff;
use crate::web::api::{List, Paging};
use crate::web::{Lang, tags};

/// An item as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ItemView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub id: PublicId,
    /// `article`, `publication`, `podcast`, `event`, `ecourse`, `tool` or `project`.
    #[schema(value_type = String)]
    pub kind: ItemKind,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// `da` or `en`.
    #[schema(value_type = String)]
    pub language: Lang,
    /// Its date as far as it is known: `2017-08-25`, `2017-08`, `2017` or empty.
    pub published: String,
    /// The series it belongs to.
    pub series: Option<String>,
    /// Its number in the series.
    pub number: Option<i32>,
    /// Whom it is for: some of 1, 2, 3.
    pub groups: Vec<u8>,
    /// A picture.
    pub image_url: Option<String>,
    /// Where an event is held.
    pub place: Option<String>,
    /// The last day on which it is worth linking.
    pub valid_until: Option<NaiveDate>,
    /// Where it is; the first is the one that is linked.
    pub addresses: Vec<String>,
    /// The words by which it is found.
    pub tags: Vec<String>,
    /// When it was put aside.
    #[schema(value_type = Option<String>)]
    pub archived_at: Option<Instant>,
}

impl From<Item> for ItemView {
    fn from(item: Item) -> Self {
        let published = ItemForm::from(&item).published;
        let groups = item.details.groups();
        let details = item.details;
        Self {
            id: item.uuid,
            kind: details.kind,
            title: details.title,
            summary: details.summary,
            language: details.language,
            published,
            series: details.series,
            number: details.number,
            groups,
            image_url: details.image_url,
            place: details.place,
            valid_until: details.valid_until,
            addresses: item.addresses,
            tags: item.tags,
            archived_at: item.archived_at,
        }
    }
}

/// Which items a list has.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Wanted {
    /// Only those in a language: `da` or `en`.
    #[param(value_type = Option<String>)]
    language: Option<Lang>,
}

/// All items, those that were put aside included, in the order in which they were added.
#[utoipa::path(get, path = "/api/v1/library", tag = "library",
    params(Paging, Wanted), responses((status = 200, body = List<ItemView>)))]
pub async fn list(
    app: web::Data<App>,
    paging: web::Query<Paging>,
    wanted: web::Query<Wanted>,
) -> Result<Json<List<ItemView>>> {
    let (after, rows, language) = (paging.after()?, paging.rows(), wanted.language);
    let items = app.db.read(move |conn| Ok(store::after(conn, after, language, rows)?)).await?;
    Ok(Json(paging.page(items, |item| item.id, Into::into)))
}

/// An item.
#[utoipa::path(get, path = "/api/v1/library/{id}", tag = "library",
    params(("id" = uuid::Uuid, Path)), responses((status = 200, body = ItemView)))]
pub async fn show(app: web::Data<App>, id: web::Path<PublicId>) -> Result<Json<ItemView>> {
    let id = id.into_inner();
    let item = app.db.read(move |conn| Ok(store::by_uuid(conn, id)?)).await?;
    Ok(Json(item.into()))
}

/// An item to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ItemRequest {
    /// `article`, `publication`, `podcast`, `event`, `ecourse`, `tool` or `project`.
    #[schema(value_type = String)]
    kind: ItemKind,
    /// Its title.
    #[serde(default)]
    title: String,
    /// What it is about.
    #[serde(default)]
    summary: String,
    /// `da`, which it also is when not given, or `en`.
    #[schema(value_type = Option<String>)]
    language: Option<Lang>,
    /// Its date as far as it is known: `2017-08-25`, `2017-08` or `2017`.
    #[serde(default)]
    published: String,
    /// The series it belongs to.
    #[serde(default)]
    series: String,
    /// Its number in the series.
    number: Option<i32>,
    /// Whom it is for: some of 1, 2, 3.
    #[serde(default)]
    groups: Vec<u8>,
    /// A picture: an `https` address or a path of this service.
    #[serde(default)]
    image_url: String,
    /// Where an event is held.
    #[serde(default)]
    place: String,
    /// `YYYY-MM-DD`
    #[serde(default)]
    valid_until: String,
    /// Where it is; the first is the one that is linked.
    #[serde(default)]
    addresses: Vec<String>,
    /// The words by which it is found.
    #[serde(default)]
    tags: Vec<String>,
}

/// Adds an item.
#[utoipa::path(post, path = "/api/v1/library", tag = "library",
    request_body = ItemRequest, responses((status = 201, body = ItemView), (status = 422)))]
pub async fn create(
    app: web::Data<App>,
    staff: Staff,
    body: Json<ItemRequest>,
) -> Result<HttpResponse> {
    let body = body.into_inner();
    if body.groups.iter().any(|group| !(1..=3).contains(group)) {
        return Err(Error::field("groups", "error-choice"));
    }
    let has = |group: u8| body.groups.contains(&group).then(String::new);
    let form = ItemForm {
        kind: body.kind,
        group_1: has(1),
        group_2: has(2),
        group_3: has(3),
        title: body.title,
        summary: body.summary,
        language: body.language.unwrap_or(Lang::Da),
        published: body.published,
        series: body.series,
        number: body.number.map(|number| number.to_string()).unwrap_or_default(),
        image_url: body.image_url,
        place: body.place,
        valid_until: body.valid_until,
        addresses: body.addresses.join("\n"),
        tags: body.tags.join("\n"),
    };
    let tags = tags::read(&form.tags);
    let item = save_with_tags(&app, None, form.read()?, tags, &staff.actor()).await?;
    Ok(HttpResponse::Created().json(ItemView::from(item)))
}

/// An address whose page is to be read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FetchRequest {
    /// `https://…`
    address: String,
}

/// What the library has, or could have, at an address: one of both.
#[derive(Debug, Serialize, ToSchema)]
pub struct FetchView {
    /// The item that has the address.
    pub known: Option<ItemView>,
    /// What its page says of itself; nothing is saved. It can be sent to `POST /library` as it is
    /// or changed.
    pub proposal: Option<ProposalView>,
}

/// What a page says of itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalView {
    /// What it may be.
    #[schema(value_type = String)]
    pub kind: ItemKind,
    /// Its title; empty when it says none.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// The language it is in.
    #[schema(value_type = String)]
    pub language: Lang,
    /// Its date as far as it is known: `2017-08-25`, `2017-08`, `2017` or empty.
    pub published: String,
    /// The series it belongs to; empty when it says none.
    pub series: String,
    /// Its number in the series.
    pub number: Option<i32>,
    /// Where an event is held; empty when it says none.
    pub place: String,
    /// A picture: an `https` address or empty.
    pub image_url: String,
    /// Where it is, without what follows readers; the first is the one that would be linked.
    pub addresses: Vec<String>,
}

/// Reads the page at an address and says what an item made from it would be.
#[utoipa::path(post, path = "/api/v1/library/fetch", tag = "library",
    request_body = FetchRequest, responses((status = 200, body = FetchView), (status = 422)))]
pub async fn propose(app: web::Data<App>, body: Json<FetchRequest>) -> Result<Json<FetchView>> {
    Ok(Json(match fetch(&app, &body.address).await? {
        Proposal::Known(item) => FetchView { known: Some((*item).into()), proposal: None },
        Proposal::New(form) => FetchView {
            known: None,
            proposal: Some(ProposalView {
                kind: form.kind,
                addresses: form.addresses.lines().map(str::to_owned).collect(),
                title: form.title,
                summary: form.summary,
                language: form.language,
                published: form.published,
                series: form.series,
                number: form.number.parse().ok(),
                place: form.place,
                image_url: form.image_url,
            }),
        },
    }))
}
