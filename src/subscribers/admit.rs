//! Taking people in who need no confirmation of ours: somebody states that they consented before.
//! Many at once, in the caller's transaction.

use std::collections::HashMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::ledger::{self, Entry, LedgerKind};
use super::store::batch::{self, NewConsent, NewPerson, NewSubscription};
use super::store::register::{Details, SearchKeys};
use super::{EndReason, Scope, Subscriber, Subscription};
use crate::clock::Instant;
use crate::db::{self, DbConn, Json, PublicId};
use crate::error::{Error, Result};
use crate::mail::EmailAddress;
use crate::newsletters::Newsletter;
use crate::staff;

/// What the register knows of an address.
#[derive(Debug)]
pub enum Known {
    /// Nothing.
    Nobody,
    /// That it gets nothing any more.
    Suppressed(EndReason),
    /// Whose it is, and what ties them to the newsletter.
    Person(Box<Subscriber>, Option<Box<Subscription>>),
}

/// What the register knows of addresses, each given by its key and its suppression hash.
pub fn look_up(
    conn: &mut DbConn,
    newsletter: i64,
    addresses: &[(&str, &[u8])],
) -> Result<Vec<Known>> {
    let hashes: Vec<&[u8]> = addresses.iter().map(|(_, hash)| *hash).collect();
    let reasons: HashMap<Vec<u8>, EndReason> = batch::reasons(conn, &hashes)?.into_iter().collect();
    let keys: Vec<&str> = addresses.iter().map(|(key, _)| *key).collect();
    let people = batch::by_keys(conn, &keys)?;
    let ids: Vec<i64> = people.iter().map(|person| person.id).collect();
    let mut subscriptions: HashMap<i64, Subscription> =
        batch::subscriptions(conn, newsletter, &ids)?
            .into_iter()
            .map(|subscription| (subscription.subscriber, subscription))
            .collect();
    let mut people: HashMap<String, Subscriber> =
        people.into_iter().map(|person| (person.address_key.clone(), person)).collect();
    let known =
        addresses.iter().map(|(key, hash)| match (reasons.get(*hash), people.remove(*key)) {
            (Some(reason), _) => Known::Suppressed(*reason),
            (None, None) => Known::Nobody,
            (None, Some(person)) => {
                let subscription = subscriptions.remove(&person.id).map(Box::new);
                Known::Person(Box::new(person), subscription)
            }
        });
    Ok(known.collect())
}

/// Somebody to be taken in, who has no subscription to the newsletter.
pub struct Admission<'a> {
    /// The address.
    pub address: &'a EmailAddress,
    /// Its suppression hash.
    pub hash: &'a [u8],
    /// Who it is, when they are in the register already.
    pub person: Option<&'a Subscriber>,
    /// What is known about them, if they are not in the register.
    pub details: Details,
    /// What else is kept with them, if they are not.
    pub attributes: Map<String, Value>,
    /// Which issues they want.
    pub scope: Scope,
    /// The day from which they count, in the newsletter's zone; `None` when they left before they
    /// can be counted.
    pub day: Option<NaiveDate>,
    /// [`LedgerKind::Imported`] or [`LedgerKind::Confirmed`].
    pub kind: LedgerKind,
    /// When they asked, as far as it is known.
    pub requested_at: Instant,
    /// When they consented. Nobody knows it of some who left since: then no consent is written down.
    pub consented_at: Option<Instant>,
    /// That they left since: when, and why.
    pub ended: Option<(Instant, EndReason)>,
    /// Where they come from.
    pub source: &'a str,
}

/// Takes people in; returns their ids in the register, in the same order. What their consent rests
/// on, in words, is `basis`.
///
/// # Errors
/// [`Error::Conflict`] when one of them has come into the register, subscribed, or changed level or
/// sector at the same time: nothing of the transaction may stay then, and it can be tried again.
pub fn admit(
    conn: &mut DbConn,
    newsletter: &Newsletter,
    basis: &str,
    new: &[Admission<'_>],
    now: Instant,
) -> Result<Vec<i64>> {
    if new.is_empty() {
        return Ok(Vec::new());
    }
    hold_places(conn, new)?;
    let uuids: Vec<PublicId> = new
        .iter()
        .map(|new| new.person.map_or_else(PublicId::random, |person| person.uuid))
        .collect();
    let people = new.iter().zip(&uuids).filter(|(new, _)| new.person.is_none());
    let people: Vec<_> = people.map(|(new, uuid)| person(new, *uuid, now)).collect();
    let mut made: HashMap<String, (i64, PublicId)> = HashMap::new();
    if !people.is_empty() {
        batch::insert_people(conn, &people)?;
        let keys: Vec<&str> = people.iter().map(|person| person.address_key.as_str()).collect();
        made.extend(batch::ids(conn, &keys)?.into_iter().map(|(key, id, uuid)| (key, (id, uuid))));
    }
    let mut ids = Vec::with_capacity(new.len());
    for (new, uuid) in new.iter().zip(&uuids) {
        ids.push(match new.person {
            Some(person) => person.id,
            None => match made.get(&new.address.key()) {
                Some((id, theirs)) if theirs == uuid => *id,
                _ => return Err(RACED),
            },
        });
    }
    let subscriptions: Vec<_> = new
        .iter()
        .zip(&ids)
        .map(|(new, id)| subscription(newsletter, new, *id))
        .collect::<Result<_>>()?;
    if batch::insert_subscriptions(conn, &subscriptions)? < new.len() {
        return Err(RACED);
    }
    let text = batch::keep_text(conn, newsletter.language, basis, now)?;
    let consents: Vec<_> = new
        .iter()
        .zip(&ids)
        .filter_map(|(new, id)| {
            Some(NewConsent {
                subscriber: *id,
                newsletter: newsletter.id,
                text: &text,
                language: newsletter.language,
                source: new.source,
                requested_at: new.requested_at,
                confirmed_at: new.consented_at?,
                withdrawn_at: new.ended.map(|(at, _)| at),
            })
        })
        .collect();
    batch::insert_consents(conn, &consents)?;
    let entries =
        new.iter().zip(&uuids).flat_map(|(new, uuid)| entries(newsletter, new, *uuid, now));
    ledger::record(conn, &entries.collect::<Vec<_>>())?;
    Ok(ids)
}

/// Keeps those who are in the register already where they are until they are counted there: by the
/// level and sector that were read before.
fn hold_places(conn: &mut DbConn, new: &[Admission<'_>]) -> Result<()> {
    let known: Vec<&Subscriber> = new.iter().filter_map(|new| new.person).collect();
    if known.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = known.iter().map(|person| person.id).collect();
    db::hold_people(conn, &ids)?;
    let places: HashMap<i64, batch::Place> = batch::places(conn, &ids)?.into_iter().collect();
    let is_there =
        |who: &&Subscriber| places.get(&who.id) == Some(&(who.leadership_group, who.sector));
    if known.iter().all(is_there) { Ok(()) } else { Err(RACED) }
}

/// Somebody has come into the register, or changed something, at the same time.
pub const RACED: Error = Error::Conflict("error-list-raced");

fn person(new: &Admission<'_>, uuid: PublicId, now: Instant) -> NewPerson {
    NewPerson {
        uuid,
        address_key: new.address.key(),
        address_hash: new.hash.to_vec(),
        email: new.address.as_typed().to_owned(),
        name: new.details.name.clone(),
        organisation: new.details.organisation.clone(),
        sector: new.details.sector,
        leadership_group: new.details.leadership_group,
        language: new.details.language,
        attributes: Json(Value::Object(new.attributes.clone())),
        created_at: now,
        keys: SearchKeys::of(
            new.address,
            new.details.name.as_deref(),
            new.details.organisation.as_deref(),
        ),
    }
}

fn subscription(
    newsletter: &Newsletter,
    new: &Admission<'_>,
    subscriber: i64,
) -> Result<NewSubscription> {
    use super::SubscriptionState::{Active, Ended};
    Ok(NewSubscription {
        subscriber,
        newsletter: newsletter.id,
        state: if new.ended.is_some() { Ended } else { Active },
        scope: new.scope,
        source: new.source.to_owned(),
        requested_at: new.requested_at,
        confirmed_at: new.consented_at,
        ended_at: new.ended.map(|(at, _)| at),
        end_reason: new.ended.map(|(_, reason)| reason),
        nonce: staff::random_nonce()?,
    })
}

/// What the ledger says of them: that they came, and that they left.
fn entries(
    newsletter: &Newsletter,
    new: &Admission<'_>,
    uuid: PublicId,
    now: Instant,
) -> impl Iterator<Item = Entry> {
    let (group, sector) = match new.person {
        Some(person) => (person.leadership_group, person.sector),
        None => (new.details.leadership_group, new.details.sector),
    };
    let came = new.day.map(|day| Entry {
        newsletter: newsletter.id,
        day,
        recorded_at: now,
        kind: new.kind,
        change: 1,
        leadership_group: group,
        sector,
        cause: None,
        source: new.source.to_owned(),
        subscriber: Some(uuid),
    });
    let left = came.clone().zip(new.ended).map(|(came, (at, reason))| {
        let day = at.day_in(newsletter.zone());
        Entry { day, kind: LedgerKind::Ended, change: -1, ..came }.because(reason.as_str())
    });
    came.into_iter().chain(left)
}

/// Noon of a day: when something happened of which only the day is known.
pub fn noon(day: NaiveDate, zone: Tz) -> Option<Instant> {
    let local = day.and_hms_opt(12, 0, 0)?.and_local_timezone(zone).earliest()?;
    Some(Instant::new(local.to_utc()))
}
