//! The register for many people at once: what an import asks and writes for a chunk of its rows.
//!
//! A statement has one text for every full chunk; PostgreSQL binds 65,535 values at most.

use diesel::prelude::*;

use super::consents::text_hash;
use super::register::SearchKeys;
use crate::clock::Instant;
use crate::db::schema::{consent_texts, consents, subscribers, subscriptions, suppressions};
use crate::db::{DbConn, Json, PublicId};
use crate::on_both;
use crate::subscribers::{
    ConsentMethod, EndReason, LeadershipGroup, Purpose, Scope, Sector, Subscriber, Subscription,
    SubscriptionState,
};
use crate::web::Lang;

/// Which of these addresses are suppressed, and why.
pub fn reasons(conn: &mut DbConn, hashes: &[&[u8]]) -> QueryResult<Vec<(Vec<u8>, EndReason)>> {
    suppressions::table
        .filter(suppressions::address_hash.eq_any(hashes))
        .select((suppressions::address_hash, suppressions::reason))
        .load(conn)
}

/// Which of these addresses are suppressed for another reason than that they have been renamed.
pub fn shut_out(conn: &mut DbConn, hashes: &[&[u8]], renamed: &str) -> QueryResult<Vec<Vec<u8>>> {
    suppressions::table
        .filter(suppressions::address_hash.eq_any(hashes))
        .filter(suppressions::source.ne(renamed))
        .select(suppressions::address_hash)
        .load(conn)
}

/// The people with these keys.
pub fn by_keys(conn: &mut DbConn, keys: &[&str]) -> QueryResult<Vec<Subscriber>> {
    subscribers::table
        .filter(subscribers::address_key.eq_any(keys))
        .select(Subscriber::as_select())
        .load(conn)
}

/// Key and ids of the people with these keys.
pub fn ids(conn: &mut DbConn, keys: &[&str]) -> QueryResult<Vec<(String, i64, PublicId)>> {
    subscribers::table
        .filter(subscribers::address_key.eq_any(keys))
        .select((subscribers::address_key, subscribers::id, subscribers::uuid))
        .load(conn)
}

/// Level and sector: where somebody counts.
pub type Place = (Option<LeadershipGroup>, Option<Sector>);

/// Where these people count.
pub fn places(conn: &mut DbConn, people: &[i64]) -> QueryResult<Vec<(i64, Place)>> {
    subscribers::table
        .filter(subscribers::id.eq_any(people))
        .select((subscribers::id, (subscribers::leadership_group, subscribers::sector)))
        .load(conn)
}

/// What ties these people to a newsletter.
pub fn subscriptions(
    conn: &mut DbConn,
    newsletter: i64,
    people: &[i64],
) -> QueryResult<Vec<Subscription>> {
    subscriptions::table
        .filter(subscriptions::newsletter.eq(newsletter))
        .filter(subscriptions::subscriber.eq_any(people))
        .select(Subscription::as_select())
        .load(conn)
}

/// What ties these people to newsletters: who, to which, and how.
pub fn states(
    conn: &mut DbConn,
    people: &[i64],
) -> QueryResult<Vec<(i64, i64, SubscriptionState)>> {
    subscriptions::table
        .filter(subscriptions::subscriber.eq_any(people))
        .select((subscriptions::subscriber, subscriptions::newsletter, subscriptions::state))
        .load(conn)
}

/// A row of `subscribers`.
#[derive(Debug, Insertable)]
#[diesel(table_name = subscribers, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns are those of the table")]
pub struct NewPerson {
    pub uuid: PublicId,
    pub address_key: String,
    pub address_hash: Vec<u8>,
    pub email: String,
    pub name: Option<String>,
    pub organisation: Option<String>,
    pub sector: Option<Sector>,
    pub leadership_group: Option<LeadershipGroup>,
    pub language: Lang,
    pub attributes: Json,
    pub created_at: Instant,
    #[diesel(embed)]
    pub keys: SearchKeys,
}

/// Adds people; who is there stays as they are.
pub fn insert_people(conn: &mut DbConn, people: &[NewPerson]) -> QueryResult<usize> {
    on_both!(conn, c => diesel::insert_into(subscribers::table)
        .values(people)
        .on_conflict_do_nothing()
        .execute(c))
}

/// A row of `subscriptions`.
#[derive(Debug, Insertable)]
#[diesel(table_name = subscriptions, treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the columns are those of the table")]
pub struct NewSubscription {
    pub subscriber: i64,
    pub newsletter: i64,
    pub state: SubscriptionState,
    pub scope: Scope,
    pub source: String,
    pub requested_at: Instant,
    pub confirmed_at: Option<Instant>,
    pub ended_at: Option<Instant>,
    pub end_reason: Option<EndReason>,
    pub nonce: i64,
}

/// Adds subscriptions; says how many of them were not there.
pub fn insert_subscriptions(conn: &mut DbConn, new: &[NewSubscription]) -> QueryResult<usize> {
    on_both!(conn, c => diesel::insert_into(subscriptions::table)
        .values(new)
        .on_conflict_do_nothing()
        .execute(c))
}

/// Keeps the text that consents to a newsletter rest on; returns its hash.
pub fn keep_text(
    conn: &mut DbConn,
    language: Lang,
    text: &str,
    now: Instant,
) -> QueryResult<String> {
    let hash = text_hash(Purpose::Newsletter, language, text);
    let values = (
        consent_texts::hash.eq(&hash),
        consent_texts::purpose.eq(Purpose::Newsletter),
        consent_texts::language.eq(language),
        consent_texts::body.eq(text),
        consent_texts::created_at.eq(now),
    );
    on_both!(conn, c => diesel::insert_into(consent_texts::table)
        .values(values)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(hash)
}

/// A consent to get the newsletter that somebody states.
pub struct NewConsent<'a> {
    /// Whose.
    pub subscriber: i64,
    /// To which newsletter.
    pub newsletter: i64,
    /// The hash of the text.
    pub text: &'a str,
    /// In which language that is.
    pub language: Lang,
    /// Where it comes from.
    pub source: &'a str,
    /// When they asked.
    pub requested_at: Instant,
    /// When they confirmed.
    pub confirmed_at: Instant,
    /// When they left.
    pub withdrawn_at: Option<Instant>,
}

/// Adds consents.
pub fn insert_consents(conn: &mut DbConn, new: &[NewConsent<'_>]) -> QueryResult<()> {
    if new.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = new
        .iter()
        .map(|new| {
            (
                consents::subscriber.eq(new.subscriber),
                consents::newsletter.eq(new.newsletter),
                consents::purpose.eq(Purpose::Newsletter),
                consents::text_hash.eq(new.text),
                consents::language.eq(new.language),
                consents::method.eq(ConsentMethod::Import),
                consents::form_address.eq(""),
                consents::source.eq(new.source),
                consents::requested_at.eq(new.requested_at),
                consents::confirmed_at.eq(new.confirmed_at),
                consents::withdrawn_at.eq(new.withdrawn_at),
                consents::withdrawal_channel.eq(new.withdrawn_at.map(|_| "import")),
            )
        })
        .collect();
    on_both!(conn, c => diesel::insert_into(consents::table).values(&rows).execute(c)).map(drop)
}

/// Takes back what an import said of a person: the consents that it stated.
pub fn delete_imported_consents(
    conn: &mut DbConn,
    subscriber: i64,
    newsletter: i64,
) -> QueryResult<()> {
    diesel::delete(
        consents::table
            .filter(consents::subscriber.eq(subscriber))
            .filter(consents::newsletter.eq(newsletter))
            .filter(consents::method.eq(ConsentMethod::Import)),
    )
    .execute(conn)
    .map(drop)
}

/// Whether somebody has consented to something of a newsletter since a moment otherwise than by an
/// import.
pub fn consented_otherwise(
    conn: &mut DbConn,
    subscriber: i64,
    newsletter: i64,
    since: Instant,
) -> QueryResult<bool> {
    let others: i64 = consents::table
        .filter(consents::subscriber.eq(subscriber))
        .filter(consents::newsletter.eq(newsletter))
        .filter(consents::method.ne(ConsentMethod::Import))
        .filter(consents::requested_at.ge(since).or(consents::confirmed_at.ge(since)))
        .count()
        .get_result(conn)?;
    Ok(others > 0)
}
