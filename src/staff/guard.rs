//! The guard before every route: it looks the route up in the table of [`crate::app::ROUTES`] and
//! lets in whom the table names. What is not in the table does not exist, and a new route under
//! `/admin` or `/api` without a line there is refused.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, HOST, ORIGIN};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};
use chrono::TimeDelta;

use super::{Role, Staff, store, token_hash};
use crate::app::App;
use crate::error::{Error, Result};
use crate::web::Lang;
use crate::web::page::Reader;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everyone, signed in or not.
    Public,
    /// Any staff, the board too: nothing of a person, and nothing that is not finished.
    Anyone,
    /// Editors and administrators.
    Editors,
    /// Editors, operators and administrators: who may see issues, what became of them, and people.
    Desk,
    /// Administrators.
    Admins,
}

impl Access {
    /// Whether a role gets in; `None` is somebody who is not signed in.
    pub fn allows(self, role: Option<Role>) -> bool {
        let Some(role) = role else { return self == Self::Public };
        match self {
            Self::Public | Self::Anyone => true,
            Self::Editors => matches!(role, Role::Admin | Role::Editor),
            Self::Desk => role != Role::Reader,
            Self::Admins => role == Role::Admin,
        }
    }
}

/// A line of the table of routes.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// `GET` (which answers HEAD too), `POST`, …
    pub method: &'static str,
    /// The pattern of the path.
    pub pattern: &'static str,
    /// Who may use it.
    pub access: Access,
}

/// Whether a role may open a page, so that nobody is shown a link that leads to a refusal. What is not
/// for staff only is open to all.
pub fn may_open(role: Role, path: &str) -> bool {
    let is_it = |pattern: &str| {
        let (mut asked, mut said) = (path.split('/'), pattern.split('/'));
        loop {
            match (asked.next(), said.next()) {
                (None, None) => return true,
                (Some(part), Some(name)) if name.starts_with('{') || part == name => {}
                _ => return false,
            }
        }
    };
    crate::app::ROUTES
        .iter()
        .find(|route| route.method == "GET" && is_it(route.pattern))
        .is_none_or(|route| route.access.allows(Some(role)))
}

/// The name of the session's cookie.
pub const COOKIE: &str = "lederbrev_session";

/// The middleware.
pub async fn check(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody, BoxBody>>, actix_web::Error> {
    match admit(&request).await {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_left_body),
        Err(error) => Ok(request.error_response(error).map_into_right_body()),
    }
}

async fn admit(request: &ServiceRequest) -> Result<()> {
    let path = request.path();
    // The router decodes paths before it compares them. None of ours needs encoding, so an encoded
    // one names nothing, and what is read here is what the router reads. Only the open image is the same
    // whatever comes behind its first letters.
    if path.contains('%') && !path.starts_with("/o/") {
        return Err(Error::NotFound);
    }
    // HEAD is GET without the body.
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let pattern = request.match_pattern();
    let route = crate::app::ROUTES
        .iter()
        .find(|r| Some(r.pattern) == pattern.as_deref() && r.method == method.as_str());
    let is_api = path.starts_with("/api/");
    let is_page = path == "/admin" || path.starts_with("/admin/");
    if !is_api && !is_page {
        return match route {
            Some(Route { access: Access::Public, .. }) => Ok(()),
            _ => Err(other_methods(pattern.as_deref(), None).unwrap_or(Error::NotFound)),
        };
    }
    if is_page {
        same_origin(request)?;
    }
    let app = request.app_data::<web::Data<App>>().cloned().ok_or(Error::NotFound)?;
    let staff =
        if is_api { by_bearer(request, &app).await? } else { by_cookie(request, &app).await? };
    let role = staff.as_ref().map(|staff| staff.role);
    // Before the table is asked, so that a refusal too is in the person's language and frame.
    if let Some(staff) = staff {
        let mut extensions = request.extensions_mut();
        extensions.insert::<Lang>(staff.language);
        extensions.insert(Reader { name: staff.name.clone(), role: staff.role.as_str() });
        extensions.insert(staff);
    }
    match route {
        Some(route) if route.access.allows(role) => {}
        // Whether a path exists is nobody's business who is not signed in.
        _ if role.is_none() => return Err(Error::SignIn),
        Some(_) => return Err(Error::Forbidden),
        None => return Err(other_methods(pattern.as_deref(), role).unwrap_or(Error::NotFound)),
    }
    Ok(())
}

/// That a path is there for other methods: only those that this role may use, and nothing if
/// there are none.
fn other_methods(pattern: Option<&str>, role: Option<Role>) -> Option<Error> {
    let methods: Vec<&str> = crate::app::ROUTES
        .iter()
        .filter(|route| Some(route.pattern) == pattern && route.access.allows(role))
        .map(|route| if route.method == "GET" { "GET, HEAD" } else { route.method })
        .collect();
    (!methods.is_empty()).then(|| Error::Method(methods.join(", ")))
}

/// Against cross-site request forgery: a browser says with every unsafe request where it comes
/// from, in `Sec-Fetch-Site` or at least in `Origin`. What says neither is no browser, and has no
/// cookie that it did not put there itself.
fn same_origin(request: &ServiceRequest) -> Result<()> {
    if request.method().is_safe() {
        return Ok(());
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let same = match (header("sec-fetch-site"), header(ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = header(HOST.as_str()).unwrap_or_default();
            origin.split_once("://").is_some_and(|(_, of)| of == host)
        }
        (None, None) => true,
    };
    if same { Ok(()) } else { Err(Error::Forbidden) }
}

async fn by_cookie(request: &ServiceRequest, app: &App) -> Result<Option<Staff>> {
    let Some(cookie) = request.cookie(COOKIE) else { return Ok(None) };
    let hash = token_hash(cookie.value());
    let now = app.clock.now();
    let found = {
        let hash = hash.clone();
        app.db.read(move |conn| Ok(store::session(conn, &hash, now)?)).await?
    };
    let Some((staff, seen_at)) = found else { return Ok(None) };
    if now - seen_at > TimeDelta::hours(1) {
        app.db.write(move |conn| Ok(store::touch_session(conn, &hash, now)?)).await?;
    }
    Ok(Some(staff))
}

async fn by_bearer(request: &ServiceRequest, app: &App) -> Result<Option<Staff>> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((scheme, token)) = header.and_then(|value| value.split_once(' ')) else {
        return Ok(None);
    };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    let hash = token_hash(token.trim());
    let now = app.clock.now();
    let Some((staff, used_at)) = app.db.read(move |conn| Ok(store::token(conn, &hash)?)).await?
    else {
        return Ok(None);
    };
    if let Some(id) = staff.token
        && used_at.is_none_or(|used_at| now - used_at > TimeDelta::hours(1))
    {
        app.db.write(move |conn| Ok(store::touch_token(conn, id, now)?)).await?;
    }
    Ok(Some(staff))
}
