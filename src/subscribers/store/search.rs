//! The list of the register as staff look through it.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};

use crate::clock::Instant;
use crate::db::schema::{ledger, newsletters, subscribers, subscriptions};
use crate::db::{DbConn, PublicId};
use crate::newsletters::Newsletter;
use crate::subscribers::ledger::LedgerKind;
use crate::subscribers::{Subscriber, Subscription, SubscriptionState};

#[diesel::declare_sql_function]
extern "SQL" {
    /// SQLite's knows ASCII only, so a name is compared as it was typed too.
    fn lower(text: Nullable<Text>) -> Nullable<Text>;
}

/// What is looked for.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// The beginning of an address or of a name.
    pub text: String,
    /// In this state only.
    pub state: Option<SubscriptionState>,
    /// Older than this subscription: the page after it.
    pub before: Option<i64>,
}

/// A line of the list.
pub type Found = (Subscription, Subscriber, Newsletter);

/// Subscriptions that fit, the newest first.
pub fn find(conn: &mut DbConn, search: &Search, most: i64) -> QueryResult<Vec<Found>> {
    let mut query = subscriptions::table
        .inner_join(subscribers::table)
        .inner_join(newsletters::table)
        .order(subscriptions::id.desc())
        .limit(most)
        .select((Subscription::as_select(), Subscriber::as_select(), Newsletter::as_select()))
        .into_boxed();
    if let Some(state) = search.state {
        query = query.filter(subscriptions::state.eq(state));
    }
    if let Some(before) = search.before {
        query = query.filter(subscriptions::id.lt(before));
    }
    let text = search.text.trim();
    if !text.is_empty() {
        let typed = format!("{}%", escaped(text));
        let small = typed.to_lowercase();
        query = query.filter(
            subscribers::address_key
                .like(small.clone())
                .escape('\\')
                .or(subscribers::email.like(typed.clone()).escape('\\'))
                .or(subscribers::name.like(typed).escape('\\').assume_not_null())
                .or(lower(subscribers::name).like(small).escape('\\').assume_not_null()),
        );
    }
    query.load(conn)
}

/// A text in which nothing is a wildcard of LIKE.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// How many subscriptions are in each state.
pub fn states(conn: &mut DbConn) -> QueryResult<Vec<(SubscriptionState, i64)>> {
    subscriptions::table
        .group_by(subscriptions::state)
        .select((subscriptions::state, diesel::dsl::count(subscriptions::id)))
        .load(conn)
}

/// An entry of the ledger on the page of a person.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = ledger)]
pub struct History {
    /// The day on which it counts.
    pub day: NaiveDate,
    /// When it was written down.
    pub recorded_at: Instant,
    /// What happened.
    pub kind: LedgerKind,
    /// −1, 0 or +1.
    pub change: i32,
    /// Where it came from.
    pub source: String,
}

/// A person's entries of the ledger, the newest first.
pub fn history(conn: &mut DbConn, person: PublicId) -> QueryResult<Vec<History>> {
    ledger::table
        .filter(ledger::subscriber_uuid.eq(person))
        .order(ledger::id.desc())
        .select(History::as_select())
        .load(conn)
}
