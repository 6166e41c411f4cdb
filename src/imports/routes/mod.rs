//! `/admin/imports`.

mod form;
mod page;
mod upload;

pub use form::{act, save};
pub use page::{errors, live, show};
pub use upload::{list, receive};

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::{self, Bytes};
use futures_util::stream;

use super::Import;
use super::errors_file::ErrorsFile;
use crate::app::App;
use crate::error::Result;
use crate::web::Lang;

/// The rows that changed nothing, as a file that is made while it is sent.
pub async fn errors_file(app: &web::Data<App>, import: Import, lang: Lang) -> Result<HttpResponse> {
    let name = format!("attachment; filename=\"import-{}.csv\"", import.uuid);
    let app: Arc<App> = app.clone().into_inner();
    let open = web::block(move || ErrorsFile::new(app, import, lang)).await;
    let file = open.map_err(anyhow::Error::from)??;
    let pieces = stream::unfold(Some(file), |file| async move {
        let mut file = file?;
        let next = web::block(move || file.next_piece().map(|piece| (piece, file))).await;
        match next {
            Ok(Ok((Some(piece), file))) => Some((Ok(Bytes::from(piece)), Some(file))),
            Ok(Ok((None, _))) => None,
            Ok(Err(error)) => Some((Err(error.into()), None)),
            Err(error) => Some((Err(actix_web::Error::from(error)), None)),
        }
    });
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, name))
        .streaming(pieces))
}
