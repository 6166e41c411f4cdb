//! Newsletters: who sends, in which language and zone, what is measured, what the footer says.

pub mod api;
pub mod brand;
pub mod routes;
pub mod settings;
pub mod store;

use chrono_tz::Tz;
use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::newsletters;
use crate::db::{Json, PublicId};
use crate::text_enum;
use crate::web::Lang;

text_enum! {
    /// What is measured of opens and clicks.
    pub enum Tracking {
        /// Nothing.
        Off = "off",
        /// Counts per issue, the same links for everyone, nothing personal.
        Aggregate = "aggregate",
        /// Persons who said yes to it; counts for the others.
        Consented = "consented",
    }
}

/// A newsletter.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = newsletters)]
pub struct Newsletter {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// In addresses.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// What it is about, in a sentence or two.
    pub description: String,
    /// The language it is written in.
    pub language: Lang,
    /// An IANA name; [`Newsletter::zone`] reads it.
    pub time_zone: String,
    /// From: the name.
    pub sender_name: String,
    /// From: the address.
    pub sender_email: String,
    /// Where answers go, when not to the sender.
    pub reply_to: Option<String>,
    /// What is measured.
    pub open_tracking: Tracking,
    /// Whether a second person must approve an issue.
    pub approval_required: bool,
    /// [`Newsletter::details`] reads it.
    pub settings: Json,
    /// When it was made.
    pub created_at: Instant,
}

/// What the footer, the forms and the legal pages say.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Details {
    /// The organisation that sends, as in "Væksthus for Ledelse".
    pub organisation: String,
    /// Its postal address, on one line.
    pub postal_address: String,
    /// Its number in the Danish business register.
    pub cvr: String,
    /// An address that a person reads.
    pub contact_email: String,
    /// Its site.
    pub site_url: String,
    /// How often it comes, in the newsletter's language, as in "cirka hver anden uge".
    pub frequency: String,
    /// The accessibility statement at the authority's own site; `/was` leads there.
    pub accessibility_url: String,
    /// The data protection officer's address.
    pub dpo_email: String,
    /// Whether who confirms gets a mail with the latest issues.
    pub welcome_mail: bool,
}

impl Newsletter {
    /// The time zone; UTC when the stored name is none.
    pub fn zone(&self) -> Tz {
        self.time_zone.parse().unwrap_or(Tz::UTC)
    }

    /// What the footer and the forms say.
    pub fn details(&self) -> Details {
        serde_json::from_value(self.settings.0.clone()).unwrap_or_default()
    }
}
