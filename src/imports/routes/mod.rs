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

use super::errors_file::ErrorsFile;
use super::{Import, verdicts_file};
use crate::app::App;
use crate::error::{Error, Result};
use crate::newsletters::Newsletter;
use crate::web::Lang;

/// Every row of a list that was checked with what would become of it, as a file that is made while it is
/// sent.
async fn verdicts_file(
    app: &web::Data<App>,
    (import, newsletter): (Import, Newsletter),
    lang: Lang,
) -> Result<HttpResponse> {
    if !verdicts_file::is_there(&import) {
        return Err(Error::Conflict("error-list-state"));
    }
    let name = format!("attachment; filename=\"import-{}-rows.csv\"", import.uuid);
    let app: Arc<App> = app.clone().into_inner();
    let (send, receive) = tokio::sync::mpsc::channel::<Result<Bytes>>(2);
    tokio::task::spawn_blocking(move || {
        let give = |piece: String| send.blocking_send(Ok(Bytes::from(piece))).is_ok();
        if let Err(error) = verdicts_file::write(&app, import, newsletter, lang, give) {
            drop(send.blocking_send(Err(error)));
        }
    });
    let pieces = stream::unfold(receive, |mut receive| async move {
        let piece = receive.recv().await?;
        Some((piece.map_err(actix_web::Error::from), receive))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, name))
        .streaming(pieces))
}

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
