//! Whether the counts are what the rows add up to, for the hits that have rows.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::buffer::Count;
use super::store;
use crate::db::{self, DbConn};
use crate::error::Result;

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

/// Recounts all issues that have begun to go out. Returns one sentence for each difference.
pub fn all(conn: &mut DbConn) -> Result<Vec<String>> {
    // Hits go on being written while this reads.
    db::at_one_moment(conn, |conn| {
        let mut found = Vec::new();
        for (id, slug) in store::begun(conn)? {
            for Difference { count, counted, rows } in issue(conn, id)? {
                let what =
                    count.link.map_or("opens".to_owned(), |link| format!("clicks of link {link}"));
                let (hour, verdict) = (count.hour.utc(), count.verdict);
                found.push(format!(
                    "{slug}, {what}, {hour}, {verdict}: {counted} are counted as persons', and there are {rows} rows"
                ));
            }
        }
        Ok(found)
    })
}

/// Recounts the rows of an issue; empty when all is well. Rows that were deleted, with a person or
/// because they were too old, are not counted as persons' any more.
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
