//! The description of the API, made from the functions that answer it.

use actix_web::HttpResponse;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::error::Result;
use crate::{
    deliveries, imports, issues, library, newsletters, pictures, reports, segments, subscribers,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Lederbrev",
        description = "Errors are problem+json (RFC 9457); a 422 lists its `errors` by field. Lists \
            page by `after`. A POST may carry an `Idempotency-Key`; an edit carries `If-Match`.",
    ),
    paths(
        newsletters::api::list,
        issues::api::list,
        issues::api::create,
        issues::routes::import::import,
        issues::api::show,
        issues::api::edit,
        issues::api_history::revisions,
        issues::api::plan,
        issues::api::unschedule,
        issues::api::approve,
        issues::api::test,
        reports::api::issue,
        deliveries::api::pause,
        deliveries::api::resume,
        deliveries::api::cancel,
        deliveries::api::list,
        subscribers::api::count,
        subscribers::api::state,
        subscribers::api_growth::between,
        subscribers::api::list,
        subscribers::api::show,
        segments::api::list,
        segments::api::create,
        segments::api::show,
        imports::api::import,
        imports::api::list,
        imports::api::show,
        imports::api::cancel,
        imports::api::undo,
        imports::api::errors,
        pictures::api::list,
        pictures::api::create,
        library::api::list,
        library::api::create,
        library::api::show,
        library::api::propose,
        library::routes::import::api,
        reports::api::item,
        reports::api::list_figures,
        reports::api::enter_figure,
    ),
    security(("token" = [])),
    modifiers(&BearerToken),
)]
struct Description;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        description.components.get_or_insert_default().add_security_scheme("token", scheme);
    }
}

/// `GET /api/v1/openapi.json`
pub async fn serve() -> Result<HttpResponse> {
    let text = Description::openapi().to_json().map_err(anyhow::Error::from)?;
    Ok(HttpResponse::Ok().content_type("application/json").body(text))
}
