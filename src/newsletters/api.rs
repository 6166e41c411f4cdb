//! `/api/v1/newsletters`

use actix_web::web::{self, Json};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Newsletter, Tracking, store};
use crate::app::App;
use crate::error::Result;
use crate::web::Lang;
use crate::web::api::List;

/// A newsletter as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewsletterView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub id: crate::db::PublicId,
    /// Its name in addresses; stands for the id everywhere.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// `da` or `en`.
    #[schema(value_type = String)]
    pub language: Lang,
    /// IANA name.
    pub time_zone: String,
    /// `off`, `aggregate` or `consented`.
    #[schema(value_type = String)]
    pub open_tracking: Tracking,
    /// Whether a second person must approve an issue.
    pub approval_required: bool,
}

impl From<Newsletter> for NewsletterView {
    fn from(newsletter: Newsletter) -> Self {
        Self {
            id: newsletter.uuid,
            slug: newsletter.slug,
            title: newsletter.title,
            description: newsletter.description,
            language: newsletter.language,
            time_zone: newsletter.time_zone,
            open_tracking: newsletter.open_tracking,
            approval_required: newsletter.approval_required,
        }
    }
}

/// All newsletters.
#[utoipa::path(get, path = "/api/v1/newsletters", tag = "newsletters",
    responses((status = 200, body = List<NewsletterView>)))]
pub async fn list(app: web::Data<App>) -> Result<Json<List<NewsletterView>>> {
    let all = app.db.read(|conn| Ok(store::all(conn)?)).await?;
    Ok(Json(List { items: all.into_iter().map(Into::into).collect(), next: None }))
}
