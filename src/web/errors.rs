//! Errors as the reader sees them: a page in their language, or problem+json (RFC 9457) under
//! `/api/`. What went wrong inside is logged and not told.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::{JsonPayloadError, PayloadError, UrlencodedError};
use actix_web::http::StatusCode;
use actix_web::http::header::ALLOW;
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::page::{Page, see_other};
use crate::error::{Error, FieldError};

#[derive(Template)]
#[template(path = "web/pages/error.html")]
struct ErrorPage {
    page: Page,
    status: u16,
    /// What the fields' findings say.
    findings: Vec<String>,
}

/// The same within the frame of the staff's pages.
#[derive(Template)]
#[template(path = "web/pages/staff_error.html")]
struct StaffErrorPage {
    page: Page,
    status: u16,
    findings: Vec<String>,
}

/// Writes the body of every answer that is an error without one.
pub async fn render(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, BoxBody>>, actix_web::Error> {
    let response = next.call(request).await?;
    let status = response.status();
    if let Some(error) = response.response().error() {
        let body = answer(response.request(), error);
        return Ok(response.into_response(body).map_into_right_body());
    }
    // No route at all, or the path with another method.
    let is_empty = response.response().body().size() == actix_web::body::BodySize::None
        || response.response().body().size() == actix_web::body::BodySize::Sized(0);
    if is_empty && matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) {
        let body = page_or_problem(response.request(), status, &[], None);
        return Ok(response.into_response(body).map_into_right_body());
    }
    Ok(response.map_into_left_body())
}

fn answer(request: &HttpRequest, error: &actix_web::Error) -> HttpResponse {
    let status = error.as_response_error().status_code();
    let known = error.as_error::<Error>();
    if status.is_server_error() {
        tracing::error!(error = %chain(known, error), "a request failed");
    }
    if matches!(known, Some(Error::SignIn)) && !request.path().starts_with("/api/") {
        let next = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("next", request.path())
            .finish();
        return see_other(format!("/admin/sign-in?{next}"));
    }
    let findings = match known {
        Some(Error::Invalid(findings)) => findings.as_slice(),
        _ => &[],
    };
    let detail = match known {
        // In English: words for who writes programs, and not for a page.
        Some(Error::BadRequest(why)) if request.path().starts_with("/api/") => Some(why.clone()),
        Some(Error::Conflict(code)) => Some(Page::new(request).t(code)),
        Some(Error::Forbidden) if request.path().starts_with("/api/") => {
            Some(Page::new(request).t("error-help-403-token"))
        }
        _ => None,
    };
    let mut response = page_or_problem(request, status, findings, detail);
    if let Some(Error::Method(allowed)) = known
        && let Ok(allowed) = allowed.parse()
    {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

/// The error with all that caused it, for the log.
fn chain(known: Option<&Error>, error: &actix_web::Error) -> String {
    let Some(known) = known else { return error.to_string() };
    let mut text = known.to_string();
    let mut source = std::error::Error::source(known);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

fn page_or_problem(
    request: &HttpRequest,
    status: StatusCode,
    findings: &[FieldError],
    detail: Option<String>,
) -> HttpResponse {
    let page = Page::new(request);
    if request.path().starts_with("/api/") {
        let title = page.t(format!("error-title-{}", status.as_u16()));
        let errors: Vec<_> = findings
            .iter()
            .map(|f| {
                serde_json::json!({
                    "field": f.field, "code": f.code, "message": page.texts().error(f),
                })
            })
            .collect();
        let mut problem = serde_json::json!({
            "type": "about:blank", "title": title, "status": status.as_u16(),
        });
        if let Some(detail) = detail {
            problem["detail"] = detail.into();
        }
        if !errors.is_empty() {
            problem["errors"] = errors.into();
        }
        let mut response = HttpResponse::build(status);
        if status == StatusCode::UNAUTHORIZED {
            response.insert_header(("www-authenticate", "Bearer"));
        }
        return response.content_type("application/problem+json").body(problem.to_string());
    }
    let findings = findings.iter().map(|f| page.texts().error(f)).chain(detail).collect();
    let status_code = status.as_u16();
    let body = if page.reader.is_some() {
        StaffErrorPage { page, status: status_code, findings }.render()
    } else {
        ErrorPage { page, status: status_code, findings }.render()
    };
    let body = body.unwrap_or_default();
    HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body)
}

/// Makes actix's own errors (a body that is no form, JSON or number) ours.
pub fn extractors(config: &mut web::ServiceConfig) {
    // 1.5 MB: an issue's content may be 1 MB, and percent-encoding grows it.
    const LIMIT: usize = 1_500_000;
    fn form(error: &UrlencodedError) -> Error {
        match error {
            UrlencodedError::Overflow { .. } | UrlencodedError::Payload(PayloadError::Overflow) => {
                Error::TooLarge
            }
            UrlencodedError::ContentType => Error::MediaType,
            other => Error::BadRequest(other.to_string()),
        }
    }
    fn json(error: &JsonPayloadError) -> Error {
        match error {
            JsonPayloadError::OverflowKnownLength { .. }
            | JsonPayloadError::Overflow { .. }
            | JsonPayloadError::Payload(PayloadError::Overflow) => Error::TooLarge,
            JsonPayloadError::ContentType => Error::MediaType,
            JsonPayloadError::Deserialize(error) => super::api::unreadable(error),
            other => Error::BadRequest(other.to_string()),
        }
    }
    config
        .app_data(web::FormConfig::default().limit(LIMIT).error_handler(|e, _| form(&e).into()))
        .app_data(web::JsonConfig::default().limit(LIMIT).error_handler(|e, _| json(&e).into()))
        .app_data(
            web::QueryConfig::default()
                .error_handler(|error, _| Error::BadRequest(error.to_string()).into()),
        )
        // A path that is no id names nothing.
        .app_data(web::PathConfig::default().error_handler(|_, _| Error::NotFound.into()));
}
