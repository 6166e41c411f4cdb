//! The links of history that was brought in before they were kept.

use crate::app::App;
use crate::error::Result;
use crate::issues::render::number_links;
use crate::issues::{freeze, store};

/// Writes down the links of history that has none; `true` when there were any.
pub async fn write_down(app: &App) -> Result<bool> {
    let found = app.db.read(|conn| {
        let mut found = Vec::new();
        for issue in store::imported_without_links(conn)? {
            let number = issue.approved_revision.unwrap_or(issue.current_revision);
            // What cannot be read leads nowhere.
            let content = store::revision(conn, issue.id, number)
                .ok()
                .and_then(|revision| freeze::content(&revision).ok())
                .unwrap_or_default();
            found.push((issue.id, number_links(&content)));
        }
        Ok(found)
    });
    let mut found = found.await?;
    found.retain(|(_, links)| !links.is_empty());
    if found.is_empty() {
        return Ok(false);
    }
    app.db
        .write(move |conn| {
            for (issue, links) in &found {
                store::replace_links(conn, *issue, links)?;
            }
            Ok(true)
        })
        .await
}
