//! `/admin/templates`, and how an issue becomes one.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::issues::templates::{self, IssueTemplate};
use crate::issues::{Issue, IssueKind, store};
use crate::newsletters;
use crate::staff::Staff;
use crate::web::{Page, html, page, see_other};

#[derive(Template)]
#[template(path = "issues/pages/templates.html")]
struct ListPage {
    page: Page,
    templates: Vec<IssueTemplate>,
    zone: Tz,
    /// The template that was just removed.
    undo: Option<PublicId>,
    errors: Vec<FieldError>,
}

/// What the address says.
#[derive(Deserialize)]
pub struct Shown {
    undo: Option<PublicId>,
}

async fn list_page(
    request: &HttpRequest,
    app: &App,
    undo: Option<PublicId>,
    errors: Vec<FieldError>,
) -> Result<ListPage> {
    let (templates, zone) = app
        .db
        .read(|conn| {
            let zone = newsletters::store::all(conn)?.first().map(|newsletter| newsletter.zone());
            Ok((store::all_templates(conn)?, zone.unwrap_or(Tz::UTC)))
        })
        .await?;
    Ok(ListPage { page: Page::new(request), templates, zone, undo, errors })
}

/// `GET /admin/templates`
pub async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    shown: web::Query<Shown>,
) -> Result<HttpResponse> {
    html(&list_page(&request, &app, shown.undo, vec![]).await?)
}

#[derive(Template)]
#[template(path = "issues/pages/template_new.html")]
struct NewPage {
    page: Page,
    issue: Issue,
    name: String,
    errors: Vec<FieldError>,
}

/// `GET /admin/issues/{id}/template`
pub async fn ask(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let issue = app.db.read(move |conn| Ok(store::by_uuid(conn, id)?)).await?;
    let name = issue.subject.clone();
    html(&NewPage { page: Page::new(&request), issue, name, errors: vec![] })
}

/// What a template is called.
#[derive(Deserialize)]
pub struct Named {
    name: String,
}

/// `POST /admin/issues/{id}/template`
pub async fn create(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    named: web::Form<Named>,
) -> Result<HttpResponse> {
    let (id, name) = (id.into_inner(), named.into_inner().name);
    match templates::save(&app, id, &name, &staff.actor()).await {
        Ok(_) => Ok(see_other("/admin/templates?done=template-saved")),
        Err(Error::Invalid(errors)) => {
            let issue = app.db.read(move |conn| Ok(store::by_uuid(conn, id)?)).await?;
            page::unprocessable(&NewPage { page: Page::new(&request), issue, name, errors })
        }
        Err(other) => Err(other),
    }
}

/// `POST /admin/templates/{id}`
pub async fn rename(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    named: web::Form<Named>,
) -> Result<HttpResponse> {
    match templates::rename(&app, id.into_inner(), &named.name, &staff.actor()).await {
        Ok(()) => Ok(see_other("/admin/templates?done=saved")),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&list_page(&request, &app, None, errors).await?)
        }
        Err(other) => Err(other),
    }
}

/// `POST /admin/templates/{id}/remove`
pub async fn remove(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    templates::set_removed(&app, *id, true, &staff.actor()).await?;
    Ok(see_other(format!("/admin/templates?undo={id}&done=template-removed")))
}

/// `POST /admin/templates/{id}/restore`
pub async fn restore(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    templates::set_removed(&app, *id, false, &staff.actor()).await?;
    Ok(see_other("/admin/templates?done=template-restored"))
}
