//! What a link in an issue may change: the scope and a pause. Newsletters are forwarded, so it
//! shows nothing about the person and changes nothing that cannot be changed back.

use chrono::Months;

use super::ledger::{self, Entry, LedgerKind};
use super::link::{self, Owned};
use super::{Scope, SubscriptionState, store};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{self, DbConn};
use crate::error::{Error, Result};
use crate::links::Purpose;
use crate::newsletters::Newsletter;

/// Months of the longest pause.
pub const LONGEST_PAUSE: u32 = 6;

/// What the page can do.
#[derive(Debug, Clone, Copy)]
pub enum Change {
    /// Get other issues.
    Scope(Scope),
    /// Get nothing for so many months.
    Pause(u32),
    /// End the pause.
    Resume,
}

/// Makes a change. [`Error::Gone`] when the subscription is not active or paused any more.
pub async fn change(app: &App, token: &str, change: Change) -> Result<Owned> {
    let owned = link::owned(app, token, Purpose::Preferences).await?;
    let (id, now) = (owned.subscription.id, app.clock.now());
    app.db.write(move |conn| apply(conn, id, change, now)).await?;
    link::owned(app, token, Purpose::Preferences).await
}

/// The part in the database, whoever was let in to make it.
pub fn apply(conn: &mut DbConn, id: i64, change: Change, now: Instant) -> Result<()> {
    let (subscription, person, newsletter) =
        store::register::with_owner(conn, id)?.ok_or(Error::NotFound)?;
    if !subscription.counts() {
        return Err(Error::Gone);
    }
    let is_paused = subscription.state == SubscriptionState::Paused;
    let (done, kind) = match change {
        Change::Scope(scope) => (store::register::set_scope(conn, id, scope)?, None),
        Change::Pause(months) => {
            let until = end_of_pause(&newsletter, now, months)?;
            let done = store::pauses::pause(conn, id, subscription.state, until)?;
            // A longer pause is no second one.
            (done, (!is_paused).then_some(LedgerKind::Paused))
        }
        // What is not paused does not resume.
        Change::Resume if !is_paused => (true, None),
        Change::Resume => (store::pauses::resume(conn, id)?, Some(LedgerKind::Resumed)),
    };
    // Somebody has left, or changed it, since it was read.
    if !done {
        return Err(Error::Gone);
    }
    if let Some(kind) = kind {
        let entry = Entry::now(&newsletter, &person, kind, 0, "preferences", now);
        ledger::record(conn, &[entry])?;
    }
    Ok(())
}

/// The same time of day so many months on, in the newsletter's zone.
fn end_of_pause(newsletter: &Newsletter, now: Instant, months: u32) -> Result<Instant> {
    if !(1..=LONGEST_PAUSE).contains(&months) {
        return Err(Error::field("months", "error-choice"));
    }
    let local = now.in_zone(newsletter.zone());
    // Only a gap of an hour on one night of the year has no such time.
    let until = local.checked_add_months(Months::new(months));
    let until = until.unwrap_or(local + chrono::TimeDelta::days(i64::from(months) * 30));
    Ok(Instant::new(until.to_utc()))
}

/// The job that ends pauses whose day has come; says whether there were any.
pub async fn resume_due(app: &App) -> Result<bool> {
    let now = app.clock.now();
    if app.db.read(move |conn| Ok(store::pauses::over(conn, now, 1)?)).await?.is_empty() {
        return Ok(false);
    }
    app.db.write(move |conn| resume_chunk(conn, now)).await?;
    Ok(true)
}

/// So many pauses end in one transaction.
const CHUNK: i64 = 500;

fn resume_chunk(conn: &mut DbConn, now: Instant) -> Result<()> {
    let over = store::pauses::over(conn, now, CHUNK)?;
    // As all do who change people: by their ids.
    db::hold_people(conn, &over.iter().map(|(_, person, _)| person.id).collect::<Vec<_>>())?;
    for (subscription, person, newsletter) in over {
        // Who has left since, or made the pause longer, is not woken.
        if store::pauses::resume_due(conn, subscription.id, now)? {
            let entry = Entry::now(&newsletter, &person, LedgerKind::Resumed, 0, "pause", now);
            ledger::record(conn, &[entry])?;
        }
    }
    Ok(())
}
