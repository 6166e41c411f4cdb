//! Links and visits that are over are forgotten.

use chrono::TimeDelta;

use super::store;
use crate::app::App;
use crate::error::Result;
use crate::subscribers::store::mails;

/// How long it is kept that somebody got a mail, so that an old link says that it is over.
const MAILS: TimeDelta = TimeDelta::days(14);

/// The job; says whether there were any.
pub async fn clear_old(app: &App) -> Result<bool> {
    let now = app.clock.now();
    app.db
        .write(move |conn| {
            let mails = mails::forget_old(conn, now - MAILS)?;
            Ok(mails + store::delete_ended_sessions(conn, now)? > 0)
        })
        .await
}
