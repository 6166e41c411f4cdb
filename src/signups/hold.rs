//! The breaker: when almost nobody confirms, somebody is making us write to people who never
//! asked, and what has been asked for since waits until staff have looked, or the flood is over. What
//! has waited longer than a day by then is given up, as any mail that nobody waits for; staff can
//! discard it at once.

use actix_web::web::Data;
use chrono::TimeDelta;
use serde_json::json;

use super::store::{self, Hold};
use crate::app::App;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::{Error, Result};
use crate::staff::{self, Staff};
use crate::subscribers::store::queue;

/// The time that is looked at,
const LOOKED_AT: TimeDelta = TimeDelta::hours(24);
/// but for its end: people need a while to find the mail.
const A_WHILE: TimeDelta = TimeDelta::hours(1);
/// Fewer say nothing.
const FEW: i64 = 200;
/// Of a hundred who asked, so many confirm at least: half and more where people ask themselves.
const LEAST_PER_CENT: i64 = 10;
/// For so long nothing is held back after staff have let it go; that it ended by itself is nobody's
/// word.
const TRUSTED: TimeDelta = TimeDelta::hours(24);

/// Whether confirmations are held back now.
pub fn current(conn: &mut DbConn) -> Result<Option<Hold>> {
    Ok(store::last_hold(conn)?.filter(|hold| hold.released_at.is_none()))
}

/// What is held back now, and how many mails that are.
pub fn held(conn: &mut DbConn) -> Result<Option<(Hold, i64)>> {
    let Some(hold) = current(conn)? else { return Ok(None) };
    let waiting = queue::waiting_confirmations(conn)?;
    Ok(Some((hold, waiting)))
}

/// The job: begins to hold back, and ends it; says whether either.
pub async fn watch(app: &Data<App>) -> Result<bool> {
    let now = app.clock.now();
    let change = app.db.read(move |conn| judge(conn, now)).await?;
    let Some(change) = change else { return Ok(false) };
    app.db
        .write(move |conn| {
            match change {
                Change::Begin(counts) => {
                    if current(conn)?.is_some() {
                        return Ok(());
                    }
                    store::begin_hold(conn, counts, now)?;
                    let details = json!({ "asked": counts.0, "confirmed": counts.1 });
                    staff::store::audit(conn, "signups", "signups.hold", "signups", details, now)?;
                    tracing::warn!(
                        asked = counts.0,
                        confirmed = counts.1,
                        "almost nobody confirms: confirmations are held back until staff let them go"
                    );
                }
                Change::End(id) => {
                    if store::end_hold(conn, id, "", now)? {
                        let details = json!({});
                        let action = "signups.release";
                        staff::store::audit(conn, "signups", action, "signups", details, now)?;
                    }
                }
            }
            Ok(())
        })
        .await?;
    Ok(true)
}

enum Change {
    Begin((i64, i64)),
    End(i64),
}

fn judge(conn: &mut DbConn, now: Instant) -> Result<Option<Change>> {
    let last = store::last_hold(conn)?;
    let from = now - LOOKED_AT;
    match last {
        Some(hold) if hold.released_at.is_none() => {
            // What is held back cannot be confirmed, so all of it counts: it is over when few ask,
            // when most of those who were mailed before have confirmed, or when staff say so.
            let counts = store::asked_and_confirmed(conn, from, now)?;
            Ok((!is_flood(counts)).then_some(Change::End(hold.id)))
        }
        Some(Hold { released_at: Some(at), released_by, .. })
            if !released_by.is_empty() && now - at < TRUSTED =>
        {
            Ok(None)
        }
        _ => {
            let counts = store::asked_and_confirmed(conn, from, now - A_WHILE)?;
            Ok(is_flood(counts).then_some(Change::Begin(counts)))
        }
    }
}

fn is_flood((asked, confirmed): (i64, i64)) -> bool {
    asked >= FEW && confirmed * 100 < asked * LEAST_PER_CENT
}

/// Lets go what is held back, on somebody's word that people asked for it.
///
/// # Errors
/// [`Error::Conflict`] when nothing is held back.
pub async fn release(app: &App, staff: &Staff) -> Result<()> {
    let (now, actor) = (app.clock.now(), staff.actor());
    app.db
        .write(move |conn| {
            let hold = current(conn)?.ok_or(Error::Conflict("error-signups-no-hold"))?;
            if !store::end_hold(conn, hold.id, &actor, now)? {
                return Err(Error::Conflict("error-signups-no-hold"));
            }
            let details = json!({ "asked": hold.asked, "confirmed": hold.confirmed });
            Ok(staff::store::audit(conn, &actor, "signups.release", "signups", details, now)?)
        })
        .await
}

/// Throws away the mails that are held back, so many: nobody is written to, and whoever asked
/// themselves asks once more. What comes after is held back on.
///
/// # Errors
/// [`Error::Conflict`] when nothing is held back.
pub async fn discard(app: &App, staff: &Staff) -> Result<i64> {
    let (now, actor) = (app.clock.now(), staff.actor());
    app.db
        .write(move |conn| {
            current(conn)?.ok_or(Error::Conflict("error-signups-no-hold"))?;
            let discarded = queue::discard_confirmations(conn)?;
            let details = json!({ "mails": discarded });
            staff::store::audit(conn, &actor, "signups.discard", "signups", details, now)?;
            Ok(discarded)
        })
        .await
}
