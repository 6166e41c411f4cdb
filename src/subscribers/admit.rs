//! Taking people in who need no confirmation of ours: somebody states that they consented before.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::ledger::{Entry, LedgerKind};
use super::store::consents::NewConsent;
use super::store::register::Details;
use super::{ConsentMethod, Purpose, SubscriptionState, store};
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::Result;
use crate::mail::EmailAddress;
use crate::newsletters::Newsletter;
use crate::text_enum;

text_enum! {
    /// What becomes of somebody who is to be taken in.
    pub enum Verdict {
        /// They subscribe from now on.
        Created = "created",
        /// They did already.
        Unchanged = "unchanged",
        /// They left before; a list never brings back who left.
        Ended = "ended",
        /// Their address is suppressed.
        Suppressed = "suppressed",
        /// The same address stands further up in the list.
        Duplicate = "duplicate",
        /// The line cannot be taken.
        Invalid = "invalid",
    }
}

/// Somebody to be taken in.
pub struct Admission<'a> {
    /// The address.
    pub address: &'a EmailAddress,
    /// Its suppression hash.
    pub hash: &'a [u8],
    /// What is known about them.
    pub details: &'a Details,
    /// The day from which they count, in the newsletter's zone.
    pub day: NaiveDate,
    /// [`LedgerKind::Imported`] or [`LedgerKind::Confirmed`].
    pub kind: LedgerKind,
    /// When they consented, as far as it is known.
    pub consented_at: Instant,
    /// What the consent rests on, in words.
    pub basis: &'a str,
    /// Where they come from.
    pub source: &'a str,
    /// For the links of the new subscription.
    pub nonce: i64,
}

/// What would become of an address.
pub fn judge(
    conn: &mut DbConn,
    newsletter: i64,
    address: &EmailAddress,
    hash: &[u8],
) -> Result<Verdict> {
    if store::suppressions::reason(conn, hash)?.is_some() {
        return Ok(Verdict::Suppressed);
    }
    let Some(person) = store::register::by_key(conn, &address.key())? else {
        return Ok(Verdict::Created);
    };
    let subscription = store::register::subscription(conn, person.id, newsletter)?;
    Ok(match subscription {
        Some(subscription) if subscription.counts() => Verdict::Unchanged,
        Some(subscription) if subscription.ended_at.is_some() => Verdict::Ended,
        _ => Verdict::Created,
    })
}

/// Takes somebody in, if the verdict is [`Verdict::Created`]. The ledger's entry is returned, for
/// the caller to record many at once in the same transaction.
pub fn admit(
    conn: &mut DbConn,
    newsletter: &Newsletter,
    new: &Admission<'_>,
    now: Instant,
) -> Result<(Verdict, Option<Entry>)> {
    let verdict = judge(conn, newsletter.id, new.address, new.hash)?;
    if verdict != Verdict::Created {
        return Ok((verdict, None));
    }
    let person = store::register::find_or_insert(conn, new.address, new.hash, new.details, now)?;
    let subscription = store::register::insert_pending(
        conn,
        person.id,
        newsletter.id,
        new.source,
        new.nonce,
        new.consented_at,
    )?;
    if subscription.state != SubscriptionState::Pending
        || !store::register::activate(conn, subscription.id, new.consented_at)?
    {
        return Ok((Verdict::Unchanged, None));
    }
    let consent = NewConsent {
        subscriber: person.id,
        newsletter: newsletter.id,
        purpose: Purpose::Newsletter,
        text: new.basis,
        language: newsletter.language,
        method: ConsentMethod::Import,
        form_address: "",
        source: new.source,
        request_ip: None,
        confirmed_at: Some(new.consented_at),
    };
    store::consents::insert(conn, &consent, new.consented_at)?;
    let entry = Entry {
        day: new.day,
        recorded_at: now,
        ..Entry::now(newsletter, &person, new.kind, 1, new.source, now)
    };
    Ok((verdict, Some(entry)))
}

/// Noon of a day: when something happened of which only the day is known.
pub fn noon(day: NaiveDate, zone: Tz) -> Option<Instant> {
    let local = day.and_hms_opt(12, 0, 0)?.and_local_timezone(zone).earliest()?;
    Some(Instant::new(local.to_utc()))
}
