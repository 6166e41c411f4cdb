//! `Idempotency-Key` on POSTs to the API: a request that is sent again, because its answer was
//! lost, gets the first answer again and does nothing (the draft of the IETF's HTTPAPI group).

use actix_web::body::{BoxBody, EitherBody, MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, ETAG};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpResponse, web};
use aws_lc_rs::digest::{Context, SHA256};
use chrono::TimeDelta;

use super::{Staff, store};
use crate::app::App;
use crate::error::{Error, FieldError, Result};

/// How long an answer is kept.
pub const KEPT: TimeDelta = TimeDelta::days(1);
/// How long a request may be worked on before its key is taken for abandoned: the process that
/// had it is gone.
const ABANDONED: TimeDelta = TimeDelta::minutes(15);
/// Characters of a key. A longer one is refused: cut, two keys would be one.
const LONGEST: usize = 200;

/// Bytes of the longest body that any route takes, which is a list to import; a route that takes
/// less says so itself.
pub const MOST_BODY: usize = 32 * 1024 * 1024;

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
    if key.chars().count() > LONGEST {
        let error = FieldError::new(FIELD, "error-too-long").with("most", LONGEST);
        let response = request.error_response(Error::Invalid(vec![error]));
        return Ok(response.map_into_right_body());
    }
    let app = request.app_data::<web::Data<App>>().cloned().ok_or(Error::NotFound)?;
    let body = request
        .extract::<web::Payload>()
        .await?
        .to_bytes_limited(MOST_BODY)
        .await
        .map_err(|_| Error::TooLarge)?
        .map_err(|error| Error::BadRequest(error.to_string()))?;
    let hash = request_hash(&request, &body);
    request.set_payload(Payload::from(body));
    let (now, claim, of) = (app.clock.now(), key.clone(), hash.clone());
    let earlier = app
        .db
        .write(move |conn| Ok(store::claim_key(conn, token, &claim, &of, now - ABANDONED, now)?))
        .await?;
    if let Some(earlier) = earlier {
        let response = if earlier.request_hash != hash {
            request.error_response(Error::field(FIELD, "error-key-reused"))
        } else if earlier.status == 0 {
            request.error_response(Error::Conflict("error-key-running"))
        } else {
            let status =
                u16::try_from(earlier.status).ok().and_then(|s| StatusCode::from_u16(s).ok());
            let mut response = HttpResponse::build(status.unwrap_or(StatusCode::OK));
            if let Some(etag) = earlier.etag {
                response.insert_header((ETAG, etag));
            }
            request.into_response(response.content_type("application/json").body(earlier.body))
        };
        return Ok(response.map_into_right_body());
    }
    // A task of its own: whoever sends a key cares for the outcome, so the work goes on, and its
    // answer is kept, when the caller hangs up and this future is dropped.
    let work = actix_web::rt::spawn(async move {
        let answer = next.call(request).await;
        keep(&app, token, key, answer).await
    });
    let response = work.await.map_err(|error| Error::Internal(error.into()))??;
    Ok(response.map_into_right_body())
}

/// What the findings call the header.
const FIELD: &str = "Idempotency-Key";

/// What makes two requests the same: where they go, with which query, and what they carry.
fn request_hash(request: &ServiceRequest, body: &[u8]) -> Vec<u8> {
    let kind = request.headers().get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    let mut hash = Context::new(&SHA256);
    for part in [request.path().as_bytes(), request.query_string().as_bytes(), kind, body] {
        hash.update(&part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finish().as_ref().to_vec()
}

/// Keeps an answer, or lets go of the key of a request that did nothing.
async fn keep(
    app: &App,
    token: i64,
    key: String,
    answer: Result<ServiceResponse<impl MessageBody>, actix_web::Error>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            app.db.write(move |conn| Ok(store::forget_key(conn, token, &key)?)).await?;
            return Err(error);
        }
    };
    let (request, response) = answer.into_parts();
    let status = response.status();
    let etag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    // An error has no body yet (see `web::errors`): it may be tried again.
    let (response, body) = response.into_parts();
    let bytes = to_bytes(body).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    app.db
        .write(move |conn| {
            if status.is_success() {
                store::keep_answer(
                    conn,
                    token,
                    &key,
                    status.as_u16().into(),
                    &text,
                    etag.as_deref(),
                )?;
            } else {
                store::forget_key(conn, token, &key)?;
            }
            Ok(())
        })
        .await?;
    Ok(ServiceResponse::new(request, response.set_body(BoxBody::new(bytes))))
}
