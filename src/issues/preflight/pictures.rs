//! What an issue names: the pictures of this service, whether they are there and whether they are
//! heavy, its number, and its links.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::QueryResult;

use super::{Check, Level, addresses};
use crate::db::{DbConn, PublicId};
use crate::error::FieldError;
use crate::issues::content::BlockKind;
use crate::issues::{Content, Issue, store};
use crate::library::links::Outcome;
use crate::library::{self, store::links::Check as LinkCheck};
use crate::pictures::{self, Address};

/// From this size on, in bytes, one picture takes a second or two on a mediocre mobile network.
const ONE_HEAVY: i64 = 300_000;
/// The same for all pictures of an issue.
const ALL_HEAVY: i64 = 1_000_000;

/// What the database knows of what an issue names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The pictures of this service that it shows.
    pub pictures: Pictures,
    /// Another issue of its kind has its number.
    pub is_number_taken: bool,
    /// What was found when its links were looked at.
    pub links: Vec<LinkCheck>,
    /// The last days of the library items that it links.
    pub last_days: HashMap<PublicId, NaiveDate>,
}

impl Known {
    /// Asks for it.
    pub fn of(conn: &mut DbConn, issue: &Issue, content: &Content) -> QueryResult<Self> {
        let links = content.blocks.iter().flat_map(|block| block.kind.links());
        let items: Vec<PublicId> = links.filter_map(|(_, item)| item).collect();
        Ok(Self {
            pictures: Pictures::of(conn, content)?,
            is_number_taken: store::is_number_taken(conn, issue)?,
            links: library::store::links::of(conn, &addresses(content))?,
            last_days: library::store::last_days(conn, &items)?.into_iter().collect(),
        })
    }
}

/// The size in bytes of the file that the mail shows, by the hash of the picture; none when there
/// is no such picture. What is not in it was not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pictures(HashMap<String, Option<i64>>);

impl Pictures {
    fn of(conn: &mut DbConn, content: &Content) -> QueryResult<Self> {
        let own = shown(content).into_iter().filter_map(|picture| Address::parse(&picture.url));
        let hashes: Vec<String> = own.map(|address| address.hash).collect();
        let sizes = pictures::store::sizes(conn, &hashes)?;
        let size = |hash: String| {
            let size = sizes.get(&hash).copied();
            (hash, size)
        };
        Ok(Self(hashes.into_iter().map(size).collect()))
    }
}

impl FromIterator<(String, Option<i64>)> for Pictures {
    fn from_iter<I: IntoIterator<Item = (String, Option<i64>)>>(sizes: I) -> Self {
        Self(sizes.into_iter().collect())
    }
}

/// A picture that an issue shows.
struct Shown {
    /// The field that names it.
    field: String,
    /// Its address.
    url: String,
}

/// The pictures that readers get, in reading order.
fn shown(content: &Content) -> Vec<Shown> {
    let mut all: Vec<Shown> = Vec::new();
    let whole = content.mjml.iter().map(|mjml| ("mjml".to_owned(), mjml));
    let blocks = content.blocks.iter().enumerate().filter(|(_, block)| !block.hidden);
    let blocks = blocks.filter_map(|(at, block)| match &block.kind {
        BlockKind::Mjml(own) => Some((format!("blocks.{at}.source"), &own.source)),
        _ => None,
    });
    for (path, image) in content.images() {
        all.push(Shown { field: format!("{path}.url"), url: image.url.as_str().to_owned() });
    }
    for (field, mjml) in whole.chain(blocks) {
        all.extend(mjml.pictures().map(|url| Shown { field: field.clone(), url: url.to_owned() }));
    }
    all
}

/// The addresses of pictures on other sites.
pub(super) fn elsewhere(content: &Content) -> impl Iterator<Item = String> {
    shown(content).into_iter().map(|picture| picture.url).filter(|url| url.starts_with("http"))
}

impl Check<'_> {
    pub(super) fn pictures(&mut self, known: &Known) {
        // A picture that is shown twice is fetched once.
        let mut seen: HashMap<String, (i64, String)> = HashMap::new();
        for Shown { field, url } in shown(self.content) {
            let own = Address::parse(&url).map(|address| address.hash);
            let size = match &own {
                Some(hash) => match known.pictures.0.get(hash) {
                    Some(None) => {
                        self.stop(&field, "error-preflight-picture-gone");
                        None
                    }
                    known => known.copied().flatten(),
                },
                None => self.elsewhere(&field, &url, &known.links),
            };
            let Some(size) = size else { continue };
            let key = own.unwrap_or(url);
            if size > ONE_HEAVY && !seen.contains_key(&key) {
                let code = "error-preflight-picture-heavy";
                self.add(Level::Warn, heavy(&field, code, size, ONE_HEAVY));
            }
            seen.entry(key).or_insert((size, field));
        }
        let all: i64 = seen.values().map(|(size, _)| size).sum();
        if let Some((_, field)) = seen.into_values().max().filter(|_| all > ALL_HEAVY) {
            let code = "error-preflight-pictures-heavy";
            self.add(Level::Warn, heavy(&field, code, all, ALL_HEAVY));
        }
    }

    /// A picture on another site, as far as a look in the background knows: its size in bytes.
    fn elsewhere(&mut self, field: &str, url: &str, known: &[LinkCheck]) -> Option<i64> {
        let look = known.iter().find(|look| look.url == url)?;
        if look.outcome == Some(Outcome::Broken) {
            let error = FieldError::new(field, "error-preflight-picture-dead")
                .with("url", url)
                .with("status", look.status.unwrap_or_default());
            self.add(Level::Warn, error);
            return None;
        }
        look.bytes
    }
}

fn heavy(field: &str, code: &'static str, size: i64, most: i64) -> FieldError {
    let kilobytes = |bytes: i64| (bytes + 999) / 1_000;
    FieldError::new(field, code).with("size", kilobytes(size)).with("most", kilobytes(most))
}
