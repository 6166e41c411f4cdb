//! Leaving: at once, without signing in, and to be taken back for ten minutes.

use chrono::TimeDelta;

use super::ledger::{self, Entry, LedgerKind};
use super::link::{self, Owned};
use super::withdrawals::{self, Event};
use super::{EndReason, ReasonGiven, Subscriber, Subscription, SubscriptionState, end, store};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{self, DbConn};
use crate::error::{Error, Result};
use crate::links::{Links, Purpose};
use crate::newsletters::Newsletter;

/// How long leaving can be taken back.
pub const UNDO: TimeDelta = TimeDelta::minutes(10);

/// How the ledger calls it when somebody takes their own leaving back.
pub const UNDONE: &str = "undo";

/// Ends a subscription by its link, by a button or in one click of the mail program (RFC 8058).
/// Doing it again does nothing.
pub async fn unsubscribe(app: &App, token: &str, channel: &'static str) -> Result<Owned> {
    let owned = link::owned(app, token, Purpose::Unsubscribe).await?;
    leave(app, &owned.person, Some(owned.subscription.id), channel).await?;
    link::owned(app, token, Purpose::Unsubscribe).await
}

/// Ends all subscriptions of the one whose link it is.
pub async fn unsubscribe_from_all(app: &App, token: &str, channel: &'static str) -> Result<Owned> {
    let owned = link::owned(app, token, Purpose::Unsubscribe).await?;
    leave(app, &owned.person, None, channel).await?;
    link::owned(app, token, Purpose::Unsubscribe).await
}

/// Ends one subscription of a person, or all of them, at one moment: what one press has ended, one
/// press takes back.
pub async fn leave(
    app: &App,
    person: &Subscriber,
    only: Option<i64>,
    channel: &'static str,
) -> Result<()> {
    let (id, now) = (person.id, app.clock.now());
    for (_, newsletter) in app.db.read(move |conn| to_leave(conn, id, only)).await? {
        let hash = &person.address_hash;
        withdrawals::append(app, Event::Unsubscribed, Some(&newsletter), hash, now).await?;
    }
    let person = person.clone();
    app.db
        .write(move |conn| {
            for (subscription, newsletter) in to_leave(conn, id, only)? {
                end::leave(conn, &newsletter, &person, &subscription, channel, now)?;
            }
            Ok(())
        })
        .await
}

/// The subscriptions that a person can leave: those that have not ended, and those that somebody
/// else has ended, because what staff end can be taken back.
fn to_leave(
    conn: &mut DbConn,
    person: i64,
    only: Option<i64>,
) -> Result<Vec<(Subscription, Newsletter)>> {
    let mut all = store::register::subscriptions_of(conn, person)?;
    all.retain(|(subscription, _)| {
        !has_left(subscription) && only.is_none_or(|only| subscription.id == only)
    });
    Ok(all)
}

/// Whether somebody has left a newsletter, and not somebody else ended it.
pub fn has_left(subscription: &Subscription) -> bool {
    subscription.state == SubscriptionState::Ended
        && subscription.end_reason == Some(EndReason::Unsubscribed)
}

/// The token that takes the end of a subscription back, while that is possible.
pub async fn undo_token(app: &App, subscription: &Subscription) -> Result<Option<String>> {
    let Some(ended_at) = subscription.ended_at else { return Ok(None) };
    let (id, person) = (subscription.id, subscription.subscriber);
    let ends = (ended_at + UNDO).seconds();
    if ends < app.clock.now().seconds() {
        return Ok(None);
    }
    let together = app.db.read(move |conn| ended_together(conn, person, ended_at)).await?;
    let is_one = together.iter().any(|(ended, _)| ended.id == id);
    Ok(is_one.then(|| app.links.token(Purpose::Undo, id, ends, subscription.nonce)))
}

/// Whether what was asked for last was confirmed. What was not has no end to take back: anybody
/// can ask with the form, and the links in an issue that was forwarded are anybody's too.
fn was_confirmed(subscription: &Subscription) -> bool {
    subscription.confirmed_at.is_some_and(|at| at >= subscription.requested_at)
}

/// What ended together with a subscription: the same press ended it. What had ended before for
/// another reason does not come back by that.
pub fn ended_together(
    conn: &mut DbConn,
    person: i64,
    ended_at: Instant,
) -> Result<Vec<(Subscription, Newsletter)>> {
    let mut all = store::register::subscriptions_of(conn, person)?;
    all.retain(|(subscription, _)| {
        subscription.ended_at == Some(ended_at)
            && subscription.end_reason == Some(EndReason::Unsubscribed)
            && was_confirmed(subscription)
    });
    if all.is_empty() {
        return Ok(all);
    }
    let uuid = store::register::by_id(conn, person)?.uuid;
    let mut ended = Vec::with_capacity(all.len());
    for (subscription, newsletter) in all {
        if store::ledger::left_at(conn, newsletter.id, uuid, ended_at)? {
            ended.push((subscription, newsletter));
        }
    }
    Ok(ended)
}

/// Takes the end of a subscription back, and of those that ended with it. [`Error::Gone`] when it
/// is too late for that.
pub async fn undo(app: &App, token: &str) -> Result<Owned> {
    let owned = link::owned(app, token, Purpose::Undo).await?;
    let now = app.clock.now();
    let Some(ended_at) = owned.subscription.ended_at else { return Ok(owned) };
    let of_this_end = owned.token.extra == (ended_at + UNDO).seconds();
    if Links::has_ended(&owned.token, now) || !of_this_end || !was_confirmed(&owned.subscription) {
        return Err(Error::Gone);
    }
    let (id, hash) = (owned.person.id, owned.person.address_hash.clone());
    let together = app.db.read(move |conn| ended_together(conn, id, ended_at)).await?;
    if !together.iter().any(|(subscription, _)| subscription.id == owned.subscription.id) {
        return Err(Error::Gone);
    }
    for (_, newsletter) in together {
        withdrawals::append(app, Event::Undone, Some(&newsletter), &hash, now).await?;
    }
    let (person, only) = (owned.person.clone(), owned.subscription.id);
    app.db
        .write(move |conn| {
            let (subscription, ..) =
                store::register::with_owner(conn, only)?.ok_or(Error::NotFound)?;
            if !was_confirmed(&subscription) {
                return Err(Error::Gone);
            }
            db::hold_person(conn, person.id)?;
            let person = store::register::by_id(conn, person.id)?;
            for (subscription, newsletter) in ended_together(conn, person.id, ended_at)? {
                if !store::register::take_end_back(conn, subscription.id, ended_at)? {
                    continue;
                }
                store::consents::restore(conn, person.id, newsletter.id, ended_at)?;
                let entry = Entry::now(&newsletter, &person, LedgerKind::Ended, 1, UNDONE, now);
                ledger::record(conn, &[entry.because("undone")])?;
            }
            Ok(())
        })
        .await?;
    Ok(owned)
}

/// Keeps why somebody left.
pub async fn give_reason(app: &App, token: &str, reason: ReasonGiven) -> Result<Owned> {
    let owned = link::owned(app, token, Purpose::Undo).await?;
    let (id, person) = (owned.subscription.id, owned.person.id);
    let ended_at = owned.subscription.ended_at;
    app.db
        .write(move |conn| {
            store::register::set_reason_given(conn, id, reason)?;
            if let Some(ended_at) = ended_at {
                for (with_it, _) in ended_together(conn, person, ended_at)? {
                    store::register::set_reason_given(conn, with_it.id, reason)?;
                }
            }
            Ok(())
        })
        .await?;
    Ok(owned)
}
