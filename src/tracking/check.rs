//! Whether the counts are what the rows add up to, for the hits that have rows.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::buffer::Count;
use super::store;
use crate::db::DbConn;

/// A count that its rows do not add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub count: Count,
    /// What the count says.
    pub counted: i64,
    /// How many rows there are.
    pub rows: i64,
}

/// Recounts the rows of an issue; empty when all is well. Rows that were cleared when they were
/// too old leave their counts behind, and so show up here.
pub fn issue(conn: &mut DbConn, issue: i64) -> QueryResult<Vec<Difference>> {
    let mut both: BTreeMap<Count, (i64, i64)> = BTreeMap::new();
    for (count, counted) in store::personal_counts(conn, issue)? {
        both.entry(count).or_default().0 += counted;
    }
    for count in store::personal_hits(conn, issue)? {
        both.entry(count).or_default().1 += 1;
    }
    let difference = |(count, (counted, rows))| Difference { count, counted, rows };
    Ok(both.into_iter().map(difference).filter(|found| found.counted != found.rows).collect())
}
