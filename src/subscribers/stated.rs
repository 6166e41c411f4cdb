//! Numbers for days before the ledger begins: somebody states them, with their source. They are
//! shown as stated and never added to what the ledger counts.

use chrono::NaiveDate;

use super::store::{ledger, stated as store};
use crate::app::App;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::{Error, FieldError, Result};
use crate::newsletters::Newsletter;
use crate::staff;

/// Longest source, in characters.
const LONGEST: usize = 200;
/// More than there are people in Denmark: a number of another kind.
const MOST: i64 = 10_000_000;

/// A number to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The day at whose end there were so many.
    pub day: NaiveDate,
    /// How many.
    pub subscribers: i64,
    /// Where the number is from, such as "Statusnotat 2016".
    pub source: String,
}

/// The numbers that were stated for days which the ledger will count itself once it begins on a day.
pub fn hidden_from(
    conn: &mut DbConn,
    newsletter: i64,
    day: NaiveDate,
) -> Result<Vec<store::Stated>> {
    Ok(store::from(conn, newsletter, day)?)
}

/// States a number, or another one for a day that has one.
///
/// # Errors
/// [`Error::Invalid`] when the ledger counts that day itself, or a field is not right.
pub async fn state(
    app: &App,
    newsletter: Newsletter,
    said: Statement,
    actor: String,
) -> Result<()> {
    let now = app.clock.now();
    app.db
        .write(move |conn| {
            check(conn, &newsletter, &said, now)?;
            let Statement { day, subscribers, source } = &said;
            let before = store::find(conn, newsletter.id, *day)?;
            store::put(conn, newsletter.id, *day, *subscribers, source, &actor, now)?;
            let details = serde_json::json!({
                "day": day, "subscribers": subscribers, "source": source,
                "before": before.map(|(number, source)| serde_json::json!([number, source])),
            });
            Ok(audit(conn, &newsletter, &actor, "growth.state", details, now)?)
        })
        .await
}

/// Takes a number back.
///
/// # Errors
/// [`Error::NotFound`] when there is none for that day.
pub async fn take_back(
    app: &App,
    newsletter: Newsletter,
    day: NaiveDate,
    actor: String,
) -> Result<()> {
    let now = app.clock.now();
    app.db
        .write(move |conn| {
            let before = store::find(conn, newsletter.id, day)?;
            if !store::take_back(conn, newsletter.id, day)? {
                return Err(Error::NotFound);
            }
            let before = before.map(|(number, source)| serde_json::json!([number, source]));
            let details = serde_json::json!({ "day": day, "before": before });
            Ok(audit(conn, &newsletter, &actor, "growth.take-back", details, now)?)
        })
        .await
}

fn audit(
    conn: &mut DbConn,
    newsletter: &Newsletter,
    actor: &str,
    action: &str,
    details: serde_json::Value,
    now: Instant,
) -> diesel::QueryResult<()> {
    let subject = format!("newsletter {}", newsletter.uuid);
    staff::store::audit(conn, actor, action, &subject, details, now)
}

fn check(conn: &mut DbConn, newsletter: &Newsletter, said: &Statement, now: Instant) -> Result<()> {
    let mut wrong = Vec::new();
    match ledger::first_day(conn, newsletter.id)? {
        Some(first) if first <= said.day => {
            wrong.push(FieldError::new("day", "error-stated-counted").with("day", first));
        }
        _ if said.day > now.day_in(newsletter.zone()) => {
            wrong.push(FieldError::new("day", "error-day-future"));
        }
        _ => {}
    }
    if !(0..=MOST).contains(&said.subscribers) {
        wrong.push(FieldError::new("subscribers", "error-stated-number"));
    }
    let length = said.source.chars().count();
    if length == 0 {
        wrong.push(FieldError::new("source", "error-stated-source"));
    } else if length > LONGEST {
        wrong.push(FieldError::new("source", "error-too-long").with("most", LONGEST));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}
