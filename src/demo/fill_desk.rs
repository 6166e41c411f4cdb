//! What shows a new editor that there is more than issues: a template, and a feed that is off.

use crate::app::App;
use crate::db::Json;
use crate::error::{Error, Result};
use crate::issues::{Content, IssueKind, store};
use crate::library;
use crate::library::ItemKind;
use crate::library::feeds::NewFeed;
use crate::newsletters::Newsletter;
use crate::web::Lang;

/// The template's name.
const TEMPLATE: &str = "Almindelig udgave: læs, lyt og deltag";
/// Nobody answers there, so the feed is off until somebody writes the address of their own.
const FEED: &str = "https://www.lederweb.example/nyt.xml";

/// Adds what is not there yet.
pub async fn fill(app: &App, newsletter: &Newsletter) -> Result<()> {
    let (newsletter, now) = (newsletter.id, app.clock.now());
    let content: serde_json::Value =
        serde_json::from_str(include_str!("template.json")).map_err(anyhow::Error::new)?;
    // Read once, so that a template that cannot be read is not stored.
    let content = Json(Content::read(&content).map_err(Error::Invalid)?.to_json());
    app.db
        .write(move |conn| {
            if store::all_templates(conn)?.iter().all(|old| old.name != TEMPLATE) {
                let kind = IssueKind::Ordinary;
                let new = store::NewTemplate { newsletter, name: TEMPLATE, kind, content };
                store::insert_template(conn, &new, super::ACTOR, now)?;
            }
            if library::store::feeds::by_url(conn, FEED)?.is_none() {
                let new = NewFeed {
                    url: FEED.to_owned(),
                    name: "Eksempel: nyt på Lederweb".to_owned(),
                    kind: ItemKind::Article,
                    language: Lang::Da,
                };
                let feed = library::store::feeds::insert(conn, &new, super::ACTOR, now)?;
                library::store::feeds::set_active(conn, feed.id, false, now)?;
            }
            Ok(())
        })
        .await
}
