//! What is too old, in the tables that hold it, and the table `retention_runs`.

use diesel::dsl::{IntoBoxed, exists, not};
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::Kept;
use crate::clock::Instant;
use crate::db::schema::{
    clicks, consents, deliveries, import_rows, issues, opens, retention_runs, subscribers,
    subscriptions, suppressions,
};
use crate::db::{DbConn, MultiBackend};
use crate::deliveries::store as outcomes;
use crate::error::Result;
use crate::issues::IssueState;
use crate::subscribers::{Subscriber, SubscriptionState, held, retention};
use crate::{on_both, staff, tracking};

/// Rows of one transaction.
pub const CHUNK: usize = 2_000;

/// Whether to look or to do it. What is counted and what is cleared is one query, so that the page
/// cannot promise what the night does not keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sweep {
    /// Says how many there are.
    Count,
    /// Clears a chunk and says how many they were: fewer than [`CHUNK`] were the last.
    Clear,
}

/// Counts or clears what is older than a moment.
pub fn sweep(
    conn: &mut DbConn,
    kept: Kept,
    how: Sweep,
    (before, now): (Instant, Instant),
) -> Result<i64> {
    Ok(match kept {
        Kept::Unconfirmed => unconfirmed(conn, how, before)?,
        Kept::IpAddresses => ip_addresses(conn, how, before)?,
        Kept::Consents => ended_consents(conn, how, before)?,
        Kept::Replies => replies(conn, how, before, now)?,
        Kept::Deliveries => old_deliveries(conn, how, before, now)?,
        Kept::Measured => measured(conn, how, before)?,
        Kept::Erased => erased(conn, how, before)?,
        Kept::Ended => ended_people(before).count().get_result(conn)?,
    })
}

fn unconfirmed(conn: &mut DbConn, how: Sweep, before: Instant) -> Result<i64> {
    if how == Sweep::Clear {
        return Ok(retention::forget_unconfirmed(conn, before, CHUNK as i64)? as i64);
    }
    let old = subscriptions::table
        .filter(subscriptions::state.eq(SubscriptionState::Pending))
        .filter(subscriptions::requested_at.lt(before));
    Ok(old.count().get_result(conn)?)
}

fn ip_addresses(conn: &mut DbConn, how: Sweep, before: Instant) -> QueryResult<i64> {
    let old = consents::table
        .filter(consents::requested_at.lt(before))
        .filter(consents::request_ip.is_not_null().or(consents::confirm_ip.is_not_null()));
    if how == Sweep::Count {
        return old.count().get_result(conn);
    }
    let ids: Vec<i64> = old.select(consents::id).limit(CHUNK as i64).load(conn)?;
    diesel::update(consents::table.filter(consents::id.eq_any(&ids)))
        .set((consents::request_ip.eq(None::<&str>), consents::confirm_ip.eq(None::<&str>)))
        .execute(conn)?;
    Ok(ids.len() as i64)
}

/// Those that were withdrawn, and those that nobody confirmed in time. The texts that were shown
/// stay.
fn ended_consents(conn: &mut DbConn, how: Sweep, before: Instant) -> QueryResult<i64> {
    let in_vain = consents::confirmed_at.is_null().and(consents::requested_at.lt(before));
    let withdrawn = consents::withdrawn_at.lt(before).assume_not_null();
    let withdrawn = consents::withdrawn_at.is_not_null().and(withdrawn);
    let old = consents::table.filter(withdrawn.or(in_vain));
    if how == Sweep::Count {
        return old.count().get_result(conn);
    }
    let ids: Vec<i64> = old.select(consents::id).limit(CHUNK as i64).load(conn)?;
    diesel::delete(consents::table.filter(consents::id.eq_any(&ids))).execute(conn)?;
    Ok(ids.len() as i64)
}

/// What was said stays in the code and the status; the words may name the person.
fn replies(conn: &mut DbConn, how: Sweep, before: Instant, now: Instant) -> QueryResult<i64> {
    let ended: Vec<i64> =
        over(before).filter(issues::replies_cleared_at.is_null()).select(issues::id).load(conn)?;
    let old = deliveries::table
        .filter(deliveries::issue.eq_any(&ended))
        .filter(deliveries::reply_text.is_not_null());
    if how == Sweep::Count {
        return old.count().get_result(conn);
    }
    let ids: Vec<i64> = old.select(deliveries::id).limit(CHUNK as i64).load(conn)?;
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(&ids)))
        .set(deliveries::reply_text.eq(None::<&str>))
        .execute(conn)?;
    if ids.len() < CHUNK {
        diesel::update(issues::table.filter(issues::id.eq_any(&ended)))
            .set(issues::replies_cleared_at.eq(now))
            .execute(conn)?;
    }
    Ok(ids.len() as i64)
}

/// Issues that ended before a moment, or were paused then and are so still: nobody will send them
/// any more, and one that has its replies cleared goes on all the same.
fn over<'a>(before: Instant) -> IntoBoxed<'a, issues::table, MultiBackend> {
    let ended = issues::finished_at.is_not_null();
    let ended = ended.and(issues::finished_at.assume_not_null().lt(before));
    let paused = issues::state.eq(IssueState::Paused).and(issues::updated_at.lt(before));
    issues::table.filter(ended.or(paused)).into_boxed()
}

/// The rows become counts: those that were written down when the issue ended.
fn old_deliveries(
    conn: &mut DbConn,
    how: Sweep,
    before: Instant,
    now: Instant,
) -> QueryResult<i64> {
    let ended: Vec<i64> = over(before)
        .filter(issues::deliveries_cleared_at.is_null())
        .select(issues::id)
        .load(conn)?;
    let old = deliveries::table.filter(deliveries::issue.eq_any(&ended));
    if how == Sweep::Count {
        return old.count().get_result(conn);
    }
    let rows: Vec<(i64, i64)> =
        old.select((deliveries::id, deliveries::issue)).limit(CHUNK as i64).load(conn)?;
    let mut of: Vec<i64> = rows.iter().map(|(_, issue)| *issue).collect();
    of.sort_unstable();
    of.dedup();
    for issue in of {
        outcomes::keep_if_missing(conn, issue)?;
    }
    let ids: Vec<i64> = rows.iter().map(|(id, _)| *id).collect();
    // First the person: the triggers of the migration `forgetting` take opens and clicks with them,
    // and the counts of those go down while it can still be seen whose issue they were of.
    diesel::update(deliveries::table.filter(deliveries::id.eq_any(&ids)))
        .set(deliveries::subscriber.eq(None::<i64>))
        .execute(conn)?;
    diesel::delete(deliveries::table.filter(deliveries::id.eq_any(&ids))).execute(conn)?;
    if ids.len() < CHUNK {
        diesel::update(issues::table.filter(issues::id.eq_any(&ended)))
            .set(issues::deliveries_cleared_at.eq(now))
            .execute(conn)?;
    }
    Ok(ids.len() as i64)
}

fn measured(conn: &mut DbConn, how: Sweep, before: Instant) -> QueryResult<i64> {
    if how == Sweep::Clear {
        return Ok(tracking::store::delete_before(conn, before, CHUNK as i64)? as i64);
    }
    let opened: i64 = opens::table.filter(opens::at.lt(before)).count().get_result(conn)?;
    let clicked: i64 = clicks::table.filter(clicks::at.lt(before)).count().get_result(conn)?;
    Ok(opened + clicked)
}

/// People who have left everything before a moment.
fn ended_people<'a>(before: Instant) -> IntoBoxed<'a, subscribers::table, MultiBackend> {
    let theirs = || subscriptions::table.filter(subscriptions::subscriber.eq(subscribers::id));
    let lately =
        subscriptions::ended_at.is_null().or(subscriptions::ended_at.assume_not_null().ge(before));
    let living = subscriptions::state.ne(SubscriptionState::Ended).or(lately);
    // Whom a list brought as somebody who had left stays until the list can no longer be undone: what
    // undoing takes back is found by them.
    let listed = import_rows::table.filter(import_rows::subscriber.eq(subscribers::id.nullable()));
    subscribers::table
        .filter(exists(theirs()))
        .filter(not(exists(theirs().filter(living))))
        .filter(not(exists(listed)))
        .into_boxed()
}

/// The next of them.
pub fn next_ended(conn: &mut DbConn, before: Instant, most: i64) -> QueryResult<Vec<Subscriber>> {
    ended_people(before)
        .order(subscribers::id)
        .limit(most)
        .select(Subscriber::as_select())
        .load(conn)
}

/// Whatever the reason is: of who was erased, and of addresses that nobody in the register has; and where
/// the audit log names such an address by its hash.
fn erased(conn: &mut DbConn, how: Sweep, before: Instant) -> QueryResult<i64> {
    let theirs =
        subscribers::table.filter(subscribers::address_hash.eq(suppressions::address_hash));
    let was_erased = suppressions::erased_at.lt(before).assume_not_null();
    let was_erased = suppressions::erased_at.is_not_null().and(was_erased);
    let is_nobodys = suppressions::at.lt(before).and(not(exists(theirs)));
    let old = suppressions::table
        .filter(was_erased.or(suppressions::erased_at.is_null().and(is_nobodys)));
    let most = if how == Sweep::Count { i64::MAX } else { CHUNK as i64 };
    let noted = staff::store::old_subjects(conn, held::SUBJECT, before, most)?;
    if how == Sweep::Count {
        return Ok(old.count().get_result::<i64>(conn)? + noted.len() as i64);
    }
    let hashes: Vec<Vec<u8>> =
        old.select(suppressions::address_hash).limit(CHUNK as i64).load(conn)?;
    diesel::delete(suppressions::table.filter(suppressions::address_hash.eq_any(&hashes)))
        .execute(conn)?;
    // The log of what staff did knows addresses that nobody here has by the beginning of the hash.
    staff::store::forget_subjects(conn, &noted, held::SUBJECT.trim_end())?;
    Ok(hashes.len().max(noted.len()) as i64)
}

/// When something was last cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = retention_runs)]
pub struct Run {
    /// What.
    pub kept: Kept,
    /// When there were last any.
    pub at: Instant,
    /// How many there were then.
    pub cleared: i64,
}

/// Notes that something was cleared.
pub fn keep_run(conn: &mut DbConn, run: Run) -> QueryResult<()> {
    on_both!(conn, c => diesel::insert_into(retention_runs::table)
        .values(run)
        .on_conflict(retention_runs::kept)
        .do_update()
        .set((
            retention_runs::at.eq(excluded(retention_runs::at)),
            retention_runs::cleared.eq(excluded(retention_runs::cleared)),
        ))
        .execute(c))
    .map(drop)
}

/// When each was last cleared.
pub fn runs(conn: &mut DbConn) -> QueryResult<Vec<Run>> {
    retention_runs::table.select(Run::as_select()).load(conn)
}
