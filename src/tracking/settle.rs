//! Judging once more: when what came around a hit is known, and when the rules have changed.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::judge::{AFTER, BEFORE, Hit, judge};
use super::store::judged::{self as store, Judged, Stored};
use super::verdict::RULE_VERSION;
use crate::app::App;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::Result;

/// How old a hit is when it is judged once more: what comes after it has come, and is written down.
const SETTLED: TimeDelta = TimeDelta::minutes(13);

/// Hits of one write, so that others need not wait long for theirs.
const CHUNK: usize = 5_000;

/// The job: judges the hits that are old enough now; says whether there were any. Everything from
/// the first hit on is judged anew when that was by other rules. It can be repeated, and stopped
/// anywhere: how far it is stands with what was judged.
pub async fn settle(app: &App) -> Result<bool> {
    let end = app.clock.now() - SETTLED;
    let mut any = false;
    while app.db.write(move |conn| settle_some(conn, end, CHUNK)).await? {
        any = true;
    }
    Ok(any)
}

fn settle_some(conn: &mut DbConn, end: Instant, most: usize) -> Result<bool> {
    let was = store::judged(conn)?;
    let from = match was.rule_version == RULE_VERSION {
        true => was.until,
        false => Instant::from_micros(0),
    };
    let times = store::next_hits(conn, from, end, most)?;
    let (Some(first), Some(last)) = (times.first().copied(), times.last().copied()) else {
        // There is nothing before the end. It is only written down when the rules are new.
        if was.rule_version != RULE_VERSION {
            store::advance(conn, was, Judged { rule_version: RULE_VERSION, until: from })?;
        }
        return Ok(false);
    };
    let until = Instant::from_micros(last.micros() + 1);
    if !store::advance(conn, was, Judged { rule_version: RULE_VERSION, until })? {
        return Ok(true);
    }
    let around = store::hits_between(conn, first - BEFORE, until + AFTER)?;
    let mut by_issue: BTreeMap<i64, Vec<Stored>> = BTreeMap::new();
    for stored in around {
        by_issue.entry(stored.issue).or_default().push(stored);
    }
    let issues: Vec<i64> = by_issue.keys().copied().collect();
    let links = store::links(conn, &issues)?;
    for (issue, stored) in &by_issue {
        let hits: Vec<Hit> = stored.iter().map(|stored| stored.hit.clone()).collect();
        let reasons = judge(&hits, links.get(issue).copied().unwrap_or_default());
        for (of, reason) in stored.iter().zip(reasons) {
            if of.hit.at >= first && of.hit.at < until && reason != of.reason {
                store::set_reason(conn, of, reason)?;
            }
        }
    }
    store::set_rules(conn, first, until, RULE_VERSION)?;
    Ok(true)
}
