//! `/api/v1/issues/{id}/revisions`

use actix_web::web::{self, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::store;
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::Result;
use crate::web::api::{List, Paging};

/// A version of an issue.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionView {
    /// Its number. Numbers grow with every save; those of autosaves that were replaced are missing.
    pub number: i32,
    /// When it was saved.
    #[schema(value_type = String)]
    pub saved_at: Instant,
    /// Who saved it.
    pub saved_by: String,
    /// Whether the editor page saved it on its own.
    pub autosave: bool,
    /// The hash of its content: two versions with the same hash have the same words.
    pub hash: String,
    /// Whether it is the newest one.
    pub current: bool,
    /// Whether it is the one that was approved.
    pub approved: bool,
}

/// The versions of an issue, the newest first.
#[utoipa::path(get, path = "/api/v1/issues/{id}/revisions", tag = "issues",
    params(("id" = uuid::Uuid, Path), Paging),
    responses((status = 200, body = List<RevisionView>)))]
pub async fn revisions(
    app: web::Data<App>,
    id: web::Path<PublicId>,
    paging: web::Query<Paging>,
) -> Result<Json<List<RevisionView>>> {
    let (id, after, rows) = (id.into_inner(), paging.after()?, paging.rows());
    let before = (after > 0).then(|| i32::try_from(after).unwrap_or(i32::MAX));
    let (issue, entries) = app
        .db
        .read(move |conn| {
            let issue = store::by_uuid(conn, id)?;
            let entries = store::history(conn, issue.id, before, rows)?;
            Ok((issue, entries))
        })
        .await?;
    let view = |entry: store::Entry| RevisionView {
        current: entry.number == issue.current_revision,
        approved: Some(entry.number) == issue.approved_revision,
        number: entry.number,
        saved_at: entry.saved_at,
        saved_by: entry.saved_by,
        autosave: entry.autosave,
        hash: entry.hash,
    };
    Ok(Json(paging.page(entries, |entry| i64::from(entry.number), view)))
}
