//! Views of the register: filters that staff come back to, under a name that all who may read the
//! register see.

use serde_json::json;

use super::search::Query;
use super::store;
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::staff::{self, Staff};
use crate::web::direction;

/// Longest name, in characters.
const LONGEST: usize = 60;

/// Keeps the filters of a search under a name; returns them. The text that was searched for is not
/// kept: it may be a name or an address.
///
/// # Errors
/// [`Error::Invalid`] when there is no name, another view has it, or there is nothing to keep.
pub async fn keep(app: &App, name: &str, query: Query, staff: &Staff) -> Result<String> {
    let name = direction::unturned(name.trim());
    let filters = query.without_text().address();
    let mut wrong = Vec::new();
    if name.is_empty() {
        wrong.push(FieldError::new("name", "error-view-name"));
    }
    if name.chars().count() > LONGEST {
        wrong.push(FieldError::new("name", "error-view-name-long").with("most", LONGEST));
    }
    if filters.is_empty() {
        wrong.push(FieldError::new("name", "error-view-empty"));
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let (actor, now) = (staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let Some(view) = store::keep_view(conn, (&name, &filters), &actor, now)? else {
                return Err(Error::field("name", "error-view-twice"));
            };
            staff::store::audit(
                conn,
                &actor,
                "register.view-keep",
                &subject(view),
                json!({}),
                now,
            )?;
            Ok(filters)
        })
        .await
}

/// Removes a view.
pub async fn remove(app: &App, view: PublicId, staff: &Staff) -> Result<()> {
    let (actor, now) = (staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            if !store::delete_view(conn, view)? {
                return Err(Error::NotFound);
            }
            let (action, subject) = ("register.view-remove", subject(view));
            Ok(staff::store::audit(conn, &actor, action, &subject, json!({}), now)?)
        })
        .await
}

/// As the audit log knows it: not by its name, which is somebody's words and outlives it there.
fn subject(view: PublicId) -> String {
    format!("register view {view}")
}
