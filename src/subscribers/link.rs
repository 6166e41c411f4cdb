//! From the token of a link to the subscription it was made for.

use super::{Subscriber, Subscription, store};
use crate::app::App;
use crate::db::DbConn;
use crate::error::{Error, Result};
use crate::links::{Purpose, Token};
use crate::newsletters::Newsletter;

/// A subscription, whose it is, and to what.
#[derive(Debug, Clone)]
pub struct Owned {
    /// The token, verified.
    pub token: Token,
    /// The subscription.
    pub subscription: Subscription,
    /// Whose.
    pub person: Subscriber,
    /// To what.
    pub newsletter: Newsletter,
}

impl Owned {
    /// The address as a stranger may see it, because newsletters are forwarded. The domain is as
    /// it was typed: the person should know it again.
    pub fn masked(&self) -> String {
        let (local, domain) = self.person.email.rsplit_once('@').unwrap_or_default();
        let first: String = local.chars().take(1).collect();
        format!("{first}…@{domain}")
    }
}

/// Reads a token: [`Error::NotFound`] when nobody issued it for this purpose, or when the person
/// is not in the register any more.
pub async fn owned(app: &App, text: &str, purpose: Purpose) -> Result<Owned> {
    let token = Token::parse(text).ok_or(Error::NotFound)?;
    let found = app.db.read(move |conn| find(conn, token.id)).await?;
    let ((subscription, person, newsletter), nonce) = found.ok_or(Error::NotFound)?;
    if !app.links.verify(&token, purpose, nonce) {
        return Err(Error::NotFound);
    }
    Ok(Owned { token, subscription, person, newsletter })
}

type Found = (Subscription, Subscriber, Newsletter);

/// A subscription by the id in its links, with the nonce they were made with. One that has become
/// part of another is that other one: links in old mails work for ever.
fn find(conn: &mut DbConn, id: i64) -> Result<Option<(Found, i64)>> {
    if let Some(found) = store::register::with_owner(conn, id)? {
        let nonce = found.0.nonce;
        return Ok(Some((found, nonce)));
    }
    let Some((into, nonce)) = store::merged::find(conn, id)? else { return Ok(None) };
    Ok(store::register::with_owner(conn, into)?.map(|found| (found, nonce)))
}
