//! Beginning it, and taking it back.

use chrono_tz::Tz;
use serde_json::json;

use super::store::{self, NewBulkChange};
use super::{Act, BulkState};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{Json, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::newsletters::{self, Newsletter};
use crate::people::search::Query;
use crate::people::store as people;
use crate::segments::store::AsOf;
use crate::staff;

/// How many subscriptions a search finds.
pub async fn count(app: &App, query: &Query) -> Result<i64> {
    Ok(found(app, query).await?.0)
}

/// How many subscriptions a search finds now, and the number behind the newest of them: whoever comes
/// later is none of those whom somebody has counted.
async fn found(app: &App, query: &Query) -> Result<(i64, i64)> {
    let (mut search, now) = (query.search(), app.clock.now());
    app.db
        .read(move |conn| {
            let as_of = as_of(conn, now)?;
            let newest = people::find(conn, &search, as_of, 1)?;
            let Some((newest, ..)) = newest.first() else { return Ok((0, 0)) };
            let behind = newest.id + 1;
            search.before = Some(behind);
            Ok((people::count(conn, &search, as_of)?, behind))
        })
        .await
}

/// By which moment and clock a search is understood.
pub(super) fn as_of(conn: &mut crate::db::DbConn, now: Instant) -> diesel::QueryResult<AsOf> {
    let zone = newsletters::store::all(conn)?.first().map_or(Tz::UTC, Newsletter::zone);
    Ok(AsOf { now, zone })
}

/// Begins a change; `typed` is the number of subscriptions as whoever confirms it has typed it.
///
/// # Errors
/// [`Error::Invalid`] when nothing is chosen, nobody fits or the number is another.
pub async fn begin(
    app: &App,
    query: Query,
    act: &str,
    typed: &str,
    actor: String,
) -> Result<PublicId> {
    let (count, behind) = found(app, &query).await?;
    let mut wrong = Vec::new();
    let act = Act::parse(act);
    if act.is_none() {
        wrong.push(FieldError::new("act", "error-bulk-act"));
    }
    let is_digit = |c: &char| !matches!(c, '.' | ',' | ' ' | '\u{a0}');
    if count == 0 {
        wrong.push(FieldError::new("act", "error-bulk-nobody"));
    } else if typed.chars().filter(is_digit).collect::<String>().parse() != Ok(count) {
        wrong.push(FieldError::new("number", "error-bulk-number").with("number", count));
    }
    let Some(act) = act.filter(|_| wrong.is_empty()) else { return Err(Error::Invalid(wrong)) };
    let now = app.clock.now();
    let details = json!({ "act": act.to_string(), "filter": query.for_audit(), "number": count });
    let new = NewBulkChange {
        uuid: PublicId::random(),
        state: BulkState::Running,
        act: act.to_string(),
        query: Json(serde_json::to_value(&query).map_err(anyhow::Error::from)?),
        subscriptions: count,
        passed: 0,
        changed: 0,
        cursor: behind,
        made_by: actor.clone(),
        made_at: now,
    };
    app.db
        .write(move |conn| {
            store::insert(conn, &new)?;
            let subject = format!("bulk change {}", new.uuid);
            staff::store::audit(conn, &actor, "subscribers.bulk", &subject, details, now)?;
            Ok(new.uuid)
        })
        .await
}

/// Takes it back.
///
/// # Errors
/// [`Error::Conflict`] when it is not done, or it is too late.
pub async fn undo(app: &App, uuid: PublicId, actor: String) -> Result<()> {
    let now = app.clock.now();
    app.db
        .write(move |conn| {
            let of = store::by_uuid(conn, uuid)?;
            if of.undo_until(now).is_none()
                || !store::turn(conn, of.id, BulkState::Done, BulkState::Undoing, None)?
            {
                return Err(Error::Conflict("error-bulk-over"));
            }
            let details = json!({ "number": of.changed });
            let subject = format!("bulk change {uuid}");
            Ok(staff::store::audit(conn, &actor, "subscribers.bulk-undo", &subject, details, now)?)
        })
        .await
}
