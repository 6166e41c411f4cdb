//! Consents under which nothing is sent.
//!
//! A consent that is not used for about a year can lapse (markedsføringsloven § 10 in practice), and
//! nobody notices: a newsletter that pauses, an old list that was imported. So staff are warned two
//! months before.

use chrono::TimeDelta;

use super::store;
use crate::app::App;
use crate::error::Result;

/// Ten months.
pub const IDLE: TimeDelta = TimeDelta::days(304);

/// The job that counts them; says whether there are more or fewer than before. A large register
/// takes a while, so the desk only reads what was counted.
pub async fn count(app: &App) -> Result<bool> {
    let now = app.clock.now();
    let (counted, kept) = app
        .db
        .read(move |conn| Ok((store::idle::count(conn, now - IDLE)?, store::idle::all(conn)?)))
        .await?;
    if counted == kept {
        return Ok(false);
    }
    app.db.write(move |conn| Ok(store::idle::keep(conn, &counted, now)?)).await?;
    Ok(true)
}
