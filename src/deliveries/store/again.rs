//! Rows that get another chance: those that nobody will record any more, failed ones, held ones.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};

use super::super::DeliveryState;
use super::queue::statuses_of_gone;
use crate::clock::Instant;
use crate::db::schema::deliveries;
use crate::db::{DbConn, MultiBackend};

/// The workers that have rows under way.
pub fn workers(conn: &mut DbConn) -> QueryResult<Vec<String>> {
    let names: Vec<Option<String>> = deliveries::table
        .filter(deliveries::state.eq(DeliveryState::InData))
        .select(deliveries::worker)
        .distinct()
        .load(conn)?;
    Ok(names.into_iter().flatten().collect())
}

/// Rows under way that nobody will record any more.
#[derive(Debug, Clone, Copy)]
pub enum Orphans<'a> {
    /// All of a worker.
    Of(&'a str),
    /// Those of a worker in one issue.
    In(i64, &'a str),
    /// Those whose lease had run out by then, whoever has them but one: a process knows what it has
    /// on the line, even if a clock jumps.
    Late(Instant, &'a str),
}

impl<'a> Orphans<'a> {
    fn condition(
        self,
    ) -> Box<dyn BoxableExpression<deliveries::table, MultiBackend, SqlType = Nullable<Bool>> + 'a>
    {
        let in_data = deliveries::state.eq(DeliveryState::InData);
        match self {
            Self::Of(worker) => Box::new(in_data.and(deliveries::worker.eq(worker))),
            Self::In(issue, worker) => {
                let of_issue = in_data.and(deliveries::issue.eq(issue));
                Box::new(of_issue.and(deliveries::worker.eq(worker)))
            }
            Self::Late(then, but) => {
                let late = in_data.and(deliveries::lease_until.lt(then));
                Box::new(late.and(deliveries::worker.ne(but)))
            }
        }
    }
}

/// Whether there are such rows.
pub fn has_orphans(conn: &mut DbConn, rows: Orphans<'_>) -> QueryResult<bool> {
    let count: i64 = deliveries::table.filter(rows.condition()).count().get_result(conn)?;
    Ok(count > 0)
}

/// Such rows may have gone out or not: the first time they are sent once more, at `again`, the
/// second time they are held for a person; without `again` at once. Returns how many there were.
pub fn recover(conn: &mut DbConn, rows: Orphans<'_>, again: Option<Instant>) -> QueryResult<usize> {
    let mut count = 0;
    // The order matters: a row that the first has changed is not under way any more.
    for (least, due_at) in [(1, None), (0, again)] {
        let orphans =
            deliveries::table.filter(rows.condition()).filter(deliveries::uncertain.ge(least));
        count += diesel::update(orphans)
            .set((
                deliveries::state.eq(DeliveryState::Deferred),
                deliveries::uncertain.eq(deliveries::uncertain + 1),
                deliveries::due_at.eq(due_at),
                deliveries::worker.eq(None::<String>),
                deliveries::lease_until.eq(None::<Instant>),
            ))
            .execute(conn)?;
    }
    Ok(count)
}

/// Failed rows whose address may exist.
macro_rules! retryable {
    ($issue:expr) => {
        deliveries::table
            .filter(deliveries::issue.eq($issue))
            .filter(deliveries::state.eq(DeliveryState::Failed))
            .filter(deliveries::subscriber.is_not_null())
            .filter(
                deliveries::reply_status
                    .is_null()
                    .or(deliveries::reply_status.ne_all(statuses_of_gone().map(Some))),
            )
    };
}

/// How many failed rows another try might help.
pub fn retryable(conn: &mut DbConn, issue: i64) -> QueryResult<i64> {
    retryable!(issue).count().get_result(conn)
}

/// Gives them another try.
pub fn retry(conn: &mut DbConn, issue: i64, now: Instant) -> QueryResult<usize> {
    diesel::update(retryable!(issue))
        .set((
            deliveries::state.eq(DeliveryState::Deferred),
            deliveries::due_at.eq(now),
            deliveries::finished_at.eq(None::<Instant>),
        ))
        .execute(conn)
}

/// What a person decides about the rows that are held: their new state, and when they are due if
/// they are to be sent once more.
pub fn decide_held(
    conn: &mut DbConn,
    issue: i64,
    state: DeliveryState,
    due_at: Option<Instant>,
    finished_at: Option<Instant>,
) -> QueryResult<usize> {
    let held = deliveries::table
        .filter(deliveries::issue.eq(issue))
        .filter(deliveries::state.eq(DeliveryState::Deferred))
        .filter(deliveries::due_at.is_null());
    diesel::update(held)
        .set((
            deliveries::state.eq(state),
            deliveries::due_at.eq(due_at),
            deliveries::finished_at.eq(finished_at),
        ))
        .execute(conn)
}
