//! `/api/v1/issues/{id}/{pause,resume,cancel}` and `/api/v1/deliveries`

use actix_web::HttpResponse;
use actix_web::web::{self, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::control::{self, Action};
use super::{DeliveryState, SkipReason, store};
use crate::app::App;
use crate::db::PublicId;
use crate::error::Result;
use crate::issues;
use crate::staff::Staff;
use crate::web::api::{List, Paging};

/// Stops an issue that is going out; messages on the line are finished.
#[utoipa::path(post, path = "/api/v1/issues/{id}/pause", tag = "issues",
    params(("id" = uuid::Uuid, Path)), responses((status = 204), (status = 409)))]
pub async fn pause(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    act(&app, &staff, *id, Action::Pause).await
}

/// Lets a paused issue go on.
#[utoipa::path(post, path = "/api/v1/issues/{id}/resume", tag = "issues",
    params(("id" = uuid::Uuid, Path)), responses((status = 204), (status = 409)))]
pub async fn resume(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    act(&app, &staff, *id, Action::Resume).await
}

/// Calls an issue off: who has it not yet is skipped. One that waits for its time is a draft again.
#[utoipa::path(post, path = "/api/v1/issues/{id}/cancel", tag = "issues",
    params(("id" = uuid::Uuid, Path)), responses((status = 204), (status = 409)))]
pub async fn cancel(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let issue = app.db.read(move |conn| Ok(issues::store::by_uuid(conn, id)?)).await?;
    if issue.state == issues::IssueState::Scheduled {
        issues::schedule::unschedule(&app, id, &staff).await?;
        return Ok(HttpResponse::NoContent().finish());
    }
    act(&app, &staff, id, Action::Cancel).await
}

async fn act(app: &App, staff: &Staff, id: PublicId, action: Action) -> Result<HttpResponse> {
    control::act(app, id, action, &staff.actor()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Of which issue.
#[derive(Debug, Deserialize, IntoParams)]
pub struct Of {
    /// Its id.
    #[param(value_type = uuid::Uuid)]
    issue: PublicId,
}

/// One recipient's copy.
#[derive(Debug, Serialize, ToSchema)]
pub struct CopyView {
    /// The subscriber; null after erasure.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub subscriber: Option<PublicId>,
    /// The domain of the address.
    pub domain: String,
    /// `queued`, `in_data`, `accepted`, `deferred`, `failed` or `skipped`.
    #[schema(value_type = String)]
    pub state: DeliveryState,
    /// Why it was not sent.
    #[schema(value_type = Option<String>)]
    pub skip_reason: Option<SkipReason>,
    /// Tries.
    pub attempts: i32,
    /// How often it may have gone out without our knowing.
    pub uncertain: i32,
    /// The server's code.
    pub reply_code: Option<i32>,
    /// The server's words.
    pub reply_text: Option<String>,
}

/// The copies of an issue, one a recipient.
#[utoipa::path(get, path = "/api/v1/deliveries", tag = "deliveries",
    params(Of, Paging), responses((status = 200, body = List<CopyView>)))]
pub async fn list(
    app: web::Data<App>,
    of: web::Query<Of>,
    paging: web::Query<Paging>,
) -> Result<Json<List<CopyView>>> {
    let (after, rows) = (paging.after()?, paging.rows());
    let copies = app
        .db
        .read(move |conn| {
            let issue = issues::store::by_uuid(conn, of.issue)?;
            Ok(store::copies_after(conn, issue.id, after, rows)?)
        })
        .await?;
    Ok(Json(paging.page(
        copies,
        |copy| copy.id,
        |copy| CopyView {
            subscriber: copy.subscriber,
            domain: copy.domain,
            state: copy.state,
            skip_reason: copy.skip_reason,
            attempts: copy.attempts,
            uncertain: copy.uncertain,
            reply_code: copy.reply_code,
            reply_text: copy.reply_text,
        },
    )))
}
