//! Items that belong together: an article about a publication.

use super::fetch::by_any_form;
use super::{Item, store};
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, Result};
use crate::staff;

/// Says that an item is about another one, which is named by its address or by its title.
///
/// # Errors
/// [`Error::Invalid`] with a finding for `about`: there is none, there are several, or it is the
/// item itself.
pub async fn relate(app: &App, uuid: PublicId, about: &str, actor: &str) -> Result<Item> {
    let (about, actor, now) = (about.trim().to_owned(), actor.to_owned(), app.clock.now());
    if about.is_empty() {
        return Err(Error::field("about", "error-required"));
    }
    app.db
        .write(move |conn| {
            let item = store::by_uuid(conn, uuid)?;
            let other = match by_any_form(conn, &about)? {
                Some(found) => found,
                None => {
                    let mut found = store::by_title(conn, &about)?;
                    found.retain(|other| other.id != item.id);
                    match found.len() {
                        0 => return Err(Error::field("about", "error-library-about-none")),
                        1 => found.remove(0),
                        _ => return Err(Error::field("about", "error-library-about-many")),
                    }
                }
            };
            if other.id == item.id {
                return Err(Error::field("about", "error-library-about-itself"));
            }
            store::tags::relate(conn, item.id, other.id)?;
            let details = serde_json::json!({ "about": other.uuid });
            let subject = format!("library item {uuid}");
            staff::store::audit(conn, &actor, "library.relate", &subject, details, now)?;
            Ok(other)
        })
        .await
}

/// Takes that back.
pub async fn unrelate(app: &App, uuid: PublicId, other: PublicId, actor: &str) -> Result<()> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let item = store::by_uuid(conn, uuid)?;
            let about = store::by_uuid(conn, other)?;
            store::tags::unrelate(conn, item.id, about.id)?;
            let details = serde_json::json!({ "about": other });
            let subject = format!("library item {uuid}");
            staff::store::audit(conn, &actor, "library.unrelate", &subject, details, now)?;
            Ok(())
        })
        .await
}
