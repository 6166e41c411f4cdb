//! The short link of a library item: for a poster, a post, a talk. It leads to the item's first
//! address, so that what is printed once stays right when the item moves.

use serde_json::json;

use super::store::short as store;
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, Result};
use crate::issues::slug;
use crate::library;
use crate::staff;

/// Makes the short link of an item, or finds the one it has; returns its slug. It is for ever: a
/// slug is never given to another item.
///
/// # Errors
/// [`Error::NotFound`] when there is no such item, [`Error::Invalid`] when it has no address.
pub async fn make(app: &App, item: PublicId, by: &str) -> Result<String> {
    let (by, now) = (by.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let item = library::store::by_uuid(conn, item)?;
            if item.addresses.is_empty() {
                return Err(Error::field("addresses", "error-short-link-no-address"));
            }
            if let Some(slug) = store::slug_of(conn, item.id)? {
                return Ok(slug);
            }
            let wanted = match slug::of(&item.details.title) {
                slug if slug.is_empty() => item.details.kind.to_string(),
                slug => slug,
            };
            let chosen = slug::free(&wanted, &store::taken(conn, &wanted)?);
            if store::insert(conn, item.id, &chosen, &by, now)? > 0 {
                let subject = format!("library item {}", item.uuid);
                let details = json!({ "slug": chosen });
                staff::store::audit(conn, &by, "short-link.made", &subject, details, now)?;
            }
            Ok(store::slug_of(conn, item.id)?.unwrap_or(chosen))
        })
        .await
}
