//! Opens and clicks of persons are kept for a time; the counts of an issue stay.

use super::store;
use crate::app::App;
use crate::error::Result;

/// Rows of one transaction.
const CHUNK: usize = 2_000;

/// The job that clears what is too old; says whether there was any.
pub async fn clear_old(app: &App) -> Result<bool> {
    let before = app.clock.now() - app.config.tracking_kept;
    let mut any = false;
    loop {
        let work = move |conn: &mut _| Ok(store::delete_before(conn, before, CHUNK as i64)?);
        let cleared = app.db.write(work).await?;
        any |= cleared > 0;
        if cleared < CHUNK {
            return Ok(any);
        }
    }
}
