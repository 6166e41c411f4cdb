//! Numbers that other nouns' tables hold, for the metrics. Nothing is written here.

use diesel::dsl::count_star;
use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{deliveries, issues, newsletters, subscriber_mails, subscriptions};
use crate::deliveries::DeliveryState;
use crate::issues::{Issue, IssueState, Origin};
use crate::subscribers::SubscriptionState;

/// Whether the database answers.
pub fn answers(conn: &mut DbConn) -> QueryResult<()> {
    newsletters::table.select(count_star()).get_result::<i64>(conn).map(drop)
}

/// The rows of all issues on their way, by state.
pub fn deliveries_on_their_way(conn: &mut DbConn) -> QueryResult<Vec<(DeliveryState, i64)>> {
    let moving = [IssueState::Preparing, IssueState::Sending, IssueState::Paused];
    let moving = issues::table.filter(issues::state.eq_any(moving)).select(issues::id);
    deliveries::table
        .filter(deliveries::issue.eq_any(moving))
        .group_by(deliveries::state)
        .select((deliveries::state, count_star()))
        .load(conn)
}

/// Single mails of which it was written down that they should have gone before a moment.
pub fn late_mails(conn: &mut DbConn, before: Instant) -> QueryResult<i64> {
    let confirmations: i64 = subscriptions::table
        .filter(subscriptions::mail.is_not_null())
        .filter(subscriptions::mail_due_at.lt(before))
        .count()
        .get_result(conn)?;
    let others: i64 = subscriber_mails::table
        .filter(subscriber_mails::due_at.lt(before))
        .count()
        .get_result(conn)?;
    Ok(confirmations + others)
}

/// The last issue that began to go out from here.
pub fn last_issue(conn: &mut DbConn) -> QueryResult<Option<Issue>> {
    issues::table
        .filter(issues::origin.eq(Origin::Here))
        .filter(issues::started_at.is_not_null())
        .order(issues::started_at.desc())
        .select(Issue::as_select())
        .first(conn)
        .optional()
}

/// The issues, by state.
pub fn issues_by_state(conn: &mut DbConn) -> QueryResult<Vec<(IssueState, i64)>> {
    issues::table.group_by(issues::state).select((issues::state, count_star())).load(conn)
}

/// Subscribers of each newsletter, those who pause included.
pub fn subscribers(conn: &mut DbConn) -> QueryResult<Vec<(String, i64)>> {
    subscriptions::table
        .inner_join(newsletters::table)
        .filter(subscriptions::state.eq_any([SubscriptionState::Active, SubscriptionState::Paused]))
        .group_by(newsletters::slug)
        .select((newsletters::slug, count_star()))
        .load(conn)
}
