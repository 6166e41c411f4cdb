//! The report of an issue.

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::leavers::unsubscribed;
use super::readers::{self, Readers};
use super::store;
use crate::clock::Instant;
use crate::db::{DbConn, PublicId};
use crate::deliveries::{self, SkipReason};
use crate::issues::{self, Content, Issue, IssueKind};
use crate::newsletters::Tracking;
use crate::tracking::Verdict;

/// How long mail can still come back: until then what was delivered is provisional.
const PROVISIONAL: TimeDelta = TimeDelta::days(7);
/// The ordinary issues that a special edition is compared with are not older than that.
const YEAR: TimeDelta = TimeDelta::days(365);
/// The largest domains are named.
const DOMAINS: usize = 30;
/// Earlier issues beside which it is put.
const COMPARED: i64 = 5;

/// Hits by who may be behind them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Verdicts {
    /// People, as far as can be seen.
    pub human: i64,
    /// Machines.
    pub machine: i64,
    /// It cannot be told.
    pub unknown: i64,
}

impl Verdicts {
    pub(super) fn add(&mut self, verdict: Verdict, hits: i64) {
        *match verdict {
            Verdict::Human => &mut self.human,
            Verdict::Machine => &mut self.machine,
            Verdict::Unknown => &mut self.unknown,
        } += hits;
    }

    /// Both together.
    pub fn plus(self, other: Self) -> Self {
        Self {
            human: self.human + other.human,
            machine: self.machine + other.machine,
            unknown: self.unknown + other.unknown,
        }
    }

    /// All of them.
    pub fn all(&self) -> i64 {
        self.human + self.machine + self.unknown
    }

    /// The upper end of the interval for people; `human` is the lower one.
    pub fn human_at_most(&self) -> i64 {
        self.human + self.unknown
    }
}

/// Recipients who got no copy for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Skipped {
    /// Why.
    #[schema(value_type = String)]
    pub reason: SkipReason,
    /// How many.
    pub recipients: i64,
}

/// The equation of an issue: audience = accepted + failed + skipped, once all is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Delivery {
    /// How many were in the audience, counted when it was written down.
    pub audience: i64,
    /// Taken by the next server.
    pub accepted: i64,
    /// Refused for good.
    pub failed: i64,
    /// Not sent, for a reason.
    pub skipped: i64,
    /// The same by reason, the most frequent first.
    pub skipped_by_reason: Vec<Skipped>,
    /// Without a final state yet.
    pub open: i64,
    /// Whether the equation holds.
    pub adds_up: bool,
    /// Accepted and then returned; null while returned mail is not read.
    pub bounced: Option<i64>,
    /// Accepted and not returned, as far as is known.
    pub delivered: i64,
    /// Until when mail may still come back.
    #[schema(value_type = Option<String>)]
    pub provisional_until: Option<Instant>,
}

/// What one issue can be compared with another by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Numbers {
    /// Who got it.
    pub delivery: Delivery,
    /// How many of its recipients left after they got it, within 7 days and before the next issue;
    /// null when that was not written down before who left was forgotten.
    pub unsubscribed: Option<i64>,
    /// What was measured of it.
    #[schema(value_type = String)]
    pub measured: Tracking,
    /// How many complained that it was spam; null while complaints are not read.
    pub complained: Option<i64>,
    /// Loads of the image; one person may load it often, or never.
    pub loads: Verdicts,
    /// Clicks on links.
    pub clicks: Verdicts,
}

impl Numbers {
    /// Copies of which loads and clicks were counted: none where nothing was measured.
    pub fn measured_copies(&self) -> i64 {
        match self.measured {
            Tracking::Off => 0,
            Tracking::Aggregate | Tracking::Consented => self.delivery.accepted,
        }
    }
}

/// A link of the issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Link {
    /// Its number in the issue, in reading order.
    pub number: i32,
    /// A few words by which an editor knows the block it stands in; empty for the introduction.
    pub block: String,
    /// Where it leads.
    pub url: String,
    /// Its clicks.
    pub clicks: Verdicts,
}

/// A block of the issue, by the clicks on all its links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Block {
    /// As [`Link::block`].
    pub block: String,
    /// How many links it has.
    pub links: i64,
    /// The clicks on them.
    pub clicks: Verdicts,
}

/// An hour in which something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Hour {
    /// Its start.
    #[schema(value_type = String)]
    pub start: Instant,
    /// Loads of the image.
    pub loads: Verdicts,
    /// Clicks.
    pub clicks: Verdicts,
}

/// The recipients of one domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Domain {
    /// The domain, as A-labels.
    pub name: String,
    /// All of them.
    pub recipients: i64,
    /// Taken by the next server.
    pub accepted: i64,
    /// Refused for good.
    pub failed: i64,
}

/// An issue that went out before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Previous {
    /// The issue.
    #[schema(value_type = uuid::Uuid)]
    pub id: PublicId,
    /// Its subject.
    pub subject: String,
    /// `ordinary` or `special`.
    #[schema(value_type = String)]
    pub kind: IssueKind,
    /// When its sending began.
    #[schema(value_type = Option<String>)]
    pub started_at: Option<Instant>,
    /// Its numbers.
    pub numbers: Numbers,
}

/// The ordinary issues of the year before a special edition, all together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Ordinary {
    /// How many there were.
    pub issues: i64,
    /// Copies of them that were taken by the next server.
    pub accepted: i64,
    /// Copies of those of which clicks were measured.
    pub measured: i64,
    /// Clicks on their links.
    pub clicks: Verdicts,
    /// Recipients who left after one of them, as [`Numbers::unsubscribed`] counts them.
    pub unsubscribed: Option<i64>,
}

/// The report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IssueReport {
    /// The issue.
    #[schema(value_type = uuid::Uuid)]
    pub id: PublicId,
    /// Its subject.
    pub subject: String,
    /// `ordinary` or `special`.
    #[schema(value_type = String)]
    pub kind: IssueKind,
    /// When its sending began.
    #[schema(value_type = Option<String>)]
    pub started_at: Option<Instant>,
    /// When its last recipient had a final state.
    #[schema(value_type = Option<String>)]
    pub finished_at: Option<Instant>,
    /// What was measured of it: `off`, `aggregate` or `consented`.
    #[schema(value_type = String)]
    pub measured: Tracking,
    /// Its numbers.
    pub numbers: Numbers,
    /// The people who consented, if anybody did and what they did is still kept.
    pub readers: Option<Readers>,
    /// Its blocks that have links, in reading order.
    pub blocks: Vec<Block>,
    /// Its links.
    pub links: Vec<Link>,
    /// The hours in which something happened.
    pub hours: Vec<Hour>,
    /// The largest domains.
    pub domains: Vec<Domain>,
    /// The newsletter's last five issues before it, the newest first.
    pub before: Vec<Previous>,
    /// What a special edition is compared with, too; null for an ordinary issue, and when there
    /// were none in the year before.
    pub ordinary: Option<Ordinary>,
}

/// Makes the report of an issue. What persons did before `kept_since` is no longer kept.
pub fn for_issue(
    conn: &mut DbConn,
    issue: &Issue,
    now: Instant,
    kept_since: Instant,
) -> QueryResult<IssueReport> {
    let loads = store::loads(conn, issue.id)?;
    let clicks = store::clicks(conn, issue.id)?;
    let mut before = Vec::new();
    for earlier in store::before(conn, issue, COMPARED)? {
        before.push(Previous {
            id: earlier.uuid,
            subject: earlier.subject.clone(),
            kind: earlier.kind,
            started_at: earlier.started_at,
            numbers: numbers(conn, &earlier, now)?,
        });
    }
    let (blocks, links) = blocks_and_links(conn, issue, &clicks)?;
    let domains = deliveries::store::largest_domains(conn, issue.id, DOMAINS)?;
    let numbers_of_it = numbers(conn, issue, now)?;
    Ok(IssueReport {
        id: issue.uuid,
        subject: issue.subject.clone(),
        kind: issue.kind,
        started_at: issue.started_at,
        finished_at: issue.finished_at,
        measured: numbers_of_it.measured,
        numbers: numbers_of_it,
        readers: readers::of_issue(conn, issue, kept_since)?,
        blocks,
        links,
        hours: hours(&loads, &clicks),
        domains: domains
            .into_iter()
            .map(|domain| Domain {
                name: domain.name,
                recipients: domain.recipients,
                accepted: domain.accepted,
                failed: domain.failed,
            })
            .collect(),
        before,
        ordinary: ordinary(conn, issue, now)?,
    })
}

/// The newsletter's ordinary issues of the year before a special edition.
fn ordinary(conn: &mut DbConn, issue: &Issue, now: Instant) -> QueryResult<Option<Ordinary>> {
    let (Some(end), IssueKind::Special) = (issue.started_at, issue.kind) else { return Ok(None) };
    let mut all = Ordinary { unsubscribed: Some(0), ..Ordinary::default() };
    let issues = store::ordinary_between(conn, issue.newsletter, end - YEAR, end)?;
    let hits = hits(conn, &issues)?;
    for before in issues {
        let accepted = deliveries::store::outcome(conn, before.id)?.counts.accepted;
        let hits = hits.get(&before.id).copied().unwrap_or_default();
        all.issues += 1;
        all.accepted += accepted;
        if hits.measured(&before) != Tracking::Off {
            all.measured += accepted;
        }
        all.clicks = all.clicks.plus(hits.clicks);
        // A sum in which one is missing is none.
        let left = unsubscribed(conn, &before, now)?;
        all.unsubscribed = all.unsubscribed.zip(left).map(|(sum, left)| sum + left);
    }
    Ok((all.issues > 0).then_some(all))
}

/// The loads and clicks of an issue.
#[derive(Debug, Clone, Copy, Default)]
struct Hits {
    loads: Verdicts,
    clicks: Verdicts,
}

impl Hits {
    /// What was measured of the issue; where a newsletter changed its mind while it went out, what
    /// was counted says so.
    fn measured(&self, issue: &Issue) -> Tracking {
        match issue.measured.unwrap_or(Tracking::Off) {
            Tracking::Off if self.loads.all() + self.clicks.all() > 0 => Tracking::Aggregate,
            said => said,
        }
    }
}

/// Those of some issues, by their ids inside.
fn hits(conn: &mut DbConn, issues: &[Issue]) -> QueryResult<HashMap<i64, Hits>> {
    let ids: Vec<i64> = issues.iter().map(|issue| issue.id).collect();
    let mut all: HashMap<i64, Hits> = HashMap::new();
    for sum in store::load_sums(conn, &ids)? {
        all.entry(sum.issue).or_default().loads.add(sum.verdict, sum.hits);
    }
    for sum in store::click_sums(conn, &ids)? {
        all.entry(sum.issue).or_default().clicks.add(sum.verdict, sum.hits);
    }
    Ok(all)
}

/// What an issue can be compared with others by.
pub fn numbers(conn: &mut DbConn, issue: &Issue, now: Instant) -> QueryResult<Numbers> {
    let hits = hits(conn, std::slice::from_ref(issue))?.remove(&issue.id).unwrap_or_default();
    let unsubscribed = unsubscribed(conn, issue, now)?;
    let delivery = delivery(conn, issue, now)?;
    let measured = hits.measured(issue);
    let Hits { loads, clicks } = hits;
    // Nothing tells of complaints yet, and what nobody counts is not 0.
    Ok(Numbers { delivery, unsubscribed, complained: None, measured, loads, clicks })
}

fn delivery(conn: &mut DbConn, issue: &Issue, now: Instant) -> QueryResult<Delivery> {
    let outcome = deliveries::store::outcome(conn, issue.id)?;
    let counts = outcome.counts;
    let skipped = outcome.skipped.into_iter();
    let audience = issue.audience_count.unwrap_or(0);
    let end = issue.finished_at.or(issue.started_at).map(|at| at + PROVISIONAL);
    Ok(Delivery {
        audience,
        accepted: counts.accepted,
        failed: counts.failed,
        skipped: counts.skipped,
        skipped_by_reason: skipped
            .map(|(reason, recipients)| Skipped { reason, recipients })
            .collect(),
        open: counts.queued + counts.in_data + counts.deferred,
        adds_up: deliveries::finish::adds_up(issue, &counts),
        bounced: None,
        delivered: counts.accepted,
        provisional_until: end.filter(|end| *end > now),
    })
}

fn blocks_and_links(
    conn: &mut DbConn,
    issue: &Issue,
    clicks: &[store::Click],
) -> QueryResult<(Vec<Block>, Vec<Link>)> {
    let titles = block_titles(conn, issue)?;
    let mut by_link: HashMap<i32, Verdicts> = HashMap::new();
    for click in clicks {
        by_link.entry(click.link).or_default().add(click.verdict, click.hits);
    }
    let mut places: Vec<Option<PublicId>> = Vec::new();
    let (mut blocks, mut links): (Vec<Block>, Vec<Link>) = (Vec::new(), Vec::new());
    for (number, place, url) in store::links(conn, issue.id)? {
        let clicks = by_link.get(&number).copied().unwrap_or_default();
        let block = place.and_then(|place| titles.get(&place).cloned()).unwrap_or_default();
        links.push(Link { number, block: block.clone(), url, clicks });
        match places.iter().position(|known| *known == place) {
            Some(at) => {
                blocks[at].links += 1;
                blocks[at].clicks = blocks[at].clicks.plus(clicks);
            }
            None => {
                places.push(place);
                blocks.push(Block { block, links: 1, clicks });
            }
        }
    }
    Ok((blocks, links))
}

/// The titles of the blocks of what was sent.
fn block_titles(conn: &mut DbConn, issue: &Issue) -> QueryResult<HashMap<PublicId, String>> {
    let number = issue.approved_revision.unwrap_or(issue.current_revision);
    let revision = issues::store::revision(conn, issue.id, number).optional()?;
    let content = revision.and_then(|revision| Content::read(&revision.content.0).ok());
    let blocks = content.map(|content| content.blocks).unwrap_or_default();
    Ok(blocks.into_iter().map(|block| (block.id, block.kind.title())).collect())
}

fn hours(loads: &[store::Load], clicks: &[store::Click]) -> Vec<Hour> {
    let mut hours: BTreeMap<Instant, (Verdicts, Verdicts)> = BTreeMap::new();
    for load in loads {
        hours.entry(load.hour).or_default().0.add(load.verdict, load.hits);
    }
    for click in clicks {
        hours.entry(click.hour).or_default().1.add(click.verdict, click.hits);
    }
    hours.into_iter().map(|(start, (loads, clicks))| Hour { start, loads, clicks }).collect()
}
