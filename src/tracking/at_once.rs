//! Opens and clicks that can be answered from memory are answered before the routes: everybody asks
//! for them at the same time, and nothing of what pages need (who is signed in, which newsletter's
//! colours, a span in the log) says anything about them. What cannot goes on to the routes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::HeaderValue;
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, web};

use super::routes;
use crate::app::App;
use crate::links::{Purpose, Token};
use crate::web::headers;

/// How long an address is believed: another process may have put it right meanwhile.
const BELIEVED: Duration = Duration::from_secs(1);
/// Links that are remembered; with more, all are forgotten.
const MOST: usize = 10_000;

/// Where links of issues lead, as far as somebody has just asked.
#[derive(Default)]
pub struct Destinations(Mutex<HashMap<(i64, i32), (HeaderValue, Instant)>>);

impl Destinations {
    fn get(&self, issue: i64, link: i32) -> Option<HeaderValue> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (to, since) = known.get(&(issue, link))?;
        (since.elapsed() < BELIEVED).then(|| to.clone())
    }

    /// Remembers where a link leads.
    pub(super) fn keep(&self, issue: i64, link: i32, to: HeaderValue) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert((issue, link), (to, Instant::now()));
    }

    /// Asks again from now on: a link was put right.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// The middleware.
pub async fn answer(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, BoxBody>>, actix_web::Error> {
    let app = request.app_data::<web::Data<App>>().cloned();
    match app.and_then(|app| from_memory(&app, request.request())) {
        Some(mut answer) => {
            headers::put(answer.headers_mut());
            Ok(request.into_response(answer).map_into_right_body())
        }
        None => Ok(next.call(request).await?.map_into_left_body()),
    }
}

fn from_memory(app: &App, request: &HttpRequest) -> Option<HttpResponse> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let path = request.path();
    if let Some(token) = path.strip_prefix("/o/").and_then(|path| path.strip_suffix(".gif")) {
        return (!token.contains('/')).then(|| routes::opened(app, request, token));
    }
    let token = Token::parse(path.strip_prefix("/c/")?)?;
    // A link of somebody's own is one of many, and hardly asked for twice within a second.
    if token.purpose != Purpose::Click || !app.links.verify(&token, Purpose::Click, 0) {
        return None;
    }
    let link = i32::try_from(token.extra).ok()?;
    let to = app.destinations.get(token.id, link)?;
    routes::count(app, request, token.id, Some(link));
    Some(routes::leads_to(to))
}
