//! Confirming: by a pressed button only, because scanners follow links.

use chrono::TimeDelta;

use super::ledger::{self, Entry, LedgerKind};
use super::link::{self, Owned};
use super::{Subscription, SubscriptionState, store, suppression};
use crate::app::App;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::links::Purpose;

/// How long a link that asks for the confirmation works, from the request on.
pub const VALID: TimeDelta = TimeDelta::days(7);

/// What a link that asks for the confirmation is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It confirms.
    Open,
    /// The subscription is confirmed.
    Already,
    /// Too old, or the subscription has ended since.
    Over,
}

/// What the link of a subscription is good for now.
pub fn standing(subscription: &Subscription, now: Instant) -> Standing {
    match subscription.state {
        SubscriptionState::Pending if now - subscription.requested_at <= VALID => Standing::Open,
        SubscriptionState::Active | SubscriptionState::Paused => Standing::Already,
        SubscriptionState::Pending | SubscriptionState::Ended => Standing::Over,
    }
}

/// Confirms, and says whether that was so already. [`Error::Gone`] when the link is too old.
pub async fn confirm(app: &App, token: &str, ip: Option<String>) -> Result<(Owned, bool)> {
    let owned = link::owned(app, token, Purpose::Confirm).await?;
    let (id, now) = (owned.subscription.id, app.clock.now());
    let already = app
        .db
        .write(move |conn| {
            let (subscription, person, newsletter) =
                store::register::with_owner(conn, id)?.ok_or(Error::NotFound)?;
            match standing(&subscription, now) {
                Standing::Already => return Ok(true),
                Standing::Over => return Err(Error::Gone),
                Standing::Open => {}
            }
            if !store::register::activate(conn, id, now)? {
                // Another press of the same button was faster.
                return Ok(true);
            }
            let asked = subscription.requested_at;
            store::consents::confirm(conn, person.id, newsletter.id, asked, ip.as_deref(), now)?;
            suppression::lift_by_confirmation(conn, &person.address_hash)?;
            let source = &subscription.source;
            let entry = Entry::now(&newsletter, &person, LedgerKind::Confirmed, 1, source, now);
            ledger::record(conn, &[entry])?;
            Ok(false)
        })
        .await?;
    Ok((owned, already))
}
