//! The table `merged_subscriptions`.

use diesel::prelude::*;

use crate::db::DbConn;
use crate::db::schema::merged_subscriptions;

/// Notes that a subscription has become part of another one, and that those which had become part
/// of it have, too.
pub fn note(conn: &mut DbConn, from: i64, nonce: i64, into: i64) -> QueryResult<()> {
    let of_it = merged_subscriptions::table.filter(merged_subscriptions::subscription.eq(from));
    diesel::update(of_it).set(merged_subscriptions::subscription.eq(into)).execute(conn)?;
    diesel::insert_into(merged_subscriptions::table)
        .values((
            merged_subscriptions::former.eq(from),
            merged_subscriptions::nonce.eq(nonce),
            merged_subscriptions::subscription.eq(into),
        ))
        .execute(conn)
        .map(drop)
}

/// What a subscription has become part of, and the nonce of its own links.
pub fn find(conn: &mut DbConn, id: i64) -> QueryResult<Option<(i64, i64)>> {
    merged_subscriptions::table
        .find(id)
        .select((merged_subscriptions::subscription, merged_subscriptions::nonce))
        .first(conn)
        .optional()
}
