//! `/admin/issues/{id}/corrections`: where the links of an issue that was sent lead instead.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::issues::Issue;
use crate::issues::corrections::{self, Typed};
use crate::issues::store::{self, Correction};
use crate::newsletters::{self, Newsletter};
use crate::staff::{self, Staff};
use crate::web::{Page, html, page, see_other};

#[derive(Template)]
#[template(path = "issues/pages/corrections.html")]
struct CorrectionsPage {
    page: Page,
    issue: Issue,
    newsletter: Newsletter,
    is_open: bool,
    links: Vec<(i32, String)>,
    rows: Vec<Row>,
    typed: Typed,
    errors: Vec<FieldError>,
}

/// A correction as it is listed.
struct Row {
    correction: Correction,
    asked_by: String,
    confirmed_by: Option<String>,
    when: String,
    may_confirm: bool,
}

/// The form as it was sent.
#[derive(Deserialize)]
pub struct Sent {
    r#do: String,
    correction: Option<PublicId>,
    #[serde(default)]
    number: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    reason: String,
}

async fn of(
    request: &HttpRequest,
    app: &App,
    staff: &Staff,
    id: PublicId,
    typed: Typed,
    errors: Vec<FieldError>,
) -> Result<CorrectionsPage> {
    let (issue, newsletter, links, found) = app
        .db
        .read(move |conn| {
            let issue = store::by_uuid(conn, id)?;
            let newsletter = newsletters::store::find(conn, issue.newsletter)?;
            let links = store::links(conn, issue.id)?;
            let mut found = Vec::new();
            for row in store::corrections(conn, issue.id)? {
                let asked_by = staff::store::name_of(conn, &row.asked_by)?;
                let confirmed_by = match &row.confirmed_by {
                    Some(by) => Some(staff::store::name_of(conn, by)?),
                    None => None,
                };
                found.push((row, asked_by, confirmed_by));
            }
            Ok((issue, newsletter, links, found))
        })
        .await?;
    let page = Page::new(request);
    let zone = newsletter.zone();
    let rows = found.into_iter().map(|(correction, asked_by, confirmed_by)| Row {
        when: page.time(&correction.at.unwrap_or(correction.asked_at), &zone),
        may_confirm: corrections::may_confirm(&correction, staff),
        correction,
        asked_by,
        confirmed_by,
    });
    let rows = rows.collect();
    let is_open = corrections::is_open_to(&issue);
    Ok(CorrectionsPage { page, issue, newsletter, is_open, links, rows, typed, errors })
}

/// `GET /admin/issues/{id}/corrections`
pub async fn show(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    html(&of(&request, &app, &staff, *id, Typed::default(), vec![]).await?)
}

/// `POST /admin/issues/{id}/corrections`
pub async fn act(
    request: HttpRequest,
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse> {
    let (id, sent) = (id.into_inner(), sent.into_inner());
    let Sent { r#do: step, correction, number, url, reason } = sent;
    let typed = Typed { number, url, reason };
    let (done, word) = match (step.as_str(), correction) {
        ("correct", _) => (corrections::ask(&app, id, &typed, &staff).await, "corrected"),
        ("confirm", Some(correction)) => {
            (corrections::decide(&app, id, correction, true, &staff).await, "confirmed")
        }
        ("decline", Some(correction)) => {
            (corrections::decide(&app, id, correction, false, &staff).await, "declined")
        }
        ("mail", _) => {
            let draft = corrections::draft_mail(&app, id, &staff).await?;
            return Ok(see_other(format!("/admin/issues/{}", draft.uuid)));
        }
        _ => return Err(Error::BadRequest("there is no such button".to_owned())),
    };
    match done {
        Ok(()) => Ok(see_other(format!("/admin/issues/{id}/corrections?done={word}"))),
        Err(Error::Invalid(errors)) => {
            page::unprocessable(&of(&request, &app, &staff, id, typed, errors).await?)
        }
        Err(other) => Err(other),
    }
}
