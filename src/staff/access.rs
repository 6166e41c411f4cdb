//! What somebody may do from now on: another role, or nothing any more.

use super::{Role, Staff, store};
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, Result};

/// Changes it, and ends the person's sessions.
pub async fn change(
    app: &App,
    uuid: PublicId,
    role: Role,
    disabled: bool,
    staff: &Staff,
) -> Result<()> {
    if uuid == staff.uuid {
        // Nobody shuts themselves out by mistake.
        return Err(Error::Conflict("error-own-access"));
    }
    let (now, actor) = (app.clock.now(), staff.actor());
    app.db
        .write(move |conn| {
            let person = store::by_uuid(conn, uuid)?;
            store::set_access(conn, person.id, role, disabled.then_some(now))?;
            store::delete_sessions(conn, person.id, None)?;
            let details = serde_json::json!({ "role": role, "disabled": disabled });
            store::audit(conn, &actor, "staff.access", &format!("staff {uuid}"), details, now)?;
            Ok(())
        })
        .await
}
