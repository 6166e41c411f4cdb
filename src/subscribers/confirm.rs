//! Confirming: by a pressed button only, because scanners follow links.

use chrono::TimeDelta;

use super::ledger::{self, Entry, LedgerKind};
use super::link::{self, Owned};
use super::store::mails::NewMail;
use super::{PersonalMail, Subscriber, Subscription, SubscriptionState, store, suppression};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{self, DbConn};
use crate::error::{Error, Result};
use crate::links::{Purpose, Token};
use crate::newsletters::Newsletter;
use crate::staff;

/// How long a link that asks for the confirmation works, from the request on.
pub const VALID: TimeDelta = TimeDelta::days(7);

/// What a link that asks for the confirmation is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It confirms.
    Open,
    /// The subscription is confirmed.
    Already,
    /// The form was filled in again since: only the link in the newest mail confirms, because
    /// nobody confirms what their mail does not say. Anyone can fill in a form for an address.
    Replaced,
    /// Too old, or the subscription has ended since.
    Over,
}

/// What a link is good for now that was made for what was asked at a moment.
pub fn standing(subscription: &Subscription, link: &Token, now: Instant) -> Standing {
    let asked = subscription.requested_at;
    match subscription.state {
        SubscriptionState::Pending if now - asked > VALID => Standing::Over,
        SubscriptionState::Pending if link.extra != asked.micros() => Standing::Replaced,
        SubscriptionState::Pending => Standing::Open,
        SubscriptionState::Active | SubscriptionState::Paused => Standing::Already,
        SubscriptionState::Ended => Standing::Over,
    }
}

/// The text of the consent to being measured that a subscription asks for, if it does.
pub fn asked_tracking(conn: &mut DbConn, of: &Subscription) -> Result<Option<String>> {
    let purpose = super::Purpose::Tracking;
    let (person, newsletter) = (of.subscriber, of.newsletter);
    Ok(store::consents::asked_text(conn, person, newsletter, purpose, of.requested_at)?)
}

/// Confirms, and says whether that was so already. [`Error::Gone`] when the link is too old,
/// or not the newest.
pub async fn confirm(app: &App, token: &str, ip: Option<String>) -> Result<(Owned, bool)> {
    let owned = link::owned(app, token, Purpose::Confirm).await?;
    let (id, link, now) = (owned.subscription.id, owned.token, app.clock.now());
    let of = owned.person.id;
    let nonce = staff::random_nonce()?;
    let already = app
        .db
        .write(move |conn| {
            // Counted as who they are when they begin to count.
            db::hold_person(conn, of)?;
            let (subscription, person, newsletter) =
                store::register::with_owner(conn, id)?.ok_or(Error::NotFound)?;
            match standing(&subscription, &link, now) {
                Standing::Already => return Ok(true),
                Standing::Over | Standing::Replaced => return Err(Error::Gone),
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
            welcome(conn, &person, &newsletter, nonce, now)?;
            Ok(false)
        })
        .await?;
    Ok((owned, already))
}

/// Queues the welcome to somebody who has just confirmed, if the newsletter has one. Who comes back
/// has been welcomed.
pub fn welcome(
    conn: &mut DbConn,
    person: &Subscriber,
    newsletter: &Newsletter,
    nonce: i64,
    now: Instant,
) -> Result<()> {
    if newsletter.details().welcome_mail {
        let kind = PersonalMail::Welcome;
        let (subscriber, newsletter) = (person.id, newsletter.id);
        let new = NewMail { subscriber, newsletter, kind, to_email: None, nonce };
        store::mails::put(conn, &new, now)?;
    }
    Ok(())
}
