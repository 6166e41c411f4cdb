//! What is kept no longer than it is needed, as the page on privacy promises.

use chrono::TimeDelta;

use super::store;
use crate::app::App;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::Result;

/// A request that nobody confirmed.
const UNCONFIRMED: TimeDelta = TimeDelta::days(14);
/// The IP addresses of a consent.
const IP_ADDRESSES: TimeDelta = TimeDelta::days(183);
/// Rows of one transaction.
const CHUNK: usize = 500;

/// How long the keyed hash of somebody who was erased is kept.
pub fn erased_kept(app: &App) -> TimeDelta {
    let years = app.config.erased_years;
    TimeDelta::days(years * 365 + years / 4)
}

/// The job that clears what is too old; says whether there was any.
pub async fn clear_old(app: &App) -> Result<bool> {
    let now = app.clock.now();
    let before = now - IP_ADDRESSES;
    let erased = now - erased_kept(app);
    let mut cleared = app
        .db
        .write(move |conn| {
            let ips = store::consents::clear_ips(conn, before)?;
            Ok(ips + store::suppressions::forget_erased(conn, erased)?)
        })
        .await?;
    // The job runs once a day, and a form can be filled in by a machine: all of them, in chunks.
    loop {
        let old = app.db.write(move |conn| forget_unconfirmed(conn, now - UNCONFIRMED)).await?;
        cleared += old;
        if old < CHUNK {
            return Ok(cleared > 0);
        }
    }
}

/// Forgets a chunk of requests from before a moment; says how many.
fn forget_unconfirmed(conn: &mut DbConn, before: Instant) -> Result<usize> {
    let old = store::register::unconfirmed_since(conn, before, CHUNK as i64)?;
    for (subscription, person) in &old {
        match subscription.ended_at {
            // They left once and then did not confirm: they still have left.
            Some(_) => store::register::back_to_ended(conn, subscription.id)?,
            None => store::register::delete_subscription(conn, subscription.id)?,
        }
        forget_if_alone(conn, person)?;
    }
    Ok(old.len())
}

/// Somebody without any subscription is not in the register.
fn forget_if_alone(conn: &mut DbConn, person: &super::Subscriber) -> Result<()> {
    if store::register::subscriptions_of(conn, person.id)?.is_empty() {
        store::ledger::forget(conn, person.uuid)?;
        store::register::delete(conn, person.id)?;
    }
    Ok(())
}
