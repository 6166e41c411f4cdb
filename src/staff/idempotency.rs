//! `Idempotency-Key` on POSTs to the API: a request that is sent again, because its answer was
//! lost, gets the first answer again and does nothing (the draft of the IETF's HTTPAPI group).

use actix_web::body::{BoxBody, EitherBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};
use chrono::TimeDelta;

use super::{Staff, store, token_hash};
use crate::app::App;
use crate::error::{Error, Result};

/// How long an answer is kept.
pub const KEPT: TimeDelta = TimeDelta::days(1);

/// The middleware; it stands behind the guard, because a key belongs to its token.
pub async fn once(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, BoxBody>>, actix_web::Error> {
    let key = request.headers().get("idempotency-key");
    let key = key.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let token = request.extensions().get::<Staff>().and_then(|staff| staff.token);
    let (Some(key), Some(token), &Method::POST) = (key, token, request.method()) else {
        return next.call(request).await.map(ServiceResponse::map_into_left_body);
    };
    let key: String = key.chars().take(200).collect();
    let app = request.app_data::<web::Data<App>>().cloned().ok_or(Error::NotFound)?;
    let body = request.extract::<web::Bytes>().await?;
    let hash = token_hash(&format!("{}\n{}", request.path(), String::from_utf8_lossy(&body)));
    request.set_payload(Payload::from(body));
    let (now, claim, of) = (app.clock.now(), key.clone(), hash.clone());
    let earlier =
        app.db.write(move |conn| Ok(store::claim_key(conn, token, &claim, &of, now)?)).await?;
    if let Some(earlier) = earlier {
        let response = if earlier.request_hash != hash {
            request.error_response(Error::field("Idempotency-Key", "error-key-reused"))
        } else if earlier.status == 0 {
            request.error_response(Error::Conflict("error-key-running"))
        } else {
            let status =
                u16::try_from(earlier.status).ok().and_then(|s| StatusCode::from_u16(s).ok());
            let mut response = HttpResponse::build(status.unwrap_or(StatusCode::OK));
            request.into_response(response.content_type("application/json").body(earlier.body))
        };
        return Ok(response.map_into_right_body());
    }
    let response = next.call(request).await?;
    let (request, response) = response.into_parts();
    let status = response.status();
    // An error has no body yet (see `web::errors`): it may be tried again.
    let (response, body) = response.into_parts();
    let bytes = to_bytes(body).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    app.db
        .write(move |conn| {
            if status.is_success() {
                store::keep_answer(conn, token, &key, status.as_u16().into(), &text)?;
            } else {
                store::forget_key(conn, token, &key)?;
            }
            Ok(())
        })
        .await?;
    let response = response.set_body(BoxBody::new(bytes));
    Ok(ServiceResponse::new(request, response).map_into_right_body())
}
