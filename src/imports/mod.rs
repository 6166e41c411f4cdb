//! Importing lists: people whose consent somebody states, and addresses that get nothing any more.
//!
//! A file is stored in pieces, looked at ([`table::guess`]), checked and run. Checking and running
//! are one function ([`run`]): it reads rows, judges a chunk of them at once ([`judge`]), and writes
//! down what became of them together with how far it is, in one transaction. So a crash repeats
//! nothing and skips nobody, and whoever finds an import under way goes on with it. A check writes
//! nothing in the register.
//!
//! A list never brings back who left, complained or was erased. What an import did can be undone
//! for a day ([`undo`]).

pub mod api;
pub mod days;
pub mod errors_file;
pub mod fields;
pub mod file;
pub mod forget;
pub mod judge;
pub mod person;
pub mod plan;
pub mod request;
pub mod routes;
mod rows;
pub mod run;
pub mod steps;
pub mod store;
pub mod suppress;
pub mod table;
pub mod take;
pub mod undo;
pub mod verdicts_file;
pub mod words;

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Instant;
use crate::db::schema::imports;
use crate::db::{Json, PublicId};
use crate::error::Result;
use crate::text_enum;
pub use plan::{Existing, Plan};

/// How long an import can be undone, and how long a file waits to be run.
pub const UNDO: TimeDelta = TimeDelta::hours(24);
/// Bytes of a file.
pub const MOST_BYTES: u64 = 300 * 1024 * 1024;

text_enum! {
    /// What a list is.
    pub enum Kind {
        /// People who are to get the newsletter.
        Subscribers = "subscribers",
        /// Addresses that are to get nothing.
        Suppressions = "suppressions",
    }
}

text_enum! {
    /// How far an import is.
    ///
    /// `Uploaded` → `Checking` → `Checked` → `Running` → `Done` → `Undoing` → `Undone`; `Failed`
    /// when the file cannot be read to its end. It may be checked again, and run without a check.
    pub enum State {
        /// The file is there.
        Uploaded = "uploaded",
        /// Every row is being judged.
        Checking = "checking",
        /// Every row has been judged, and nothing done.
        Checked = "checked",
        /// Rows are being taken.
        Running = "running",
        /// All have been.
        Done = "done",
        /// What it did is being taken back.
        Undoing = "undoing",
        /// It has been.
        Undone = "undone",
        /// The file cannot be read to its end.
        Failed = "failed",
    }
}

impl State {
    /// Whether it goes on by itself.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Checking | Self::Running | Self::Undoing)
    }
}

text_enum! {
    /// What becomes of a row.
    pub enum Verdict {
        /// Somebody, or an address, that was not there.
        Create = "create",
        /// Somebody who was there, and of whom the list says more.
        Update = "update",
        /// Nothing: it is as the list says already.
        Unchanged = "unchanged",
        /// Nothing, for a reason that is said.
        Skipped = "skipped",
        /// Nothing: the address gets nothing any more.
        Suppressed = "suppressed",
        /// It cannot be taken.
        Invalid = "invalid",
    }
}

text_enum! {
    /// Why a row is skipped, or cannot be taken.
    pub enum Reason {
        /// No address.
        NoAddress = "no_address",
        /// Not an address.
        BadAddress = "bad_address",
        /// An address that is too long.
        LongAddress = "long_address",
        /// A text that is too long for its field.
        LongText = "long_text",
        /// Line breaks and other characters that no name has.
        Controls = "controls",
        /// Not one of the words that the field knows.
        Choice = "choice",
        /// Not a day.
        Day = "day",
        /// A day that has not come.
        Future = "future",
        /// It ended before it began.
        Order = "order",
        /// A quotation mark that is not closed.
        Quote = "quote",
        /// A cell that is too long.
        LongCell = "long_cell",
        /// Too many columns.
        Columns = "columns",
        /// Bytes that are no letters in the file's encoding.
        Encoding = "encoding",
        /// The address stands further up.
        Duplicate = "duplicate",
        /// The person left before.
        Left = "left",
        /// The person has asked for the newsletter and not confirmed.
        Pending = "pending",
        /// The list says that the person never confirmed.
        Unconfirmed = "unconfirmed",
        /// The list says that the person gets nothing for a while.
        Paused = "paused",
        /// Neither the list nor whoever imports it says when the person consented.
        NoDate = "no_date",
        /// A source that is an address: growth is counted by it for ever.
        Personal = "personal",
        /// One source too many.
        Sources = "sources",
        /// In a list of those who left: the list says that the person subscribes.
        Active = "active",
        /// The list says that the person left; here they subscribe.
        Subscribes = "subscribes",
    }
}

/// What became of the rows so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Counts {
    /// People, or addresses, that were not there.
    pub created: u64,
    /// Of these, people who had left already: only the ledger counts them, on the days it was so.
    pub left: u64,
    /// People of whom the list says more; of a list of suppressions, people whose subscription it
    /// ends.
    pub updated: u64,
    /// As the list says already.
    pub unchanged: u64,
    /// For a reason that is said.
    pub skipped: u64,
    /// The address gets nothing any more.
    pub suppressed: u64,
    /// They cannot be taken.
    pub invalid: u64,
    /// The first day on which the number of subscribers changes, if it is in the past.
    pub first_day: Option<NaiveDate>,
    /// Taken back.
    pub undone: u64,
    /// Not taken back, because the person has changed something since.
    pub kept: u64,
}

impl Counts {
    /// All rows.
    pub fn all(&self) -> u64 {
        let taken = self.created + self.updated + self.unchanged;
        taken + self.skipped + self.suppressed + self.invalid
    }

    /// Rows that changed nothing for a reason: those in the file of errors.
    pub fn errors(&self) -> u64 {
        self.skipped + self.suppressed + self.invalid
    }

    /// Rows that change something.
    pub fn changes(&self) -> u64 {
        self.created + self.updated
    }

    /// Adds a row.
    pub fn add(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Create => &mut self.created,
            Verdict::Update => &mut self.updated,
            Verdict::Unchanged => &mut self.unchanged,
            Verdict::Skipped => &mut self.skipped,
            Verdict::Suppressed => &mut self.suppressed,
            Verdict::Invalid => &mut self.invalid,
        } += 1;
    }

    /// Notes that the number of subscribers changes on a day before today.
    pub fn changes_on(&mut self, day: NaiveDate) {
        self.first_day = Some(self.first_day.map_or(day, |first| first.min(day)));
    }
}

/// An import.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = imports)]
pub struct Import {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// Into which newsletter.
    pub newsletter: i64,
    /// What the list is.
    pub kind: Kind,
    /// How far it is.
    pub state: State,
    /// As the file was called.
    pub file_name: String,
    /// Bytes of the file.
    pub size: i64,
    /// A [`Plan`].
    pub plan: Json,
    /// [`Counts`].
    pub counts: Json,
    /// Rows that have been read; while it is undone, the line up to which it has been.
    pub cursor: i64,
    /// Rows of the file, once it was read to its end.
    pub rows: Option<i64>,
    /// Who.
    pub created_by: String,
    /// When the file came.
    pub created_at: Instant,
    /// When it began to be run.
    pub started_at: Option<Instant>,
    /// When it was done.
    pub finished_at: Option<Instant>,
    /// Why the file cannot be read to its end: the key of a text.
    pub problem: Option<String>,
}

impl Import {
    /// How it is read, and what it rests on.
    pub fn plan(&self) -> Result<Plan> {
        let plan = serde_json::from_value(self.plan.0.clone());
        Ok(plan.map_err(anyhow::Error::from)?)
    }

    /// What became of the rows so far.
    pub fn counts(&self) -> Result<Counts> {
        let counts = serde_json::from_value(self.counts.0.clone());
        Ok(counts.map_err(anyhow::Error::from)?)
    }

    /// Until when it can be undone, if it can.
    pub fn undo_until(&self, now: Instant) -> Option<Instant> {
        let until = self.finished_at? + UNDO;
        (matches!(self.state, State::Done | State::Failed) && now < until).then_some(until)
    }

    /// Where its people come from, when the file does not say: `import`, or a word of staff's own.
    pub fn source(plan: &Plan) -> &str {
        if plan.source.is_empty() { "import" } else { &plan.source }
    }
}
