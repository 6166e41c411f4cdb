//! Notes of staff about a person: "ringede den 3. marts, har skiftet job". They are personal data
//! that the person can ask to see, so the form says so.

use serde_json::json;

use super::store;
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::staff::{self, Staff};
use crate::subscribers::store::register;
use crate::web::direction;

/// Longest note, in characters.
const LONGEST: usize = 2_000;

/// Writes a note. The audit log does not repeat its words, which may be about a person.
///
/// # Errors
/// [`Error::Invalid`] when it is empty or too long.
pub async fn write(app: &App, person: PublicId, body: &str, staff: &Staff) -> Result<()> {
    let body = direction::unturned(body.trim());
    let length = body.chars().count();
    if body.is_empty() {
        return Err(Error::field("note", "error-person-note-empty"));
    }
    if length > LONGEST {
        let error = FieldError::new("note", "error-note-long");
        return Err(Error::Invalid(vec![error.with("length", length).with("most", LONGEST)]));
    }
    let (actor, now) = (staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let person = register::by_uuid(conn, person)?;
            store::insert_note(conn, person.id, &body, &actor, now)?;
            let subject = format!("subscriber {}", person.uuid);
            Ok(staff::store::audit(conn, &actor, "subscriber.note", &subject, json!({}), now)?)
        })
        .await
}

/// Removes a note.
pub async fn remove(app: &App, person: PublicId, note: PublicId, staff: &Staff) -> Result<()> {
    let (actor, now) = (staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let person = register::by_uuid(conn, person)?;
            if !store::delete_note(conn, person.id, note)? {
                return Err(Error::NotFound);
            }
            let subject = format!("subscriber {}", person.uuid);
            Ok(staff::store::audit(
                conn,
                &actor,
                "subscriber.note-remove",
                &subject,
                json!({}),
                now,
            )?)
        })
        .await
}
