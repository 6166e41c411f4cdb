//! Add a feed, pause it, go on with it, remove it.

use super::read::{Reading, fetch};
use super::{Contents, Feed, NewFeed};
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::library::save::LINE_LIMIT;
use crate::library::store::feeds as store;
use crate::staff;
use crate::web::direction;
use crate::web::outside::Version;

/// Fetches a feed and shows what it has; nothing is kept. Where a page names its feed, that one is
/// read: the first value is the address in the end.
///
/// # Errors
/// [`Error::Invalid`] with a finding for `url`.
pub async fn preview(app: &App, url: &str) -> Result<(String, Contents)> {
    match fetch(app, url.trim(), &Version::default()).await {
        Ok(Reading::New { url, contents, .. }) => Ok((url, contents)),
        Ok(Reading::Same) => Err(Error::field("url", "error-feed-none")),
        Err(error) => Err(Error::Invalid(vec![error])),
    }
}

/// Adds a feed; it is read at once.
///
/// # Errors
/// [`Error::Invalid`] with a finding for each field.
pub async fn add(app: &App, new: NewFeed, actor: &str) -> Result<Feed> {
    let new = NewFeed { name: direction::unturned(&new.name), ..new };
    let mut findings = Vec::new();
    if new.name.trim().is_empty() {
        findings.push(FieldError::new("name", "error-required"));
    }
    if new.name.chars().count() > LINE_LIMIT {
        findings.push(FieldError::new("name", "error-too-long").with("most", LINE_LIMIT));
    }
    if !crate::library::save::is_web_address(&new.url) {
        findings.push(FieldError::new("url", "error-fetch-address"));
    }
    if !findings.is_empty() {
        return Err(Error::Invalid(findings));
    }
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            if store::by_url(conn, &new.url)?.is_some() {
                return Err(Error::field("url", "error-feed-known"));
            }
            let feed = store::insert(conn, &new, &actor, now)?;
            let details = serde_json::json!({ "url": new.url, "name": new.name });
            let subject = format!("feed {}", feed.uuid);
            staff::store::audit(conn, &actor, "library.feed_add", &subject, details, now)?;
            Ok(feed)
        })
        .await
}

/// Reads it no more, until [`resume`].
pub async fn pause(app: &App, uuid: PublicId, actor: &str) -> Result<()> {
    set_active(app, uuid, actor, false).await
}

/// Reads it again, at once.
pub async fn resume(app: &App, uuid: PublicId, actor: &str) -> Result<()> {
    set_active(app, uuid, actor, true).await
}

async fn set_active(app: &App, uuid: PublicId, actor: &str, active: bool) -> Result<()> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let feed = store::by_uuid(conn, uuid)?;
            store::set_active(conn, feed.id, active, now)?;
            let action = if active { "library.feed_resume" } else { "library.feed_pause" };
            let details = serde_json::json!({ "url": feed.new.url });
            staff::store::audit(conn, &actor, action, &format!("feed {uuid}"), details, now)?;
            Ok(())
        })
        .await
}

/// Forgets a feed. What came from it stays in the library.
pub async fn remove(app: &App, uuid: PublicId, actor: &str) -> Result<()> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let feed = store::by_uuid(conn, uuid)?;
            store::remove(conn, feed.id)?;
            let details = serde_json::json!({ "url": feed.new.url, "name": feed.new.name });
            let subject = format!("feed {uuid}");
            staff::store::audit(conn, &actor, "library.feed_remove", &subject, details, now)?;
            Ok(())
        })
        .await
}
