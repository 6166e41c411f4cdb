//! Domains that change: what a move of a domain is, and where somebody who bounces has gone.
//!
//! The moving itself is [`crate::moves`], which stands lower.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Subscriber, store};
use crate::clock::Instant;
use crate::db::schema::domain_moves;
use crate::db::{DbConn, Json, PublicId};
use crate::error::Result;
use crate::text_enum;

/// How the ledger and the suppressions call it.
pub const SOURCE: &str = "domain";

text_enum! {
    /// How far a move is.
    ///
    /// `Running` → `Done` → `Undoing` → `Undone`; one that goes by bounces is `Waiting` until
    /// staff end it.
    pub enum MoveState {
        /// People are being moved.
        Running = "running",
        /// Who bounces is moved.
        Waiting = "waiting",
        /// Nobody is moved any more.
        Done = "done",
        /// It is being taken back.
        Undoing = "undoing",
        /// It has been.
        Undone = "undone",
    }
}

impl MoveState {
    /// Whether it goes on by itself.
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Running | Self::Undoing)
    }
}

text_enum! {
    /// What a move knows of somebody.
    pub enum RowState {
        /// They have bounced, and are to be moved.
        Queued = "queued",
        /// They were moved.
        Moved = "moved",
        /// They were shut out at the old address, and are at the new one since.
        Shut = "shut",
    }
}

/// An old domain and its new one, as A-labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// As addresses end now.
    pub old: String,
    /// As they are to end.
    pub new: String,
}

/// What became of the people, or would.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MoveCounts {
    /// They have the new address.
    pub moved: u64,
    /// They became one with who had it already.
    pub merged: u64,
    /// The old address is shut out.
    pub suppressed: u64,
    /// The new address is shut out.
    pub shut: u64,
    /// Somebody has left at the new address.
    pub left: u64,
    /// Two would get the same address.
    pub double: u64,
    /// They have not confirmed.
    pub pending: u64,
    /// The new address would be none.
    pub invalid: u64,
    /// Moved back.
    pub undone: u64,
    /// Not moved back: something has changed since.
    pub kept: u64,
}

impl MoveCounts {
    /// Who gets another address.
    pub fn changes(&self) -> u64 {
        self.moved + self.merged
    }

    /// Everybody who has been looked at.
    pub fn all(&self) -> u64 {
        let stay = self.suppressed + self.shut + self.left;
        self.changes() + stay + self.double + self.pending + self.invalid
    }
}

/// A move of one domain or several.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = domain_moves)]
pub struct DomainMove {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// How far it is.
    pub state: MoveState,
    /// [`Pair`]s.
    pub pairs: Json,
    /// Only who bounces is moved.
    pub on_bounce: bool,
    /// How many had an old address when it began.
    pub people: i64,
    /// [`MoveCounts`].
    pub counts: Json,
    /// The last person who has been looked at; while it is undone, the last one of its rows.
    pub cursor: i64,
    /// Who.
    pub made_by: String,
    /// When.
    pub made_at: Instant,
    /// When it was done.
    pub finished_at: Option<Instant>,
}

impl DomainMove {
    /// The old and the new domains.
    pub fn pairs(&self) -> Result<Vec<Pair>> {
        let pairs = serde_json::from_value(self.pairs.0.clone());
        Ok(pairs.map_err(anyhow::Error::from)?)
    }

    /// What became of the people so far.
    pub fn counts(&self) -> Result<MoveCounts> {
        let counts = serde_json::from_value(self.counts.0.clone());
        Ok(counts.map_err(anyhow::Error::from)?)
    }
}

/// The domain of the key of an address.
pub fn domain_of(key: &str) -> &str {
    key.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// A domain with its labels turned round, each with a dot: `dk.aarhus.post.` All that are under a
/// domain begin with it, so that they are a stretch of an index.
pub fn turned(domain: &str) -> String {
    domain.rsplit('.').flat_map(|label| [label, "."]).collect()
}

/// Every address that may stand for the same mailbox because its domain was called otherwise before:
/// the keys of an address under the old domains of moves that were not taken back.
pub fn former_keys(pairs: &[Pair], key: &str) -> Vec<String> {
    let Some((local, domain)) = key.rsplit_once('@') else { return Vec::new() };
    let mut domains = vec![domain];
    let mut at = 0;
    while let Some(domain) = domains.get(at).copied() {
        let before = pairs.iter().filter(|pair| pair.new == domain).map(|pair| pair.old.as_str());
        for old in before {
            if !domains.contains(&old) {
                domains.push(old);
            }
        }
        at += 1;
    }
    domains.into_iter().skip(1).map(|domain| format!("{local}@{domain}")).collect()
}

/// The other way, by which [`former_keys`] finds the keys of an address under the names that its domain has
/// got since.
pub fn reversed(pairs: &[Pair]) -> Vec<Pair> {
    pairs.iter().map(|pair| Pair { old: pair.new.clone(), new: pair.old.clone() }).collect()
}

/// The old and new domains of all moves that were not taken back.
pub fn all_pairs(conn: &mut DbConn) -> Result<Vec<Pair>> {
    let mut pairs = Vec::new();
    for state in [MoveState::Running, MoveState::Waiting, MoveState::Done] {
        for of in store::domains::in_state(conn, state)? {
            pairs.extend(of.pairs()?);
        }
    }
    Ok(pairs)
}

/// Somebody's address is said not to exist. Whether it is known where it has gone: then they wait to
/// be moved there, and are not to be suppressed.
pub fn bounced(conn: &mut DbConn, person: &Subscriber, now: Instant) -> Result<bool> {
    let domain = domain_of(&person.address_key);
    for waiting in store::domains::in_state(conn, MoveState::Waiting)? {
        if waiting.pairs()?.iter().any(|pair| pair.old == domain) {
            store::domains::queue(conn, waiting.id, person.id, now)?;
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_under_every_name_that_its_domain_had() {
        let pair = |old: &str, new: &str| Pair { old: old.to_owned(), new: new.to_owned() };
        let pairs = [
            pair("amtet.example", "rm.example"),
            pair("rm.example", "midt.example"),
            pair("aarhus-amt.example", "rm.example"),
            // Somebody named it back once.
            pair("midt.example", "rm.example"),
        ];
        let expected = ["bo@rm.example", "bo@amtet.example", "bo@aarhus-amt.example"];
        assert_eq!(former_keys(&pairs, "bo@midt.example"), expected);
        assert!(former_keys(&pairs, "bo@odense.example").is_empty());
        let expected = ["bo@rm.example", "bo@midt.example"];
        let later = reversed(&pairs);
        assert_eq!(former_keys(&later, "bo@amtet.example"), expected);
        assert!(former_keys(&later, "bo@odense.example").is_empty());
    }
}
