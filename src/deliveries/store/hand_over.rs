//! Deliveries of two rows of the register that turned out to be one person.

use diesel::prelude::*;

use crate::db::DbConn;
use crate::db::schema::deliveries;

/// Makes a person's deliveries another's, but for issues of which that one has a copy too: those
/// stay nobody's when the first is deleted, and no equation changes.
pub fn hand_over(conn: &mut DbConn, from: i64, to: i64) -> QueryResult<()> {
    let both: Vec<i64> = deliveries::table
        .filter(deliveries::subscriber.eq(to))
        .select(deliveries::issue)
        .load(conn)?;
    let own: Vec<(i64, i64)> = deliveries::table
        .filter(deliveries::subscriber.eq(from))
        .select((deliveries::id, deliveries::issue))
        .load(conn)?;
    for (id, _) in own.into_iter().filter(|(_, issue)| !both.contains(issue)) {
        diesel::update(deliveries::table.find(id))
            .set(deliveries::subscriber.eq(to))
            .execute(conn)?;
    }
    Ok(())
}
