//! The end of a subscription, whoever ends it: the row, the ledger and the consents together.

use super::ledger::{self, Entry, LedgerKind};
use super::{EndReason, Purpose, Subscriber, Subscription, store};
use crate::clock::Instant;
use crate::db::{self, DbConn};
use crate::error::Result;
use crate::newsletters::Newsletter;

/// Ends one subscription; `false` when it has ended already. Who it is counted as is read here, whatever
/// the caller has read: somebody may have changed their level or their sector since.
pub fn end(
    conn: &mut DbConn,
    newsletter: &Newsletter,
    person: &Subscriber,
    subscription: &Subscription,
    reason: EndReason,
    channel: &str,
    now: Instant,
) -> Result<bool> {
    db::hold_person(conn, person.id)?;
    let Some((current, person, _)) = store::register::with_owner(conn, subscription.id)? else {
        return Ok(false);
    };
    if !store::register::end(conn, subscription.id, reason, now)? {
        return Ok(false);
    }
    let change = if current.counts() { -1 } else { 0 };
    let entry = Entry::now(newsletter, &person, LedgerKind::Ended, change, channel, now);
    ledger::record(conn, &[entry.because(reason.as_str())])?;
    let all = [Purpose::Newsletter, Purpose::Tracking];
    store::consents::withdraw(conn, person.id, newsletter.id, &all, channel, now)?;
    Ok(true)
}

/// Ends a subscription on the word of the person. One that has ended for another reason ends once
/// more, for theirs: nobody who takes that back, or brings an old list, wakes them then. It changes
/// no count. `false` when they had left already.
pub fn leave(
    conn: &mut DbConn,
    newsletter: &Newsletter,
    person: &Subscriber,
    subscription: &Subscription,
    channel: &str,
    now: Instant,
) -> Result<bool> {
    let reason = EndReason::Unsubscribed;
    if end(conn, newsletter, person, subscription, reason, channel, now)? {
        return Ok(true);
    }
    if !store::register::leave_ended(conn, subscription.id, now)? {
        return Ok(false);
    }
    let entry = Entry::now(newsletter, person, LedgerKind::Ended, 0, channel, now);
    ledger::record(conn, &[entry.because(reason.as_str())])?;
    Ok(true)
}

/// Ends every subscription of a person.
pub fn end_all(
    conn: &mut DbConn,
    person: &Subscriber,
    reason: EndReason,
    channel: &str,
    now: Instant,
) -> Result<()> {
    for (subscription, newsletter) in store::register::subscriptions_of(conn, person.id)? {
        end(conn, &newsletter, person, &subscription, reason, channel, now)?;
    }
    Ok(())
}
