//! Put an item aside, or take it back. Nothing is deleted: sent issues go on linking it.

use super::store;
use crate::app::App;
use crate::db::PublicId;
use crate::error::Result;
use crate::staff;

/// Puts an item aside: it is no longer offered for new issues.
pub async fn archive(app: &App, uuid: PublicId, actor: &str) -> Result<()> {
    set(app, uuid, actor, true).await
}

/// Takes an item back.
pub async fn restore(app: &App, uuid: PublicId, actor: &str) -> Result<()> {
    set(app, uuid, actor, false).await
}

async fn set(app: &App, uuid: PublicId, actor: &str, aside: bool) -> Result<()> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let item = store::by_uuid(conn, uuid)?;
            store::set_archived(conn, item.id, aside.then_some(now))?;
            let action = if aside { "library.archive" } else { "library.restore" };
            let subject = format!("library item {uuid}");
            staff::store::audit(conn, &actor, action, &subject, serde_json::json!({}), now)?;
            Ok(())
        })
        .await
}
