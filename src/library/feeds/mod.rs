//! Feeds of others (RSS, Atom, JSON Feed): what is new there becomes an item of the library.
//!
//! The rows are the queue: a feed is read when its `due_at` has come, every six hours, later when
//! it fails. Known addresses are left alone, whoever knows them first.

mod entries;
mod guard;
mod keep;
mod read;

use diesel::prelude::*;

use super::ItemKind;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::db::schema::feeds;
use crate::web::Lang;
pub use keep::{add, pause, preview, remove, resume};
pub use read::{read_due, read_now};

/// The most entries of a feed that are looked at, the newest first.
pub const MOST_ENTRIES: usize = 200;

/// An entry of a feed, all of it plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// Where it is.
    pub url: String,
    /// A picture: an `https` address.
    pub image: Option<String>,
    /// The day on which it came out, in Denmark.
    pub day: Option<chrono::NaiveDate>,
    /// The number of an episode.
    pub number: Option<i32>,
}

/// What a feed has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// Its title.
    pub title: String,
    /// The language it says that it is in.
    pub language: Option<Lang>,
    /// Its entries, the newest first.
    pub entries: Vec<Entry>,
}

/// What staff say about a feed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = feeds)]
pub struct NewFeed {
    /// Where it is.
    pub url: String,
    /// What we call it.
    pub name: String,
    /// What its entries become.
    pub kind: ItemKind,
    /// The language they are in.
    pub language: Lang,
}

/// A feed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = feeds)]
pub struct Feed {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// What staff say.
    #[diesel(embed)]
    pub new: NewFeed,
    /// The version that was read last.
    pub etag: Option<String>,
    /// The same in the server's other word.
    pub last_modified: Option<String>,
    /// When it was read last, with or without success.
    pub last_read_at: Option<Instant>,
    /// The Fluent message that says why the last reading failed.
    pub last_error: Option<String>,
    /// A value for that message.
    pub last_error_value: Option<String>,
    /// How often in a row it has failed.
    pub failures: i32,
    /// When it is read next.
    pub due_at: Instant,
    /// It is read at all.
    pub active: bool,
    /// Who added it.
    pub made_by: String,
}
