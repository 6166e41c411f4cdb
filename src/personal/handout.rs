//! All that is kept of one person, as staff hand it out on that person's word: somebody who cannot open
//! their own page has the same right to it. Why it was made goes into the audit log.

use serde_json::json;

use super::data::{self, Data};
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::staff;
use crate::subscribers::Subscriber;

/// Longest reason, in characters.
const REASON_LONGEST: usize = 500;

/// Puts it together, and writes down who did and why.
///
/// # Errors
/// [`Error::Invalid`] without a reason.
pub async fn make(app: &App, person: Subscriber, reason: &str, actor: String) -> Result<Data> {
    let reason = reason.trim();
    let length = reason.chars().count();
    if length == 0 {
        return Err(Error::field("reason", "error-handout-reason"));
    }
    if length > REASON_LONGEST {
        let error = FieldError::new("reason", "error-export-reason-long");
        let error = error.with("length", length).with("most", REASON_LONGEST);
        return Err(Error::Invalid(vec![error]));
    }
    let (subject, now) = (format!("subscriber {}", person.uuid), app.clock.now());
    let details = json!({ "reason": reason });
    let note = move |conn: &mut crate::db::DbConn| {
        Ok(staff::store::audit(conn, &actor, "subscriber.handout", &subject, details, now)?)
    };
    app.db.write(note).await?;
    data::of(app, person).await
}
