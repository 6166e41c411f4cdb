//! All publications, with what came of each: the clicks on it in issues, year by year, and on its
//! short link, apart.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::issue::Verdicts;
use super::store;
use crate::db::{DbConn, PublicId};
use crate::issues::Origin;
use crate::library::store::{Search, links_to};
use crate::library::{self, Item, ItemKind};
use crate::newsletters::Tracking;
use crate::tracking::store::short;

/// The clicks on a publication in the issues of one year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Year {
    /// How many of the issues that were sent link it.
    pub issues: i64,
    /// The clicks; `None` when none of these issues counted any.
    pub clicks: Option<Verdicts>,
}

/// A publication.
#[derive(Debug, Clone)]
pub struct Publication {
    /// Outside.
    pub id: PublicId,
    /// What it is.
    pub kind: ItemKind,
    /// Its title.
    pub title: String,
    /// By the year in which the issue was sent, in the order of [`Catalogue::years`].
    pub by_year: Vec<Year>,
    /// All years together.
    pub all: Year,
    /// The clicks on its short link, if it has one.
    pub short_link: Option<Verdicts>,
}

/// All of them.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// The years of the issues that link any, the newest first.
    pub years: Vec<i32>,
    /// The most clicked first, and of the others the newest.
    pub publications: Vec<Publication>,
}

/// The issues of a year that link a publication, and the clicks in them.
type Linked = (BTreeSet<i64>, Option<Verdicts>);

/// Reads the catalogue, all kinds or one.
pub fn catalogue(conn: &mut DbConn, kind: Option<ItemKind>) -> QueryResult<Catalogue> {
    let search = Search { kind, limit: i64::from(i32::MAX), ..Search::default() };
    let items = library::store::search(conn, &search)?;
    let ids: Vec<i64> = items.iter().map(|item| item.id).collect();
    let links = links_to(conn, &ids)?;
    let issues: BTreeSet<i64> = links.iter().map(|link| link.issue).collect();
    let issues: Vec<i64> = issues.into_iter().collect();
    // Year and whether clicks are counted, of those that were sent from here.
    let sent: HashMap<i64, (i32, bool)> = store::linking(conn, &issues)?
        .into_iter()
        .filter(|issue| issue.origin == Origin::Here)
        .filter_map(|issue| {
            let year = issue.started_at?.day_in(chrono_tz::Europe::Copenhagen);
            Some((
                issue.id,
                (
                    chrono::Datelike::year(&year),
                    issue.measured.unwrap_or(Tracking::Off) != Tracking::Off,
                ),
            ))
        })
        .collect();
    let mut clicks: HashMap<(i64, i32), Verdicts> = HashMap::new();
    for sum in store::link_clicks(conn, &issues, links.iter().map(|link| link.number))? {
        clicks.entry((sum.issue, sum.link)).or_default().add(sum.verdict, sum.hits);
    }
    let mut by_item: HashMap<i64, HashMap<i32, Linked>> = HashMap::new();
    for link in &links {
        let Some((year, is_measured)) = sent.get(&link.issue) else { continue };
        let (linking, sum) = by_item.entry(link.item).or_default().entry(*year).or_default();
        linking.insert(link.issue);
        let found = clicks.get(&(link.issue, link.number)).copied();
        if *is_measured || found.is_some() {
            *sum = Some(sum.unwrap_or_default().plus(found.unwrap_or_default()));
        }
    }
    let years: BTreeSet<i32> = by_item.values().flat_map(|years| years.keys().copied()).collect();
    let years: Vec<i32> = years.into_iter().rev().collect();
    let mut followed: HashMap<i64, Verdicts> = HashMap::new();
    for (item, verdict, hits) in short::sums(conn, &ids)? {
        followed.entry(item).or_default().add(verdict, hits);
    }
    let have_links: BTreeSet<i64> = short::items(conn)?.into_iter().collect();
    let publication = |item: Item| {
        let of_it = by_item.get(&item.id);
        let year = |year: &i32| {
            let found = of_it.and_then(|years| years.get(year));
            found.map_or_else(Year::default, |(issues, clicks)| Year {
                issues: issues.len() as i64,
                clicks: *clicks,
            })
        };
        let by_year: Vec<Year> = years.iter().map(year).collect();
        let all = by_year.iter().fold(Year::default(), |all, year| Year {
            issues: all.issues + year.issues,
            clicks: match (all.clicks, year.clicks) {
                (Some(one), Some(other)) => Some(one.plus(other)),
                (one, other) => one.or(other),
            },
        });
        Publication {
            id: item.uuid,
            kind: item.details.kind,
            title: item.details.title,
            by_year,
            all,
            short_link: have_links
                .contains(&item.id)
                .then(|| followed.get(&item.id).copied().unwrap_or_default()),
        }
    };
    let mut publications: Vec<Publication> = items.into_iter().map(publication).collect();
    publications.sort_by_key(|publication| {
        std::cmp::Reverse(publication.all.clicks.map_or(-1, |clicks| clicks.human_at_most()))
    });
    Ok(Catalogue { years, publications })
}
