//! `/api/v1/images`

use actix_web::HttpResponse;
use actix_web::web::{self, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::upload::Upload;
use super::{MediaType, Picture, routes, store};
use crate::app::App;
use crate::clock::Instant;
use crate::error::Result;
use crate::staff::Staff;
use crate::web::api::{List, Paging};

/// A picture.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImageView {
    /// SHA-256 of the file that was sent, in hex: the same file twice is one picture.
    pub id: String,
    /// Its address within this service, to be used as `image.url` of a block.
    pub path: String,
    /// The file's name.
    pub name: String,
    /// `image/jpeg` or `image/png`.
    #[schema(value_type = String)]
    pub media_type: MediaType,
    /// Pixels across.
    pub width: i32,
    /// Pixels down.
    pub height: i32,
    /// Bytes of the largest file.
    pub bytes: i64,
    /// What it shows; empty while nobody has said.
    pub alt: String,
    /// It shows nothing that needs words.
    pub decorative: bool,
    /// The words by which it is found.
    pub tags: Vec<String>,
    /// When it was uploaded.
    #[schema(value_type = String)]
    pub uploaded_at: Instant,
    /// When it was put aside.
    #[schema(value_type = Option<String>)]
    pub archived_at: Option<Instant>,
}

impl ImageView {
    fn new((picture, bytes): (Picture, i64), tags: Vec<String>) -> Self {
        Self {
            path: picture.address().to_string(),
            id: picture.hash,
            name: picture.name,
            media_type: picture.media_type,
            width: picture.width,
            height: picture.height,
            bytes,
            alt: picture.alt,
            decorative: picture.decorative,
            tags,
            uploaded_at: picture.uploaded_at,
            archived_at: picture.archived_at,
        }
    }
}

/// All pictures, those that were put aside included, in the order in which they were added.
#[utoipa::path(get, path = "/api/v1/images", tag = "images",
    params(Paging), responses((status = 200, body = List<ImageView>)))]
pub async fn list(
    app: web::Data<App>,
    paging: web::Query<Paging>,
) -> Result<Json<List<ImageView>>> {
    let (after, rows) = (paging.after()?, paging.rows());
    let found = app.db.read(move |conn| {
        let found = store::after(conn, after, rows)?;
        let ids: Vec<i64> = found.iter().map(|(picture, _)| picture.id).collect();
        Ok((found, store::tags_of(conn, &ids)?))
    });
    let (found, mut tags) = found.await?;
    let view = |found: (Picture, i64)| {
        let tags = tags.remove(&found.0.id).unwrap_or_default();
        ImageView::new(found, tags)
    };
    Ok(Json(paging.page(found, |(picture, _)| picture.id, view)))
}

/// What is said about a file that is sent.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NewImage {
    /// The file's name, for people.
    #[serde(default)]
    name: String,
    /// What it shows.
    #[serde(default)]
    alt: String,
    /// It shows nothing that needs words.
    #[serde(default)]
    decorative: bool,
}

/// Adds a picture. The body is the file: PNG, JPEG, WebP or GIF without motion, 20 MB and 60
/// megapixels at most. It is written anew as JPEG or PNG, 1,200 pixels wide at most. A file that
/// was sent before gives the picture that it was.
#[utoipa::path(post, path = "/api/v1/images", tag = "images", params(NewImage),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = ImageView), (status = 422)))]
pub async fn create(
    app: web::Data<App>,
    staff: Staff,
    new: web::Query<NewImage>,
    body: web::Payload,
) -> Result<HttpResponse> {
    let NewImage { name, alt, decorative } = new.into_inner();
    let bytes = routes::whole(body).await??;
    let upload = Upload { name, bytes, alt, decorative };
    let picture = super::upload(&app, upload, &staff.actor()).await?;
    let (id, hash) = (picture.id, [picture.hash.clone()]);
    let found = app.db.read(move |conn| {
        Ok((store::sizes(conn, &hash)?, store::tags_of(conn, &[id])?.remove(&id)))
    });
    let (sizes, tags) = found.await?;
    let bytes = sizes.get(&picture.hash).copied().unwrap_or_default();
    let view = ImageView::new((picture, bytes), tags.unwrap_or_default());
    Ok(HttpResponse::Created().json(view))
}
