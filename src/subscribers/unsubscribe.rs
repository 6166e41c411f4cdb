//! Leaving: at once, without signing in, and to be taken back for ten minutes.

use chrono::TimeDelta;

use super::ledger::{self, Entry, LedgerKind};
use super::link::{self, Owned};
use super::withdrawals::{self, Event};
use super::{EndReason, ReasonGiven, Subscription, SubscriptionState, end, store};
use crate::app::App;
use crate::error::{Error, Result};
use crate::links::{Links, Purpose};

/// How long leaving can be taken back.
pub const UNDO: TimeDelta = TimeDelta::minutes(10);

/// Ends a subscription by its link, by a button or in one click of the mail program (RFC 8058).
/// Doing it again does nothing.
pub async fn unsubscribe(app: &App, token: &str, channel: &'static str) -> Result<Owned> {
    let owned = link::owned(app, token, Purpose::Unsubscribe).await?;
    if owned.subscription.state == SubscriptionState::Ended {
        return Ok(owned);
    }
    let (id, now) = (owned.subscription.id, app.clock.now());
    let hash = &owned.person.address_hash;
    withdrawals::append(app, Event::Unsubscribed, Some(&owned.newsletter), hash, now).await?;
    app.db
        .write(move |conn| {
            let (subscription, person, newsletter) =
                store::register::with_owner(conn, id)?.ok_or(Error::NotFound)?;
            let reason = EndReason::Unsubscribed;
            end::end(conn, &newsletter, &person, &subscription, reason, channel, now)?;
            Ok(())
        })
        .await?;
    link::owned(app, token, Purpose::Unsubscribe).await
}

/// The token that takes the end of a subscription back, while that is possible.
pub fn undo_token(app: &App, owned: &Owned) -> Option<String> {
    let subscription = &owned.subscription;
    let by_person = subscription.end_reason == Some(EndReason::Unsubscribed);
    let ended = subscription.ended_at.filter(|_| by_person && was_confirmed(subscription))?;
    let ends = (ended + UNDO).seconds();
    (ends >= app.clock.now().seconds())
        .then(|| app.links.token(Purpose::Undo, subscription.id, ends, subscription.nonce))
}

/// Whether what was asked for last was confirmed. What was not has no end to take back: anybody
/// can ask with the form, and the links in an issue that was forwarded are anybody's too.
fn was_confirmed(subscription: &Subscription) -> bool {
    subscription.confirmed_at.is_some_and(|at| at >= subscription.requested_at)
}

/// Takes the end of a subscription back. [`Error::Gone`] when it is too late for that.
pub async fn undo(app: &App, token: &str) -> Result<Owned> {
    let owned = link::owned(app, token, Purpose::Undo).await?;
    let now = app.clock.now();
    let Some(ended_at) = owned.subscription.ended_at else { return Ok(owned) };
    let of_this_end = owned.token.extra == (ended_at + UNDO).seconds();
    if Links::has_ended(&owned.token, now) || !of_this_end || !was_confirmed(&owned.subscription) {
        return Err(Error::Gone);
    }
    let (id, hash) = (owned.subscription.id, owned.person.address_hash.clone());
    withdrawals::append(app, Event::Undone, Some(&owned.newsletter), &hash, now).await?;
    app.db
        .write(move |conn| {
            let (subscription, person, newsletter) =
                store::register::with_owner(conn, id)?.ok_or(Error::NotFound)?;
            if !was_confirmed(&subscription) {
                return Err(Error::Gone);
            }
            if !store::register::take_end_back(conn, id, ended_at)? {
                return Ok(());
            }
            store::consents::restore(conn, person.id, newsletter.id, ended_at)?;
            let entry = Entry::now(&newsletter, &person, LedgerKind::Ended, 1, "undo", now);
            ledger::record(conn, &[entry.because("undone")])?;
            Ok(())
        })
        .await?;
    Ok(owned)
}

/// Keeps why somebody left.
pub async fn give_reason(app: &App, token: &str, reason: ReasonGiven) -> Result<Owned> {
    let owned = link::owned(app, token, Purpose::Undo).await?;
    let id = owned.subscription.id;
    app.db.write(move |conn| Ok(store::register::set_reason_given(conn, id, reason)?)).await?;
    Ok(owned)
}
