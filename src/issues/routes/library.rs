//! `/admin/issues/{id}/library`: items of the library to pick a block from. The editor page shows
//! it in a dialog; without JavaScript it is a page.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::db::PublicId;
use crate::error::Result;
use crate::issues::compose::{self, Composition, Draft};
use crate::issues::content::Block;
use crate::issues::{Issue, from_library, store};
use crate::library::{self, Item, ItemKind};
use crate::staff::Staff;
use crate::web::{Page, html, see_other};

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
}

/// What is looked for.
#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
}

/// `GET /admin/issues/{id}/library`
pub async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (id, Asked { q: text, kind }) = (id.into_inner(), asked.into_inner());
    let search = library::store::Search {
        kind: kind.parse().ok(),
        text: text.clone(),
        archived: false,
        offset: 0,
        limit: MOST,
    };
    let (issue, items) = app
        .db
        .read(move |conn| Ok((store::by_uuid(conn, id)?, library::store::search(conn, &search)?)))
        .await?;
    html(&LibraryPage { page: Page::new(&request), issue, items, text, kind })
}

/// The item that was picked.
#[derive(Deserialize)]
pub struct Picked {
    item: PublicId,
}

/// `POST /admin/issues/{id}/library`: puts the item's block at the end.
pub async fn pick(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    picked: web::Form<Picked>,
) -> Result<HttpResponse> {
    let (id, item) = (id.into_inner(), picked.item);
    let (composition, item) = app
        .db
        .read(move |conn| Ok((compose::open(conn, id)?, library::store::by_uuid(conn, item)?)))
        .await?;
    let Composition { mut content, newsletter, revision, .. } = composition;
    let block = Block::new(from_library::block(&item, newsletter.language));
    let open = block.id;
    content.blocks.push(block);
    let draft = Draft { content, based_on: revision.number, autosave: true };
    compose::save(&app, id, draft, &staff.actor()).await?;
    Ok(see_other(format!("/admin/issues/{id}?open={open}#block-{open}")))
}
