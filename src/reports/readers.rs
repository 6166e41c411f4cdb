//! What the recipients of an issue did who consented to being measured: different people, and how
//! that is among groups of them.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store::readers::{self as store, Group, Rows};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{DbConn, Json, at_one_moment};
use crate::deliveries;
use crate::error::Result;
use crate::issues::Issue;
use crate::{text_enum, tracking};

/// Fewer people than that are not shown by themselves: a number of them would be about persons.
const FEWEST: i64 = 5;
/// From so many copies on, their readers are added up beforehand: a hundred thousand take half a
/// second to read, and these a tenth of that.
const LARGE: i64 = 20_000;
/// Counts the ways in which readers have been added up and written down.
const VERSION: i32 = 1;
/// The largest domains are named.
const DOMAINS: usize = 20;

/// How many different people did something, among those who consented.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reached {
    /// Surely, as far as can be seen.
    pub human: i64,
    /// At most: those for whom it cannot be told included.
    pub human_at_most: i64,
    /// Only machines, as far as can be seen: not among those.
    pub machine: i64,
}

impl Reached {
    /// Both together, who are different people.
    fn plus(self, other: Self) -> Self {
        Self {
            human: self.human + other.human,
            human_at_most: self.human_at_most + other.human_at_most,
            machine: self.machine + other.machine,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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
    // Of a large issue it is added up by a job, and read as long as nothing has changed since.
    if sent_to >= LARGE
        && let Some((of, readers)) = store::kept(conn, issue.id)?
        && of == basis(conn, issue, sent_to)?
    {
        let readers = readers.map(|readers| serde_json::from_value(readers.0)).transpose();
        if let Ok(readers) = readers {
            return Ok(readers);
        }
    }
    add_up(conn, issue, sent_to)
}

fn add_up(conn: &mut DbConn, issue: &Issue, sent_to: i64) -> QueryResult<Option<Readers>> {
    let groups = store::groups(conn, issue.id)?;
    let all = groups.iter().map(Group::people).fold(People::default(), People::plus);
    if all.consenting < FEWEST {
        return Ok(None);
    }
    let by = |by: By, value: fn(&Group) -> &str| portions(by, &groups, value);
    Ok(Some(Readers {
        consenting: all.consenting,
        withdrawn: (sent_to - all.consenting).max(0),
        opened: all.opened,
        clicked: all.clicked,
        suspected: groups.iter().map(|group| group.suspected).sum(),
        portions: [
            by(By::LeadershipGroup, |group| group.leadership_group.as_deref().unwrap_or_default()),
            by(By::Sector, |group| group.sector.as_deref().unwrap_or_default()),
            by(By::Domain, |group| &group.domain),
        ]
        .concat(),
    }))
}

/// What the readers of an issue were added up from, as a hash: when it is the same, they are. Only
/// two verdicts that change places within an hour and a link are not told apart.
fn basis(conn: &mut DbConn, issue: &Issue, sent_to: i64) -> QueryResult<String> {
    let (rows, (people, sum), moved) = store::basis(conn, issue)?;
    let end = issue.finished_at.map(Instant::micros);
    let rules = tracking::store::judged::judged(conn)?.rule_version;
    let mut text = format!("{VERSION} {rules} {sent_to} {end:?} {people} {sum} {moved}");
    for Rows { link, hour, verdict, rows } in rows {
        text.push_str(&format!(" {link}.{}.{verdict}.{rows}", hour.micros()));
    }
    Ok(HEXLOWER.encode(digest(&SHA256, text.as_bytes()).as_ref()))
}

/// The job: adds up the readers of the large issues of which something has changed; says whether
/// there were any.
pub async fn keep(app: &App) -> Result<bool> {
    let since = app.clock.now() - app.config.retention.measured;
    let mut any = app.db.write(move |conn| Ok(store::forget(conn, since)?)).await? > 0;
    for issue in app.db.read(move |conn| Ok(store::sent_since(conn, since)?)).await? {
        let id = issue.id;
        let changed = app.db.read(move |conn| at_one_moment(conn, |conn| changed(conn, &issue)));
        let Some((basis, readers)) = changed.await? else { continue };
        app.db.write(move |conn| Ok(store::keep(conn, id, &basis, readers.as_ref())?)).await?;
        any = true;
    }
    Ok(any)
}

/// What is to be kept of an issue, if it is large and something has changed.
fn changed(conn: &mut DbConn, issue: &Issue) -> Result<Option<(String, Option<Json>)>> {
    let sent_to = deliveries::store::outcome(conn, issue.id)?.personal;
    if sent_to < LARGE {
        return Ok(None);
    }
    let now = basis(conn, issue, sent_to)?;
    if store::kept(conn, issue.id)?.is_some_and(|(basis, _)| basis == now) {
        return Ok(None);
    }
    let readers = add_up(conn, issue, sent_to)?.map(serde_json::to_value).transpose();
    Ok(Some((now, readers.map_err(anyhow::Error::from)?.map(Json))))
}

/// Some of those who consented, and what came of them.
#[derive(Debug, Clone, Copy, Default)]
struct People {
    consenting: i64,
    opened: Reached,
    clicked: Reached,
}

impl People {
    /// Both together, who are different people.
    fn plus(self, other: Self) -> Self {
        Self {
            consenting: self.consenting + other.consenting,
            opened: self.opened.plus(other.opened),
            clicked: self.clicked.plus(other.clicked),
        }
    }
}

impl Group {
    fn people(&self) -> People {
        People {
            consenting: self.consenting,
            opened: Reached {
                human: self.opened_human,
                human_at_most: self.opened_at_most,
                machine: self.opened_machine,
            },
            clicked: Reached {
                human: self.clicked_human,
                human_at_most: self.clicked_at_most,
                machine: self.clicked_machine,
            },
        }
    }
}

fn portions(by: By, groups: &[Group], value: fn(&Group) -> &str) -> Vec<Portion> {
    let mut found: BTreeMap<&str, People> = BTreeMap::new();
    for group in groups {
        let people = found.entry(value(group)).or_default();
        *people = people.plus(group.people());
    }
    let mut all: Vec<(&str, People)> = found.into_iter().collect();
    if by == By::Domain {
        all.sort_by_key(|(_, people)| std::cmp::Reverse(people.consenting));
    }
    let most = if by == By::Domain { DOMAINS } else { all.len() };
    let (mut shown, mut rest) = (Vec::new(), People::default());
    for (value, people) in all {
        if people.consenting >= FEWEST && shown.len() < most {
            shown.push((Some(value), people));
        } else {
            rest = rest.plus(people);
        }
    }
    // What is left out could be told from what is shown: it must be enough people, too.
    while rest.consenting > 0 && rest.consenting < FEWEST && !shown.is_empty() {
        let smallest = shown.iter().enumerate().min_by_key(|(_, (_, people))| people.consenting);
        let at = smallest.map_or(0, |(at, _)| at);
        rest = rest.plus(shown.remove(at).1);
    }
    if rest.consenting > 0 && !shown.is_empty() {
        shown.push((None, rest));
    }
    let portion = |(value, People { consenting, opened, clicked }): (Option<&str>, People)| {
        Portion { by, value: value.map(str::to_owned), consenting, opened, clicked }
    };
    shown.into_iter().map(portion).collect()
}
