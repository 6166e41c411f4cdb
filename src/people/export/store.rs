//! The table `exports`, and what an export asks besides the search.

use std::collections::HashSet;

use anyhow::Context;
use diesel::prelude::*;

use super::Plan;
use crate::clock::Instant;
use crate::db::schema::{consents, exports};
use crate::db::{DbConn, Json};
use crate::error::Result;
use crate::subscribers::Purpose;

/// Keeps a plan until a moment; returns its number.
pub fn insert(conn: &mut DbConn, plan: &Plan, ends_at: Instant) -> Result<i64> {
    let plan = serde_json::to_value(plan).context("writing the plan of an export")?;
    let row = (exports::plan.eq(Json(plan)), exports::ends_at.eq(ends_at));
    let row = diesel::insert_into(exports::table).values(row);
    Ok(row.returning(exports::id).get_result(conn)?)
}

/// A plan by its number, if it is still kept.
pub fn plan(conn: &mut DbConn, id: i64) -> Result<Option<Plan>> {
    let found = exports::table.find(id).select(exports::plan).first::<Json>(conn).optional()?;
    let read = |Json(plan)| serde_json::from_value(plan).context("reading the plan of an export");
    Ok(found.map(read).transpose()?)
}

/// Forgets what has ended; says how many.
pub fn forget_ended(conn: &mut DbConn, now: Instant) -> QueryResult<usize> {
    diesel::delete(exports::table.filter(exports::ends_at.lt(now))).execute(conn)
}

/// Which of these people consent to being measured, and by which newsletter.
pub fn measured(conn: &mut DbConn, people: &[i64]) -> QueryResult<HashSet<(i64, i64)>> {
    let found: Vec<(i64, i64)> = consents::table
        .filter(consents::subscriber.eq_any(people))
        .filter(consents::purpose.eq(Purpose::Tracking))
        .filter(consents::confirmed_at.is_not_null())
        .filter(consents::withdrawn_at.is_null())
        .select((consents::subscriber, consents::newsletter))
        .load(conn)?;
    Ok(found.into_iter().collect())
}
