//! How far hits have been judged, and the hits around a moment.

use std::collections::HashMap;

use diesel::prelude::*;

use super::super::judge::{self, Hit};
use super::super::verdict::Reason;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{clicks, deliveries, issue_links, judged_hits, opens};

/// How far it is, and by which rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Judged {
    /// The rules.
    pub rule_version: i32,
    /// All hits before it have been judged by them.
    pub until: Instant,
}

/// How far hits have been judged.
pub fn judged(conn: &mut DbConn) -> QueryResult<Judged> {
    judged_hits::table.select((judged_hits::rule_version, judged_hits::until)).first(conn)
}

/// Notes that more has been judged; `false` when somebody else was first.
pub fn advance(conn: &mut DbConn, was: Judged, now: Judged) -> QueryResult<bool> {
    diesel::update(
        judged_hits::table
            .filter(judged_hits::rule_version.eq(was.rule_version))
            .filter(judged_hits::until.eq(was.until)),
    )
    .set((judged_hits::rule_version.eq(now.rule_version), judged_hits::until.eq(now.until)))
    .execute(conn)
    .map(|rows| rows > 0)
}

/// When the next hits came, from a moment on and before another: at most so many.
pub fn next_hits(
    conn: &mut DbConn,
    from: Instant,
    before: Instant,
    most: usize,
) -> QueryResult<Vec<Instant>> {
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let mut times: Vec<Instant> = opens::table
        .filter(opens::at.ge(from))
        .filter(opens::at.lt(before))
        .order(opens::at)
        .limit(limit)
        .select(opens::at)
        .load(conn)?;
    let clicked: Vec<Instant> = clicks::table
        .filter(clicks::at.ge(from))
        .filter(clicks::at.lt(before))
        .order(clicks::at)
        .limit(limit)
        .select(clicks::at)
        .load(conn)?;
    times.extend(clicked);
    times.sort_unstable();
    times.truncate(most);
    Ok(times)
}

/// A hit as it is stored.
#[derive(Debug, Clone, Copy)]
pub struct Stored {
    /// Its row, in `clicks` or `opens`.
    pub id: i64,
    /// Of which issue.
    pub issue: i64,
    /// How it was judged so far.
    pub reason: Reason,
    /// What it is.
    pub hit: Hit,
}

type Row = (i64, i64, i64, Instant, String, String, Reason, Option<Instant>);

/// What stands for words that are only compared.
#[derive(Default)]
struct Names(HashMap<String, u64>);

impl Names {
    fn of(&mut self, words: String) -> u64 {
        let next = self.0.len() as u64;
        *self.0.entry(words).or_insert(next)
    }
}

fn stored(row: Row, link: Option<i32>, agents: &mut Names, networks: &mut Names) -> Stored {
    let (id, issue, delivery, at, agent, network, reason, accepted_at) = row;
    // That it asked for headers only is known by how it was judged: no rule comes before that one.
    let is_head = reason == Reason::Head;
    let alone = judge::alone(link.is_some(), is_head, &agent, at, accepted_at);
    let network = (!network.is_empty()).then(|| networks.of(network));
    let hit = Hit { delivery, link, at, agent: agents.of(agent), network, alone };
    Stored { id, issue, reason, hit }
}

/// Goes through the hits from a moment on and before another, a page at a time: what is kept of
/// each is small.
pub fn each_between(
    conn: &mut DbConn,
    from: Instant,
    before: Instant,
    mut take: impl FnMut(Stored),
) -> QueryResult<()> {
    const PAGE: i64 = 10_000;
    let (mut agents, mut networks) = (Names::default(), Names::default());
    let mut behind = (from, i64::MIN);
    loop {
        let page: Vec<Row> = opens::table
            .inner_join(deliveries::table)
            .filter(opens::at.gt(behind.0).or(opens::at.eq(behind.0).and(opens::id.gt(behind.1))))
            .filter(opens::at.ge(from))
            .filter(opens::at.lt(before))
            .order((opens::at, opens::id))
            .limit(PAGE)
            .select((
                opens::id,
                deliveries::issue,
                opens::delivery,
                opens::at,
                opens::agent,
                opens::network,
                opens::reason,
                deliveries::finished_at,
            ))
            .load(conn)?;
        let Some(last) = page.last() else { break };
        behind = (last.3, last.0);
        page.into_iter().for_each(|row| take(stored(row, None, &mut agents, &mut networks)));
    }
    let mut behind = (from, i64::MIN);
    loop {
        let page: Vec<(i32, Row)> = clicks::table
            .inner_join(deliveries::table)
            .filter(
                clicks::at.gt(behind.0).or(clicks::at.eq(behind.0).and(clicks::id.gt(behind.1))),
            )
            .filter(clicks::at.ge(from))
            .filter(clicks::at.lt(before))
            .order((clicks::at, clicks::id))
            .limit(PAGE)
            .select((
                clicks::link,
                (
                    clicks::id,
                    deliveries::issue,
                    clicks::delivery,
                    clicks::at,
                    clicks::agent,
                    clicks::network,
                    clicks::reason,
                    deliveries::finished_at,
                ),
            ))
            .load(conn)?;
        let Some((_, last)) = page.last() else { return Ok(()) };
        behind = (last.3, last.0);
        for (link, row) in page {
            take(stored(row, Some(link), &mut agents, &mut networks));
        }
    }
}

/// A hit has come so late that its neighbours may have been judged without it: they are judged
/// again.
pub fn go_back(conn: &mut DbConn, to: Instant) -> QueryResult<()> {
    diesel::update(judged_hits::table.filter(judged_hits::until.gt(to)))
        .set(judged_hits::until.eq(to))
        .execute(conn)
        .map(drop)
}

/// How many links some issues have.
pub fn links(conn: &mut DbConn, issues: &[i64]) -> QueryResult<HashMap<i64, usize>> {
    let all: Vec<i64> = issue_links::table
        .filter(issue_links::issue.eq_any(issues))
        .select(issue_links::issue)
        .load(conn)?;
    let mut counts = HashMap::new();
    for issue in all {
        *counts.entry(issue).or_default() += 1;
    }
    Ok(counts)
}

/// Says of a hit how it is judged now. The counts that it is part of follow by the triggers of the
/// migration `judged_hits`.
pub fn set_reason(conn: &mut DbConn, of: &Stored, reason: Reason) -> QueryResult<()> {
    let verdict = reason.verdict();
    match of.hit.link {
        None => diesel::update(opens::table.find(of.id))
            .set((opens::verdict.eq(verdict), opens::reason.eq(reason)))
            .execute(conn),
        Some(_) => diesel::update(clicks::table.find(of.id))
            .set((clicks::verdict.eq(verdict), clicks::reason.eq(reason)))
            .execute(conn),
    }
    .map(drop)
}

/// Says of the hits of a stretch of time by which rules they were judged.
pub fn set_rules(
    conn: &mut DbConn,
    from: Instant,
    before: Instant,
    version: i32,
) -> QueryResult<()> {
    diesel::update(opens::table.filter(opens::at.ge(from)).filter(opens::at.lt(before)))
        .set(opens::rule_version.eq(version))
        .execute(conn)?;
    diesel::update(clicks::table.filter(clicks::at.ge(from)).filter(clicks::at.lt(before)))
        .set(clicks::rule_version.eq(version))
        .execute(conn)
        .map(drop)
}
