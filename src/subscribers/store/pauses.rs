//! Pauses in the rows of `subscriptions`. Each change asks for the state it changes: somebody may
//! leave at the same moment, and is not woken.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{newsletters, subscribers, subscriptions};
use crate::newsletters::Newsletter;
use crate::subscribers::{Subscriber, Subscription, SubscriptionState};

/// Pauses a subscription in one of the two states that count; `false` when it is in another one:
/// somebody may leave at the same time.
pub fn pause(
    conn: &mut DbConn,
    id: i64,
    from: SubscriptionState,
    until: Instant,
) -> QueryResult<bool> {
    diesel::update(subscriptions::table.find(id).filter(subscriptions::state.eq(from)))
        .set((
            subscriptions::state.eq(SubscriptionState::Paused),
            subscriptions::paused_until.eq(until),
        ))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// Ends a pause; `false` when there is none.
pub fn resume(conn: &mut DbConn, id: i64) -> QueryResult<bool> {
    diesel::update(
        subscriptions::table.find(id).filter(subscriptions::state.eq(SubscriptionState::Paused)),
    )
    .set((
        subscriptions::state.eq(SubscriptionState::Active),
        subscriptions::paused_until.eq(None::<Instant>),
    ))
    .execute(conn)
    .map(|rows| rows > 0)
}

/// Ends a pause whose day has come; `false` when there is none, or a longer one.
pub fn resume_due(conn: &mut DbConn, id: i64, now: Instant) -> QueryResult<bool> {
    diesel::update(
        subscriptions::table
            .find(id)
            .filter(subscriptions::state.eq(SubscriptionState::Paused))
            .filter(subscriptions::paused_until.le(now)),
    )
    .set((
        subscriptions::state.eq(SubscriptionState::Active),
        subscriptions::paused_until.eq(None::<Instant>),
    ))
    .execute(conn)
    .map(|rows| rows > 0)
}

/// Paused subscriptions whose day has come.
pub fn over(
    conn: &mut DbConn,
    now: Instant,
    most: i64,
) -> QueryResult<Vec<(Subscription, Subscriber, Newsletter)>> {
    subscriptions::table
        .inner_join(subscribers::table)
        .inner_join(newsletters::table)
        .filter(subscriptions::state.eq(SubscriptionState::Paused))
        .filter(subscriptions::paused_until.le(now))
        .limit(most)
        .select((Subscription::as_select(), Subscriber::as_select(), Newsletter::as_select()))
        .load(conn)
}
