//! Style sheets, scripts and pictures, embedded in the binary.
//!
//! An address with the file's own hash (`?v=…`, as [`address`] makes it) may be kept for ever;
//! without it, as in mails, the file is asked for again each time and its ETag answers.

use std::sync::LazyLock;

use actix_web::http::header::{CacheControl, CacheDirective, ETag, EntityTag, IfNoneMatch};
use actix_web::{HttpRequest, HttpResponse, web};

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

// One line a file; a test finds the file that has none.
files! {
    "app.css" "text/css; charset=utf-8";
    "outbox.css" "text/css; charset=utf-8";
    "favicon.svg" "image/svg+xml";
    "issue.css" "text/css; charset=utf-8";
    "calendar.css" "text/css; charset=utf-8";
    "composer.css" "text/css; charset=utf-8";
    "countdown.js" "text/javascript; charset=utf-8";
    "composer.js" "text/javascript; charset=utf-8";
    "composer-add.js" "text/javascript; charset=utf-8";
    "composer-keys.js" "text/javascript; charset=utf-8";
    "composer-library.js" "text/javascript; charset=utf-8";
    "composer-outline.js" "text/javascript; charset=utf-8";
    "library-import.js" "text/javascript; charset=utf-8";
    "markup.js" "text/javascript; charset=utf-8";
    "paste.js" "text/javascript; charset=utf-8";
    "rich-text-tree.js" "text/javascript; charset=utf-8";
    "rich-text.js" "text/javascript; charset=utf-8";
    "demo/artikel.png" "image/png";
    "demo/ekursus.png" "image/png";
    "demo/kerneopgaven.png" "image/png";
    "demo/samspil.png" "image/png";
    "demo/udgivelse.png" "image/png";
    "live.js" "text/javascript; charset=utf-8";
    "while-typing.js" "text/javascript; charset=utf-8";
    "note.css" "text/css; charset=utf-8";
    "pictures.css" "text/css; charset=utf-8";
    "segments.css" "text/css; charset=utf-8";
    "signup-sheet.css" "text/css; charset=utf-8";
    "pictures.js" "text/javascript; charset=utf-8";
    "vendor/sortable.min.js" "text/javascript; charset=utf-8";
    "vendor/tiptap.min.js" "text/javascript; charset=utf-8";
}

/// The hashes of [`FILES`], in their order.
static HASHES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let hash = |file: &File| aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, file.bytes);
    FILES.iter().map(|file| data_encoding::HEXLOWER.encode(&hash(file).as_ref()[..8])).collect()
});

fn find(path: &str) -> Option<(&'static File, &'static str)> {
    let at = FILES.iter().position(|file| file.path == path)?;
    Some((FILES.get(at)?, HASHES.get(at)?))
}

/// The address of a file, with its hash.
pub fn address(path: &str) -> String {
    match find(path) {
        Some((_, hash)) => format!("/assets/{path}?v={hash}"),
        None => format!("/assets/{path}"),
    }
}

/// `GET /assets/{path}`
pub async fn serve(
    request: HttpRequest,
    path: web::Path<String>,
    known: web::Header<IfNoneMatch>,
) -> Result<HttpResponse> {
    let (file, hash) = find(&path).ok_or(Error::NotFound)?;
    // Weak, because the same file goes out compressed too.
    let tag = EntityTag::new_weak(hash.to_owned());
    let cache = if request.query_string().strip_prefix("v=") == Some(hash) {
        CacheControl(vec![
            CacheDirective::Public,
            CacheDirective::MaxAge(31_536_000),
            CacheDirective::Extension("immutable".to_owned(), None),
        ])
    } else {
        CacheControl(vec![CacheDirective::NoCache])
    };
    let is_known = matches!(
        &*known, IfNoneMatch::Items(tags) if tags.iter().any(|known| known.weak_eq(&tag))
    );
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header(cache).insert_header(ETag(tag));
    if is_known {
        return Ok(response.finish());
    }
    Ok(response.content_type(file.kind).body(file.bytes))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::FILES;

    fn walk(folder: &Path, found: &mut Vec<String>, root: &Path) -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                walk(&path, found, root)?;
            } else if let Ok(path) = path.strip_prefix(root) {
                found.push(path.display().to_string());
            }
        }
        Ok(())
    }

    #[test]
    fn every_file_for_browsers_is_served() -> std::io::Result<()> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
        let mut found = Vec::new();
        walk(&root, &mut found, &root)?;
        // Licences, notes, the demo's issue and fonts of files are for people and for the program.
        found.retain(|path| {
            !["md", "txt", "json", "ttf"].contains(&path.rsplit('.').next().unwrap_or_default())
        });
        found.sort();
        let mut served: Vec<&str> = FILES.iter().map(|file| file.path).collect();
        served.sort_unstable();
        assert_eq!(found, served);
        Ok(())
    }
}
