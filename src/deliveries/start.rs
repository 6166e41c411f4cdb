//! A scheduled issue's time has come.

use crate::app::App;
use crate::error::Result;
use crate::issues::{self, Issue};

/// Begins the sending of every issue whose time has come; says whether there was any.
pub fn due_issues(app: &App) -> Result<bool> {
    let now = app.clock.now();
    let due = app.db.read_blocking(|conn| Ok(issues::store::due(conn, now)?))?;
    for issue in &due {
        one(app, issue)?;
    }
    Ok(!due.is_empty())
}

/// Begins the sending of an issue.
pub fn one(app: &App, issue: &Issue) -> Result<()> {
    let (id, uuid, now) = (issue.id, issue.uuid, app.clock.now());
    app.db.write_blocking(move |conn| {
        if issues::store::begin_fan_out(conn, id, now)? {
            tracing::info!(issue = %uuid, "an issue's time has come");
        }
        Ok(())
    })
}
