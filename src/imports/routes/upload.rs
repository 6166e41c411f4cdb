//! `/admin/imports`: the list, and the form with the file.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::imports::steps;
use crate::imports::{Counts, Import, Kind, store};
use crate::newsletters::{self, Newsletter};
use crate::staff::Staff;
use crate::web::upload::Upload;
use crate::web::{Page, html, multipart, page, see_other};

/// Imports in the list.
const MOST: i64 = 50;

#[derive(Template)]
#[template(path = "imports/pages/list.html")]
struct ListPage {
    page: Page,
    imports: Vec<(Import, Newsletter, Counts)>,
    newsletters: Vec<Newsletter>,
    errors: Vec<FieldError>,
    chosen: String,
    kind: Kind,
    /// Whether those who left the old system have been brought in.
    has_suppressions: bool,
}

impl ListPage {
    fn time(&self, import: &Import, newsletter: &Newsletter) -> String {
        self.page.time(&import.created_at, &newsletter.zone())
    }
}

async fn list_page(request: &HttpRequest, app: &App) -> Result<ListPage> {
    let (found, newsletters, has_suppressions) = app
        .db
        .read(|conn| {
            let newsletters = newsletters::store::all(conn)?;
            Ok((store::newest(conn, 0, MOST)?, newsletters, store::has_suppressions(conn)?))
        })
        .await?;
    let mut imports = Vec::with_capacity(found.len());
    for (import, newsletter) in found {
        let counts = import.counts()?;
        imports.push((import, newsletter, counts));
    }
    Ok(ListPage {
        page: Page::new(request),
        imports,
        newsletters,
        errors: vec![],
        chosen: String::new(),
        kind: Kind::Subscribers,
        has_suppressions,
    })
}

/// `GET /admin/imports`
pub async fn list(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse> {
    html(&list_page(&request, &app).await?)
}

/// `POST /admin/imports`: takes a file in, and leads to what it is.
pub async fn receive(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    body: web::Payload,
) -> Result<HttpResponse> {
    let boundary = multipart::boundary(&request).ok_or(Error::MediaType)?;
    let mut form = Upload::new(body, &boundary);
    let (mut chosen, mut kind) = (String::new(), Kind::Subscribers);
    let mut taken = Err(Error::field("file", "error-list-no-file"));
    while let Some(head) = form.next().await? {
        match (head.name.as_str(), head.file_name) {
            ("newsletter", None) => chosen = form.text().await?,
            ("kind", None) => kind = form.text().await?.parse().unwrap_or(kind),
            ("file", Some(name)) if !name.is_empty() => {
                taken = take(&app, &chosen, kind, &name, &staff, &mut form).await;
                if taken.is_err() {
                    break;
                }
            }
            _ => {}
        }
    }
    // What is not read any more must still come in, or the browser shows that the line was cut.
    while form.next().await.is_ok_and(|head| head.is_some()) {}
    match taken {
        Ok(import) => Ok(see_other(format!("/admin/imports/{}", import.uuid))),
        Err(Error::Invalid(errors)) => {
            let list = list_page(&request, &app).await?;
            page::unprocessable(&ListPage { errors, chosen, kind, ..list })
        }
        Err(Error::TooLarge) => {
            let errors = vec![FieldError::new("file", "error-list-too-large")];
            let list = list_page(&request, &app).await?;
            page::unprocessable(&ListPage { errors, chosen, kind, ..list })
        }
        Err(other) => Err(other),
    }
}

async fn take(
    app: &web::Data<App>,
    newsletter: &str,
    kind: Kind,
    name: &str,
    staff: &Staff,
    form: &mut Upload,
) -> Result<Import> {
    let slug = newsletter.to_owned();
    let newsletter = app
        .db
        .read(move |conn| match slug.as_str() {
            // Where there is only one, nobody is asked which.
            "" => newsletters::store::all(conn)?.into_iter().next().ok_or(Error::NotFound),
            slug => Ok(newsletters::store::by_name(conn, slug)?),
        })
        .await?;
    let mut upload = steps::Upload::begin(app, &newsletter, kind, name, &staff.actor()).await?;
    loop {
        let written = match form.piece().await {
            Ok(Some(piece)) => upload.write(&piece).await,
            Ok(None) => return upload.finish().await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            upload.give_up().await?;
            return Err(error);
        }
    }
}
