//! Take a file that somebody sent.

use actix_web::web;
use aws_lc_rs::digest::{SHA256, digest};
use diesel::OptionalExtension;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use super::prepare::{MOST_BYTES, Prepared, Refusal, prepare};
use super::store::NewRow;
use super::{Picture, change, store};
use crate::app::App;
use crate::error::{Error, Result};
use crate::staff;

/// Longest name that is kept, in characters.
const NAME_LIMIT: usize = 120;

/// One picture at a time: decoding takes the more memory the larger it is, and the sending of
/// issues goes on beside it.
static PRESS: Semaphore = Semaphore::const_new(1);

/// A file as it was sent.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The file's name.
    pub name: String,
    /// The file.
    pub bytes: web::Bytes,
    /// What it shows; may be empty.
    pub alt: String,
    /// It shows nothing that needs words.
    pub decorative: bool,
}

/// Makes a picture of a file. A file that was sent before is the picture that it was: it is taken
/// back if it was put aside, and keeps its description unless it had none.
///
/// # Errors
/// [`Error::Invalid`] says why the file is not taken and what to do.
pub async fn upload(app: &App, upload: Upload, actor: &str) -> Result<Picture> {
    let Upload { name, bytes, alt, decorative } = upload;
    let (alt, decorative) = change::description(&alt, decorative)?;
    if bytes.len() > MOST_BYTES {
        return Err(refused(Refusal::TooManyBytes));
    }
    let hash = data_encoding::HEXLOWER.encode(digest(&SHA256, &bytes).as_ref());
    let (known, now) = (hash.clone(), app.clock.now());
    let found = app.db.read(move |conn| Ok(store::by_hash(conn, &known).optional()?)).await?;
    let made = match &found {
        Some(_) => None,
        None => Some(make(bytes).await?),
    };
    let (name, actor) = (file_name(&name), actor.to_owned());
    let again = hash.clone();
    let stored = app
        .db
        .write(move |conn| {
            if let Some(picture) = store::by_hash(conn, &hash).optional()? {
                store::set_archived(conn, picture.id, None)?;
                if picture.alt.is_empty() && !picture.decorative {
                    store::describe(conn, &picture, &alt, decorative)?;
                }
                return Ok(store::by_hash(conn, &hash)?);
            }
            let Some(made) = &made else { return Err(Error::NotFound) };
            let row = NewRow {
                hash: &hash,
                name: &name,
                media_type: made.media_type,
                files: &made.files,
                alt: &alt,
                decorative,
                uploaded_by: &actor,
            };
            let picture = store::insert(conn, &row, now)?;
            let details = serde_json::json!({ "name": name });
            staff::store::audit(
                conn,
                &actor,
                "picture.upload",
                &format!("picture {hash}"),
                details,
                now,
            )?;
            Ok(picture)
        })
        .await;
    match stored {
        // Two sent the same file in the same moment, and the other one was first.
        Err(Error::Database(diesel::result::Error::DatabaseError(
            diesel::result::DatabaseErrorKind::UniqueViolation,
            _,
        ))) => app.db.read(move |conn| Ok(store::by_hash(conn, &again)?)).await,
        other => other,
    }
}

async fn make(bytes: web::Bytes) -> Result<Prepared> {
    let turn = PRESS.acquire().await.map_err(anyhow::Error::from)?;
    let made = web::block(move || {
        // Whoever sends it may be gone; its memory is in use until it is done.
        let _turn = turn;
        prepare(&bytes)
    })
    .await;
    match made {
        Ok(made) => made.map_err(refused),
        // A decoder fell over: the file is not what it says.
        Err(_) => Err(refused(Refusal::Broken)),
    }
}

/// The error of a refusal, at the field of the forms.
pub fn refused(why: Refusal) -> Error {
    Error::Invalid(vec![why.error("file")])
}

/// A name that says nothing of folders and cannot pretend to be another one.
fn file_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let name: String = name.nfc().filter(clean).take(NAME_LIMIT).collect();
    name.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name_and_no_path() {
        assert_eq!(file_name("C:\\Billeder\\Væksthusdagen.jpg"), "Væksthusdagen.jpg");
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name("gpj\u{202e}.exe\u{0}\r\n"), "gpj.exe");
        assert_eq!(file_name(&"å".repeat(500)).chars().count(), NAME_LIMIT);
    }
}
