//! What the public pages show of the table `issues`: this module stands above the one that writes
//! it, so it reads the columns that it needs.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::Value;

use crate::db::schema::issues;
use crate::db::{DbConn, Json};

/// An issue in the archive.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = issues)]
pub struct Published {
    /// In its address.
    pub slug: String,
    /// What it is about.
    pub subject: String,
    /// The day it is shown under.
    pub published_on: Option<NaiveDate>,
}

/// The newest issue of a newsletter that went to all who wanted its kind, or its newest special
/// edition: neither a correction nor what only some got is for whoever comes now, and what was
/// cancelled or waits for a person is not finished.
pub fn latest(
    conn: &mut DbConn,
    newsletter: i64,
    special_only: bool,
) -> QueryResult<Option<Published>> {
    let mut query = issues::table
        .filter(issues::newsletter.eq(newsletter))
        .filter(issues::published_on.is_not_null())
        .filter(issues::state.eq_any(["sending", "sent"]))
        .order((issues::published_on.desc(), issues::id.desc()))
        .limit(MOST_LOOKED_AT)
        .select((Published::as_select(), issues::audience))
        .into_boxed();
    if special_only {
        query = query.filter(issues::kind.eq("special"));
    }
    let newest: Vec<(Published, Json)> = query.load(conn)?;
    let for_all = newest.into_iter().find(|(_, audience)| is_everybody(&audience.0));
    Ok(for_all.map(|(issue, _)| issue))
}

/// The newest issues among which one is looked for that went to all.
const MOST_LOOKED_AT: i64 = 50;

/// Whether rules of an audience leave nobody out: they are a map, and none of its values says
/// anything.
fn is_everybody(audience: &Value) -> bool {
    let says_nothing = |rule: &Value| match rule {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    audience.as_object().is_some_and(|rules| rules.values().all(says_nothing))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_some_are_left_out_of_is_not_for_everybody() {
        for everybody in [json!({}), json!({ "sent": null, "only": [], "except": [] })] {
            assert!(is_everybody(&everybody), "{everybody}");
        }
        let correction = json!({ "sent": "0b7b1c6e-8f5a-4d0e-9d3e-3f8f3a1f7a11" });
        for some in [correction, json!({ "only": [{ "name": "Kommuner" }] }), json!(null)] {
            assert!(!is_everybody(&some), "{some}");
        }
    }
}
