//! Recurring issues: some days before one is to go, a draft is prepared with what is new in the
//! library. It is a draft as any other; nothing is ever sent by itself.

mod change;
mod fill;
mod form;
pub mod prepare;
pub mod routes;
pub mod rule;
pub mod store;
mod subject;

pub use change::{Change, change, save};
pub use rule::{Rule, Weeks};

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::recurring;
use crate::db::{Json, PublicId};
use crate::error::Result;
use crate::library::ItemKind;
use crate::text_enum;

/// Most days before an issue on which its draft is prepared.
pub const MOST_LEAD: i32 = 14;

text_enum! {
    /// What a draft begins with.
    pub enum Start {
        /// Nothing.
        Empty = "empty",
        /// A template.
        Template = "template",
        /// What the last issue had that did not come from the library.
        Last = "last",
    }
}

/// A series of issues.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = recurring)]
pub struct Series {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// Of which newsletter.
    pub newsletter: i64,
    /// What people call it.
    pub name: String,
    /// [`Rule`] as JSON.
    pub rule: Json,
    /// What a draft begins with.
    pub start: Start,
    /// The template, when it begins with one.
    pub template: Option<i64>,
    /// The subject, with places for the week and the like.
    pub subject: String,
    /// The kinds of library items that are filled in: words with commas; [`Series::kinds`] reads
    /// it.
    pub kinds: String,
    /// How many days before it goes the draft is prepared.
    pub lead_days: i32,
    /// When the next issue is to go.
    pub next_send_at: Instant,
    /// When its draft is prepared.
    pub next_run_at: Instant,
    /// Whether drafts are prepared.
    pub active: bool,
    /// The draft that was prepared last.
    pub last_issue: Option<i64>,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: Instant,
    /// When it was removed; it can be brought back.
    pub removed_at: Option<Instant>,
}

impl Series {
    /// When issues go out.
    pub fn rule(&self) -> Result<Rule> {
        serde_json::from_value(self.rule.0.clone())
            .map_err(|error| anyhow::Error::new(error).context("a stored rule").into())
    }

    /// The kinds of library items that are filled in, in the order of their sections.
    pub fn kinds(&self) -> Vec<ItemKind> {
        self.kinds.split(',').filter_map(|kind| kind.parse().ok()).collect()
    }

    /// How many days before it goes the draft is prepared.
    pub fn lead(&self) -> u32 {
        u32::try_from(self.lead_days).unwrap_or_default()
    }
}

/// A series to be, or what it is to become.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSeries {
    /// Of which newsletter.
    pub newsletter: i64,
    /// What people call it.
    pub name: String,
    /// When issues go out.
    pub rule: Rule,
    /// What a draft begins with.
    pub start: Start,
    /// The template, when it begins with one.
    pub template: Option<i64>,
    /// The subject.
    pub subject: String,
    /// The kinds of library items that are filled in.
    pub kinds: Vec<ItemKind>,
    /// How many days before it goes the draft is prepared.
    pub lead_days: i32,
}
