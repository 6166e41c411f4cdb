//! Fan-out: the audience, written down as one row a recipient.
//!
//! It goes through the newsletter's subscriptions by id, a chunk a write, and the issue's cursor
//! moves in the same write. So it can be repeated, goes on after a kill where it stopped, and
//! holds nobody up. The size of the audience is asked of the subscriptions, not of the rows that
//! were written: the equation of the issue compares two things.

use std::sync::atomic::{AtomicBool, Ordering};

use super::store;
use crate::app::App;
use crate::clock::Instant;
use crate::db::{self, DbConn};
use crate::error::Result;
use crate::issues::store::Call;
use crate::issues::{self, Issue};

/// Subscriptions a write.
const CHUNK: i64 = 2_000;

/// Writes down the audience of an issue that is being prepared, from where it stopped, and lets
/// the issue go out. Returns early when told to stop.
pub fn run(app: &App, issue: &Issue, stop: &AtomicBool) -> Result<()> {
    let call = Call::of(issue)?;
    // Who is in it is asked as of one moment, however long the writing takes.
    let asked_at = issue.started_at.unwrap_or(app.clock.now());
    let (id, zone) = (issue.id, issue.zone());
    while !stop.load(Ordering::Relaxed) {
        let (call, now) = (call.clone(), app.clock.now());
        let step = app.db.write_blocking(move |conn| {
            let step = chunk(conn, id, &call, asked_at)?;
            if step == Step::End {
                issues::store::begin_sending(conn, id, now.day_in(zone), now)?;
            }
            Ok(step)
        })?;
        if step != Step::More {
            break;
        }
    }
    Ok(())
}

#[derive(PartialEq, Eq)]
enum Step {
    More,
    /// There are no subscriptions after the cursor.
    End,
    /// The issue was cancelled, or another process is at it.
    NotOurs,
}

/// Writes down the next chunk.
fn chunk(conn: &mut DbConn, id: i64, call: &Call, asked_at: Instant) -> Result<Step> {
    // The size and the rows must be of one moment, or somebody who leaves in between would spoil
    // the equation.
    db::one_snapshot(conn)?;
    let from = issues::store::find(conn, id)?.fan_out_cursor;
    let Some(to) = issues::store::next_subscriptions(conn, call.newsletter, from, CHUNK)? else {
        return Ok(Step::End);
    };
    let size = issues::store::audience_between(conn, id, call, (from, to), asked_at)?;
    if !issues::store::advance_fan_out(conn, id, from, to, size)? {
        return Ok(Step::NotOurs);
    }
    let recipients: Vec<(i64, String)> =
        issues::store::recipients_between(conn, id, call, (from, to), asked_at)?
            .into_iter()
            .map(|(subscriber, key)| (subscriber, domain(&key)))
            .collect();
    store::insert(conn, id, &recipients)?;
    Ok(Step::More)
}

fn domain(address_key: &str) -> String {
    address_key.rsplit_once('@').map_or("", |(_, domain)| domain).to_owned()
}
