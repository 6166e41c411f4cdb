//! Who asked for something and got nothing, because their address is shut out after a complaint or by
//! staff: staff look at it, and let them in or leave it at that. An address that nobody in the register
//! has is known by its hash only, so whoever wants to lift its suppression types it.

pub mod routes;
pub mod store;

use chrono::TimeDelta;
use serde_json::json;

use crate::app::App;
use crate::clock::Instant;
use crate::db::{DbConn, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::mail::EmailAddress;
use crate::staff::{self, Staff};
use crate::subscribers::store::{register, suppressions};
use crate::subscribers::withdrawals::{self, Event};
use crate::subscribers::{EndReason, Subscriber, suppression};
use crate::web::direction;

/// What the audit log calls requests that are held: to subscribe, for a link to the own page, and to
/// take an address that is shut out.
const HELD: [&str; 3] = ["subscription.held", "own-page.held", "own-page.address-held"];
/// What it calls staff's word that a suppression stays,
const KEPT: &str = "subscriber.hold-kept";
/// and that it does not.
const LIFTED: &str = "subscriber.lift";
/// For so long a request waits to be looked at.
const WAITS: TimeDelta = TimeDelta::days(90);
/// Longest reason, in characters.
const REASON_LONGEST: usize = 500;

/// A request that waits for staff.
#[derive(Debug, Clone)]
pub struct Held {
    /// The last time that somebody asked.
    pub at: Instant,
    /// What for: the word of the audit log.
    pub action: String,
    /// Whom it is about, as the audit log has it.
    pub subject: String,
    /// Who that is, if the register knows them.
    pub person: Option<(PublicId, String)>,
}

impl Held {
    /// The text that says what they asked for.
    pub fn key(&self) -> String {
        format!("held-{}", self.action.replace('.', "-"))
    }
}

/// How the audit log calls an address that nobody in the register has: by the beginning of its keyed hash,
/// which goes when the hash does ([`crate::privacy::Kept::Erased`]).
pub fn subject(hash: &[u8]) -> String {
    format!("{SUBJECT}{}", data_encoding::HEXLOWER.encode(&hash[..hash.len().min(8)]))
}

/// How such a subject begins.
pub const SUBJECT: &str = "suppression ";

/// The requests that wait, the newest first, one for each person.
pub fn waiting(conn: &mut DbConn, now: Instant) -> Result<Vec<Held>> {
    let mut waiting: Vec<Held> = Vec::new();
    let mut decided: Vec<String> = Vec::new();
    for entry in store::entries(conn, &[&HELD[..], &[KEPT, LIFTED]].concat(), now - WAITS)? {
        let is_known = waiting.iter().any(|held| held.subject == entry.subject);
        if is_known || decided.contains(&entry.subject) {
            continue;
        }
        if !HELD.contains(&entry.action.as_str()) {
            decided.push(entry.subject);
            continue;
        }
        let person = match entry.subject.strip_prefix("subscriber ").map(str::parse) {
            Some(Ok(uuid)) => store::email(conn, uuid)?.map(|email| (uuid, email)),
            _ => None,
        };
        // Whoever was erased since asks for nothing any more.
        if person.is_none() && entry.subject.starts_with("subscriber ") {
            continue;
        }
        waiting.push(Held { at: entry.at, action: entry.action, subject: entry.subject, person });
    }
    Ok(waiting)
}

/// Leaves it at that: the suppression stays, and the request is off the list.
pub async fn keep(app: &App, subject: String, staff: &Staff) -> Result<()> {
    let (now, actor) = (app.clock.now(), staff.actor());
    app.db
        .write(move |conn| {
            if !waiting(conn, now)?.iter().any(|held| held.subject == subject) {
                return Err(Error::NotFound);
            }
            Ok(staff::store::audit(conn, &actor, KEPT, &subject, json!({}), now)?)
        })
        .await
}

/// Why staff lift a suppression: it is asked for, because the law asks us.
pub fn reason(typed: &str) -> Result<String, FieldError> {
    let typed = direction::unturned(typed);
    let typed = typed.trim();
    let length = typed.chars().count();
    if typed.is_empty() {
        return Err(FieldError::new("reason", "error-lift-reason"));
    }
    if length > REASON_LONGEST {
        let error = FieldError::new("reason", "error-content-too-long");
        return Err(error.with("length", length).with("max", REASON_LONGEST));
    }
    Ok(typed.to_owned())
}

/// Lifts the suppression of somebody in the register. Nobody is subscribed by it: they do that
/// themselves.
pub async fn lift(app: &App, person: &Subscriber, why: &str, staff: &Staff) -> Result<()> {
    let why = reason(why).map_err(|error| Error::Invalid(vec![error]))?;
    let subject = format!("subscriber {}", person.uuid);
    lift_hash(app, person.address_hash.clone(), subject, why, staff).await
}

/// Lifts that of an address, whoever has it.
///
/// # Errors
/// [`Error::Invalid`] when it is no address, is not suppressed, or no reason is given.
pub async fn lift_address(app: &App, email: &str, why: &str, staff: &Staff) -> Result<()> {
    let mut errors = Vec::new();
    let address = EmailAddress::parse(email);
    if let Err(error) = &address {
        errors.push(FieldError::new("email", error.code()));
    }
    let why = reason(why).map_err(|error| errors.push(error));
    let (Ok(address), Ok(why)) = (address, why) else { return Err(Error::Invalid(errors)) };
    let hash = suppression::address_hash(&app.config.suppression_pepper, &address.key());
    let key = address.key();
    let person = app.db.read(move |conn| Ok(register::by_key(conn, &key)?)).await?;
    let subject = match person {
        Some(person) => format!("subscriber {}", person.uuid),
        None => subject(&hash),
    };
    lift_hash(app, hash, subject, why, staff).await
}

async fn lift_hash(
    app: &App,
    hash: Vec<u8>,
    subject: String,
    why: String,
    staff: &Staff,
) -> Result<()> {
    let (now, actor, of) = (app.clock.now(), staff.actor(), hash.clone());
    let known = app.db.read(move |conn| Ok(suppressions::reason(conn, &of)?)).await?;
    let Some(was) = known else { return Err(Error::field("email", "error-lift-none")) };
    withdrawals::append(app, Event::Undone, None, &hash, now).await?;
    app.db
        .write(move |conn| {
            suppressions::delete(conn, &hash)?;
            let details = json!({ "was": was, "why": why });
            Ok(staff::store::audit(conn, &actor, LIFTED, &subject, details, now)?)
        })
        .await
}

/// Whether staff can lift it: whoever was erased, or left, comes back by themselves.
pub fn can_be_lifted(reason: EndReason) -> bool {
    suppression::held(reason) || reason == EndReason::Bounced
}
