//! Style sheets, scripts and pictures, embedded in the binary and served with their hash as ETag.

use std::sync::LazyLock;

use actix_web::http::header::{self, EntityTag, IfNoneMatch};
use actix_web::{HttpResponse, web};

use crate::error::{Error, Result};

struct File {
    path: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

macro_rules! files {
    ($($path:literal $kind:literal;)*) => {
        static FILES: &[File] = &[$(File {
            path: $path,
            kind: $kind,
            bytes: include_bytes!(concat!("../../assets/", $path)),
        }),*];
    };
}

files! {
    "app.css" "text/css; charset=utf-8";
    "outbox.css" "text/css; charset=utf-8";
    "favicon.svg" "image/svg+xml";
    "issue.css" "text/css; charset=utf-8";
    "demo/artikel.png" "image/png";
    "demo/ekursus.png" "image/png";
    "demo/kerneopgaven.png" "image/png";
    "demo/samspil.png" "image/png";
    "demo/udgivelse.png" "image/png";
}

/// A hash of all files: part of their addresses, so that they can be cached for ever.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for file in FILES {
        context.update(file.bytes);
    }
    data_encoding::HEXLOWER.encode(&context.finish().as_ref()[..6])
});

/// The address of a file, with its version.
pub fn address(path: &str) -> String {
    format!("/assets/{path}?v={}", *VERSION)
}

/// `GET /assets/{path}`
pub async fn serve(
    path: web::Path<String>,
    known: web::Header<IfNoneMatch>,
) -> Result<HttpResponse> {
    let file = FILES.iter().find(|file| *file.path == **path).ok_or(Error::NotFound)?;
    let tag = EntityTag::new_strong(VERSION.clone());
    let mut response = match &*known {
        IfNoneMatch::Items(tags) if tags.iter().any(|known| known.weak_eq(&tag)) => {
            HttpResponse::NotModified()
        }
        _ => HttpResponse::Ok(),
    };
    response
        .insert_header(header::CacheControl(vec![
            header::CacheDirective::Public,
            header::CacheDirective::MaxAge(31_536_000),
        ]))
        .insert_header(header::ETag(tag))
        .content_type(file.kind);
    Ok(response.body(file.bytes))
}
