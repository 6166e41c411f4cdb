//! What the register is searched by, of people who came before it was written down. The databases
//! differ in what they call a small letter, so that no migration can do it.

use super::store::register;
use crate::app::App;
use crate::error::Result;

/// People in one write.
const CHUNK: i64 = 500;

/// Writes it down where it is missing. To be called at the start; there is nothing to do the next
/// time.
pub async fn fill(app: &App) -> Result<()> {
    let mut after = 0;
    loop {
        let ids = app.db.read(move |conn| Ok(register::unindexed(conn, after, CHUNK)?)).await?;
        let Some(last) = ids.last().copied() else { return Ok(()) };
        after = last;
        app.db
            .write(move |conn| {
                for id in ids {
                    register::index(conn, id)?;
                }
                Ok(())
            })
            .await?;
    }
}
