//! Addresses changed in bulk: a site has moved. What was linked stays known as a further address
//! of its item, so that clicks go on adding up.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::save::is_web_address;
use super::store::{self, moves};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{DbConn, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::staff;

/// How long a move can be undone.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Most lines of a map.
const MOST_LINES: usize = 20_000;

/// How addresses change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// What begins with one text begins with another.
    Prefix {
        /// As it begins now.
        old: String,
        /// As it is to begin.
        new: String,
    },
    /// Each address on its own.
    Map(HashMap<String, String>),
}

/// An item's addresses before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The item.
    pub item: PublicId,
    /// Its addresses now.
    pub before: Vec<String>,
    /// Its addresses then.
    pub after: Vec<String>,
}

/// What a rule would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What changes, with the titles of the items.
    pub changes: Vec<(String, Change)>,
    /// New addresses that belong to another item already, or to two: these stay as they are.
    pub taken: Vec<String>,
    /// Addresses of a map that no item has.
    pub unknown: usize,
}

impl Rule {
    /// Reads the form: either both prefixes, or a map with a line `old,new` for each address.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a finding for `old`, `new` or `map`.
    pub fn read(old: &str, new: &str, map: &str) -> Result<Self> {
        let (old, new) = (old.trim().to_owned(), new.trim().to_owned());
        if !map.trim().is_empty() {
            return read_map(map).map(Self::Map);
        }
        let mut findings = Vec::new();
        for (field, text) in [("old", &old), ("new", &new)] {
            if text.is_empty() {
                findings.push(FieldError::new(field, "error-required"));
            } else if !is_web_address(text) {
                findings.push(FieldError::new(field, "error-move-prefix"));
            }
        }
        if findings.is_empty() && old == new {
            findings.push(FieldError::new("new", "error-move-same"));
        }
        if findings.is_empty() {
            Ok(Self::Prefix { old, new })
        } else {
            Err(Error::Invalid(findings))
        }
    }

    fn apply(&self, address: &str) -> Option<String> {
        match self {
            Self::Prefix { old, new } => {
                let rest = address.strip_prefix(old.as_str())?;
                // "/artikel" is no beginning of "/artikelserie".
                let whole = rest.is_empty()
                    || old.ends_with(['/', '?', '=', '&', '-', '#'])
                    || rest.starts_with(['/', '?', '#', '&']);
                whole.then(|| format!("{new}{rest}"))
            }
            Self::Map(map) => map.get(address).cloned(),
        }
        .filter(|new| new != address && is_web_address(new))
    }

    fn words(&self) -> String {
        match self {
            Self::Prefix { old, new } => format!("{old} → {new}"),
            Self::Map(map) => format!("{} → …", map.len()),
        }
    }
}

fn read_map(text: &str) -> Result<HashMap<String, String>> {
    let mut map = HashMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.is_empty() {
            continue;
        }
        let wrong =
            |code| Err(Error::Invalid(vec![FieldError::new("map", code).with("line", number)]));
        let parts: Vec<&str> =
            line.split([',', ';', '\t']).map(|part| part.trim().trim_matches('"')).collect();
        let [old, new] = parts[..] else { return wrong("error-move-line") };
        let is_heading = number == 1 && !is_web_address(old) && !is_web_address(new);
        if is_heading {
            continue;
        }
        if !is_web_address(old) || !is_web_address(new) {
            return wrong("error-move-line");
        }
        if map.len() >= MOST_LINES {
            return Err(Error::Invalid(vec![
                FieldError::new("map", "error-move-many").with("most", MOST_LINES),
            ]));
        }
        if map.insert(old.to_owned(), new.to_owned()).is_some() {
            return wrong("error-move-twice");
        }
    }
    Ok(map)
}

/// What a rule would do; nothing is changed.
pub async fn plan(app: &App, rule: Rule) -> Result<Plan> {
    app.db.read(move |conn| Ok(plan_in(conn, &rule)?)).await
}

fn plan_in(conn: &mut DbConn, rule: &Rule) -> diesel::QueryResult<Plan> {
    let items = moves::items_with_addresses(conn)?;
    let owner: HashMap<&str, PublicId> = items
        .iter()
        .flat_map(|(uuid, _, addresses)| addresses.iter().map(|url| (url.as_str(), *uuid)))
        .collect();
    let mut plan = Plan::default();
    let mut given: HashSet<String> = HashSet::new();
    for (uuid, title, before) in &items {
        let (mut after, mut olds) = (Vec::new(), Vec::new());
        for address in before {
            let Some(new) = rule.apply(address) else {
                after.push(address.clone());
                continue;
            };
            let is_taken =
                owner.get(new.as_str()).is_some_and(|other| other != uuid) || given.contains(&new);
            if is_taken {
                plan.taken.push(new);
                after.push(address.clone());
            } else {
                after.push(new);
                olds.push(address.clone());
            }
        }
        if olds.is_empty() {
            continue;
        }
        let mut seen = HashSet::new();
        after.extend(olds);
        after.retain(|address| seen.insert(address.clone()));
        given.extend(after.iter().cloned());
        if after != *before {
            let change = Change { item: *uuid, before: before.clone(), after };
            plan.changes.push((title.clone(), change));
        }
    }
    if let Rule::Map(map) = rule {
        plan.unknown = map.keys().filter(|old| !owner.contains_key(old.as_str())).count();
    }
    Ok(plan)
}

/// Does it, in one write. Returns how many items have new addresses.
///
/// # Errors
/// [`Error::Invalid`] when there is nothing to do.
pub async fn relocate(app: &App, rule: Rule, actor: &str) -> Result<usize> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let changes: Vec<Change> =
                plan_in(conn, &rule)?.changes.into_iter().map(|(_, change)| change).collect();
            if changes.is_empty() {
                return Err(Error::field("old", "error-move-nothing"));
            }
            for change in &changes {
                let item = store::by_uuid(conn, change.item)?;
                store::set_addresses(conn, item.id, &change.after)?;
                store::touch(conn, item.id, now)?;
            }
            let uuid = moves::insert(conn, &rule.words(), &changes, &actor, now)?;
            let details = serde_json::json!({ "rule": rule.words(), "items": changes.len() });
            let subject = format!("library move {uuid}");
            staff::store::audit(conn, &actor, "library.move", &subject, details, now)?;
            Ok(changes.len())
        })
        .await
}

/// Takes a move back: every item whose addresses are still those that it got has its old ones
/// again. Returns how many were changed since and are left alone.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when it is too old or was undone before.
pub async fn undo(app: &App, uuid: PublicId, actor: &str) -> Result<usize> {
    let (actor, now) = (actor.to_owned(), app.clock.now());
    app.db
        .write(move |conn| {
            let done = moves::by_uuid(conn, uuid)?;
            if done.undone_at.is_some() || done.made_at + KEPT < now {
                return Err(Error::Conflict("error-move-undone"));
            }
            let changes: Vec<Change> = serde_json::from_value(moves::changes(conn, done.id)?.0)
                .map_err(anyhow::Error::new)?;
            let mut left = 0;
            for change in &changes {
                let item = store::by_uuid(conn, change.item)?;
                if item.addresses == change.after {
                    store::set_addresses(conn, item.id, &change.before)?;
                    store::touch(conn, item.id, now)?;
                } else {
                    left += 1;
                }
            }
            moves::set_undone(conn, done.id, now)?;
            let details = serde_json::json!({ "items": changes.len() - left, "left": left });
            let subject = format!("library move {uuid}");
            staff::store::audit(conn, &actor, "library.move_undo", &subject, details, now)?;
            Ok(left)
        })
        .await
}

/// Forgets the moves that can no longer be undone. Returns whether there were any.
pub async fn forget_old(app: &App) -> Result<bool> {
    let before: Instant = app.clock.now() - KEPT;
    app.db.write(move |conn| Ok(moves::remove_before(conn, before)? > 0)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_where_a_part_of_an_address_ends() -> Result<()> {
        let rule = Rule::read("http://lederweb.dk/artikel", "https://lederweb.dk/viden", "")?;
        let moved = |address: &str| rule.apply(address);
        assert_eq!(
            moved("http://lederweb.dk/artikel/1").as_deref(),
            Some("https://lederweb.dk/viden/1")
        );
        assert_eq!(
            moved("http://lederweb.dk/artikel?id=1").as_deref(),
            Some("https://lederweb.dk/viden?id=1")
        );
        assert_eq!(moved("http://lederweb.dk/artikelserie"), None);
        assert_eq!(moved("https://lederweb.dk/artikel/1"), None);
        Ok(())
    }

    #[test]
    fn a_map_says_which_line_is_wrong() -> Result<()> {
        let Rule::Map(map) =
            Rule::read("", "", "gammel;ny\nhttp://a.example/1;https://b.example/1\n\n")?
        else {
            return Err(Error::NotFound);
        };
        assert_eq!(map.get("http://a.example/1").map(String::as_str), Some("https://b.example/1"));
        for (map, code) in [
            ("http://a.example/1", "error-move-line"),
            ("http://a.example/1,ny\nx", "error-move-line"),
            (
                "http://a.example/1,http://b.example/1\nhttp://a.example/1,http://b.example/2",
                "error-move-twice",
            ),
        ] {
            let Err(Error::Invalid(findings)) = Rule::read("", "", map) else {
                return Err(Error::NotFound);
            };
            assert_eq!((findings[0].field.as_str(), findings[0].code), ("map", code));
        }
        let Err(Error::Invalid(findings)) = Rule::read("lederweb.dk", "", "") else {
            return Err(Error::NotFound);
        };
        assert_eq!(findings.len(), 2);
        Ok(())
    }
}
