//! What became of an item of the library: the clicks on it in every issue, however its address was
//! written there.
//!
//! Clicks are those that the reports of the issues show, by the same verdicts: only the links of
//! other items are left out. They are clicks and not persons. How many different persons clicked is
//! known of those who consented, and the report of each issue says it.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::issue::Verdicts;
use super::store::{self, Linking};
use crate::clock::Instant;
use crate::db::{DbConn, PublicId};
use crate::issues::Origin;
use crate::library::Item;
use crate::library::store::links_to;
use crate::newsletters::Tracking;
use crate::tracking::store::short;

/// An issue that links an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Usage {
    /// The issue.
    #[schema(value_type = uuid::Uuid)]
    pub issue: PublicId,
    /// Its subject.
    pub subject: String,
    /// `here`, or `imported` when it was brought in as history and has no figures.
    #[schema(value_type = String)]
    pub origin: Origin,
    /// When its sending began; null when it has not begun.
    #[schema(value_type = Option<String>)]
    pub started_at: Option<Instant>,
    /// What was measured of it: `off`, `aggregate` or `consented`.
    #[schema(value_type = String)]
    pub measured: Tracking,
    /// The clicks on the item in it.
    pub clicks: Verdicts,
}

impl Usage {
    /// Whether it was sent from here, or is being sent.
    pub fn is_sent(&self) -> bool {
        self.origin == Origin::Here && self.started_at.is_some()
    }

    /// Whether clicks in it are, or were, counted.
    pub fn is_measured(&self) -> bool {
        self.is_sent() && (self.measured != Tracking::Off || self.clicks != Verdicts::default())
    }
}

/// An address by which issues link an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Address {
    /// The address.
    pub url: String,
    /// The clicks on it in all issues.
    pub clicks: Verdicts,
}

/// The item's short link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ShortLink {
    /// The part of the address behind `/p/`.
    pub slug: String,
    /// How often it was followed: counted apart from the links of issues.
    pub clicks: Verdicts,
}

/// The report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ItemReport {
    /// The item.
    #[schema(value_type = uuid::Uuid)]
    pub id: PublicId,
    /// Its title.
    pub title: String,
    /// The clicks on it in all issues, by all its addresses.
    pub clicks: Verdicts,
    /// The issues that link it, the newest first.
    pub issues: Vec<Usage>,
    /// The addresses by which they do, the one that is clicked most first.
    pub addresses: Vec<Address>,
    /// Its short link, if one was made.
    pub short_link: Option<ShortLink>,
}

/// Makes the report of an item.
pub fn for_item(conn: &mut DbConn, item: &Item) -> QueryResult<ItemReport> {
    let links: HashMap<(i64, i32), String> = links_to(conn, &[item.id])?
        .into_iter()
        .map(|link| ((link.issue, link.number), link.url))
        .collect();
    let mut by_issue: HashMap<i64, Verdicts> = HashMap::new();
    let mut by_address: BTreeMap<String, Verdicts> = BTreeMap::new();
    for ((issue, _), url) in &links {
        by_issue.entry(*issue).or_default();
        by_address.entry(url.clone()).or_default();
    }
    let issues: Vec<i64> = by_issue.keys().copied().collect();
    let mut all = Verdicts::default();
    for sum in store::link_clicks(conn, &issues, links.keys().map(|(_, number)| *number))? {
        // Of all pairs of these issues and numbers some are links to something else.
        let Some(url) = links.get(&(sum.issue, sum.link)) else { continue };
        all.add(sum.verdict, sum.hits);
        by_issue.entry(sum.issue).or_default().add(sum.verdict, sum.hits);
        by_address.entry(url.clone()).or_default().add(sum.verdict, sum.hits);
    }
    let usage = |issue: Linking| Usage {
        issue: issue.uuid,
        subject: issue.subject,
        origin: issue.origin,
        started_at: issue.started_at,
        measured: issue.measured.unwrap_or(Tracking::Off),
        clicks: by_issue.get(&issue.id).copied().unwrap_or_default(),
    };
    let mut addresses: Vec<Address> =
        by_address.into_iter().map(|(url, clicks)| Address { url, clicks }).collect();
    addresses.sort_by_key(|address| std::cmp::Reverse(address.clicks.human_at_most()));
    let mut followed = Verdicts::default();
    for (_, verdict, clicks) in short::sums(conn, &[item.id])? {
        followed.add(verdict, clicks);
    }
    let short_link =
        short::slug_of(conn, item.id)?.map(|slug| ShortLink { slug, clicks: followed });
    Ok(ItemReport {
        id: item.uuid,
        title: item.details.title.clone(),
        clicks: all,
        issues: store::linking(conn, &issues)?.into_iter().map(usage).collect(),
        addresses,
        short_link,
    })
}
