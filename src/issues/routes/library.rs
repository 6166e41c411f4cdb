//! `/admin/issues/{id}/library`: items of the library to pick a block from. The editor page shows
//! it in a dialog; without JavaScript it is a page.

use actix_web::http::header::ACCEPT;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::issues::compose::{self, Composition, Draft};
use crate::issues::content::Block;
use crate::issues::steps::Place;
use crate::issues::{Issue, from_library, store};
use crate::library::{self, Item, ItemKind, Proposal};
use crate::staff::Staff;
use crate::web::{Lang, Page, html, page, see_other};

/// Items that are shown at once; the rest is found by searching.
const MOST: i64 = 30;

#[derive(Template)]
#[template(path = "issues/pages/library.html")]
struct LibraryPage {
    page: Page,
    issue: Issue,
    items: Vec<Item>,
    text: String,
    kind: String,
    language: String,
    outdated: bool,
    /// Where the block goes, as [`Place`] writes it.
    after: String,
    today: NaiveDate,
    /// The address that was pasted, when it led to nothing.
    address: String,
    errors: Vec<FieldError>,
}

/// What is looked for.
#[derive(Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    language: String,
    outdated: Option<String>,
    #[serde(default)]
    after: String,
}

/// `GET /admin/issues/{id}/library`
pub async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    html(&library_page(&request, &app, *id, asked.into_inner()).await?)
}

async fn library_page(
    request: &HttpRequest,
    app: &App,
    id: PublicId,
    asked: Asked,
) -> Result<LibraryPage> {
    let Asked { q: text, kind, language, outdated, after } = asked;
    let (outdated, today) =
        (outdated.is_some(), app.clock.now().day_in(chrono_tz::Europe::Copenhagen));
    let search = library::store::Search {
        kind: kind.parse().ok(),
        text: text.clone(),
        archived: false,
        only_new: false,
        tag: String::new(),
        language: language.parse().ok(),
        valid_on: (!outdated).then_some(today),
        offset: 0,
        limit: MOST,
    };
    let (issue, items) = app
        .db
        .read(move |conn| Ok((store::by_uuid(conn, id)?, library::store::search(conn, &search)?)))
        .await?;
    let page = Page::new(request);
    Ok(LibraryPage {
        page,
        issue,
        items,
        text,
        kind,
        language,
        outdated,
        after,
        today,
        address: String::new(),
        errors: vec![],
    })
}

/// The item that was picked, or the address of one that may not be there yet.
#[derive(Deserialize)]
pub struct Picked {
    item: Option<PublicId>,
    #[serde(default)]
    address: String,
    #[serde(default)]
    after: String,
}

/// `POST /admin/issues/{id}/library`: puts the item's block into its place. The editor page only asks
/// which item it is (JSON), and puts the block where the editor is.
pub async fn pick(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    picked: web::Form<Picked>,
) -> Result<HttpResponse> {
    let (id, picked) = (id.into_inner(), picked.into_inner());
    let item = match picked.item {
        Some(item) => item,
        None => match item_at(&app, &picked.address, &staff.actor()).await {
            Ok(item) => item,
            Err(Error::Invalid(errors)) => {
                let asked = Asked { after: picked.after, ..Asked::default() };
                let page = library_page(&request, &app, id, asked).await?;
                let page = LibraryPage { address: picked.address, errors, ..page };
                return page::unprocessable(&page);
            }
            Err(other) => return Err(other),
        },
    };
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok());
    if accept.is_some_and(|accept| accept.starts_with("application/json")) {
        return Ok(HttpResponse::Ok().json(serde_json::json!({ "item": item })));
    }
    let (composition, item) = app
        .db
        .read(move |conn| Ok((compose::open(conn, id)?, library::store::by_uuid(conn, item)?)))
        .await?;
    let Composition { mut content, newsletter, revision, .. } = composition;
    let block = Block::new(from_library::block(&item, newsletter.language));
    let open = block.id;
    let position = |id| content.blocks.iter().position(|block| block.id == id);
    let at = Place::read(&picked.after).among(content.blocks.len(), position);
    content.blocks.insert(at, block);
    let draft = Draft { content, based_on: revision.number, autosave: true };
    compose::save(&app, id, draft, &staff.actor()).await?;
    Ok(see_other(format!("/admin/issues/{id}?open={open}#block-{open}")))
}

/// The item that has an address; it is made from its page when there is none.
async fn item_at(app: &App, address: &str, actor: &str) -> Result<PublicId> {
    let form = match library::fetch(app, address).await? {
        Proposal::Known(item) => return Ok(item.uuid),
        Proposal::New(form) => form,
    };
    if form.title.is_empty() {
        return Err(Error::field("address", "error-fetch-untitled"));
    }
    Ok(library::save(app, None, form.read()?, actor).await?.uuid)
}
