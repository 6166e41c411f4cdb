//! Another address: asked for on one's own page, confirmed at the new address, told to the old one.
//! Leaders change employer, and keep their subscriptions, consents and history.

use std::net::IpAddr;

use actix_web::web::Data;
use serde_json::json;

use super::{ADDRESS_VALID, enter, store};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{self, DbConn};
use crate::deliveries;
use crate::error::{Error, Result};
use crate::issues;
use crate::links::Purpose;
use crate::mail::EmailAddress;
use crate::people;
use crate::staff;
use crate::subscribers::ledger::{self, Entry, LedgerKind};
use crate::subscribers::store::mails::{self, Due, NewMail};
use crate::subscribers::store::{
    ledger as ledger_rows, merged, moves, register, suppressions as rows,
};
use crate::subscribers::withdrawals::{self, Event};
use crate::subscribers::{EndReason, PersonalMail, Subscriber, suppression};

/// How the ledger and the suppressions call it.
const SOURCE: &str = "address";
/// A person asks for so many in a day,
const MOST_A_DAY: usize = 5;
/// and so many mails go to one address, whoever asks.
const MOST_TO_ONE: usize = 3;

/// Asks a new address for its confirmation. The answer is the same whatever the address is: one
/// that subscribes already becomes one with this person when it confirms, and one that is shut out
/// gets no mail.
///
/// # Errors
/// [`Error::Invalid`] when it cannot be read, or is the one on file.
pub async fn ask(
    app: &Data<App>,
    person: &Subscriber,
    email: &str,
    client: Option<IpAddr>,
) -> Result<()> {
    let address = EmailAddress::parse(email).map_err(|e| Error::field("email", e.code()))?;
    if address.key() == person.address_key {
        return Err(Error::field("email", "error-same-address"));
    }
    let hash = suppression::address_hash(&app.config.suppression_pepper, &address.key());
    let (person, now, nonce) = (person.clone(), app.clock.now(), staff::random_nonce()?);
    let of_write = app.clone();
    app.db
        .write(move |conn| {
            let kind = PersonalMail::NewAddress;
            let day = now - chrono::TimeDelta::days(1);
            if mails::queued_since(conn, person.id, kind, day)?.len() >= MOST_A_DAY {
                return Ok(());
            }
            // Whose it is has not said a word to us yet.
            let asked = mails::addresses_since(conn, kind, day)?;
            let is_it = |other: &&String| {
                EmailAddress::parse(other).is_ok_and(|other| other.key() == address.key())
            };
            if asked.iter().filter(is_it).count() >= MOST_TO_ONE {
                return Ok(());
            }
            // Only the newest link works.
            mails::void(conn, person.id, kind, now)?;
            if rows::reason(conn, &hash)?.is_some_and(suppression::held) {
                let subject = format!("subscriber {}", person.uuid);
                // Once a day is enough to be looked at: whoever presses on fills no log.
                if !staff::store::was_audited(conn, HELD, &subject, day)? {
                    staff::store::audit(conn, "form", HELD, &subject, json!({}), now)?;
                }
                return Ok(());
            }
            let subscriptions = register::subscriptions_of(conn, person.id)?;
            let best = subscriptions.iter().max_by_key(|(s, _)| (s.counts(), s.requested_at));
            let Some((_, newsletter)) = best else { return Ok(()) };
            let (subscriber, newsletter) = (person.id, newsletter.id);
            let allowance = &of_write.config.signups;
            let from = (client, address.domain());
            let Some(wait) = of_write.pace.mail(allowance, from, 1, now) else {
                tracing::warn!("too many mails because of forms: a new address is not asked");
                return Ok(());
            };
            let to_email = Some(address.as_typed());
            let new = NewMail { subscriber, newsletter, kind, to_email, nonce };
            Ok(mails::put(conn, &new, now + wait)?)
        })
        .await
}

/// What the audit log calls it when the new address is shut out.
const HELD: &str = "own-page.address-held";

/// Whose a link at a new address is: [`Error::NotFound`] when nobody issued it, [`Error::Gone`]
/// when it has ended, been used or been replaced.
pub async fn owner(app: &App, token: &str) -> Result<Due> {
    enter::link(app, token, Purpose::NewAddress, PersonalMail::NewAddress).await
}

/// When the link of a mail that was queued at a moment ends.
pub(super) fn link_ends(queued_at: Instant) -> Instant {
    queued_at + ADDRESS_VALID
}

/// Takes the new address; returns it.
pub async fn confirm(app: &App, token: &str) -> Result<String> {
    let (mail, person, newsletter) = owner(app, token).await?;
    let Some(email) = mail.to_email else { return Err(Error::Gone) };
    let address = EmailAddress::parse(&email).map_err(|_| Error::Gone)?;
    let hash = suppression::address_hash(&app.config.suppression_pepper, &address.key());
    let (now, nonce) = (app.clock.now(), staff::random_nonce()?);
    let held = hash.clone();
    let reason = app.db.read(move |conn| Ok(rows::reason(conn, &held)?)).await?;
    if reason.is_some_and(suppression::held) {
        return Err(Error::Gone);
    }
    // What somebody said about the new address before no longer holds; the old one is left.
    let (id, old) = (person.id, person.address_hash.clone());
    let all = app.db.read(move |conn| Ok(register::subscriptions_of(conn, id)?)).await?;
    for (_, newsletter) in all.iter().filter(|(subscription, _)| subscription.counts()) {
        withdrawals::append(app, Event::Undone, Some(newsletter), &hash, now).await?;
    }
    withdrawals::append(app, Event::Undone, None, &hash, now).await?;
    let to = hash.clone();
    app.db
        .write(move |conn| {
            if !mails::use_link(conn, mail.id, now)? {
                return Err(Error::Gone);
            }
            // Who becomes one with somebody keeps what is said of them meanwhile.
            db::hold_person(conn, id)?;
            let person = store::person(conn, id)?;
            let kind = PersonalMail::AddressChanged;
            let new = NewMail {
                subscriber: id,
                newsletter: newsletter.id,
                kind,
                to_email: Some(&person.email),
                nonce,
            };
            mails::put(conn, &new, now)?;
            move_to(conn, &person, &address, &hash, now)
        })
        .await?;
    // Unlike a withdrawal it comes after the write: it ends whoever still has the old address, and a
    // change that did not come about must end nobody at the next start.
    withdrawals::append_move(app, &old, &to, now).await?;
    Ok(email)
}

/// Moves a person to another address that they have confirmed, in the database. Whoever has that
/// address already becomes one with them: no subscription is double, and all consents are kept.
pub fn move_to(
    conn: &mut DbConn,
    person: &Subscriber,
    address: &EmailAddress,
    hash: &[u8],
    now: Instant,
) -> Result<()> {
    if rows::reason(conn, hash)?.is_some_and(suppression::held) {
        return Err(Error::Gone);
    }
    take_address(conn, person, address, hash, SOURCE, now)?;
    suppression::lift_by_confirmation(conn, hash)
}

/// The same without asking whether the new address is shut out, and without lifting anything: that
/// is for a confirmation.
pub fn take_address(
    conn: &mut DbConn,
    person: &Subscriber,
    address: &EmailAddress,
    hash: &[u8],
    source: &str,
    now: Instant,
) -> Result<()> {
    let there = register::by_key(conn, &address.key())?;
    if let Some(other) = there.filter(|other| other.id != person.id) {
        merge(conn, person, &other, source, now)?;
    }
    give_address(conn, person, address, hash, source, "address", now)?;
    // An old list must not bring the old address back; whoever has it next can subscribe.
    let left = EndReason::Unsubscribed;
    suppression::keep(conn, &person.address_hash, left, source, now.start_of_day())
}

/// Writes an address that nobody has into a person's row, and a row of the ledger that changes no
/// count for each newsletter.
pub fn give_address(
    conn: &mut DbConn,
    person: &Subscriber,
    address: &EmailAddress,
    hash: &[u8],
    source: &str,
    cause: &str,
    now: Instant,
) -> Result<()> {
    // Who was let in, or can be, by the old mailbox must not see what the new one's owner had here.
    store::delete_sessions_of(conn, person.id)?;
    mails::void(conn, person.id, PersonalMail::OwnPage, now)?;
    let now_known = store::person(conn, person.id)?;
    moves::set_address(conn, &now_known, address, hash)?;
    let mut entries = Vec::new();
    for (subscription, newsletter) in register::subscriptions_of(conn, person.id)? {
        if subscription.counts() {
            let entry = Entry::now(&newsletter, person, LedgerKind::Moved, 0, source, now);
            entries.push(entry.because(cause));
        }
    }
    ledger::record(conn, &entries)
}

/// Makes another row of the register part of a person. Counts stay true: who was counted twice is
/// counted once from this day on, in the group and the sector of the person, and past days do not
/// change.
fn merge(
    conn: &mut DbConn,
    person: &Subscriber,
    other: &Subscriber,
    source: &str,
    now: Instant,
) -> Result<()> {
    issues::store::hold_fan_outs(conn)?;
    moves::fill_details(conn, person, other)?;
    let after = register::by_id(conn, person.id)?;
    let mut moved = Vec::new();
    for (own, newsletter) in register::subscriptions_of(conn, person.id)? {
        if own.counts() {
            moved.push((person, newsletter));
        }
    }
    for (theirs, newsletter) in register::subscriptions_of(conn, other.id)? {
        let Some(own) = register::subscription(conn, person.id, newsletter.id)? else {
            moves::hand_over_subscription(conn, theirs.id, person.id)?;
            if theirs.counts() {
                moved.push((other, newsletter));
            }
            continue;
        };
        let (kept, gone) =
            if own.counts() || !theirs.counts() { (own, theirs) } else { (theirs, own) };
        if gone.counts() {
            let entry = Entry::now(&newsletter, other, LedgerKind::Ended, -1, source, now);
            ledger::record(conn, &[entry.because("merged")])?;
        } else if kept.subscriber == other.id && kept.counts() {
            moved.push((other, newsletter.clone()));
        }
        merged::note(conn, gone.id, gone.nonce, kept.id)?;
        register::delete_subscription(conn, gone.id)?;
        moves::hand_over_subscription(conn, kept.id, person.id)?;
    }
    let place = |who: &Subscriber| (who.leadership_group, who.sector);
    let elsewhere = moved.iter().filter(|(before, _)| place(before) != place(&after));
    let entries = elsewhere.flat_map(|(before, newsletter)| {
        [(*before, -1), (&after, 1)].map(|(who, change)| {
            Entry::now(newsletter, who, LedgerKind::Moved, change, source, now)
        })
    });
    ledger::record(conn, &entries.collect::<Vec<_>>())?;
    moves::hand_over_consents(conn, other.id, person.id)?;
    people::store::hand_over_notes(conn, other.id, person.id)?;
    deliveries::store::hand_over(conn, other.id, person.id)?;
    ledger_rows::forget(conn, other.uuid)?;
    register::delete(conn, other.id)?;
    Ok(())
}
