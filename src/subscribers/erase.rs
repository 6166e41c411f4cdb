//! Erasing a person: what is theirs goes, what was counted stays.
//!
//! The register's rows are deleted with consents and subscriptions; deliveries lose the person,
//! what servers said, opens and clicks, and keep their outcome. The ledger keeps its changes without the person. A keyed hash of the
//! address stays, so that an old list cannot bring it back.

use anyhow::Context;

use super::{EndReason, Subscriber, SubscriptionState, end, held, store, suppression, withdrawals};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{DbConn, migrate};
use crate::error::Result;
use crate::staff;

/// Erases a person.
pub async fn erase(app: &App, person: Subscriber) -> Result<()> {
    let now = app.clock.now();
    withdrawals::append(app, withdrawals::Event::Erased, None, &person.address_hash, now).await?;
    app.db.write(move |conn| delete(conn, &person, now)).await?;
    app.db.note_deleted();
    app.db.wipe_log().await?;
    Ok(())
}

/// Erases many people, who have left everything long ago. Unlike somebody who asked for it, they are
/// written into the log afterwards: a crash in between leaves a backup in which they have left, and the
/// next night erases them there; and whoever has come back meanwhile must not stand in it.
pub async fn erase_all(app: &App, people: Vec<Subscriber>) -> Result<()> {
    let now = app.clock.now();
    let erased = app
        .db
        .write(move |conn| {
            let mut erased = Vec::new();
            for person in people {
                let theirs = store::register::subscriptions_of(conn, person.id)?;
                if theirs.iter().all(|(s, _)| s.state == SubscriptionState::Ended) {
                    delete(conn, &person, now)?;
                    erased.push(person.address_hash);
                }
            }
            Ok(erased)
        })
        .await?;
    app.db.note_deleted();
    for hash in erased {
        withdrawals::append(app, withdrawals::Event::Erased, None, &hash, now).await?;
    }
    Ok(())
}

/// The job of the night that writes the database anew when somebody has been erased since it last was,
/// unless an issue is on its way: what is left in unused parts of its pages goes then at the latest.
pub async fn rewrite(app: &App) -> Result<bool> {
    let wanted = |conn: &mut DbConn| {
        let wanted = store::suppressions::rewrite_wanted(conn)?;
        Ok((wanted, store::suppressions::is_sending(conn)?))
    };
    let (Some(wanted_at), is_sending) = app.db.read(wanted).await? else { return Ok(false) };
    if is_sending {
        return Ok(false);
    }
    // A server's own vacuum comes by itself.
    if app.config.database_url.is_our_own() && !app.db.rewrite().await? {
        tracing::warn!("the database is written anew the next night: it was in use");
        return Ok(false);
    }
    app.db.write(move |conn| Ok(store::suppressions::rewritten(conn, wanted_at)?)).await?;
    Ok(false)
}

/// The job that takes what was erased out of the database's log, where somebody was in the way when
/// it was; says whether it did.
pub async fn wipe(app: &App) -> Result<bool> {
    app.db.wipe_log().await
}

/// The job of the night that removes old copies of the database, in which erased people still are; says
/// whether there were any.
pub async fn forget_copies(app: &App) -> Result<bool> {
    let (url, now) = (app.config.database_url.clone(), app.clock.now());
    let removed = tokio::task::spawn_blocking(move || migrate::forget_copies(&url, now))
        .await
        .map_err(anyhow::Error::from)?
        .context("removing old copies of the database")?;
    Ok(removed > 0)
}

/// The part in the database; the hour and minute of it go too.
pub(super) fn delete(conn: &mut DbConn, person: &Subscriber, now: Instant) -> Result<()> {
    end::end_all(conn, person, EndReason::Erased, "erased", now)?;
    store::ledger::forget(conn, person.uuid)?;
    let day = now.start_of_day();
    suppression::keep(conn, &person.address_hash, EndReason::Erased, "erased", day)?;
    store::suppressions::set_erased(conn, &person.address_hash, Some(day))?;
    // Whatever staff wrote down of them may have a name in it: why a suppression was lifted, or what they
    // were told of themselves for. So may what was written before the register knew the address.
    for subject in [format!("subscriber {}", person.uuid), held::subject(&person.address_hash)] {
        staff::store::forget_details(conn, &subject)?;
    }
    store::testers::forget(conn, &person.address_key)?;
    store::register::delete(conn, person.id)?;
    // Every way here leaves copies of them in the file, also that of somebody who had complained.
    Ok(store::suppressions::want_rewrite(conn, now)?)
}
