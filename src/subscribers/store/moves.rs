//! What changes in the register when a person takes another address, and when two rows turn out to
//! be one person.

use diesel::prelude::*;

use super::register;
use crate::db::DbConn;
use crate::db::schema::{consents, subscribers, subscriptions};
use crate::mail::EmailAddress;
use crate::subscribers::Subscriber;
use crate::subscribers::store::register::SearchKeys;

/// Gives a person another address.
pub fn set_address(
    conn: &mut DbConn,
    person: &Subscriber,
    address: &EmailAddress,
    hash: &[u8],
) -> QueryResult<()> {
    let (name, organisation) = (person.name.as_deref(), person.organisation.as_deref());
    diesel::update(subscribers::table.find(person.id))
        .set((
            SearchKeys::of(address, name, organisation),
            subscribers::address_key.eq(address.key()),
            subscribers::address_hash.eq(hash),
            subscribers::email.eq(address.as_typed()),
        ))
        .execute(conn)
        .map(drop)
}

/// Makes a subscription another person's.
pub fn hand_over_subscription(conn: &mut DbConn, id: i64, to: i64) -> QueryResult<()> {
    diesel::update(subscriptions::table.find(id))
        .set(subscriptions::subscriber.eq(to))
        .execute(conn)
        .map(drop)
}

/// Makes all consents of a person another's.
pub fn hand_over_consents(conn: &mut DbConn, from: i64, to: i64) -> QueryResult<()> {
    diesel::update(consents::table.filter(consents::subscriber.eq(from)))
        .set(consents::subscriber.eq(to))
        .execute(conn)
        .map(drop)
}

/// Says about a person what is only known of another one.
pub fn fill_details(conn: &mut DbConn, person: &Subscriber, from: &Subscriber) -> QueryResult<()> {
    let mut attributes = person.attributes.clone();
    if let (Some(own), Some(theirs)) = (attributes.0.as_object_mut(), from.attributes.0.as_object())
    {
        for (name, value) in theirs {
            own.entry(name).or_insert_with(|| value.clone());
        }
    }
    diesel::update(subscribers::table.find(person.id))
        .set((
            subscribers::name.eq(person.name.as_ref().or(from.name.as_ref())),
            subscribers::organisation
                .eq(person.organisation.as_ref().or(from.organisation.as_ref())),
            subscribers::sector.eq(person.sector.or(from.sector)),
            subscribers::leadership_group.eq(person.leadership_group.or(from.leadership_group)),
            subscribers::attributes.eq(attributes),
        ))
        .execute(conn)?;
    register::index(conn, person.id)
}
