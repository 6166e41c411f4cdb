//! Taking back what an import did, within a day.
//!
//! Past counts become again what they were: for each row of the ledger one is added the other way,
//! for the same day and recorded today. People who have changed something themselves since are left
//! as they are, and counted.

use std::sync::Arc;

use diesel::OptionalExtension;
use serde_json::Value;

use super::judge::Said;
use super::store::{self, Line};
use super::take::{self, Context};
use super::{Kind, State, Verdict, run, suppress};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{self, DbConn};
use crate::error::{Error, Result};
use crate::subscribers::ledger::{self, Entry, LedgerKind};
use crate::subscribers::store::{batch, consents, ledger as ledger_store, register, suppressions};
use crate::subscribers::withdrawals::{self, Event};
use crate::subscribers::{EndReason, Subscriber, SubscriptionState};

/// Rows of one transaction.
const CHUNK: i64 = 200;

/// What the ledger gives as the cause.
const CAUSE: &str = "undone";

/// Goes through the rows of an import, from where it is.
pub(super) fn drive(app: &App, context: &Arc<Context>) -> Result<()> {
    let (mut cursor, mut counts) = (context.import.cursor, context.import.counts()?);
    let id = context.import.id;
    loop {
        if app.sender.is_stopping() {
            return Ok(());
        }
        let lines =
            app.db.read_blocking(|conn| Ok(store::lines(conn, id, cursor, false, CHUNK)?))?;
        let Some(last) = lines.last().map(|line| line.line) else { break };
        if context.import.kind == Kind::Suppressions {
            let source = suppress::source(context);
            let ours = app.db.read_blocking(|conn| still_ours(conn, &lines, &source))?;
            let events: Vec<_> = ours.iter().map(|hash| (Event::Undone, *hash)).collect();
            withdrawals::append_all(app, &events, context.now)?;
        }
        let (context, from, mut so_far) = (context.clone(), cursor, counts);
        let now = app.clock.now();
        counts = app.db.write_blocking(move |conn| {
            // As all do who change many: by their ids.
            let people: Vec<i64> = lines.iter().filter_map(|line| line.subscriber).collect();
            db::hold_people(conn, &people)?;
            for line in &lines {
                match undo(conn, &context, line)? {
                    true => so_far.undone += 1,
                    false => so_far.kept += 1,
                }
            }
            if store::advance(conn, &context.import, from, last, &so_far, now)? {
                Ok(so_far)
            } else {
                Err(Error::Conflict(run::MOVED))
            }
        })?;
        cursor = last;
    }
    let (context, now) = (context.clone(), app.clock.now());
    let rows = context.import.rows;
    let finished_at = context.import.finished_at;
    app.db.write_blocking(move |conn| {
        if store::finish(conn, &context.import, State::Undone, rows, None, finished_at)? {
            run::audit(conn, &context, "subscribers.import_undone", &counts, now)?;
        }
        Ok(())
    })
}

/// The addresses whose suppression is still the one that the import made: who has complained since, or
/// was shut out, stays so in the log too.
fn still_ours<'l>(conn: &mut DbConn, lines: &'l [Line], source: &str) -> Result<Vec<&'l [u8]>> {
    let mut ours = Vec::new();
    for line in lines.iter().filter(|line| line.subscriber.is_some()) {
        let Some(hash) = line.address_hash.as_deref() else { continue };
        if suppressions::source(conn, hash)?.as_deref() == Some(source) {
            ours.push(hash);
        }
    }
    Ok(ours)
}

/// Takes back what a row did; `false` when somebody has changed it since.
fn undo(conn: &mut DbConn, context: &Context, line: &Line) -> Result<bool> {
    let earlier = line.earlier.as_ref().map(|earlier| &earlier.0);
    if let (Kind::Suppressions, Some(hash)) = (context.import.kind, &line.address_hash) {
        return lift(conn, context, line.subscriber, hash, earlier);
    }
    let Some(id) = line.subscriber else { return Ok(false) };
    let is_out = match line.verdict {
        Verdict::Create => take_out(conn, context, id, earlier)?,
        _ => true,
    };
    if let Some(hash) = line.address_hash.as_ref().filter(|_| is_out) {
        suppressions::delete_of(conn, hash, &suppress::source(context))?;
    }
    // Of somebody who is no longer there, nothing can say anything else.
    let is_there = register::by_id(conn, id).optional()?.is_some();
    let is_back = match earlier {
        Some(earlier) if is_there && earlier["was"].is_object() => {
            said_back(conn, context, id, earlier)?
        }
        _ => true,
    };
    Ok(is_out && is_back)
}

/// Says of somebody what the register said before.
fn said_back(conn: &mut DbConn, context: &Context, id: i64, earlier: &Value) -> Result<bool> {
    let read = |name: &str| serde_json::from_value::<Said>(earlier[name].clone());
    let was = read("was").map_err(anyhow::Error::from)?;
    let set = read("set").map_err(anyhow::Error::from)?;
    db::hold_person(conn, id)?;
    let person = register::by_id(conn, id)?;
    if Said::of(&person) != set {
        return Ok(false);
    }
    take::set(conn, context, &person, &was, context.now)?;
    Ok(true)
}

/// Takes somebody out who came with the import, unless they have done something since.
fn take_out(
    conn: &mut DbConn,
    context: &Context,
    id: i64,
    earlier: Option<&Value>,
) -> Result<bool> {
    let newsletter = &context.newsletter;
    db::hold_person_to_delete(conn, id)?;
    let Some(person) = register::by_id(conn, id).optional()? else { return Ok(true) };
    let Some(subscription) = register::subscription(conn, id, newsletter.id)? else {
        return Ok(false);
    };
    let began = context.import.started_at.unwrap_or(context.import.created_at);
    let mut entries = ledger_store::of(conn, newsletter.id, person.uuid)?;
    // What stood there before is from another time: a sign-up that nobody confirmed, say.
    entries.retain(|entry| entry.recorded_at >= began);
    // All that the import wrote of somebody, it wrote at once.
    let at = entries.first().map(|entry| entry.recorded_at);
    let is_ours = |entry: &Entry| {
        Some(entry.recorded_at) == at
            && matches!(entry.kind, LedgerKind::Imported | LedgerKind::Ended | LedgerKind::Moved)
    };
    let said_ended =
        entries.is_empty() || entries.iter().any(|entry| entry.kind == LedgerKind::Ended);
    let scope = earlier.and_then(|earlier| earlier["scope"].as_str()).unwrap_or("all");
    let is_as_it_was = match subscription.state {
        SubscriptionState::Active => !said_ended && subscription.scope.as_str() == scope,
        SubscriptionState::Ended => said_ended,
        SubscriptionState::Paused | SubscriptionState::Pending => false,
    };
    let mark = earlier.and_then(|earlier| earlier["mark"].as_str());
    let says_the_same = mark.is_none_or(|mark| mark == Said::of(&person).mark(&person.address_key));
    if !is_as_it_was
        || !says_the_same
        || !entries.iter().all(is_ours)
        || batch::consented_otherwise(conn, id, newsletter.id, began)?
        || store::was_noted(conn, id, began)?
        || !register::delete_as_it_is(conn, &subscription)?
    {
        return Ok(false);
    }
    let back: Vec<Entry> = entries.into_iter().map(|entry| reversed(entry, context.now)).collect();
    ledger::record(conn, &back)?;
    batch::delete_imported_consents(conn, id, newsletter.id)?;
    if register::subscriptions_of(conn, id)?.is_empty() {
        ledger_store::forget(conn, person.uuid)?;
        register::delete(conn, id)?;
    }
    Ok(true)
}

/// The same the other way, for the same day.
fn reversed(entry: Entry, now: Instant) -> Entry {
    Entry { change: -entry.change, recorded_at: now, ..entry }.because(CAUSE)
}

/// Puts the suppression back that gave way, if one did.
fn put_back(conn: &mut DbConn, hash: &[u8], weaker: &Value) -> Result<bool> {
    if !weaker.is_array() {
        return Ok(false);
    }
    let (reason, at, of): (EndReason, i64, String) =
        serde_json::from_value(weaker.clone()).map_err(anyhow::Error::from)?;
    suppressions::put(conn, hash, reason, &of, Instant::from_micros(at))?;
    Ok(true)
}

/// A person at the level and in the sector that the ledger has of them.
fn person_in(person: &Subscriber, entry: &Entry) -> Subscriber {
    Subscriber { leadership_group: entry.leadership_group, sector: entry.sector, ..person.clone() }
}

/// Lifts a suppression that the import made, and takes back what it ended.
fn lift(
    conn: &mut DbConn,
    context: &Context,
    subscriber: Option<i64>,
    hash: &[u8],
    earlier: Option<&Value>,
) -> Result<bool> {
    let source = suppress::source(context);
    // The address of the list, where its owner has another one with the same domain's new name.
    if let Some(also) = earlier.map(|earlier| &earlier["also"]).filter(|also| also.is_object()) {
        let hex = also["hash"].as_str().unwrap_or_default();
        let listed = data_encoding::HEXLOWER.decode(hex.as_bytes()).map_err(anyhow::Error::from)?;
        if suppressions::delete_of(conn, &listed, &source)? {
            put_back(conn, &listed, &also["weaker"])?;
        }
    }
    if !suppressions::delete_of(conn, hash, &source)? {
        return Ok(false);
    }
    if let Some(earlier) = earlier
        && put_back(conn, hash, &earlier["weaker"])?
    {
        // They were shut out before the list came, and still are.
        return Ok(true);
    }
    let Some(id) = subscriber else { return Ok(true) };
    db::hold_person(conn, id)?;
    // Whoever was erased since has no end to take back.
    let Some(person) = register::by_id(conn, id).optional()? else { return Ok(true) };
    for (subscription, newsletter) in register::subscriptions_of(conn, id)? {
        let entries = ledger_store::of(conn, newsletter.id, person.uuid)?;
        // What was not confirmed has no end to take back.
        let ended = |entry: &Entry| {
            entry.kind == LedgerKind::Ended && entry.change < 0 && entry.source == source
        };
        let Some(entry) = entries.into_iter().rev().find(ended) else { continue };
        if register::take_end_back(conn, subscription.id, entry.recorded_at)? {
            consents::restore(conn, id, newsletter.id, entry.recorded_at)?;
            let (before, now) = (person_in(&person, &entry), context.now);
            ledger::record(conn, &[reversed(entry, now)])?;
            // Who changed level or sector meanwhile comes back as what they are.
            take::regrouped(conn, &newsletter, (&before, &person), &source, now)?;
        }
    }
    Ok(true)
}
