//! The content library of 2017: real titles and addresses, summaries in words of our own.

use crate::app::App;
use crate::error::Result;
use crate::library::form::ItemForm;
use crate::library::{self, store};

/// Adds what is not there yet, by kind and title.
pub async fn fill(app: &App) -> Result<usize> {
    let items: Vec<ItemForm> = serde_json::from_str(include_str!("library.json"))
        .map_err(|error| anyhow::anyhow!("the example's library: {error}"))?;
    let known = app.db.read(|conn| Ok(store::after(conn, 0, None, 1_000)?)).await?;
    let whole = items.len();
    for item in items {
        let new = item.read()?;
        let is_known = known.iter().any(|old| {
            old.details.kind == new.details.kind && old.details.title == new.details.title
        });
        if !is_known {
            library::save(app, None, new, super::ACTOR).await?;
        }
    }
    Ok(whole)
}
