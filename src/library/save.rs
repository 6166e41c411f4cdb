//! Add an item or change one.

use std::collections::HashSet;

use url::Url;

use super::{Item, NewItem, store};
use crate::app::App;
use crate::db::{DbConn, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::staff;
use crate::web::tags;

/// Longest title, series and place, in characters.
pub(super) const LINE_LIMIT: usize = 200;
/// Longest summary, in characters.
pub(super) const SUMMARY_LIMIT: usize = 2_000;
/// Longest address.
pub(super) const ADDRESS_LIMIT: usize = 2_000;

/// Adds an item, or changes the one that is named.
///
/// # Errors
/// [`Error::Invalid`] with a finding for each field, [`Error::NotFound`] when there is none to change.
pub async fn save(app: &App, uuid: Option<PublicId>, new: NewItem, actor: &str) -> Result<Item> {
    keep(app, uuid, new, None, actor).await
}

/// [`save`], with the tags that it is to have; without them those that it has are left alone.
///
/// # Errors
/// As [`save`]; the field is `tags`.
pub async fn save_with_tags(
    app: &App,
    uuid: Option<PublicId>,
    new: NewItem,
    tags: Vec<String>,
    actor: &str,
) -> Result<Item> {
    keep(app, uuid, new, Some(tags), actor).await
}

async fn keep(
    app: &App,
    uuid: Option<PublicId>,
    new: NewItem,
    tags: Option<Vec<String>>,
    actor: &str,
) -> Result<Item> {
    let mut findings = check(&new);
    findings.extend(tags::check(tags.as_deref().unwrap_or_default()));
    if !findings.is_empty() {
        return Err(Error::Invalid(findings));
    }
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let before = uuid.map(|uuid| store::by_uuid(conn, uuid)).transpose()?;
            let id = before.map(|item| item.id);
            check_addresses_free(conn, id, &new)?;
            let item = match id {
                Some(id) => store::update(conn, id, &new, now)?,
                None => store::insert(conn, &new, now)?,
            };
            let item = match &tags {
                Some(tags) => {
                    store::tags::set(conn, &item, tags)?;
                    store::find(conn, item.id)?
                }
                None => item,
            };
            let action = if id.is_some() { "library.change" } else { "library.add" };
            let subject = format!("library item {}", item.uuid);
            let details = serde_json::json!({ "title": item.details.title });
            staff::store::audit(conn, &actor, action, &subject, details, now)?;
            Ok(item)
        })
        .await
}

/// What can be said about an item without the database.
pub(super) fn check(new: &NewItem) -> Vec<FieldError> {
    let details = &new.details;
    let mut findings = Vec::new();
    if details.title.trim().is_empty() {
        findings.push(FieldError::new("title", "error-required"));
    }
    let limits = [
        ("title", details.title.as_str(), LINE_LIMIT),
        ("summary", details.summary.as_str(), SUMMARY_LIMIT),
        ("series", details.series.as_deref().unwrap_or_default(), LINE_LIMIT),
        ("place", details.place.as_deref().unwrap_or_default(), LINE_LIMIT),
    ];
    for (field, text, most) in limits {
        if text.chars().count() > most {
            findings.push(FieldError::new(field, "error-too-long").with("most", most));
        }
    }
    if details.number.is_some_and(|number| number < 1) {
        findings.push(FieldError::new("number", "error-library-number"));
    }
    if details.image_url.as_deref().is_some_and(|image| !is_image_address(image)) {
        findings.push(FieldError::new("image_url", "error-library-image"));
    }
    let mut seen = HashSet::new();
    for address in &new.addresses {
        if !is_web_address(address) {
            findings.push(
                FieldError::new("addresses", "error-library-address").with("address", address),
            );
        } else if !seen.insert(address) {
            findings.push(
                FieldError::new("addresses", "error-library-address-twice")
                    .with("address", address),
            );
        }
    }
    findings
}

/// An address leads to one item: its clicks are counted for it.
fn check_addresses_free(conn: &mut DbConn, id: Option<i64>, new: &NewItem) -> Result<()> {
    let mut findings = Vec::new();
    for address in &new.addresses {
        if let Some(other) = store::by_address(conn, address)?
            && Some(other.id) != id
        {
            findings.push(
                FieldError::new("addresses", "error-library-address-taken")
                    .with("address", address)
                    .with("title", other.details.title),
            );
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(Error::Invalid(findings)) }
}

pub(super) fn is_web_address(address: &str) -> bool {
    address.len() <= ADDRESS_LIMIT
        && !address.contains(char::is_whitespace)
        && Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// Pages show pictures of this service and from where TLS is spoken; see the content policy.
fn is_image_address(address: &str) -> bool {
    let own = address.starts_with('/') && !address.starts_with("//");
    own || address.starts_with("https://") && is_web_address(address)
}
