//! Letting somebody in to their own page: by a link that works once.

use actix_web::HttpRequest;

use super::{LINK_VALID, OPEN_FOR, store};
use crate::app::App;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::links::{Links, Purpose, Token};
use crate::staff;
use crate::subscribers::store::mails::{self, Due};
use crate::subscribers::{PersonalMail, Subscriber};

/// The name of the cookie; it goes to [`PATH`] only.
pub const COOKIE: &str = "lederbrev_own_page";
/// Where one's own page lies.
pub const PATH: &str = "/my-page";

/// What a link is good for: [`Error::NotFound`] when nobody issued it, [`Error::Gone`] when it has
/// ended or been used.
pub async fn owner(app: &App, token: &str) -> Result<Due> {
    link(app, token, Purpose::OwnPage, PersonalMail::OwnPage).await
}

/// The mail in which a link stands that can still be used.
pub(super) async fn link(
    app: &App,
    token: &str,
    purpose: Purpose,
    kind: PersonalMail,
) -> Result<Due> {
    let token = Token::parse(token).ok_or(Error::NotFound)?;
    let found = app.db.read(move |conn| Ok(mails::with_owner(conn, token.id)?)).await?;
    let due = found
        .filter(|(mail, ..)| mail.kind == kind && app.links.verify(&token, purpose, mail.nonce));
    let due = due.ok_or(Error::NotFound)?;
    if due.0.used_at.is_some() || Links::has_ended(&token, app.clock.now()) {
        return Err(Error::Gone);
    }
    Ok(due)
}

/// When the link of a mail that was queued at a moment ends.
pub(super) fn link_ends(queued_at: Instant) -> Instant {
    queued_at + LINK_VALID
}

/// Uses the link and opens the page; returns what the cookie holds.
pub async fn enter(app: &App, token: &str) -> Result<String> {
    let (mail, person, _) = owner(app, token).await?;
    let (session, hash) = staff::random_token()?;
    let now = app.clock.now();
    app.db
        .write(move |conn| {
            if !mails::use_link(conn, mail.id, now)? {
                return Err(Error::Gone);
            }
            Ok(store::insert_session(conn, &hash, person.id, now + OPEN_FOR)?)
        })
        .await?;
    Ok(session)
}

/// Somebody who was let in.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who.
    pub person: Subscriber,
    /// Until when.
    pub ends_at: Instant,
}

/// Who is let in by the cookie of a request.
pub async fn visitor(app: &App, request: &HttpRequest) -> Result<Option<Visitor>> {
    let Some(cookie) = request.cookie(COOKIE) else { return Ok(None) };
    let (hash, now) = (staff::token_hash(cookie.value()), app.clock.now());
    let found = app.db.read(move |conn| Ok(store::session(conn, &hash, now)?)).await?;
    Ok(found.map(|(person, ends_at)| Visitor { person, ends_at }))
}

/// Closes the page.
pub async fn leave(app: &App, request: &HttpRequest) -> Result<()> {
    let Some(cookie) = request.cookie(COOKIE) else { return Ok(()) };
    let hash = staff::token_hash(cookie.value());
    app.db.write(move |conn| Ok(store::delete_session(conn, &hash)?)).await
}
