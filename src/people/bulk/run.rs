//! The job: a chunk at a time, forward or back.
//!
//! How far it is, is written in the write that changes a chunk, so that a kill repeats nothing and
//! skips nobody, and two processes do nothing twice. `withdrawals.log` comes first, as everywhere.

use std::sync::Arc;

use actix_web::web::Data;

use super::store::{self, Row};
use super::{Act, BulkChange, BulkState, UNDO, begin};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{self, DbConn};
use crate::error::{Error, Result};
use crate::newsletters::Newsletter;
use crate::people::store as people;
use crate::subscribers::ledger::{self, Entry, LedgerKind};
use crate::subscribers::store::{consents, register};
use crate::subscribers::withdrawals::{self, Event};
use crate::subscribers::{
    EndReason, LeadershipGroup, Sector, Subscriber, Subscription, end, suppression,
};

/// Subscriptions of one transaction.
const CHUNK: i64 = 200;
/// How the ledger and the consents call it.
const CHANNEL: &str = "staff";
/// Somebody else has gone on with it.
const RACED: &str = "error-bulk-over";

/// The job: goes on with what is under way; says whether there was anything.
pub async fn go_on(app: &Data<App>) -> Result<bool> {
    let app = app.clone().into_inner();
    let work = tokio::task::spawn_blocking(move || {
        let mut any = false;
        while let Some(of) = app.db.read_blocking(|conn| Ok(store::under_way(conn)?))? {
            if app.sender.is_stopping() {
                break;
            }
            any = true;
            let step = match of.state {
                BulkState::Running => forward(&app, &of),
                _ => back(&app, &of),
            };
            match step {
                Err(Error::Conflict(RACED)) => break,
                other => other?,
            }
        }
        Ok(any)
    });
    work.await.map_err(anyhow::Error::from)?
}

/// The job that forgets what can no longer be taken back.
pub async fn forget_old(app: &App) -> Result<bool> {
    let before = app.clock.now() - UNDO;
    let any = app.db.write(move |conn| Ok(store::forget_before(conn, before)?)).await?;
    if any {
        app.db.note_deleted();
    }
    Ok(any)
}

/// Changes a chunk.
fn forward(app: &Arc<App>, of: &BulkChange) -> Result<()> {
    let (act, mut search) = (of.act()?, of.query()?.search());
    search.before = Some(of.cursor).filter(|cursor| *cursor > 0);
    let made_at = of.made_at;
    let found = app.db.read_blocking(|conn| {
        let as_of = begin::as_of(conn, made_at)?;
        Ok(people::find(conn, &search, as_of, CHUNK)?)
    })?;
    let (of, now) = (of.clone(), app.clock.now());
    let Some((last, ..)) = found.last() else {
        app.db.write_blocking(move |conn| Ok(store::finish(conn, of.id, now)?))?;
        app.db.note_deleted();
        return Ok(());
    };
    if act == Act::End {
        let leave = found.iter().filter(|(subscription, ..)| subscription.counts());
        let lines = leave.map(|(_, person, of)| (Event::Unsubscribed, of, &*person.address_hash));
        withdrawals::append_each(app, &lines.collect::<Vec<_>>(), now)?;
    }
    let cursor = last.id;
    let ids: Vec<i64> = found.iter().map(|(subscription, ..)| subscription.id).collect();
    let people: Vec<i64> = found.iter().map(|(_, person, _)| person.id).collect();
    app.db.write_blocking(move |conn| {
        let mut rows = Vec::new();
        // In one order for all who change people, so that nobody waits in a circle.
        db::hold_people(conn, &people)?;
        for id in &ids {
            // As they are now: somebody may have left meanwhile.
            let Some(found) = held(conn, *id)? else { continue };
            if let Some(before) = change(conn, act, &found, now)? {
                rows.push(Row { bulk_change: of.id, subscription: *id, before, at: now });
            }
        }
        store::keep(conn, &rows)?;
        let to = BulkChange {
            cursor,
            passed: of.passed + ids.len() as i64,
            changed: of.changed + rows.len() as i64,
            ..of.clone()
        };
        if store::advance(conn, &of, &to)? { Ok(()) } else { Err(Error::Conflict(RACED)) }
    })
}

/// Takes a chunk back: whatever is still as the change left it.
fn back(app: &Arc<App>, of: &BulkChange) -> Result<()> {
    let (act, id) = (of.act()?, of.id);
    let rows = app.db.read_blocking(|conn| Ok(store::rows(conn, id, CHUNK)?))?;
    let (of, now) = (of.clone(), app.clock.now());
    if rows.is_empty() {
        return app.db.write_blocking(move |conn| {
            store::turn(conn, id, BulkState::Undoing, BulkState::Undone, Some(now))?;
            Ok(())
        });
    }
    if act == Act::End {
        let ended = app.db.read_blocking(|conn| {
            let mut ended = Vec::new();
            for row in &rows {
                let Some(found) = register::with_owner(conn, row.subscription)? else { continue };
                if may_come_back(conn, &found, row)? {
                    ended.push(found);
                }
            }
            Ok(ended)
        })?;
        let lines = ended.iter().map(|(_, person, of)| (Event::Undone, of, &*person.address_hash));
        withdrawals::append_each(app, &lines.collect::<Vec<_>>(), now)?;
    }
    app.db.write_blocking(move |conn| {
        let mut changed = of.changed;
        let subscriptions: Vec<i64> = rows.iter().map(|row| row.subscription).collect();
        let people = register::owners(conn, &subscriptions)?;
        db::hold_people(conn, &people)?;
        for row in &rows {
            let Some(found) = held(conn, row.subscription)? else { continue };
            if change_back(conn, act, &found, row, now)? {
                changed -= 1;
            }
        }
        let done: Vec<i64> = rows.iter().map(|row| row.subscription).collect();
        store::forget_rows(conn, of.id, &done)?;
        let cursor = done.last().copied().unwrap_or_default();
        let to = BulkChange { cursor, changed, ..of.clone() };
        if store::advance(conn, &of, &to)? { Ok(()) } else { Err(Error::Conflict(RACED)) }
    })
}

type Owned = (Subscription, Subscriber, Newsletter);

/// A subscription with whose it is, as they are now and stay for this transaction.
fn held(conn: &mut DbConn, id: i64) -> Result<Option<Owned>> {
    let Some((_, person, _)) = register::with_owner(conn, id)? else { return Ok(None) };
    db::hold_person(conn, person.id)?;
    Ok(register::with_owner(conn, id)?)
}

/// Whether a subscription ended by this change, nothing has been said about it since, and its address
/// may get mail.
fn may_come_back(conn: &mut DbConn, (subscription, person, _): &Owned, row: &Row) -> Result<bool> {
    Ok(subscription.ended_at == Some(row.at)
        && subscription.end_reason == Some(EndReason::Staff)
        && !suppression::is_suppressed(conn, &person.address_hash)?)
}

/// Changes one; what was there before, when that was something else.
fn change(
    conn: &mut DbConn,
    act: Act,
    (subscription, person, newsletter): &Owned,
    now: Instant,
) -> Result<Option<String>> {
    match act {
        Act::End => {
            // Who has not confirmed gets nothing, and is forgotten by itself.
            let ended = subscription.counts()
                && end::end(
                    conn,
                    newsletter,
                    person,
                    subscription,
                    EndReason::Staff,
                    CHANNEL,
                    now,
                )?;
            Ok(ended.then(String::new))
        }
        Act::Sector(sector) if person.sector != Some(sector) => {
            let after = Subscriber { sector: Some(sector), ..person.clone() };
            regroup(conn, person, &after, now)?;
            Ok(Some(person.sector.map_or("", Sector::as_str).to_owned()))
        }
        Act::Level(level) if person.leadership_group != Some(level) => {
            let after = Subscriber { leadership_group: Some(level), ..person.clone() };
            regroup(conn, person, &after, now)?;
            Ok(Some(person.leadership_group.map_or("", LeadershipGroup::as_str).to_owned()))
        }
        Act::Sector(_) | Act::Level(_) => Ok(None),
    }
}

/// Takes one back; `false` when it is not as the change left it.
fn change_back(
    conn: &mut DbConn,
    act: Act,
    owned: &Owned,
    row: &Row,
    now: Instant,
) -> Result<bool> {
    let (subscription, person, newsletter) = owned;
    match act {
        Act::End => {
            if !may_come_back(conn, owned, row)?
                || !register::take_end_back(conn, subscription.id, row.at)?
            {
                return Ok(false);
            }
            consents::restore(conn, person.id, newsletter.id, row.at)?;
            let entry = Entry::now(newsletter, person, LedgerKind::Ended, 1, CHANNEL, now);
            ledger::record(conn, &[entry.because("undone")])?;
        }
        Act::Sector(sector) if person.sector == Some(sector) => {
            let after = Subscriber { sector: row.before.parse().ok(), ..person.clone() };
            regroup(conn, person, &after, now)?;
        }
        Act::Level(level) if person.leadership_group == Some(level) => {
            let after = Subscriber { leadership_group: row.before.parse().ok(), ..person.clone() };
            regroup(conn, person, &after, now)?;
        }
        Act::Sector(_) | Act::Level(_) => return Ok(false),
    }
    Ok(true)
}

/// Gives somebody another sector or level, and the ledger its two rows for each subscription that
/// counts.
fn regroup(conn: &mut DbConn, before: &Subscriber, after: &Subscriber, now: Instant) -> Result<()> {
    store::set_sector(conn, after.id, after.sector)?;
    store::set_level(conn, after.id, after.leadership_group)?;
    let mut entries = Vec::new();
    for (subscription, newsletter) in register::subscriptions_of(conn, before.id)? {
        if subscription.counts() {
            for (person, change) in [(before, -1), (after, 1)] {
                let kind = LedgerKind::Moved;
                entries.push(Entry::now(&newsletter, person, kind, change, CHANNEL, now));
            }
        }
    }
    ledger::record(conn, &entries)
}
