//! Deliveries of two rows of the register that turned out to be one person.

use std::collections::HashMap;

use diesel::prelude::*;

use super::super::DeliveryState;
use super::queue::WAITING;
use crate::db::DbConn;
use crate::db::schema::deliveries;

/// Makes a person's deliveries another's. Of an issue of which both have a copy, one stays, and the
/// other is nobody's when the first is deleted, so that no equation changes: the one that has gone
/// out, or is about to, stays, because nobody gets an issue twice.
pub fn hand_over(conn: &mut DbConn, from: i64, to: i64) -> QueryResult<()> {
    let both: HashMap<i64, (i64, DeliveryState)> =
        copies(conn, to)?.into_iter().map(|(id, issue, state)| (issue, (id, state))).collect();
    for (id, issue, state) in copies(conn, from)? {
        if let Some((own, own_state)) = both.get(&issue) {
            let went = matches!(state, DeliveryState::Accepted | DeliveryState::InData);
            if !went || !WAITING.contains(own_state) || !leave(conn, *own)? {
                continue;
            }
        }
        diesel::update(deliveries::table.find(id))
            .set(deliveries::subscriber.eq(to))
            .execute(conn)?;
    }
    Ok(())
}

fn copies(conn: &mut DbConn, of: i64) -> QueryResult<Vec<(i64, i64, DeliveryState)>> {
    deliveries::table
        .filter(deliveries::subscriber.eq(of))
        .select((deliveries::id, deliveries::issue, deliveries::state))
        .load(conn)
}

/// Makes a copy that waits nobody's; `false` when it does not wait any more.
fn leave(conn: &mut DbConn, id: i64) -> QueryResult<bool> {
    let waiting = deliveries::table.find(id).filter(deliveries::state.eq_any(WAITING));
    diesel::update(waiting)
        .set(deliveries::subscriber.eq(None::<i64>))
        .execute(conn)
        .map(|rows| rows > 0)
}
