//! `/o/{token}.gif`, `/c/{token}`, `/p/{slug}`, `/admin/verdicts` and
//! `/admin/library/{id}/short-link`

use std::net::IpAddr;

use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use diesel::OptionalExtension;
use url::Url;

use super::buffer::{Count, PersonalHit, ShortCount};
use super::verdict::{self, RULE_VERSION, Reason, Signals};
use super::{short, store};
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, Result};
use crate::links::{Purpose, Token};
use crate::staff::Staff;
use crate::web::{Page, headers, html, see_other};

#[derive(Template)]
#[template(path = "tracking/pages/verdicts.html")]
struct VerdictsPage {
    page: Page,
    reasons: &'static [Reason],
    version: i32,
}

/// `GET /admin/verdicts`: the rules by which people and machines are told apart.
pub async fn verdicts(request: HttpRequest) -> Result<HttpResponse> {
    let page = Page::new(&request);
    html(&VerdictsPage { page, reasons: Reason::ALL, version: RULE_VERSION })
}

/// A transparent image of one pixel: GIF89a with a graphic control extension.
const GIF: [u8; 43] = [
    0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 0x01, 0x00, 0x01, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x21, 0xf9, 0x04, 0x01, 0x00, 0x00, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x01, 0x00, 0x00, 0x02, 0x02, 0x44, 0x01, 0x00, 0x3b,
];

/// `GET /o/{token}.gif`: the same image at once, whatever the token is; so nobody learns from the
/// answer whether it was issued, or counted.
pub async fn open(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    opened(&app, &request, request.match_info().query("token"))
}

/// The image, and what follows from its being asked for.
pub(super) fn opened(app: &App, request: &HttpRequest, token: &str) -> HttpResponse {
    if let Some(token) = Token::parse(token) {
        if app.links.verify(&token, Purpose::Open, 0) {
            count(app, request, token.id, None);
        } else if app.links.verify(&token, Purpose::PersonalOpen, 0) {
            keep(app, request, token.id, None);
        }
    }
    HttpResponse::Ok()
        .content_type("image/gif")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(web::Bytes::from_static(&GIF))
}

/// `GET /c/{token}`: leads to the address that is stored with the issue; nothing in the request
/// can name another.
pub async fn click(
    request: HttpRequest,
    app: web::Data<App>,
    token: web::Path<String>,
) -> Result<HttpResponse> {
    let token = Token::parse(&token).ok_or(Error::NotFound)?;
    let is_personal = match token.purpose {
        purpose @ (Purpose::Click | Purpose::PersonalClick)
            if app.links.verify(&token, purpose, 0) =>
        {
            purpose == Purpose::PersonalClick
        }
        _ => return Err(Error::NotFound),
    };
    let link = i32::try_from(token.extra).map_err(|_| Error::NotFound)?;
    let stored = app
        .db
        .read(move |conn| {
            Ok(match is_personal {
                true => store::personal_destination(conn, token.id, link)?,
                false => store::destination(conn, token.id, link)?,
            })
        })
        .await?;
    let to = location(&stored).ok_or(Error::NotFound)?;
    if is_personal {
        keep(&app, &request, token.id, Some(link));
    } else {
        count(&app, &request, token.id, Some(link));
        app.destinations.keep(token.id, link, to.clone());
    }
    Ok(leads_to(to))
}

/// The answer that leads somewhere.
pub(super) fn leads_to(to: HeaderValue) -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, to))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .finish()
}

/// `GET /p/{slug}`: leads to a library item, from wherever its short link stands. Whatever is put
/// behind it is left out: nothing in the request can name another address.
pub async fn short(
    request: HttpRequest,
    app: web::Data<App>,
    slug: web::Path<String>,
) -> Result<HttpResponse> {
    let slug = slug.into_inner();
    let found = app.db.read(move |conn| Ok(store::short::destination(conn, &slug).optional()?));
    let (item, stored) = found.await?.ok_or(Error::NotFound)?;
    let to = location(&stored).ok_or(Error::NotFound)?;
    let signals =
        Signals { is_head: is_head(&request), agent: &agent(&request), click_after: None };
    let verdict = verdict::judge(&signals).verdict();
    app.hits.count_short(ShortCount { item, hour: app.clock.now().hour(), verdict });
    Ok(leads_to(to))
}

/// `POST /admin/library/{id}/short-link`
pub async fn make_short(
    app: web::Data<App>,
    staff: Staff,
    id: web::Path<PublicId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    short::make(&app, id, &staff.actor()).await?;
    Ok(see_other(format!("/admin/library/{id}?done=saved#short-link")))
}

/// An address as a header carries it: byte for byte if it is ASCII, else in its encoded form.
fn location(stored: &str) -> Option<HeaderValue> {
    let url = Url::parse(stored).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let is_plain = stored.bytes().all(|byte| byte.is_ascii_graphic());
    let written = if is_plain { stored.to_owned() } else { url.into() };
    HeaderValue::from_str(&written).ok()
}

/// Counts a hit that is the same for everyone: it is judged here and now, and its agent forgotten.
pub(super) fn count(app: &App, request: &HttpRequest, issue: i64, link: Option<i32>) {
    let signals = Signals { is_head: is_head(request), agent: &agent(request), click_after: None };
    let verdict = verdict::judge(&signals).verdict();
    app.hits.count(Count { issue, link, hour: app.clock.now().hour(), verdict });
}

/// Keeps a hit by a personal link until it is known whether it may be stored: a second or so.
fn keep(app: &App, request: &HttpRequest, delivery: i64, link: Option<i32>) {
    let client = headers::client_ip(request, &app.config.trusted_proxies);
    app.hits.personal(PersonalHit {
        delivery,
        link,
        at: app.clock.now(),
        is_head: is_head(request),
        agent: agent(request),
        network: client.filter(|ip| is_of_somebody(*ip)).map(network).unwrap_or_default(),
    });
}

fn is_head(request: &HttpRequest) -> bool {
    request.method() == Method::HEAD
}

/// The agent, cut to a length that no honest one reaches.
fn agent(request: &HttpRequest) -> String {
    let header = request.headers().get(header::USER_AGENT);
    let text = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().take(300).collect()
}

/// Whether an address can be a reader's. One of a house or of this machine is that of a proxy which
/// nobody has named in the settings: all readers come from it, and would look like a crowd.
fn is_of_somebody(client: IpAddr) -> bool {
    match client.to_canonical() {
        IpAddr::V4(ip) => !(ip.is_loopback() || ip.is_private() || ip.is_link_local()),
        IpAddr::V6(ip) => !(ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()),
    }
}

/// The network of an address, so that it points at nobody: /24 of IPv4, /48 of IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_cut_so_that_it_points_at_nobody() {
        let cases = [
            ("192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:12:3456::77", "2001:db8:12::/48"),
        ];
        for (address, expected) in cases {
            assert_eq!(address.parse().map(network).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn the_address_of_a_proxy_that_nobody_named_is_nobodys() {
        let proxies =
            ["127.0.0.1", "10.0.0.7", "172.17.0.1", "::ffff:192.168.1.1", "::1", "fd00::1"];
        for proxy in proxies {
            assert_eq!(proxy.parse().map(is_of_somebody), Ok(false), "{proxy}");
        }
        for reader in ["192.0.2.7", "2001:db8::7"] {
            assert_eq!(reader.parse().map(is_of_somebody), Ok(true), "{reader}");
        }
    }

    #[test]
    fn an_address_goes_out_as_it_was_written_when_a_header_can_carry_it() {
        for stored in ["https://lederweb.dk", "http://lederweb.dk/a%20b?x=1&amp;y=%C3%A6#Top"] {
            assert_eq!(
                location(stored).as_ref().map(HeaderValue::as_bytes),
                Some(stored.as_bytes())
            );
        }
        let danish = location("https://værktøj.example/søg?q=å");
        let written = HeaderValue::from_static("https://xn--vrktj-sra3k.example/s%C3%B8g?q=%C3%A5");
        assert_eq!(danish, Some(written));
        for other in ["javascript:alert(1)", "//ond.example", "mailto:a@b.example", ""] {
            assert_eq!(location(other), None);
        }
    }
}
