//! From memory to the database: what waits, as far as it may be stored.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::buffer::{Batch, Count, PersonalHit};
use super::judge::AFTER;
use super::store::{self, Recipient, Row, Total};
use super::verdict::{self, Signals};
use crate::app::App;
use crate::db::DbConn;
use crate::error::Result;
use crate::newsletters::Tracking;

/// Writes down what waits; says whether anything did. What cannot be written goes back into the
/// buffer. Once this returns, what came before it was called is durable, whoever wrote it.
pub async fn write_down(app: &App) -> Result<bool> {
    let _one_at_a_time = app.hits.writing.lock().await;
    let dropped = app.hits.take_dropped();
    if dropped > 0 {
        tracing::warn!(dropped, "more opens and clicks came than there was room for");
    }
    let mut any = false;
    loop {
        let batch = Arc::new(app.hits.take());
        if batch.is_empty() {
            return Ok(any);
        }
        any = true;
        let shared = Arc::clone(&batch);
        let written = app.db.write(move |conn| write(conn, &shared)).await;
        if let Err(error) = written {
            app.hits.take_back(&batch);
            return Err(error);
        }
    }
}

fn write(conn: &mut DbConn, batch: &Batch) -> Result<()> {
    let issues: Vec<i64> = batch.counts.keys().map(|count| count.issue).collect();
    let modes = store::modes(conn, &issues)?;
    let mut totals: BTreeMap<Count, Total> = BTreeMap::new();
    for (count, hits) in &batch.counts {
        if modes.get(&count.issue).is_some_and(|mode| *mode != Tracking::Off) {
            totals.entry(*count).or_default().all += hits;
        }
    }
    let deliveries: Vec<i64> = batch.personal.iter().map(|hit| hit.delivery).collect();
    let recipients = store::recipients(conn, &deliveries)?;
    let mut rows = Vec::new();
    for hit in &batch.personal {
        add_personal(hit, &recipients, &mut totals, &mut rows);
    }
    store::insert(conn, &rows)?;
    if let Some(first) = rows.iter().map(|row| row.hit.at).min()
        && store::judged::judged(conn)?.until > first
    {
        store::judged::go_back(conn, first - AFTER)?;
    }
    for (count, total) in &totals {
        store::add(conn, count, *total)?;
    }
    for (count, clicks) in &batch.short {
        store::short::add(conn, count, *clicks)?;
    }
    Ok(())
}

/// A hit by a personal link is stored only while its owner consents: after a withdrawal, links in
/// mail that was sent before it store nothing, not even in the counts.
fn add_personal<'a>(
    hit: &'a PersonalHit,
    recipients: &HashMap<i64, Recipient>,
    totals: &mut BTreeMap<Count, Total>,
    rows: &mut Vec<Row<'a>>,
) {
    let Some(recipient) = recipients.get(&hit.delivery).filter(|recipient| recipient.consents)
    else {
        return;
    };
    let keeps_rows = match recipient.mode {
        Tracking::Off => return,
        Tracking::Aggregate => false,
        Tracking::Consented => true,
    };
    // Acceptance may be written down a moment later than the first hit.
    let click_after = (keeps_rows && hit.link.is_some())
        .then(|| hit.at - recipient.accepted_at.unwrap_or(hit.at));
    let reason = verdict::judge(&Signals { is_head: hit.is_head, agent: &hit.agent, click_after });
    let count = Count {
        issue: recipient.issue,
        link: hit.link,
        hour: hit.at.hour(),
        verdict: reason.verdict(),
    };
    let total = totals.entry(count).or_default();
    total.all += 1;
    if keeps_rows {
        total.personal += 1;
        rows.push(Row { hit, reason });
    }
}
