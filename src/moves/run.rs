//! The job that moves people: a chunk of the register at a time, and whoever has bounced.
//!
//! How far a move is, is written in the write that moves a chunk, so that a kill repeats nothing and
//! skips nobody, and two processes do nothing twice. `withdrawals.log` comes before, as everywhere.

use std::sync::Arc;

use actix_web::web::Data;
use serde_json::json;

use super::judge::{Judge, Judged, Verdict, is_at_old};
use super::rule::Rule;
use super::{UNDO, undo};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{self, DbConn};
use crate::error::{Error, Result};
use crate::issues;
use crate::personal::address;
use crate::staff;
use crate::subscribers::domains::{DomainMove, MoveCounts, MoveState, RowState, SOURCE};
use crate::subscribers::store::domains::{self as store, Row};
use crate::subscribers::withdrawals::{self, Event};
use crate::subscribers::{EndReason, Subscriber, suppression};

/// People of one transaction: few, because each costs a dozen statements.
pub const CHUNK: i64 = 100;

/// Somebody else has gone on with it.
pub(super) const MOVED: &str = "error-domain-state";

/// The job: goes on with what is under way; says whether there was anything.
pub async fn go_on(app: &Data<App>) -> Result<bool> {
    let app = app.clone().into_inner();
    let work = tokio::task::spawn_blocking(move || {
        let mut any = false;
        while let Some(of) = app.db.read_blocking(|conn| Ok(store::under_way(conn)?))? {
            any = true;
            if !goes(drive(&app, &of))? {
                break;
            }
        }
        while goes(bounced(&app))? {
            any = true;
        }
        Ok(any)
    });
    work.await.map_err(anyhow::Error::from)?
}

/// The job that forgets old addresses when a move can no longer be undone.
pub async fn forget_old(app: &App) -> Result<bool> {
    let before = app.clock.now() - UNDO;
    let mut any = false;
    while app.db.write(move |conn| Ok(store::forget_before(conn, before)?)).await? {
        any = true;
        app.db.note_deleted();
    }
    Ok(any)
}

/// `false` when it is for later, or for another process.
fn goes(went: Result<bool>) -> Result<bool> {
    match went {
        Err(Error::Conflict(MOVED)) => Ok(false),
        went => went,
    }
}

/// Goes through a move to its end; `false` when told to stop.
fn drive(app: &Arc<App>, of: &DomainMove) -> Result<bool> {
    let judge = Arc::new(Judge::load(app, Rule::of(of.pairs()?))?);
    let mut of = of.clone();
    let state = of.state;
    while of.state == state {
        if app.sender.is_stopping() {
            return Ok(false);
        }
        match state {
            MoveState::Running => step(app, &judge, &of)?,
            _ => undo::step(app, &judge, &of)?,
        }
        of = app.db.read_blocking(|conn| Ok(store::find(conn, of.id)?))?;
    }
    Ok(true)
}

/// Moves a chunk.
fn step(app: &Arc<App>, judge: &Arc<Judge>, of: &DomainMove) -> Result<()> {
    let people = app
        .db
        .read_blocking(|conn| Ok(store::people_at(conn, &judge.rule.old(), of.cursor, CHUNK)?))?;
    let Some(last) = people.last().map(|person| person.id) else { return finish(app, of) };
    let ids: Vec<i64> = people.iter().map(|person| person.id).collect();
    let announced = announce(app, judge, people)?;
    let (judge, of, now) = (judge.clone(), of.clone(), app.clock.now());
    let moved = app.db.write_blocking(move |conn| {
        if !store::advance(conn, &of, last)? {
            return Err(Error::Conflict(MOVED));
        }
        let (mut counts, mut moved) = (of.counts()?, Vec::new());
        for judged in again(conn, &judge, &ids)? {
            if carry_out(conn, &of, &judged, now)? {
                moved.push(judged.person.address_hash.clone());
            }
            judged.verdict.count(&mut counts);
        }
        store::set_counts(conn, of.id, &counts)?;
        Ok(moved)
    })?;
    take_back(app, announced, &moved)
}

fn finish(app: &Arc<App>, of: &DomainMove) -> Result<()> {
    let (of, now) = (of.clone(), app.clock.now());
    app.db.write_blocking(move |conn| {
        if !store::turn(conn, of.id, MoveState::Running, MoveState::Done, Some(now))? {
            return Err(Error::Conflict(MOVED));
        }
        note(conn, &of, "domain.moved", &of.counts()?, now)
    })
}

/// Moves who has bounced and waits for it; says whether there was anybody.
fn bounced(app: &Arc<App>) -> Result<bool> {
    let queued = app.db.read_blocking(|conn| Ok(store::queued(conn, CHUNK)?))?;
    let Some(first) = queued.first().map(|row| row.domain_move) else { return Ok(false) };
    let rows: Vec<Row> = queued.into_iter().filter(|row| row.domain_move == first).collect();
    let of = app.db.read_blocking(|conn| Ok(store::find(conn, first)?))?;
    let judge = Arc::new(Judge::load(app, Rule::of(of.pairs()?))?);
    let ids: Vec<i64> = rows.iter().map(|row| row.subscriber).collect();
    let people = app.db.read_blocking(|conn| Ok(store::people(conn, &ids)?))?;
    let announced = announce(app, &judge, at_old(&judge, people))?;
    let now = app.clock.now();
    let moved = app.db.write_blocking(move |conn| {
        let mut waiting = Vec::new();
        for id in ids {
            if store::take_queued(conn, first, id)? {
                waiting.push(id);
            }
        }
        let of = store::find(conn, first)?;
        let is_over = matches!(of.state, MoveState::Undoing | MoveState::Undone);
        let (mut counts, mut moved) = (of.counts()?, Vec::new());
        for judged in again(conn, &judge, &waiting)? {
            if !is_over && carry_out(conn, &of, &judged, now)? {
                moved.push(judged.person.address_hash.clone());
            } else if judged.verdict != Verdict::Suppressed {
                // There is nowhere to go: as for everybody else whose address does not exist.
                let reason = EndReason::Bounced;
                suppression::suppress(conn, &judged.person, reason, "smtp", now)?;
            }
            // Whoever waited when it was taken back was not moved.
            if !is_over {
                judged.verdict.count(&mut counts);
            }
        }
        store::set_counts(conn, of.id, &counts)?;
        Ok(moved)
    })?;
    take_back(app, announced, &moved)?;
    Ok(true)
}

fn at_old(judge: &Judge, people: Vec<Subscriber>) -> Vec<Subscriber> {
    people.into_iter().filter(|person| is_at_old(&judge.rule, person)).collect()
}

/// Judges people in the write that moves them. Whoever has changed the address themselves is left.
fn again(conn: &mut DbConn, judge: &Judge, ids: &[i64]) -> Result<Vec<Judged>> {
    for id in ids {
        db::hold_person(conn, *id)?;
    }
    let people = at_old(judge, store::people(conn, ids)?);
    let judged = judge.judge(conn, people)?;
    if judged.iter().any(|judged| judged.verdict == Verdict::Merged) {
        // Before anybody is touched, so that the fan-out and this do not wait in a circle.
        issues::store::hold_fan_outs(conn)?;
    }
    Ok(judged)
}

/// What is written into `withdrawals.log` before people are moved; returns their hashes.
fn announce(app: &App, judge: &Judge, people: Vec<Subscriber>) -> Result<Vec<Vec<u8>>> {
    let judged = app.db.read_blocking(|conn| judge.judge(conn, people))?;
    let (mut undone, mut renames) = (Vec::new(), Vec::new());
    for judged in judged.iter().filter(|judged| judged.verdict.is_change()) {
        let Some((_, hash)) = &judged.to else { continue };
        // Who has the new address subscribes with it: what was said of it before holds no more.
        let subscribed = judged.subscribed_there.iter();
        undone.extend(subscribed.map(|of| (judge.slug(*of), hash.as_slice())));
        if !judged.subscribed_there.is_empty() {
            undone.push((None, hash.as_slice()));
        }
        renames.push((judged.person.address_hash.as_slice(), hash.as_slice()));
    }
    undone.sort_unstable();
    undone.dedup();
    withdrawals::append_renames(app, &undone, &renames, app.clock.now())?;
    Ok(renames.into_iter().map(|(from, _)| from.to_vec()).collect())
}

/// Takes back what was announced of those who were not moved after all.
fn take_back(app: &App, announced: Vec<Vec<u8>>, moved: &[Vec<u8>]) -> Result<()> {
    let not: Vec<_> = announced.iter().filter(|hash| !moved.contains(hash)).collect();
    let events: Vec<_> = not.into_iter().map(|hash| (Event::Undone, hash.as_slice())).collect();
    withdrawals::append_all(app, &events, app.clock.now())
}

/// Does with somebody what was judged; says whether they have another address now.
fn carry_out(conn: &mut DbConn, of: &DomainMove, judged: &Judged, now: Instant) -> Result<bool> {
    let (person, Some((address, hash))) = (&judged.person, &judged.to) else { return Ok(false) };
    match judged.verdict {
        Verdict::Moved => {
            address::take_address(conn, person, address, hash, SOURCE, now)?;
            let old = Some(person.email.as_str());
            store::put(conn, of.id, person.id, RowState::Moved, old, now)?;
        }
        // Two rows that became one cannot be parted, so nothing is kept to do it.
        Verdict::Merged => address::take_address(conn, person, address, hash, SOURCE, now)?,
        Verdict::Suppressed => {
            follow(conn, of, judged, hash, now)?;
            return Ok(false);
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Who wants no mail at the old address wants none at the new one: a list with it must not bring them
/// back. That an address does not exist says nothing about another.
fn follow(
    conn: &mut DbConn,
    of: &DomainMove,
    judged: &Judged,
    hash: &[u8],
    now: Instant,
) -> Result<()> {
    let wish = judged.reason.filter(|reason| *reason != EndReason::Bounced);
    let Some(reason) = wish else { return Ok(()) };
    if suppression::is_suppressed(conn, hash)? {
        return Ok(());
    }
    suppression::keep(conn, hash, reason, SOURCE, now.start_of_day())?;
    Ok(store::put(conn, of.id, judged.person.id, RowState::Shut, None, now)?)
}

/// Notes in the audit log what a move did.
pub(super) fn note(
    conn: &mut DbConn,
    of: &DomainMove,
    what: &str,
    counts: &MoveCounts,
    now: Instant,
) -> Result<()> {
    let details = json!({ "domains": of.pairs()?, "counts": counts });
    let subject = format!("domain move {}", of.uuid);
    Ok(staff::store::audit(conn, &of.made_by, what, &subject, details, now)?)
}
