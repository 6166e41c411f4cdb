//! What the library says of the blocks that were made from it: whether their source has changed
//! since, and what belongs together with it.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde_json::Value;

use super::from_library;
use crate::db::{DbConn, PublicId};
use crate::library::{Item, store};
use crate::web::Lang;

/// What is known of the sources of an issue's blocks, by the ids of the blocks.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The blocks whose item says something else than when they were made from it.
    pub changed: HashSet<String>,
    /// Items that belong together with that of a block and are not in the issue: id and title.
    pub also: HashMap<String, Vec<(PublicId, String)>>,
}

impl Sources {
    /// Looks the sources of what was typed up; what belongs together, and is still valid, only for
    /// the block that is open.
    pub fn of(
        conn: &mut DbConn,
        typed: &Value,
        lang: Lang,
        (open, today): (Option<&str>, NaiveDate),
    ) -> diesel::QueryResult<Self> {
        let blocks = typed["blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
        let made: Vec<(&str, PublicId, &str)> = blocks
            .iter()
            .flat_map(|block| {
                std::iter::once(block).chain(projects(block)).map(move |made| (block, made))
            })
            .filter_map(|(block, made)| {
                let item = made["library_item"].as_str()?.parse().ok()?;
                let version = made["library_version"].as_str().unwrap_or_default();
                Some((block["id"].as_str()?, item, version))
            })
            .collect();
        let ids: Vec<PublicId> = made.iter().map(|(_, item, _)| *item).collect();
        let items: HashMap<PublicId, Item> =
            store::by_uuids(conn, &ids)?.into_iter().map(|item| (item.uuid, item)).collect();
        let mut sources = Self::default();
        for (block, id, version) in made {
            let Some(item) = items.get(&id) else { continue };
            if !version.is_empty() && version != from_library::version(item, lang) {
                sources.changed.insert(block.to_owned());
            }
            if open == Some(block) {
                let (about, by) = store::tags::related(conn, item.id)?;
                let also = about.into_iter().chain(by);
                let also = also.filter(|other| {
                    other.archived_at.is_none()
                        && !other.is_outdated(today)
                        && !items.contains_key(&other.uuid)
                });
                let also = also.map(|other| (other.uuid, other.details.title));
                let known = sources.also.entry(block.to_owned()).or_default();
                for other in also {
                    if !known.contains(&other) {
                        known.push(other);
                    }
                }
            }
        }
        Ok(sources)
    }
}

/// The projects of a list of them, none of any other block.
pub(super) fn projects(block: &Value) -> impl Iterator<Item = &Value> {
    block["projects"].as_array().into_iter().flatten()
}
