//! Change what is said about a picture; put it aside, or take it back.

use super::{Picture, store};
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::staff;
use crate::web::{direction, tags};

/// Longest description, in characters: the same as a line of an issue.
const ALT_LIMIT: usize = 200;

/// A description as it is kept: one line, and none when the picture is decorative.
pub(super) fn description(alt: &str, decorative: bool) -> Result<(String, bool)> {
    let alt = direction::unturned(alt);
    let alt = alt.split_whitespace().collect::<Vec<_>>().join(" ");
    let alt: String = alt.chars().filter(|c| !c.is_control()).collect();
    if alt.chars().count() > ALT_LIMIT {
        let error = FieldError::new("alt", "error-too-long").with("most", ALT_LIMIT);
        return Err(Error::Invalid(vec![error]));
    }
    Ok(if decorative { (String::new(), true) } else { (alt, false) })
}

/// Says what a picture shows, or that it is decorative, and by which tags it is found.
pub async fn describe(
    app: &App,
    hash: String,
    (alt, decorative): (&str, bool),
    tags: Option<Vec<String>>,
    actor: &str,
) -> Result<Picture> {
    let (alt, decorative) = description(alt, decorative)?;
    if let Some(error) = tags.as_deref().and_then(tags::check) {
        return Err(Error::Invalid(vec![error]));
    }
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let picture = store::by_hash(conn, &hash)?;
            store::describe(conn, &picture, &alt, decorative)?;
            if let Some(tags) = &tags {
                store::set_tags(conn, &Picture { alt: alt.clone(), ..picture }, tags)?;
            }
            let details = serde_json::json!({ "alt": alt, "decorative": decorative, "tags": tags });
            let subject = format!("picture {hash}");
            staff::store::audit(conn, &actor, "picture.describe", &subject, details, now)?;
            Ok(store::by_hash(conn, &hash)?)
        })
        .await
}

/// Puts a picture aside: it is no longer offered, and stays where it is used. Or takes it back.
pub async fn set_archived(app: &App, hash: String, archived: bool, actor: &str) -> Result<()> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let picture = store::by_hash(conn, &hash)?;
            if picture.archived_at.is_some() == archived {
                return Ok(());
            }
            store::set_archived(conn, picture.id, archived.then_some(now))?;
            let action = if archived { "picture.archive" } else { "picture.restore" };
            let (subject, details) = (format!("picture {hash}"), serde_json::json!({}));
            Ok(staff::store::audit(conn, &actor, action, &subject, details, now)?)
        })
        .await
}
