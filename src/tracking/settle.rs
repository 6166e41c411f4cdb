//! Judging once more: when what came around a hit is known, and when the rules have changed.

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;

use super::judge::{AFTER, BEFORE, Hit, judge};
use super::store::judged::{self as store, Judged, Stored};
use super::verdict::{RULE_VERSION, Reason};
use crate::app::App;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::Result;

/// How old a hit is when it is judged once more: what comes after it has come, and is written down.
const SETTLED: TimeDelta = TimeDelta::minutes(14);

/// Hits that are judged together. What came around them is read, too, and is much more when an
/// issue has just gone out: so they are many, that it is not read too often.
const CHUNK: usize = 20_000;

/// The job: judges the hits that are old enough now; says whether there were any. Everything from
/// the first hit on is judged anew when that was by other rules. It can be repeated, and stopped
/// anywhere: how far it is stands with what was judged.
pub async fn settle(app: &App) -> Result<bool> {
    let end = app.clock.now() - SETTLED;
    let mut any = false;
    while let Some(step) = app.db.read(move |conn| look(conn, end, CHUNK)).await? {
        any = true;
        app.db.write(move |conn| take(conn, &step)).await?;
    }
    Ok(any)
}

/// What is to be written down of a stretch of time.
struct Step {
    was: Judged,
    /// The first of its hits, if there are any.
    from: Option<Instant>,
    until: Instant,
    /// The hits that are judged otherwise than before.
    changes: Vec<(Stored, Reason)>,
}

/// Judges the next hits. It reads only, so that nobody waits for it.
fn look(conn: &mut DbConn, end: Instant, most: usize) -> Result<Option<Step>> {
    let was = store::judged(conn)?;
    let from = match was.rule_version {
        RULE_VERSION => was.until,
        // A newer version of this program is at work already.
        newer if newer > RULE_VERSION => return Ok(None),
        _ => Instant::from_micros(0),
    };
    let times = store::next_hits(conn, from, end, most)?;
    let (Some(first), Some(last)) = (times.first().copied(), times.last().copied()) else {
        // There is nothing before the end. It is only written down when the rules are new.
        let step = Step { was, from: None, until: from, changes: Vec::new() };
        return Ok((was.rule_version != RULE_VERSION).then_some(step));
    };
    let until = Instant::from_micros(last.micros() + 1);
    let mut by_issue: BTreeMap<i64, Vec<Stored>> = BTreeMap::new();
    store::each_between(conn, first - BEFORE, until + AFTER, |stored| {
        by_issue.entry(stored.issue).or_default().push(stored);
    })?;
    let issues: Vec<i64> = by_issue.keys().copied().collect();
    let links: HashMap<i64, usize> = store::links(conn, &issues)?;
    let mut changes = Vec::new();
    for (issue, mut stored) in by_issue {
        stored.sort_by_key(|stored| (stored.hit.at, stored.hit.link, stored.id));
        let hits: Vec<Hit> = stored.iter().map(|stored| stored.hit).collect();
        let reasons = judge(&hits, links.get(&issue).copied().unwrap_or_default());
        let judged = stored.into_iter().zip(reasons);
        changes.extend(judged.filter(|(of, reason)| {
            of.hit.at >= first && of.hit.at < until && *reason != of.reason
        }));
    }
    // In the order in which counts are written everywhere, so that two processes do not wait for
    // each other in a circle.
    changes.sort_by_key(|(of, reason)| {
        (of.issue, of.hit.link, of.hit.at.hour(), of.reason.verdict(), reason.verdict())
    });
    Ok(Some(Step { was, from: Some(first), until, changes }))
}

/// Writes it down, unless somebody else was first or a hit came late.
fn take(conn: &mut DbConn, step: &Step) -> Result<()> {
    let now = Judged { rule_version: RULE_VERSION, until: step.until };
    if !store::advance(conn, step.was, now)? {
        return Ok(());
    }
    for (of, reason) in &step.changes {
        store::set_reason(conn, of, *reason)?;
    }
    if let Some(from) = step.from {
        store::set_rules(conn, from, step.until, RULE_VERSION)?;
    }
    Ok(())
}
