//! Sign-ups in the rows of `subscriptions` that nobody has confirmed. Each change asks once more how
//! old they are: somebody may ask again at the same moment.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{subscribers, subscriptions};
use crate::subscribers::{Subscriber, Subscription, SubscriptionState};

/// Pending subscriptions that were asked for before a moment.
pub fn since(
    conn: &mut DbConn,
    before: Instant,
    most: i64,
) -> QueryResult<Vec<(Subscription, Subscriber)>> {
    subscriptions::table
        .inner_join(subscribers::table)
        .filter(subscriptions::state.eq(SubscriptionState::Pending))
        .filter(subscriptions::requested_at.lt(before))
        .limit(most)
        .select((Subscription::as_select(), Subscriber::as_select()))
        .load(conn)
}

/// Makes a subscription that was asked for before a moment, and had ended before that, what it was.
pub fn back_to_ended(conn: &mut DbConn, id: i64, before: Instant) -> QueryResult<()> {
    diesel::update(
        subscriptions::table
            .find(id)
            .filter(subscriptions::state.eq(SubscriptionState::Pending))
            .filter(subscriptions::requested_at.lt(before)),
    )
    .set(subscriptions::state.eq(SubscriptionState::Ended))
    .execute(conn)
    .map(drop)
}

/// Deletes a subscription that was asked for before a moment and never confirmed.
pub fn delete(conn: &mut DbConn, id: i64, before: Instant) -> QueryResult<()> {
    diesel::delete(
        subscriptions::table
            .find(id)
            .filter(subscriptions::state.eq(SubscriptionState::Pending))
            .filter(subscriptions::requested_at.lt(before)),
    )
    .execute(conn)
    .map(drop)
}
