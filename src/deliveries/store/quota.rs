//! What counts against the relay's quota.

use diesel::prelude::*;

use super::super::DeliveryState;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{deliveries, issues};

/// What was accepted since, of issues that are on their way or ended since then.
macro_rules! accepted {
    ($then:expr) => {
        deliveries::table
            .inner_join(issues::table)
            .filter(issues::started_at.is_not_null())
            .filter(issues::finished_at.is_null().or(issues::finished_at.ge($then)))
            .filter(deliveries::state.eq(DeliveryState::Accepted))
            .filter(deliveries::finished_at.ge($then))
    };
}

/// How many messages were accepted since, and how many more may be: those under way.
pub fn taken_since(conn: &mut DbConn, then: Instant) -> QueryResult<i64> {
    let accepted: i64 = accepted!(then).count().get_result(conn)?;
    let under_way: i64 = deliveries::table
        .filter(deliveries::state.eq(DeliveryState::InData))
        .count()
        .get_result(conn)?;
    Ok(accepted + under_way)
}

/// How many messages were accepted in a stretch of time.
pub fn accepted_between(conn: &mut DbConn, from: Instant, to: Instant) -> QueryResult<i64> {
    accepted!(from).filter(deliveries::finished_at.lt(to)).count().get_result(conn)
}
