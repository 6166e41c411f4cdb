//! Saving a segment, and removing one.

use serde_json::json;

use super::{Rules, Segment, store};
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::newsletters;
use crate::staff::{self, Staff};

/// Longest name, in characters.
const NAME_LONGEST: usize = 80;
/// Most segments of a newsletter.
const MOST_SEGMENTS: usize = 100;

/// A segment to be: its name and rules, as they were typed.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What it is to be called.
    pub name: String,
    /// The rules.
    pub rules: Rules,
}

impl Wanted {
    fn checked(&self) -> Result<(String, Rules)> {
        let name = super::one_line(&self.name);
        let length = name.chars().count();
        let wrong = match length {
            0 => Some(FieldError::new("name", "error-segment-name")),
            1..=NAME_LONGEST => None,
            _ => {
                let error = FieldError::new("name", "error-content-too-long");
                Some(error.with("length", length).with("max", NAME_LONGEST))
            }
        };
        match (wrong, self.rules.checked()) {
            (None, Ok(rules)) => Ok((name, rules)),
            (None, Err(error)) => Err(error),
            (Some(wrong), Err(Error::Invalid(more))) => {
                Err(Error::Invalid([vec![wrong], more].concat()))
            }
            (Some(wrong), _) => Err(Error::Invalid(vec![wrong])),
        }
    }
}

/// Makes a segment of a newsletter, named by its slug.
///
/// # Errors
/// [`Error::Invalid`] when something cannot be taken, or another one has the name.
pub async fn create(
    app: &App,
    newsletter: &str,
    wanted: &Wanted,
    staff: &Staff,
) -> Result<Segment> {
    let (name, rules) = wanted.checked()?;
    let (slug, actor, now) = (newsletter.to_owned(), staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let newsletter = newsletters::store::by_slug(conn, &slug)?;
            let others = store::all(conn, newsletter.id)?;
            if others.iter().any(|other| other.name == name) {
                return Err(Error::field("name", "error-segment-twice"));
            }
            if others.len() >= MOST_SEGMENTS {
                let error = FieldError::new("name", "error-segments-many");
                return Err(Error::Invalid(vec![error.with("most", MOST_SEGMENTS)]));
            }
            let segment = store::insert(conn, newsletter.id, (&name, &rules), &actor, now)?;
            let details = json!({ "name": name, "rules": rules });
            let subject = format!("segment {}", segment.uuid);
            staff::store::audit(conn, &actor, "segment.create", &subject, details, now)?;
            Ok(segment)
        })
        .await
}

/// Changes a segment. Issues that are for it keep the rules that they have.
///
/// # Errors
/// As [`create`]; [`Error::Stale`] when it was changed since `version`.
pub async fn change(
    app: &App,
    uuid: PublicId,
    version: i32,
    wanted: &Wanted,
    staff: &Staff,
) -> Result<Segment> {
    let (name, rules) = wanted.checked()?;
    let (actor, now) = (staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let segment = store::by_uuid(conn, uuid)?;
            let others = store::all(conn, segment.newsletter)?;
            if others.iter().any(|other| other.name == name && other.uuid != uuid) {
                return Err(Error::field("name", "error-segment-twice"));
            }
            let read = Segment { version, ..segment };
            if !store::update(conn, &read, (&name, &rules), &actor, now)? {
                return Err(Error::Stale);
            }
            let details = json!({ "name": name, "rules": rules });
            let subject = format!("segment {uuid}");
            staff::store::audit(conn, &actor, "segment.change", &subject, details, now)?;
            Ok(store::by_uuid(conn, uuid)?)
        })
        .await
}

/// Removes a segment. Issues that are for it keep the rules that they have.
pub async fn remove(app: &App, uuid: PublicId, staff: &Staff) -> Result<()> {
    let (actor, now) = (staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let segment = store::by_uuid(conn, uuid)?;
            store::delete(conn, segment.id)?;
            let details = json!({ "name": segment.name, "rules": segment.rules.0 });
            let subject = format!("segment {uuid}");
            Ok(staff::store::audit(conn, &actor, "segment.remove", &subject, details, now)?)
        })
        .await
}
