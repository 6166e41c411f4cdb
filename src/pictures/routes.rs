//! `/images/…` for everyone, `/admin/pictures` for editors.

use actix_web::http::header::{self, CacheControl, CacheDirective};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::json;

use super::prepare::{MOST_BYTES, Refusal};
use super::upload::{Upload, refused};
use super::{Address, Picture, change, size_text, store};
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::newsletters;
use crate::staff::Staff;
use crate::web::{Lang, Page, html, multipart, page, see_other, tags};

/// Pictures on a page of the list.
const PAGE: i64 = 48;
/// Room for the other fields of a form beside the file, in bytes.
const FIELDS: usize = 64_000;

/// `GET /images/{name}`
pub async fn serve(app: web::Data<App>, name: web::Path<String>) -> Result<HttpResponse> {
    let address = Address::parse_name(&name).ok_or(Error::NotFound)?;
    let kind = address.media_type.as_str();
    let bytes = app.db.read(move |conn| Ok(store::bytes(conn, &address)?)).await?;
    Ok(HttpResponse::Ok()
        .content_type(kind)
        // The address says what it is, so it stays what it is.
        .insert_header(CacheControl(vec![
            CacheDirective::Public,
            CacheDirective::MaxAge(31_536_000),
            CacheDirective::Extension("immutable".to_owned(), None),
        ]))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(bytes))
}

#[derive(Template)]
#[template(path = "pictures/pages/list.html")]
struct ListPage {
    page: Page,
    zone: Tz,
    query: ListQuery,
    /// Every tag and how many pictures have it.
    tags: Vec<(String, i64)>,
    pictures: Vec<Shown>,
    errors: Vec<FieldError>,
    previous: Option<String>,
    next: Option<String>,
}

/// The same pictures, to choose one for a field.
#[derive(Template)]
#[template(path = "pictures/pages/pick.html")]
struct PickPage {
    page: Page,
    query: ListQuery,
    tags: Vec<(String, i64)>,
    pictures: Vec<Shown>,
    errors: Vec<FieldError>,
    previous: Option<String>,
    next: Option<String>,
}

/// A picture as it is shown.
struct Shown {
    picture: Picture,
    /// The address for an issue.
    address: String,
    /// The smaller file, for this page.
    small: Address,
    size: String,
    /// The words by which it is found.
    tags: Vec<String>,
}

impl Shown {
    fn new(lang: Lang, (picture, size): (Picture, i64), tags: Vec<String>) -> Self {
        let comma = if lang == Lang::Da { ',' } else { '.' };
        let address = picture.address();
        Self {
            address: address.to_string(),
            small: address.small().unwrap_or(address),
            size: size_text(size, comma),
            picture,
            tags,
        }
    }
}

/// What the list shows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    q: String,
    tag: String,
    archived: Option<String>,
    page: i64,
    /// For the dialog of a field.
    pick: Option<String>,
    /// The picture that was put aside.
    undo: Option<String>,
}

impl ListQuery {
    /// The address of another page of the same list.
    fn at(&self, page: i64) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", &self.q);
        if !self.tag.is_empty() {
            query.append_pair("tag", &self.tag);
        }
        for (name, value) in [("archived", &self.archived), ("pick", &self.pick)] {
            if value.is_some() {
                query.append_pair(name, "on");
            }
        }
        format!("/admin/pictures?{}", query.append_pair("page", &page.to_string()).finish())
    }
}

async fn list_page(
    request: &HttpRequest,
    app: &App,
    query: ListQuery,
    errors: Vec<FieldError>,
) -> Result<ListPage> {
    let number = query.page.clamp(1, 10_000);
    let search = store::Search {
        text: query.q.clone(),
        tag: query.tag.clone(),
        archived: query.archived.is_some(),
        offset: (number - 1) * PAGE,
        limit: PAGE + 1,
    };
    let (mut found, mut tags, all_tags, zone) = app
        .db
        .read(move |conn| {
            let zone = newsletters::store::all(conn)?.first().map(|newsletter| newsletter.zone());
            let found = store::search(conn, &search)?;
            let ids: Vec<i64> = found.iter().map(|(picture, _)| picture.id).collect();
            let tags = store::tags_of(conn, &ids)?;
            Ok((found, tags, store::all_tags(conn)?, zone.unwrap_or(Tz::UTC)))
        })
        .await?;
    let more = found.len() > PAGE as usize;
    found.truncate(PAGE as usize);
    let page = Page::new(request);
    let shown = |found: (Picture, i64)| {
        let tags = tags.remove(&found.0.id).unwrap_or_default();
        Shown::new(page.lang, found, tags)
    };
    Ok(ListPage {
        zone,
        tags: all_tags,
        pictures: found.into_iter().map(shown).collect(),
        previous: (number > 1).then(|| query.at(number - 1)),
        next: more.then(|| query.at(number + 1)),
        errors,
        query,
        page,
    })
}

/// `GET /admin/pictures`
pub async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<ListQuery>,
) -> Result<HttpResponse> {
    let list = list_page(&request, &app, query.into_inner(), vec![]).await?;
    if list.query.pick.is_none() {
        return html(&list);
    }
    let ListPage { page, query, tags, pictures, errors, previous, next, .. } = list;
    html(&PickPage { page, query, tags, pictures, errors, previous, next })
}

/// What a script says in the address of a file that it sends as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Described {
    name: String,
    alt: String,
    decorative: Option<String>,
}

/// `POST /admin/pictures`: the form with the file, or, from the page's script, the file alone.
pub async fn receive(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    described: web::Query<Described>,
    body: web::Payload,
) -> Result<HttpResponse> {
    let received = match multipart::boundary(&request) {
        Some(boundary) => form(&boundary, whole(body).await?),
        None => raw(described.into_inner(), whole(body).await?),
    };
    let stored = match received {
        Ok(upload) => super::upload(&app, upload, &staff.actor()).await,
        Err(error) => Err(error),
    };
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let wants_json = accept.is_some_and(|accept| accept.starts_with("application/json"));
    match stored {
        Ok(picture) if wants_json => Ok(HttpResponse::Created().json(json!({
            "path": picture.address().to_string(),
            "alt": picture.alt,
            "decorative": picture.decorative,
        }))),
        Ok(picture) => {
            Ok(see_other(format!("/admin/pictures?done=uploaded#picture-{}", picture.hash)))
        }
        Err(Error::Invalid(errors)) if wants_json => {
            let texts = Page::new(&request).texts();
            let words: Vec<String> = errors.iter().map(|error| texts.error(error)).collect();
            Ok(HttpResponse::UnprocessableEntity().json(json!({ "message": words.join(" ") })))
        }
        Err(Error::Invalid(errors)) => {
            let list = list_page(&request, &app, ListQuery::default(), errors).await?;
            page::unprocessable(&list)
        }
        Err(other) => Err(other),
    }
}

/// The whole body, or an error that says how large it may be.
pub(super) async fn whole(body: web::Payload) -> Result<Result<web::Bytes>> {
    match body.to_bytes_limited(MOST_BYTES + FIELDS).await {
        Err(_) => Ok(Err(refused(Refusal::TooManyBytes))),
        Ok(Err(error)) => Err(Error::BadRequest(error.to_string())),
        Ok(Ok(body)) => Ok(Ok(body)),
    }
}

fn raw(described: Described, body: Result<web::Bytes>) -> Result<Upload> {
    Ok(Upload {
        name: described.name,
        bytes: body?,
        alt: described.alt,
        decorative: described.decorative.is_some(),
    })
}

fn form(boundary: &str, body: Result<web::Bytes>) -> Result<Upload> {
    let body = body?;
    let fields = multipart::fields(&body, boundary)
        .ok_or_else(|| Error::BadRequest("the form cannot be read".to_owned()))?;
    let find = |name: &str| fields.iter().find(|field| field.name == name);
    let file = find("file").ok_or_else(|| refused(Refusal::Empty))?;
    let alt = find("alt").map(|field| String::from_utf8_lossy(field.bytes).into_owned());
    Ok(Upload {
        name: file.file_name.unwrap_or_default().to_owned(),
        bytes: body.slice_ref(file.bytes),
        alt: alt.unwrap_or_default(),
        decorative: find("decorative").is_some(),
    })
}

/// What is said about a picture.
#[derive(Deserialize)]
pub struct Description {
    #[serde(default)]
    alt: String,
    decorative: Option<String>,
    /// Without it those that it has stay.
    tags: Option<String>,
}

/// `POST /admin/pictures/{hash}`
pub async fn describe(
    app: web::Data<App>,
    staff: Staff,
    hash: web::Path<String>,
    description: web::Form<Description>,
) -> Result<HttpResponse> {
    let Description { alt, decorative, tags } = description.into_inner();
    let (hash, said) = (hash.into_inner(), (alt.as_str(), decorative.is_some()));
    let tags = tags.map(|typed| tags::read(&typed));
    change::describe(&app, hash.clone(), said, tags, &staff.actor()).await?;
    Ok(see_other(format!("/admin/pictures?done=saved#picture-{hash}")))
}

/// `POST /admin/pictures/{hash}/archive`
pub async fn put_aside(
    app: web::Data<App>,
    staff: Staff,
    hash: web::Path<String>,
) -> Result<HttpResponse> {
    change::set_archived(&app, hash.clone(), true, &staff.actor()).await?;
    Ok(see_other(format!("/admin/pictures?undo={hash}&done=picture-archived")))
}

/// `POST /admin/pictures/{hash}/restore`
pub async fn take_back(
    app: web::Data<App>,
    staff: Staff,
    hash: web::Path<String>,
) -> Result<HttpResponse> {
    change::set_archived(&app, hash.clone(), false, &staff.actor()).await?;
    Ok(see_other(format!("/admin/pictures?done=picture-restored#picture-{hash}")))
}
