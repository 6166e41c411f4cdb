//! Asking for an export, and what is written down of it: who, why, whom and which columns, and how
//! many rows were fetched. Addresses are never written down.

use chrono::TimeDelta;
use serde_json::json;

use super::{Plan, store};
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::links::{Links, Purpose, Token};
use crate::staff::{self, Staff};

/// How long a link works.
pub const LINK: TimeDelta = TimeDelta::minutes(15);
/// Longest reason, in characters.
const REASON_LONGEST: usize = 500;

/// Keeps what somebody wants to take along, and why, for some minutes; returns its number.
///
/// # Errors
/// [`Error::Invalid`] without a reason, or without a column.
pub async fn begin(app: &App, plan: Plan, reason: &str, actor: &str) -> Result<i64> {
    let reason = reason.trim();
    let mut errors = Vec::new();
    if plan.columns.is_empty() {
        errors.push(FieldError::new("columns", "error-export-columns"));
    }
    let length = reason.chars().count();
    if length == 0 {
        errors.push(FieldError::new("reason", "error-export-reason"));
    } else if length > REASON_LONGEST {
        let error = FieldError::new("reason", "error-export-reason-long");
        errors.push(error.with("length", length).with("most", REASON_LONGEST));
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let details = json!({
        "reason": reason,
        "filter": plan.query.for_audit(),
        "columns": plan.columns,
        "format": plan.format,
    });
    let (now, actor) = (app.clock.now(), actor.to_owned());
    app.db
        .write(move |conn| {
            let id = store::insert(conn, &plan, now + LINK)?;
            let subject = subject(id);
            staff::store::audit(conn, &actor, "subscribers.export", &subject, details, now)?;
            Ok(id)
        })
        .await
}

fn subject(id: i64) -> String {
    format!("export {id}")
}

/// Writes down how many rows were fetched, and whether that was all.
pub async fn fetched(app: &App, id: i64, actor: &str, rows: i64, is_whole: bool) -> Result<()> {
    let (now, actor) = (app.clock.now(), actor.to_owned());
    app.db
        .write(move |conn| {
            let details = json!({ "rows": rows, "whole": is_whole });
            let action = "subscribers.export-file";
            Ok(staff::store::audit(conn, &actor, action, &subject(id), details, now)?)
        })
        .await
}

/// The token of a link that works for one member of staff.
pub fn token(app: &App, id: i64, staff: &Staff) -> Result<String> {
    let ends = (app.clock.now() + LINK).seconds();
    Ok(app.links.token(Purpose::Export, id, ends, owner(staff)?))
}

/// What a link is for, with the number of the export and how long it works still.
///
/// # Errors
/// [`Error::NotFound`] when it was not made for whoever asks, and [`Error::Gone`] when it has ended.
pub async fn open(app: &App, token: &str, staff: &Staff) -> Result<(i64, Plan, TimeDelta)> {
    let owner = owner(staff)?;
    let token = Token::parse(token)
        .filter(|token| app.links.verify(token, Purpose::Export, owner))
        .ok_or(Error::NotFound)?;
    let now = app.clock.now();
    if Links::has_ended(&token, now) {
        return Err(Error::Gone);
    }
    let plan = app.db.read(move |conn| store::plan(conn, token.id)).await?.ok_or(Error::Gone)?;
    Ok((token.id, plan, TimeDelta::seconds(token.extra - now.seconds())))
}

/// A person: an API token has no page to open.
fn owner(staff: &Staff) -> Result<i64> {
    staff.id.ok_or(Error::Forbidden)
}

/// The job that forgets what can no longer be fetched; says whether there was any.
pub async fn forget_ended(app: &App) -> Result<bool> {
    let now = app.clock.now();
    let any = app.db.write(move |conn| Ok(store::forget_ended(conn, now)?)).await? > 0;
    if any {
        // Whoever was searched for may have been erased since.
        app.db.note_deleted();
    }
    Ok(any)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::export::{Column, Format};
    use crate::people::search::Query;
    use crate::web::Lang;

    #[test]
    fn the_audit_log_gets_the_filter_but_no_address() {
        let query = |q: &str| Query {
            q: q.to_owned(),
            sector: "region".to_owned(),
            after: "7".to_owned(),
            ..Query::default()
        };
        let noted = |q: &str| {
            let plan = Plan {
                query: query(q),
                columns: vec![Column::Email],
                format: Format::Csv,
                language: Lang::Da,
            };
            plan.query.for_audit()
        };
        let masked = json!({ "q": "…", "sector": "region" });
        assert_eq!(noted("anne.holm@aarhus.example"), masked);
        assert_eq!(noted("Anne Holm"), masked);
        assert_eq!(noted(""), json!({ "sector": "region" }));
    }
}
