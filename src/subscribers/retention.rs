//! Sign-ups that nobody confirms are forgotten.

use super::store;
use crate::clock::Instant;
use crate::db::{self, DbConn};
use crate::error::Result;

/// Forgets requests from before a moment, so many at most; says how many.
pub fn forget_unconfirmed(conn: &mut DbConn, before: Instant, most: i64) -> Result<usize> {
    let old = store::unconfirmed::since(conn, before, most)?;
    for (subscription, person) in &old {
        // They may ask again at the same time: then nothing is old any more.
        db::hold_person_to_delete(conn, person.id)?;
        match subscription.ended_at {
            // They left once and then did not confirm: they still have left.
            Some(_) => store::unconfirmed::back_to_ended(conn, subscription.id, before)?,
            None => store::unconfirmed::delete(conn, subscription.id, before)?,
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
