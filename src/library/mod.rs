//! The content library: articles, publications, podcasts, events, e-courses, tools and projects.
//!
//! An item has one identity and may have many addresses. Items are archived, not deleted: issues
//! that were sent go on linking them.

pub mod api;
mod archive;
pub mod feeds;
mod fetch;
pub mod form;
pub mod import;
pub mod links;
mod plain;
mod read_page;
mod relate;
pub mod relocate;
pub mod routes;
mod save;
pub mod store;

pub use archive::{archive, restore};
pub use fetch::{Proposal, fetch, key as page_key};
pub use relate::{relate, unrelate};
pub use save::{save, save_with_tags};

use chrono::{Datelike, Months, NaiveDate};
use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::PublicId;
use crate::db::schema::library_items;
use crate::text_enum;
use crate::web::{Lang, format};

text_enum! {
    /// What an item is.
    pub enum ItemKind {
        /// An article.
        Article = "article",
        /// A publication.
        Publication = "publication",
        /// A podcast.
        Podcast = "podcast",
        /// An event.
        Event = "event",
        /// An e-course.
        Ecourse = "ecourse",
        /// A tool.
        Tool = "tool",
        /// A project.
        Project = "project",
    }
}

text_enum! {
    /// How much of a date is known.
    pub enum Precision {
        /// The day.
        Day = "day",
        /// The month; the stored day is its first.
        Month = "month",
        /// The year; the stored day is its first.
        Year = "year",
    }
}

impl Precision {
    /// A date as far as it is known: "25. august 2017", "oktober 2017", "2017".
    pub fn date(self, lang: Lang, day: NaiveDate) -> String {
        match self {
            Self::Day => format::day(lang, day),
            Self::Month => format!("{} {}", format::month(lang, day.month()), day.year()),
            Self::Year => day.year().to_string(),
        }
    }

    /// The last day that it can have been.
    pub fn last(self, day: NaiveDate) -> NaiveDate {
        let months = match self {
            Self::Day => return day,
            Self::Month => Months::new(1),
            Self::Year => Months::new(12),
        };
        day.checked_add_months(months).and_then(|next| next.pred_opt()).unwrap_or(day)
    }
}

/// What staff say about an item, but for its addresses.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = library_items, treat_none_as_null = true)]
pub struct Details {
    /// What it is.
    pub kind: ItemKind,
    /// Its title.
    pub title: String,
    /// What it is about, in a sentence or three.
    pub summary: String,
    /// The language it is in.
    pub language: Lang,
    /// When it came out, or when the event is.
    pub published_on: Option<NaiveDate>,
    /// How much of that date is known; set exactly when the date is.
    pub published_precision: Option<Precision>,
    /// The series it belongs to, such as a podcast's.
    pub series: Option<String>,
    /// Its number in the series.
    pub number: Option<i32>,
    /// Whom it is for: some of `1,2,3` in rising order, with commas; [`Details::groups`] reads it.
    pub leadership_groups: String,
    /// A picture: an `https` address or a path of this service.
    pub image_url: Option<String>,
    /// Where an event is held.
    pub place: Option<String>,
    /// The last day on which it is worth linking.
    pub valid_until: Option<NaiveDate>,
}

impl Details {
    /// The leadership groups that it is for: some of 1, 2, 3. None means all.
    pub fn groups(&self) -> Vec<u8> {
        self.leadership_groups.split(',').filter_map(|group| group.parse().ok()).collect()
    }

    /// Its date as far as it is known: "25. august 2017", "oktober 2017", "2017".
    pub fn date(&self, lang: Lang) -> Option<String> {
        Some(self.published_precision?.date(lang, self.published_on?))
    }
}

/// An item to be, or what an item is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// What it is.
    pub details: Details,
    /// Where it is: the first address is the one that is linked; the others are known as the
    /// same item, too. May be empty.
    pub addresses: Vec<String>,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// What it is.
    pub details: Details,
    /// Where it is; the first address is the one that is linked.
    pub addresses: Vec<String>,
    /// The words by which it is found, in alphabetical order.
    pub tags: Vec<String>,
    /// When it was made.
    pub created_at: Instant,
    /// Its last change.
    pub updated_at: Instant,
    /// When it was put aside.
    pub archived_at: Option<Instant>,
    /// The feed that it came from.
    pub feed: Option<i64>,
    /// It came from a feed, and no person has looked at it since.
    pub is_new: bool,
}

impl Item {
    /// The address that is linked.
    pub fn address(&self) -> Option<&str> {
        self.addresses.first().map(String::as_str)
    }

    /// Whether its last day is over.
    pub fn is_outdated(&self, today: NaiveDate) -> bool {
        self.details.valid_until.is_some_and(|last| last < today)
    }
}
