//! A scheduled issue's time has come, or has long passed.

use super::store;
use super::{PauseReason, control, quota};
use crate::app::App;
use crate::error::Result;
use crate::issues::{self, Issue, IssueState};

/// Begins the sending of every issue whose time has come; says whether there was any.
pub fn due_issues(app: &App) -> Result<bool> {
    let now = app.clock.now();
    let due = app.db.read_blocking(|conn| Ok(issues::store::due(conn, now)?))?;
    for issue in &due {
        match issue.send_at {
            Some(at) if now - at > app.config.sending.late => {
                control::pause_by_program(app, issue, PauseReason::Late, "")?;
            }
            _ => one(app, issue)?,
        }
    }
    Ok(!due.is_empty())
}

/// Begins the sending of an issue.
pub fn one(app: &App, issue: &Issue) -> Result<()> {
    let (id, uuid, now) = (issue.id, issue.uuid, app.clock.now());
    app.db.write_blocking(move |conn| {
        if issues::store::begin_fan_out(conn, id, IssueState::Scheduled, now)? {
            tracing::info!(issue = %uuid, "an issue's time has come");
        }
        Ok(())
    })
}

/// Whether an issue that is on its way has stood still for so long that nobody waits for it any
/// more, as in a database that was restored from a backup.
pub fn stands_still(app: &App, issue: &Issue) -> Result<bool> {
    let last = app.clock.now() - app.config.sending.late;
    if issue.updated_at >= last {
        return Ok(false);
    }
    let stands =
        app.db.read_blocking(|conn| Ok(store::stands_still_since(conn, issue.id, last)?))?;
    // Who has to wait for the relay's quota does not stand still by itself.
    Ok(stands && !quota::was_used_up(app, last)?)
}
