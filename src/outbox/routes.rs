//! `/outbox`: anybody who can read it can use every link in every mail, the sign-in links too. So
//! it is there only while mail is caught instead of sent, while the service listens on loopback,
//! and for a browser on the same machine: a proxy's request, or one that was led here by another
//! name, finds nothing.

use std::net::IpAddr;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use crate::app::App;
use crate::error::{Error, Result};
use crate::mail::{Caught, Outbox, Summary};
use crate::web::headers::is_passed_on;
use crate::web::{Page, html};

/// Messages on a page of the list.
const ROWS: usize = 50;
/// The list belongs to no newsletter, so it cannot use one's zone.
const ZONE: Tz = chrono_tz::Europe::Copenhagen;
/// For the HTML of a mail, in a frame: styles and images as in a mail program, nothing that runs;
/// links open beside it.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; \
     img-src 'self' https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; \
     sandbox allow-popups allow-popups-to-escape-sandbox";

#[derive(Template)]
#[template(path = "outbox/pages/list.html")]
struct ListPage {
    page: Page,
    mails: Vec<Summary>,
    zone: Tz,
    count: i64,
    newer: Option<usize>,
    older: Option<usize>,
}

#[derive(Template)]
#[template(path = "outbox/pages/mail.html")]
struct MailPage {
    page: Page,
    mail: Caught,
    zone: Tz,
    view: View,
}

/// Which side of a mail is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// As a mail program shows it.
    Html,
    /// The plain text.
    Text,
    /// Every header.
    Headers,
}

/// `?page=2`
#[derive(Deserialize)]
pub struct Paging {
    page: Option<usize>,
}

/// `?view=text`
#[derive(Deserialize)]
pub struct Viewing {
    view: Option<View>,
}

/// `GET /outbox`
pub async fn list(
    request: HttpRequest,
    app: web::Data<App>,
    query: web::Query<Paging>,
) -> Result<HttpResponse> {
    let outbox = outbox(&request, &app)?;
    let at = query.page.unwrap_or(1).max(1);
    let (count, mails) =
        reading(move || Ok((outbox.count()?, outbox.list((at - 1).saturating_mul(ROWS), ROWS)?)))
            .await?;
    html(&ListPage {
        page: Page::new(&request),
        newer: (at > 1).then(|| at - 1),
        older: (at.saturating_mul(ROWS) < count).then(|| at + 1),
        count: count.try_into().unwrap_or(i64::MAX),
        mails,
        zone: ZONE,
    })
}

/// `GET /outbox/{number}`
pub async fn mail(
    request: HttpRequest,
    app: web::Data<App>,
    number: web::Path<u64>,
    query: web::Query<Viewing>,
) -> Result<HttpResponse> {
    let mail = find(&request, &app, *number).await?;
    let first = if mail.html.is_some() { View::Html } else { View::Text };
    let view = query.view.unwrap_or(first);
    html(&MailPage { page: Page::new(&request), mail, zone: ZONE, view })
}

/// `GET /outbox/{number}/html`: what the frame shows.
pub async fn mail_html(
    request: HttpRequest,
    app: web::Data<App>,
    number: web::Path<u64>,
) -> Result<HttpResponse> {
    let html = find(&request, &app, *number).await?.html.ok_or(Error::NotFound)?;
    // Without it a link would open inside the frame, where no form can be sent.
    let html = html.replacen("<head>", "<head><base target=\"_blank\">", 1);
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, MAIL_POLICY))
        .body(html))
}

/// `GET /outbox/{number}/eml`: the message itself, for a mail program.
pub async fn eml(
    request: HttpRequest,
    app: web::Data<App>,
    number: web::Path<u64>,
) -> Result<HttpResponse> {
    let mail = find(&request, &app, *number).await?;
    let name = format!("attachment; filename=\"{number}.eml\"");
    Ok(HttpResponse::Ok()
        .content_type("message/rfc822")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .body(mail.raw))
}

async fn find(request: &HttpRequest, app: &App, number: u64) -> Result<Caught> {
    let outbox = outbox(request, app)?;
    reading(move || outbox.get(number)).await?.ok_or(Error::NotFound)
}

/// The outbox, for whom there is one.
fn outbox(request: &HttpRequest, app: &App) -> Result<Outbox> {
    let catcher = app.catcher.as_ref().filter(|_| app.config.on_loopback() && is_local(request));
    catcher.map(|catcher| catcher.outbox()).ok_or(Error::NotFound)
}

/// Whether the browser is on this machine and knows it.
fn is_local(request: &HttpRequest) -> bool {
    let headers = request.headers();
    let peer = request.peer_addr().is_some_and(|peer| peer.ip().is_loopback());
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    peer && !is_passed_on(request) && is_loopback(host)
}

/// Whether a Host header names this machine.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Reads files where it does not hold up other requests.
async fn reading<T: Send + 'static>(
    read: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T> {
    let read = web::block(read).await.map_err(anyhow::Error::new)?;
    Ok(read.map_err(anyhow::Error::new)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        for host in ["localhost:8080", "LOCALHOST", "127.0.0.1:8080", "[::1]:8080", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["nyt.lederweb.example", "localhost.example:80", "192.0.2.1:8080", "", ":80"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
