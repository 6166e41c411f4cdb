//! Taking a move back, within a month.
//!
//! Who still has the address that the move gave gets the old one again. Who has another one by now,
//! who has left or complained since, or whose old address somebody else has, is left as they are, and
//! counted. Two who became one stay one.

use std::sync::Arc;

use super::judge::Judge;
use super::run::{self, MOVED};
use crate::app::App;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::{Error, Result};
use crate::mail::EmailAddress;
use crate::personal::address;
use crate::subscribers::domains::{DomainMove, MoveState, RowState, SOURCE};
use crate::subscribers::store::domains::{self as store, Row};
use crate::subscribers::store::{register, suppressions};
use crate::subscribers::{Subscriber, withdrawals};

/// What the ledger gives as the cause.
const CAUSE: &str = "undone";

/// Takes a chunk back.
pub(super) fn step(app: &Arc<App>, judge: &Arc<Judge>, of: &DomainMove) -> Result<()> {
    let (id, cursor) = (of.id, of.cursor);
    let rows = app.db.read_blocking(|conn| Ok(store::done(conn, id, cursor, run::CHUNK)?))?;
    let Some(last) = rows.last().map(|row| row.subscriber) else { return finish(app, of) };
    let mut steps = Vec::new();
    app.db.read_blocking(|conn| {
        for row in &rows {
            if let Some(back) = way_back(conn, judge, row)? {
                steps.push((back.person.address_hash, back.hash));
            }
        }
        Ok(())
    })?;
    let renames: Vec<(&[u8], &[u8])> =
        steps.iter().map(|(from, to)| (from.as_slice(), to.as_slice())).collect();
    withdrawals::append_renames(app, &[], &renames, app.clock.now())?;
    let (judge, of, now) = (judge.clone(), of.clone(), app.clock.now());
    app.db.write_blocking(move |conn| {
        if !store::advance(conn, &of, last)? {
            return Err(Error::Conflict(MOVED));
        }
        let mut counts = of.counts()?;
        for row in &rows {
            match (row.state, way_back(conn, &judge, row)?) {
                (RowState::Shut, _) => lift(conn, &judge, row)?,
                (_, Some(back)) => {
                    go_back(conn, &back, now)?;
                    counts.undone += 1;
                }
                (_, None) => counts.kept += 1,
            }
            store::remove(conn, of.id, row.subscriber)?;
        }
        store::set_counts(conn, of.id, &counts)
    })
}

fn finish(app: &Arc<App>, of: &DomainMove) -> Result<()> {
    let (of, now) = (of.clone(), app.clock.now());
    app.db.write_blocking(move |conn| {
        let finished_at = of.finished_at.or(Some(now));
        if !store::turn(conn, of.id, MoveState::Undoing, MoveState::Undone, finished_at)? {
            return Err(Error::Conflict(MOVED));
        }
        run::note(conn, &of, "domain.move_undone", &of.counts()?, now)
    })
}

/// Somebody who can be moved back.
struct Back {
    person: Subscriber,
    address: EmailAddress,
    hash: Vec<u8>,
}

fn way_back(conn: &mut DbConn, judge: &Judge, row: &Row) -> Result<Option<Back>> {
    let Some(old) = &row.old_address else { return Ok(None) };
    let Ok(address) = EmailAddress::parse(old) else { return Ok(None) };
    let Some(given) = judge.address(old) else { return Ok(None) };
    let person = register::by_id(conn, row.subscriber)?;
    let hash = judge.hash(&address);
    let ours = suppressions::source(conn, &hash)?.is_none_or(|source| source == SOURCE);
    let is_as_it_was = person.address_key == given.key()
        && register::by_key(conn, &address.key())?.is_none()
        && suppressions::reason(conn, &person.address_hash)?.is_none()
        && ours;
    Ok(is_as_it_was.then_some(Back { person, address, hash }))
}

fn go_back(conn: &mut DbConn, back: &Back, now: Instant) -> Result<()> {
    let Back { person, address, hash } = back;
    address::give_address(conn, person, address, hash, SOURCE, CAUSE, now)?;
    suppressions::delete_of(conn, hash, SOURCE)?;
    Ok(())
}

/// Somebody was shut out at the new address because they are at the old one.
fn lift(conn: &mut DbConn, judge: &Judge, row: &Row) -> Result<()> {
    let person = register::by_id(conn, row.subscriber)?;
    if let Some((_, hash)) = judge.to(&person) {
        suppressions::delete_of(conn, &hash, SOURCE)?;
    }
    Ok(())
}
