//! What every part of the API shares: lists, cursors, entity tags.

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderValue};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::error::{Error, FieldError, Result};

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T: ToSchema> {
    /// The things themselves.
    pub items: Vec<T>,
    /// Give it as `after` to get the page that follows; absent on the last page.
    pub next: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub struct Paging {
    /// How many at most: 1 to 500, 100 when not given.
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

impl Paging {
    /// How many rows to read: one more than the page, to know whether another follows.
    pub fn rows(&self) -> i64 {
        self.limit.unwrap_or(100).clamp(1, 500) + 1
    }

    /// The row id after which the page begins; 0 for the first page.
    pub fn after(&self) -> Result<i64> {
        let Some(after) = &self.after else { return Ok(0) };
        data_encoding::BASE64URL_NOPAD
            .decode(after.as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .map(i64::from_be_bytes)
            .ok_or_else(|| Error::field("after", "error-cursor"))
    }

    /// Cuts the extra row off and writes the cursor: `id` gives a row's id.
    pub fn page<R, T: ToSchema>(
        &self,
        mut rows: Vec<R>,
        id: impl Fn(&R) -> i64,
        item: impl FnMut(R) -> T,
    ) -> List<T> {
        let most = usize::try_from(self.rows() - 1).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let next = rows.last().filter(|_| more).map(|row| cursor(id(row)));
        List { items: rows.into_iter().map(item).collect(), next }
    }
}

fn cursor(id: i64) -> String {
    data_encoding::BASE64URL_NOPAD.encode(&id.to_be_bytes())
}

/// What is wrong with a JSON body: a field's finding when it is JSON and only does not fit.
pub fn unreadable(error: &serde_json::Error) -> Error {
    if error.classify() != serde_json::error::Category::Data {
        return Error::BadRequest(error.to_string());
    }
    let why = error.to_string();
    let named = |beginning: &str| why.strip_prefix(beginning)?.split('`').next();
    if let Some(field) = named("unknown field `") {
        return Error::field(field, "error-field-unknown");
    }
    if let Some(field) = named("missing field `") {
        return Error::field(field, "error-required");
    }
    Error::Invalid(vec![FieldError::new("", "error-json").with("why", why)])
}

/// The entity tag of a numbered revision.
pub fn etag(revision: i32) -> (header::HeaderName, HeaderValue) {
    let value = HeaderValue::from_str(&format!("\"{revision}\""));
    (header::ETAG, value.unwrap_or(HeaderValue::from_static("\"0\"")))
}

/// The revision that an edit builds on, from `If-Match`, which edits must carry (RFC 6585: 428
/// would be the word; a field error says it better).
pub fn if_match(request: &HttpRequest) -> Result<i32> {
    request
        .headers()
        .get(header::IF_MATCH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.trim().trim_matches('"').parse().ok())
        .ok_or_else(|| Error::field("If-Match", "error-if-match"))
}
