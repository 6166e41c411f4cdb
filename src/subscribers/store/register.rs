//! The tables `subscribers` and `subscriptions`, but for the queue of mails in the latter.

use diesel::prelude::*;
use serde_json::json;

use crate::clock::Instant;
use crate::db::matching::folded;
use crate::db::schema::{newsletters, subscribers, subscriptions};
use crate::db::{DbConn, Json, PublicId};
use crate::mail::EmailAddress;
use crate::newsletters::Newsletter;
use crate::on_both;
use crate::subscribers::domains::{domain_of, turned};
use crate::subscribers::{
    EndReason, LeadershipGroup, ReasonGiven, Scope, Sector, Subscriber, Subscription,
    SubscriptionState,
};
use crate::web::Lang;

/// What a form says about a person, besides the address.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = subscribers, treat_none_as_null = true)]
pub struct Details {
    /// The name.
    pub name: Option<String>,
    /// The workplace.
    pub organisation: Option<String>,
    /// Where that is.
    pub sector: Option<Sector>,
    /// At which level they lead.
    pub leadership_group: Option<LeadershipGroup>,
    /// The language of pages and service mails.
    pub language: Lang,
}

/// What a person is searched by, besides `address_key`: the beginnings of these, and the domain.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = subscribers, treat_none_as_default_value = false)]
pub struct SearchKeys {
    email_key: String,
    name_key: String,
    surname_key: String,
    organisation_key: String,
    domain_key: String,
}

impl SearchKeys {
    /// Of an address, a name and a workplace.
    pub fn of(address: &EmailAddress, name: Option<&str>, organisation: Option<&str>) -> Self {
        let (email, key) = (folded(address.as_typed()), address.key());
        let name_key = folded(name.unwrap_or_default().trim());
        let surname = name_key.rsplit(char::is_whitespace).next();
        Self {
            domain_key: turned(domain_of(&key)),
            // Only where it is another one: "bo@ringkøbing-skjern.example".
            email_key: if email == key { String::new() } else { email },
            surname_key: surname.unwrap_or_default().to_owned(),
            organisation_key: folded(organisation.unwrap_or_default().trim()),
            name_key,
        }
    }
}

impl Details {
    /// What they are searched by.
    fn search_keys(&self, address: &EmailAddress) -> SearchKeys {
        SearchKeys::of(address, self.name.as_deref(), self.organisation.as_deref())
    }
}

/// By the key of the address.
pub fn by_key(conn: &mut DbConn, key: &str) -> QueryResult<Option<Subscriber>> {
    subscribers::table
        .filter(subscribers::address_key.eq(key))
        .select(Subscriber::as_select())
        .first(conn)
        .optional()
}

/// The people whose addresses have these hashes.
pub fn by_hashes(conn: &mut DbConn, hashes: &[&[u8]]) -> QueryResult<Vec<Subscriber>> {
    subscribers::table
        .filter(subscribers::address_hash.eq_any(hashes))
        .select(Subscriber::as_select())
        .load(conn)
}

/// By the id inside.
pub fn by_id(conn: &mut DbConn, id: i64) -> QueryResult<Subscriber> {
    subscribers::table.find(id).select(Subscriber::as_select()).first(conn)
}

/// By the id outside.
pub fn by_uuid(conn: &mut DbConn, uuid: PublicId) -> QueryResult<Subscriber> {
    subscribers::table
        .filter(subscribers::uuid.eq(uuid))
        .select(Subscriber::as_select())
        .first(conn)
}

/// The person with an address, made if there is none. Two who make it at once get the same row.
pub fn find_or_insert(
    conn: &mut DbConn,
    address: &EmailAddress,
    hash: &[u8],
    details: &Details,
    now: Instant,
) -> QueryResult<Subscriber> {
    let values = (
        subscribers::uuid.eq(PublicId::random()),
        subscribers::address_key.eq(address.key()),
        subscribers::address_hash.eq(hash),
        subscribers::email.eq(address.as_typed()),
        subscribers::name.eq(details.name.as_deref()),
        subscribers::organisation.eq(details.organisation.as_deref()),
        subscribers::sector.eq(details.sector),
        subscribers::leadership_group.eq(details.leadership_group),
        subscribers::language.eq(details.language),
        subscribers::attributes.eq(Json(json!({}))),
        subscribers::created_at.eq(now),
        details.search_keys(address),
    );
    on_both!(conn, c => diesel::insert_into(subscribers::table)
        .values(values)
        .on_conflict_do_nothing()
        .execute(c))?;
    by_key(conn, &address.key())?.ok_or(diesel::result::Error::NotFound)
}

/// Stores what a form says about a person who is not confirmed, and how they typed the address;
/// returns the person as they are then.
pub fn set_details(
    conn: &mut DbConn,
    id: i64,
    address: &EmailAddress,
    details: &Details,
) -> QueryResult<Subscriber> {
    diesel::update(subscribers::table.find(id))
        .set((details, details.search_keys(address), subscribers::email.eq(address.as_typed())))
        .execute(conn)?;
    subscribers::table.find(id).select(Subscriber::as_select()).first(conn)
}

/// Writes anew what a person is searched by, after a change of address, name or workplace.
pub fn index(conn: &mut DbConn, id: i64) -> QueryResult<()> {
    let (email, name, organisation): (String, Option<String>, Option<String>) = subscribers::table
        .find(id)
        .select((subscribers::email, subscribers::name, subscribers::organisation))
        .first(conn)?;
    // An address that is kept was one when it came.
    let Ok(address) = EmailAddress::parse(&email) else { return Ok(()) };
    let keys = SearchKeys::of(&address, name.as_deref(), organisation.as_deref());
    diesel::update(subscribers::table.find(id)).set(keys).execute(conn).map(drop)
}

/// Stores what a list says about a person.
pub fn set_said(
    conn: &mut DbConn,
    id: i64,
    details: &Details,
    attributes: &Json,
) -> QueryResult<()> {
    diesel::update(subscribers::table.find(id))
        .set((details, subscribers::attributes.eq(attributes)))
        .execute(conn)?;
    index(conn, id)
}

/// Deletes a person with all that hangs on the row: subscriptions and consents. Deliveries stay
/// without the person; what servers said of them, opens and clicks go with the person, by the
/// triggers of the migration `forgetting`.
pub fn delete(conn: &mut DbConn, id: i64) -> QueryResult<()> {
    diesel::delete(subscribers::table.find(id)).execute(conn).map(drop)
}

/// A person's subscription to a newsletter.
pub fn subscription(
    conn: &mut DbConn,
    subscriber: i64,
    newsletter: i64,
) -> QueryResult<Option<Subscription>> {
    subscriptions::table
        .filter(subscriptions::subscriber.eq(subscriber))
        .filter(subscriptions::newsletter.eq(newsletter))
        .select(Subscription::as_select())
        .first(conn)
        .optional()
}

/// All subscriptions of a person, with the newsletters.
pub fn subscriptions_of(
    conn: &mut DbConn,
    subscriber: i64,
) -> QueryResult<Vec<(Subscription, Newsletter)>> {
    subscriptions::table
        .inner_join(newsletters::table)
        .filter(subscriptions::subscriber.eq(subscriber))
        .order(subscriptions::id)
        .select((Subscription::as_select(), Newsletter::as_select()))
        .load(conn)
}

/// A subscription with whose and to what.
pub fn with_owner(
    conn: &mut DbConn,
    id: i64,
) -> QueryResult<Option<(Subscription, Subscriber, Newsletter)>> {
    subscriptions::table
        .inner_join(subscribers::table)
        .inner_join(newsletters::table)
        .filter(subscriptions::id.eq(id))
        .select((Subscription::as_select(), Subscriber::as_select(), Newsletter::as_select()))
        .first(conn)
        .optional()
}

/// Whose these subscriptions are.
pub fn owners(conn: &mut DbConn, subscriptions: &[i64]) -> QueryResult<Vec<i64>> {
    subscriptions::table
        .filter(subscriptions::id.eq_any(subscriptions))
        .select(subscriptions::subscriber)
        .load(conn)
}

/// Makes a pending subscription; the one that is there already if two make it at once.
pub fn insert_pending(
    conn: &mut DbConn,
    subscriber: i64,
    newsletter: i64,
    source: &str,
    nonce: i64,
    now: Instant,
) -> QueryResult<Subscription> {
    let values = (
        subscriptions::subscriber.eq(subscriber),
        subscriptions::newsletter.eq(newsletter),
        subscriptions::state.eq(SubscriptionState::Pending),
        subscriptions::source.eq(source),
        subscriptions::requested_at.eq(now),
        subscriptions::nonce.eq(nonce),
    );
    on_both!(conn, c => diesel::insert_into(subscriptions::table)
        .values(values)
        .on_conflict_do_nothing()
        .execute(c))?;
    subscription(conn, subscriber, newsletter)?.ok_or(diesel::result::Error::NotFound)
}

/// Asks once more for a subscription that is pending or ended. When and why it ended stays, in
/// case nobody confirms.
pub fn ask_again(conn: &mut DbConn, id: i64, source: &str, now: Instant) -> QueryResult<()> {
    diesel::update(subscriptions::table.find(id))
        .set((
            subscriptions::state.eq(SubscriptionState::Pending),
            subscriptions::source.eq(source),
            subscriptions::requested_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Makes a pending subscription active; `false` when it is not pending any more. Its mail, if it
/// still waits, is not needed.
pub fn activate(conn: &mut DbConn, id: i64, now: Instant) -> QueryResult<bool> {
    diesel::update(
        subscriptions::table.find(id).filter(subscriptions::state.eq(SubscriptionState::Pending)),
    )
    .set((
        subscriptions::state.eq(SubscriptionState::Active),
        subscriptions::scope.eq(Scope::All),
        subscriptions::confirmed_at.eq(now),
        subscriptions::paused_until.eq(None::<Instant>),
        subscriptions::ended_at.eq(None::<Instant>),
        subscriptions::end_reason.eq(None::<EndReason>),
        subscriptions::reason_given.eq(None::<ReasonGiven>),
        subscriptions::mail.eq(None::<&str>),
        subscriptions::mail_sent_at.eq(None::<Instant>),
    ))
    .execute(conn)
    .map(|rows| rows > 0)
}

/// Ends a subscription; `false` when it has ended already. Nothing more is mailed about it. A pause
/// stays noted, in case the end is taken back.
pub fn end(conn: &mut DbConn, id: i64, reason: EndReason, now: Instant) -> QueryResult<bool> {
    diesel::update(
        subscriptions::table.find(id).filter(subscriptions::state.ne(SubscriptionState::Ended)),
    )
    .set((
        subscriptions::state.eq(SubscriptionState::Ended),
        subscriptions::ended_at.eq(now),
        subscriptions::end_reason.eq(reason),
        subscriptions::reason_given.eq(None::<ReasonGiven>),
        subscriptions::mail.eq(None::<&str>),
    ))
    .execute(conn)
    .map(|rows| rows > 0)
}

/// Notes that somebody whose subscription ended for another reason has left themselves; `false` when
/// they had left already, or subscribe.
pub fn leave_ended(conn: &mut DbConn, id: i64, now: Instant) -> QueryResult<bool> {
    diesel::update(
        subscriptions::table
            .find(id)
            .filter(subscriptions::state.eq(SubscriptionState::Ended))
            .filter(
                subscriptions::end_reason
                    .ne(EndReason::Unsubscribed)
                    .or(subscriptions::end_reason.is_null()),
            ),
    )
    .set((
        subscriptions::ended_at.eq(now),
        subscriptions::end_reason.eq(EndReason::Unsubscribed),
        subscriptions::reason_given.eq(None::<ReasonGiven>),
    ))
    .execute(conn)
    .map(|rows| rows > 0)
}

/// Takes an end back; `false` when the subscription has not ended at that moment. A pause goes on.
pub fn take_end_back(conn: &mut DbConn, id: i64, ended_at: Instant) -> QueryResult<bool> {
    let paused: Option<Instant> =
        subscriptions::table.find(id).select(subscriptions::paused_until).first(conn)?;
    let state = match paused {
        Some(_) => SubscriptionState::Paused,
        None => SubscriptionState::Active,
    };
    diesel::update(
        subscriptions::table
            .find(id)
            .filter(subscriptions::state.eq(SubscriptionState::Ended))
            .filter(subscriptions::ended_at.eq(ended_at)),
    )
    .set((
        subscriptions::state.eq(state),
        subscriptions::ended_at.eq(None::<Instant>),
        subscriptions::end_reason.eq(None::<EndReason>),
        subscriptions::reason_given.eq(None::<ReasonGiven>),
    ))
    .execute(conn)
    .map(|rows| rows > 0)
}

/// Stores why somebody left.
pub fn set_reason_given(conn: &mut DbConn, id: i64, reason: ReasonGiven) -> QueryResult<()> {
    diesel::update(
        subscriptions::table.find(id).filter(subscriptions::state.eq(SubscriptionState::Ended)),
    )
    .set(subscriptions::reason_given.eq(reason))
    .execute(conn)
    .map(drop)
}

/// Stores which issues somebody wants who subscribes; `false` when they do not any more.
pub fn set_scope(conn: &mut DbConn, id: i64, scope: Scope) -> QueryResult<bool> {
    let counting = [SubscriptionState::Active, SubscriptionState::Paused];
    diesel::update(subscriptions::table.find(id).filter(subscriptions::state.eq_any(counting)))
        .set(subscriptions::scope.eq(scope))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// Deletes a subscription as somebody has read it; `false` when it is another one by now.
pub fn delete_as_it_is(conn: &mut DbConn, known: &Subscription) -> QueryResult<bool> {
    diesel::delete(
        subscriptions::table
            .find(known.id)
            .filter(subscriptions::state.eq(known.state))
            .filter(subscriptions::requested_at.eq(known.requested_at))
            .filter(subscriptions::scope.eq(known.scope)),
    )
    .execute(conn)
    .map(|rows| rows > 0)
}

/// Deletes a subscription.
pub fn delete_subscription(conn: &mut DbConn, id: i64) -> QueryResult<()> {
    diesel::delete(subscriptions::table.find(id)).execute(conn).map(drop)
}
