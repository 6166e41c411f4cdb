//! `/healthz`, `/readyz`, `/metrics`.

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};
use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::{health, metrics};
use crate::app::App;
use crate::error::{Error, Result};
use crate::web::headers::{client_ip, is_passed_on};

/// `GET /healthz`: the process runs and answers. It asks nobody else: a restart mends neither the
/// database nor the relay.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// `GET /readyz`: whether what it leans on answers, and which does not (503).
pub async fn readyz(app: web::Data<App>) -> HttpResponse {
    let readiness = health::readiness(&app).await;
    let mut answer = match readiness.is_ready() {
        true => HttpResponse::Ok(),
        false => HttpResponse::ServiceUnavailable(),
    };
    answer.json(readiness)
}

/// `GET /metrics`: for whom `METRICS_TOKEN` was given; without that setting, for this machine.
pub async fn metrics(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    if !may_scrape(&request, &app) {
        return Err(Error::Forbidden);
    }
    let text = metrics::text(&app).await?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}

fn may_scrape(request: &HttpRequest, app: &App) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match &app.config.metrics_token {
        Some(token) => header(AUTHORIZATION.as_str())
            .and_then(|value| value.strip_prefix("Bearer "))
            .is_some_and(|given| {
                verify_slices_are_equal(given.as_bytes(), token.expose().as_bytes()).is_ok()
            }),
        // What a proxy on this machine passes on is not from this machine.
        None => {
            let client = client_ip(request, &app.config.trusted_proxies);
            !is_passed_on(request) && client.is_some_and(|ip| ip.is_loopback())
        }
    }
}
