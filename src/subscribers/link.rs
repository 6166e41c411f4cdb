//! From the token of a link to the subscription it was made for.

use super::{Subscriber, Subscription, store};
use crate::app::App;
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
    let found = app.db.read(move |conn| Ok(store::register::with_owner(conn, token.id)?)).await?;
    let (subscription, person, newsletter) = found.ok_or(Error::NotFound)?;
    if !app.links.verify(&token, purpose, subscription.nonce) {
        return Err(Error::NotFound);
    }
    Ok(Owned { token, subscription, person, newsletter })
}
