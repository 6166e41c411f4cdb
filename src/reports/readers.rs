//! What the recipients of an issue did who consented to being measured: different people, and how
//! that is among groups of them.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::store::{self, Traits};
use crate::clock::Instant;
use crate::db::DbConn;
use crate::deliveries;
use crate::issues::Issue;
use crate::text_enum;
use crate::tracking::Verdict;
use crate::tracking::verdict::Reason;

/// Fewer people than that are not shown by themselves: a number of them would be about persons.
const FEWEST: i64 = 5;
/// The largest domains are named.
const DOMAINS: usize = 20;

/// How many different people did something, among those who consented.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reached {
    /// Surely, as far as can be seen.
    pub human: i64,
    /// At most: those for whom it cannot be told included.
    pub human_at_most: i64,
    /// Only machines, as far as can be seen: not among those.
    pub machine: i64,
}

impl Reached {
    /// Adds a person by everything that came of them; nothing is nobody.
    fn add(&mut self, verdicts: &[Verdict]) {
        if verdicts.contains(&Verdict::Human) {
            self.human += 1;
            self.human_at_most += 1;
        } else if verdicts.contains(&Verdict::Unknown) {
            self.human_at_most += 1;
        } else if !verdicts.is_empty() {
            self.machine += 1;
        }
    }
}

text_enum! {
    /// By what people are grouped.
    pub enum By {
        /// The level at which they lead.
        LeadershipGroup = "leadership_group",
        /// Where they work.
        Sector = "sector",
        /// The domain of their address.
        Domain = "domain",
    }
}

/// Some of those who consented.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Portion {
    /// By what they are grouped.
    #[schema(value_type = String)]
    pub by: By,
    /// What they have in common: a level, a sector, or a domain; empty when it is not stated, and
    /// null for all groups of fewer than five people together, and the smaller domains.
    pub value: Option<String>,
    /// How many there are.
    pub consenting: i64,
    /// How many of them opened it.
    pub opened: Reached,
    /// How many of them clicked.
    pub clicked: Reached,
}

/// The people who consented to being measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Readers {
    /// How many of those who got the issue consented when it was sent, and still do.
    pub consenting: i64,
    /// How many have withdrawn that since, or are erased: what they did is deleted.
    pub withdrawn: i64,
    /// How many of those who consent opened it; a click counts as an open, too.
    pub opened: Reached,
    /// How many of them clicked.
    pub clicked: Reached,
    /// How many have only clicks that came sooner than people are: suspected of being machines,
    /// and among those for whom it cannot be told.
    pub suspected: i64,
    /// The same by level, sector and domain.
    pub portions: Vec<Portion>,
}

impl Readers {
    /// What they did, and how many of them.
    pub fn done(&self) -> [(&'static str, Reached); 2] {
        [("opened", self.opened), ("clicked", self.clicked)]
    }
}

/// Reads them; `None` when fewer than five consent, or what they did is no longer kept: hits from
/// before `kept_since` are not.
pub fn of_issue(
    conn: &mut DbConn,
    issue: &Issue,
    kept_since: Instant,
) -> QueryResult<Option<Readers>> {
    let sent_to = deliveries::store::outcome(conn, issue.id)?.personal;
    let is_kept = issue.deliveries_cleared_at.is_none()
        && issue.started_at.is_some_and(|started| started >= kept_since);
    if sent_to < FEWEST || !is_kept {
        return Ok(None);
    }
    let groups = store::consenting(conn, issue.id)?;
    let consenting: i64 = groups.iter().map(|(_, people)| people).sum();
    if consenting < FEWEST {
        return Ok(None);
    }
    let mut done: HashMap<i64, Done> = HashMap::new();
    for hit in store::openers(conn, issue.id)? {
        done.entry(hit.delivery).or_insert_with(|| Done::of(hit.traits)).opened.push(hit.verdict);
    }
    for hit in store::clickers(conn, issue.id)? {
        let person = done.entry(hit.delivery).or_insert_with(|| Done::of(hit.traits));
        person.opened.push(hit.verdict);
        person.clicked.push(hit.verdict);
        person.soon |= hit.reason == Reason::TooSoon;
    }
    let mut readers = Readers {
        consenting,
        withdrawn: (sent_to - consenting).max(0),
        opened: Reached::default(),
        clicked: Reached::default(),
        suspected: 0,
        portions: Vec::new(),
    };
    for person in done.values() {
        readers.opened.add(&person.opened);
        readers.clicked.add(&person.clicked);
        readers.suspected += i64::from(person.is_suspected());
    }
    let by = |by: By, value: fn(&Traits) -> &str| portions(by, &groups, &done, value);
    readers.portions = [
        by(By::LeadershipGroup, |traits| traits.leadership_group.as_deref().unwrap_or_default()),
        by(By::Sector, |traits| traits.sector.as_deref().unwrap_or_default()),
        by(By::Domain, |traits| &traits.domain),
    ]
    .concat();
    Ok(Some(readers))
}

/// What came of one person.
#[derive(Debug, Clone)]
struct Done {
    traits: Traits,
    opened: Vec<Verdict>,
    clicked: Vec<Verdict>,
    soon: bool,
}

impl Done {
    fn of(traits: Traits) -> Self {
        Self { traits, opened: Vec::new(), clicked: Vec::new(), soon: false }
    }

    fn is_suspected(&self) -> bool {
        self.soon && !self.clicked.contains(&Verdict::Human)
    }
}

fn portions(
    by: By,
    groups: &[(Traits, i64)],
    done: &HashMap<i64, Done>,
    value: fn(&Traits) -> &str,
) -> Vec<Portion> {
    let empty = |value: Option<&str>| Portion {
        by,
        value: value.map(str::to_owned),
        consenting: 0,
        opened: Reached::default(),
        clicked: Reached::default(),
    };
    let mut found: BTreeMap<&str, Portion> = BTreeMap::new();
    for (traits, people) in groups {
        let value = value(traits);
        found.entry(value).or_insert_with(|| empty(Some(value))).consenting += people;
    }
    for person in done.values() {
        let Some(portion) = found.get_mut(value(&person.traits)) else { continue };
        portion.opened.add(&person.opened);
        portion.clicked.add(&person.clicked);
    }
    let mut all: Vec<Portion> = found.into_values().collect();
    if by == By::Domain {
        all.sort_by_key(|portion| std::cmp::Reverse(portion.consenting));
    }
    let most = if by == By::Domain { DOMAINS } else { all.len() };
    let (mut shown, mut rest) = (Vec::new(), empty(None));
    for portion in all {
        if portion.consenting >= FEWEST && shown.len() < most {
            shown.push(portion);
        } else {
            rest.take(portion);
        }
    }
    // What is left out could be told from what is shown: it must be enough people, too.
    while rest.consenting > 0 && rest.consenting < FEWEST && !shown.is_empty() {
        let smallest = shown.iter().enumerate().min_by_key(|(_, portion)| portion.consenting);
        let at = smallest.map_or(0, |(at, _)| at);
        rest.take(shown.remove(at));
    }
    if rest.consenting > 0 && !shown.is_empty() {
        shown.push(rest);
    }
    shown
}

impl Portion {
    fn take(&mut self, other: Self) {
        self.consenting += other.consenting;
        self.opened = sum(self.opened, other.opened);
        self.clicked = sum(self.clicked, other.clicked);
    }
}

fn sum(one: Reached, other: Reached) -> Reached {
    Reached {
        human: one.human + other.human,
        human_at_most: one.human_at_most + other.human_at_most,
        machine: one.machine + other.machine,
    }
}
