//! Issues: blocks, compose, compile, preview, schedule, archive.
//!
//! [`content`] is what an editor writes. [`render`] makes a [`render::Rendered`] of it, with markers
//! where links, names and personal addresses go: that is what is approved and frozen. Its
//! [`write`](render::Rendered::write) puts the links in, one function for preview, test and send;
//! [`compile`] encodes the result once, so that a recipient costs only what differs.

pub mod api;
pub mod api_history;
pub mod approve;
pub mod archive;
pub mod audience;
pub mod blocks;
pub mod calendar;
pub mod choose;
pub mod compile;
pub mod compose;
pub mod conflict;
pub mod content;
pub mod corrections;
pub mod desk;
pub mod difference;
pub mod editor;
pub mod fields;
pub mod forecast;
pub mod form;
mod frame;
pub mod freeze;
pub mod from_library;
pub mod html;
mod mail_html;
pub mod markup;
pub mod mjml;
pub mod palette;
mod plain;
pub mod preflight;
pub mod preview;
mod read;
pub mod render;
pub mod restore;
pub mod rich_text;
pub mod routes;
pub mod schedule;
pub mod sender;
pub mod slug;
mod source;
pub mod splice;
pub mod steps;
pub mod store;
pub mod templates;
pub mod test_groups;
pub mod test_send;
pub mod text;
pub mod values;
pub mod web_version;
mod words;

pub use content::Content;
pub use frame::Frame;

use chrono::NaiveDate;
use chrono_tz::Tz;
use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::issues;
use crate::db::{Json, PublicId};
use crate::newsletters::Tracking;
use crate::text_enum;

text_enum! {
    /// What kind of issue it is.
    pub enum IssueKind {
        /// One of the regular ones.
        Ordinary = "ordinary",
        /// A special edition: on one theme, in a frame of its own.
        Special = "special",
    }
}

text_enum! {
    /// How far an issue has come.
    pub enum IssueState {
        /// Being written.
        Draft = "draft",
        /// Waiting for a second person.
        InReview = "in_review",
        /// Approved, not scheduled.
        Approved = "approved",
        /// Waiting for its time.
        Scheduled = "scheduled",
        /// Its audience is being written down.
        Preparing = "preparing",
        /// Going out.
        Sending = "sending",
        /// Stopped on the way, with a reason.
        Paused = "paused",
        /// Every recipient has a final state.
        Sent = "sent",
        /// Called off; those it had not reached are skipped.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// Where an issue comes from.
    pub enum Origin {
        /// Written here.
        Here = "here",
        /// Brought into the archive as history; never sent from here.
        Imported = "imported",
    }
}

/// An issue.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = issues)]
pub struct Issue {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// In the archive's addresses; unique in the installation and stable.
    pub slug: String,
    /// Of which newsletter.
    pub newsletter: i64,
    /// Ordinary or special.
    pub kind: IssueKind,
    /// Its number in its series.
    pub series_number: Option<i32>,
    /// How far it has come.
    pub state: IssueState,
    /// Why it is paused: `person`, or a word that the texts know.
    pub pause_reason: Option<String>,
    /// Written here or brought in.
    pub origin: Origin,
    /// Words shown with an issue that was brought in.
    pub origin_note: Option<String>,
    /// The subject of the current revision, for lists.
    pub subject: String,
    /// The newest revision's number.
    pub current_revision: i32,
    /// The revision that was approved.
    pub approved_revision: Option<i32>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// Hash of the rendition that was approved and is sent.
    pub rendition: Option<String>,
    /// When it is to go, on the newsletter's clock: `YYYY-MM-DDTHH:MM`.
    pub send_at_local: Option<String>,
    /// The zone of that clock, as it was when it was scheduled.
    pub time_zone: String,
    /// The same moment.
    pub send_at: Option<Instant>,
    /// Who gets it: rules.
    pub audience: Json,
    /// How many got a row at fan-out.
    pub audience_count: Option<i64>,
    /// How far fan-out has come.
    pub fan_out_cursor: i64,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Instant,
    /// Its last change.
    pub updated_at: Instant,
    /// When fan-out began.
    pub started_at: Option<Instant>,
    /// When the last recipient had a final state.
    pub finished_at: Option<Instant>,
    /// Its day in the archive; none while it is not public.
    pub published_on: Option<NaiveDate>,
    /// When a draft that was prepared is meant to go, on the newsletter's clock.
    pub proposed_at_local: Option<String>,
    /// When it was forgotten who got it; the counts stay.
    pub deliveries_cleared_at: Option<Instant>,
    /// What its newsletter measured when it began to go out; none before that.
    pub measured: Option<Tracking>,
    /// How many left after it, once the week is over in which that is put down to it.
    pub unsubscribed: Option<i64>,
}

/// Who makes the drafts of recurring issues, in the audit log and in lists.
pub const PREPARED_BY: &str = "recurring";

impl Issue {
    /// Whether it is a draft that was prepared and that nobody has touched yet.
    pub fn is_prepared(&self) -> bool {
        self.created_by == PREPARED_BY
            && self.state == IssueState::Draft
            && self.current_revision == 1
    }

    /// The zone of its clock.
    pub fn zone(&self) -> Tz {
        self.time_zone.parse().unwrap_or(Tz::UTC)
    }
}

#[cfg(test)]
mod tests;
