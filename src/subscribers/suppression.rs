//! Suppression: addresses to which nothing is sent any more, kept as keyed hashes.
//!
//! A plain hash of an address can be guessed; this one needs the pepper, which is apart from the
//! database and never changes.

use aws_lc_rs::hmac;

use super::store;
use super::{EndReason, Subscriber, end};
use crate::clock::Instant;
use crate::config::Secret;
use crate::db::DbConn;
use crate::error::Result;

/// HMAC-SHA256 of the key of an address ([`crate::mail::EmailAddress::key`]).
pub fn address_hash(pepper: &Secret, key: &str) -> Vec<u8> {
    Hasher::new(pepper).hash(key)
}

/// [`address_hash`] for many addresses.
pub struct Hasher(hmac::Key);

impl Hasher {
    /// With a pepper.
    pub fn new(pepper: &Secret) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, pepper.expose().as_bytes()))
    }

    /// The hash of the key of an address.
    pub fn hash(&self, key: &str) -> Vec<u8> {
        hmac::sign(&self.0, key.as_bytes()).as_ref().to_vec()
    }
}

/// Suppresses a person's address and ends every subscription they have.
pub fn suppress(
    conn: &mut DbConn,
    person: &Subscriber,
    reason: EndReason,
    source: &str,
    now: Instant,
) -> Result<()> {
    end::end_all(conn, person, reason, source, now)?;
    keep(conn, &person.address_hash, reason, source, now)?;
    // Whoever had the address before and was erased is not who has it now.
    Ok(store::suppressions::set_erased(conn, &person.address_hash, None)?)
}

/// Suppresses an address. A reason that only staff lift is not lost to one that a sign-up lifts.
pub fn keep(
    conn: &mut DbConn,
    hash: &[u8],
    reason: EndReason,
    source: &str,
    now: Instant,
) -> Result<()> {
    let reason = match store::suppressions::reason(conn, hash)? {
        Some(earlier) if held(earlier) && !held(reason) => earlier,
        _ => reason,
    };
    Ok(store::suppressions::put(conn, hash, reason, source, now)?)
}

/// Lifts the suppression that a confirmed sign-up of one's own lifts: not one after a complaint,
/// nor one that staff set.
pub fn lift_by_confirmation(conn: &mut DbConn, hash: &[u8]) -> Result<()> {
    if store::suppressions::reason(conn, hash)?.is_some_and(|reason| !held(reason)) {
        store::suppressions::delete(conn, hash)?;
    }
    Ok(())
}

/// Whether nothing is sent to an address.
pub fn is_suppressed(conn: &mut DbConn, hash: &[u8]) -> Result<bool> {
    Ok(store::suppressions::reason(conn, hash)?.is_some())
}

/// Whether a sign-up must wait for staff.
pub fn held(reason: EndReason) -> bool {
    matches!(reason, EndReason::Complained | EndReason::Staff)
}
