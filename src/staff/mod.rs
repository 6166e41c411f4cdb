//! Staff: sign-in, sessions, roles, API tokens, the audit log, and the guard before their routes.

pub mod access;
pub mod account;
pub mod add;
pub mod attempts;
pub mod guard;
pub mod idempotency;
pub mod mail_link;
pub mod password;
pub mod routes;
pub mod sign_in;
pub mod store;
pub mod tokens;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::db::PublicId;
use crate::error::Error;
use crate::text_enum;
use crate::web::Lang;

text_enum! {
    /// What somebody may do.
    pub enum Role {
        /// Everything.
        Admin = "admin",
        /// Library, issues and subscribers.
        Editor = "editor",
        /// Delivery and subscribers.
        Operator = "operator",
        /// Reports and growth; no personal data.
        Reader = "reader",
    }
}

/// Who is asking: a signed-in person or an API token. The guard puts it into the request.
#[derive(Debug, Clone)]
pub struct Staff {
    /// The person's row; `None` for an API token.
    pub id: Option<i64>,
    /// The API token's row; `None` for a person.
    pub token: Option<i64>,
    /// What outsiders call it.
    pub uuid: PublicId,
    /// The person's name, or the token's.
    pub name: String,
    /// The person's address; empty for a token.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// Their language.
    pub language: Lang,
    /// The hash of the session's token; `None` for an API token.
    pub session: Option<Vec<u8>>,
}

/// What the names of API tokens begin with where it is written down who did something.
pub const TOKEN: &str = "token ";

impl Staff {
    /// Who did it, as it stands in `saved_by` and in the audit log.
    pub fn actor(&self) -> String {
        match self.token {
            Some(_) => format!("{TOKEN}{}", self.name),
            None => self.email.clone(),
        }
    }

    /// Whether it is a person: an API token is never the second person of an approval.
    pub fn is_person(&self) -> bool {
        self.id.is_some()
    }
}

impl FromRequest for Staff {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(request.extensions().get::<Self>().cloned().ok_or(Error::SignIn))
    }
}

/// A random token for a session or the API, and the hash of it that is stored.
pub(crate) fn random_token() -> crate::error::Result<(String, Vec<u8>)> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| anyhow::anyhow!("no random numbers"))?;
    let token = data_encoding::BASE64URL_NOPAD.encode(&bytes);
    let hash = token_hash(&token);
    Ok((token, hash))
}

/// What is stored of a token. The token has 256 random bits, so a plain hash cannot be guessed.
pub(crate) fn token_hash(token: &str) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes()).as_ref().to_vec()
}

/// A random number for a row's nonce.
pub fn random_nonce() -> crate::error::Result<i64> {
    let mut bytes = [0; 8];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| anyhow::anyhow!("no random numbers"))?;
    Ok(i64::from_be_bytes(bytes))
}
