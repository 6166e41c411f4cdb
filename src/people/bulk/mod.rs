//! The same for many: those whom a search of the register finds are ended, or get a sector or a level
//! of leadership. It is counted and confirmed first, done a chunk at a time, and undone for a day.

pub mod begin;
pub mod routes;
pub mod run;
pub mod store;

use chrono::TimeDelta;
use diesel::prelude::*;

use super::search::Query;
use crate::clock::Instant;
use crate::db::schema::bulk_changes;
use crate::db::{Json, PublicId};
use crate::error::Result;
use crate::subscribers::{LeadershipGroup, Sector};
use crate::text_enum;

/// How long it can be taken back.
pub const UNDO: TimeDelta = TimeDelta::hours(24);

text_enum! {
    /// How far it is.
    pub enum BulkState {
        /// It goes on.
        Running = "running",
        /// It is done, and can be taken back for a day.
        Done = "done",
        /// It is being taken back.
        Undoing = "undoing",
        /// It was taken back.
        Undone = "undone",
    }
}

impl BulkState {
    /// Whether there is something to do.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Running | Self::Undoing)
    }
}

/// What is done with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// The subscription ends, as when staff end one.
    End,
    /// The person works there.
    Sector(Sector),
    /// The person leads at that level.
    Level(LeadershipGroup),
}

impl Act {
    /// All that can be chosen.
    pub fn all() -> Vec<Self> {
        let sectors = Sector::ALL.iter().map(|sector| Self::Sector(*sector));
        let levels = LeadershipGroup::ALL.iter().map(|level| Self::Level(*level));
        std::iter::once(Self::End).chain(sectors).chain(levels).collect()
    }

    /// Reads what its `Display` wrote.
    pub fn parse(word: &str) -> Option<Self> {
        Self::all().into_iter().find(|act| act.to_string() == word)
    }
}

impl std::fmt::Display for Act {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::End => f.write_str("end"),
            Self::Sector(sector) => write!(f, "sector-{sector}"),
            Self::Level(level) => write!(f, "level-{level}"),
        }
    }
}

/// A change of many.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = bulk_changes)]
pub struct BulkChange {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// How far it is.
    pub state: BulkState,
    /// What is done, as [`Act`] writes it.
    pub act: String,
    /// Whom the search asks for; empty once it is done.
    pub query: Json,
    /// How many subscriptions there were when it began.
    pub subscriptions: i64,
    /// How many have been looked at.
    pub passed: i64,
    /// How many were changed; while it is taken back, how many still are.
    pub changed: i64,
    /// The last subscription that was looked at; they go down. Before the first, the number behind the
    /// newest one that was counted.
    pub cursor: i64,
    /// Who did it.
    pub made_by: String,
    /// When.
    pub made_at: Instant,
    /// When it was done, or taken back.
    pub finished_at: Option<Instant>,
}

impl BulkChange {
    /// What is done.
    pub fn act(&self) -> Result<Act> {
        let unknown = || anyhow::anyhow!("an unknown act {:?}", self.act);
        Act::parse(&self.act).ok_or_else(|| unknown().into())
    }

    /// Whom the search asked for.
    pub fn query(&self) -> Result<Query> {
        Ok(serde_json::from_value(self.query.0.clone()).map_err(anyhow::Error::from)?)
    }

    /// Until when it can be taken back, if it can.
    pub fn undo_until(&self, now: Instant) -> Option<Instant> {
        let until = self.made_at + UNDO;
        (self.state == BulkState::Done && self.changed > 0 && now < until).then_some(until)
    }
}
