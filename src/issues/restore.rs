//! Taking an old version of an issue up again. Nothing is rewritten: the old content becomes a new
//! revision, so that this can be undone in the same way.

use super::compose::{self, Draft};
use super::{Issue, freeze, store};
use crate::app::App;
use crate::db::PublicId;
use crate::error::Result;

/// Saves the content of revision `number` on top of revision `based_on`.
///
/// # Errors
/// As [`compose::save`]; [`crate::error::Error::NotFound`] when there is no such revision.
pub async fn restore(
    app: &App,
    uuid: PublicId,
    number: i32,
    based_on: i32,
    actor: &str,
) -> Result<Issue> {
    let content = app
        .db
        .read(move |conn| {
            let issue = store::by_uuid(conn, uuid)?;
            freeze::content(&store::revision(conn, issue.id, number)?)
        })
        .await?;
    compose::save(app, uuid, Draft { content, based_on, autosave: false }, actor).await
}
