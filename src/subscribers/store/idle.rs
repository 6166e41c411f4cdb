//! The table `idle_consents`, and the count that it keeps.

use diesel::dsl::{count_star, exists, not};
use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{deliveries, idle_consents, issues, subscriptions};
use crate::subscribers::SubscriptionState;

/// For each newsletter how many people confirmed before a moment, still subscribe, and have been
/// sent nothing since that moment.
pub fn count(conn: &mut DbConn, before: Instant) -> QueryResult<Vec<(i64, i64)>> {
    let sent_since = deliveries::table
        .inner_join(issues::table)
        .filter(deliveries::subscriber.eq(subscriptions::subscriber.nullable()))
        .filter(issues::newsletter.eq(subscriptions::newsletter))
        .filter(deliveries::state.eq("accepted"))
        .filter(deliveries::finished_at.ge(before))
        .select(deliveries::id);
    subscriptions::table
        .filter(subscriptions::state.eq_any([SubscriptionState::Active, SubscriptionState::Paused]))
        .filter(subscriptions::confirmed_at.lt(before))
        .filter(not(exists(sent_since)))
        .group_by(subscriptions::newsletter)
        .order(subscriptions::newsletter)
        .select((subscriptions::newsletter, count_star()))
        .load(conn)
}

/// What was counted last, by newsletter.
pub fn all(conn: &mut DbConn) -> QueryResult<Vec<(i64, i64)>> {
    idle_consents::table
        .order(idle_consents::newsletter)
        .select((idle_consents::newsletter, idle_consents::people))
        .load(conn)
}

/// Keeps what was counted, in place of what was counted before.
pub fn keep(conn: &mut DbConn, counted: &[(i64, i64)], now: Instant) -> QueryResult<()> {
    diesel::delete(idle_consents::table).execute(conn)?;
    for (newsletter, people) in counted {
        diesel::insert_into(idle_consents::table)
            .values((
                idle_consents::newsletter.eq(newsletter),
                idle_consents::people.eq(people),
                idle_consents::counted_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}
