//! Signing up from outside: where people are asked ([`sources`]), what is taken down of a form
//! before anybody looks the address up ([`receive`]), and what keeps others from making us write
//! to people who never asked ([`pace`], [`hold`], [`form_token`]).

pub mod form_token;
pub mod hold;
pub mod pace;
pub mod receive;
pub mod routes;
pub mod sources;
pub mod store;

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::PublicId;
use crate::db::schema::signup_sources;

/// Where a subscription comes from when the form names no source.
pub const FORM: &str = "form";

/// Where people are asked to subscribe: a stand, an advert, a form on another site.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = signup_sources)]
pub struct Source {
    /// Its row.
    pub id: i64,
    /// Its name in addresses of ours.
    pub uuid: PublicId,
    /// To which newsletter.
    pub newsletter: i64,
    /// As it stands in addresses, subscriptions and the ledger.
    pub slug: String,
    /// What people call it.
    pub title: String,
    /// The sites whose own forms may use it, separated by blanks.
    pub origins: String,
    /// Since when nobody is asked there any more.
    pub archived_at: Option<Instant>,
}

impl Source {
    /// The sites whose own forms may use it.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        self.origins.split_whitespace()
    }
}
