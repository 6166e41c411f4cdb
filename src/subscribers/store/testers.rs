//! The addresses of the table `test_groups`, as far as somebody who is erased stands among them.

use diesel::prelude::*;

use crate::db::schema::test_groups;
use crate::db::{DbConn, Json};
use crate::mail::EmailAddress;

/// Takes an address out of all groups that get tests, however it was typed. A group of which nobody is left
/// goes too.
pub fn forget(conn: &mut DbConn, key: &str) -> QueryResult<()> {
    let all: Vec<(i64, Json)> =
        test_groups::table.select((test_groups::id, test_groups::addresses)).load(conn)?;
    for (id, addresses) in all {
        let typed: Vec<String> = serde_json::from_value(addresses.0).unwrap_or_default();
        let is_other =
            |typed: &&String| EmailAddress::parse(typed).map_or(true, |it| it.key() != key);
        let left: Vec<String> = typed.iter().filter(is_other).cloned().collect();
        if left.len() == typed.len() {
            continue;
        }
        if left.is_empty() {
            diesel::delete(test_groups::table.find(id)).execute(conn)?;
        } else {
            diesel::update(test_groups::table.find(id))
                .set(test_groups::addresses.eq(Json(left.into())))
                .execute(conn)?;
        }
    }
    Ok(())
}
