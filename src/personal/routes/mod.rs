//! `/my-page`: one's own page, and the links that lead there.

pub mod address;
pub mod data;
pub mod enter;
pub mod erase;
pub mod handout;
pub mod page;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use super::enter::{Visitor, visitor};
use crate::app::App;
use crate::error::Result;
use crate::web::{Page, see_other};

/// Who is let in, or the way to the page on which a link is asked for.
async fn let_in(app: &App, request: &HttpRequest) -> Result<Result<Visitor, HttpResponse>> {
    Ok(visitor(app, request).await?.ok_or_else(|| back(request, "")))
}

/// The way to one's own page, in the reader's language, with what was just done (`&done=…`).
fn back(request: &HttpRequest, done: &str) -> HttpResponse {
    see_other(format!("/my-page?lang={}{done}", Page::new(request).lang))
}

/// What is somebody's own is kept in no cache.
fn private(mut response: HttpResponse) -> HttpResponse {
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}
