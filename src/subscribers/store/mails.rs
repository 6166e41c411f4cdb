//! The table `subscriber_mails`.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{newsletters, subscriber_mails, subscribers};
use crate::newsletters::Newsletter;
use crate::on_both;
use crate::subscribers::{PersonalMail, Subscriber};

/// A mail to one person.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = subscriber_mails)]
pub struct SubscriberMail {
    /// Inside, and in the link.
    pub id: i64,
    /// To whom.
    pub subscriber: i64,
    /// From which newsletter.
    pub newsletter: i64,
    /// Which mail.
    pub kind: PersonalMail,
    /// Where it goes, when not to the address on file.
    pub to_email: Option<String>,
    /// Part of its link.
    pub nonce: i64,
    /// Since when it waits or waited.
    pub queued_at: Instant,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was sent.
    pub sent_at: Option<Instant>,
    /// When its link was used, or made void.
    pub used_at: Option<Instant>,
}

/// A mail to be queued.
pub struct NewMail<'a> {
    /// To whom.
    pub subscriber: i64,
    /// From which newsletter.
    pub newsletter: i64,
    /// Which mail.
    pub kind: PersonalMail,
    /// Where it goes, when not to the address on file.
    pub to_email: Option<&'a str>,
    /// Part of its link.
    pub nonce: i64,
}

/// Queues a mail. A second welcome to the same newsletter is none.
pub fn put(conn: &mut DbConn, new: &NewMail<'_>, now: Instant) -> QueryResult<()> {
    let values = (
        subscriber_mails::subscriber.eq(new.subscriber),
        subscriber_mails::newsletter.eq(new.newsletter),
        subscriber_mails::kind.eq(new.kind),
        subscriber_mails::to_email.eq(new.to_email),
        subscriber_mails::nonce.eq(new.nonce),
        subscriber_mails::queued_at.eq(now),
        subscriber_mails::due_at.eq(now),
    );
    on_both!(conn, c => diesel::insert_into(subscriber_mails::table)
        .values(values)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// When mails of a kind were queued for a person since a moment, the newest first.
pub fn queued_since(
    conn: &mut DbConn,
    subscriber: i64,
    kind: PersonalMail,
    since: Instant,
) -> QueryResult<Vec<Instant>> {
    subscriber_mails::table
        .filter(subscriber_mails::subscriber.eq(subscriber))
        .filter(subscriber_mails::kind.eq(kind))
        .filter(subscriber_mails::queued_at.gt(since))
        .order(subscriber_mails::queued_at.desc())
        .select(subscriber_mails::queued_at)
        .load(conn)
}

/// The addresses to which mails of a kind were queued since a moment, whoever asked for them.
pub fn addresses_since(
    conn: &mut DbConn,
    kind: PersonalMail,
    since: Instant,
) -> QueryResult<Vec<String>> {
    subscriber_mails::table
        .filter(subscriber_mails::kind.eq(kind))
        .filter(subscriber_mails::queued_at.gt(since))
        .filter(subscriber_mails::to_email.is_not_null())
        .select(subscriber_mails::to_email.assume_not_null())
        .load(conn)
}

/// Makes the links of a kind that a person has not used void.
pub fn void(
    conn: &mut DbConn,
    subscriber: i64,
    kind: PersonalMail,
    now: Instant,
) -> QueryResult<()> {
    diesel::update(
        subscriber_mails::table
            .filter(subscriber_mails::subscriber.eq(subscriber))
            .filter(subscriber_mails::kind.eq(kind))
            .filter(subscriber_mails::used_at.is_null()),
    )
    .set((subscriber_mails::used_at.eq(now), subscriber_mails::due_at.eq(None::<Instant>)))
    .execute(conn)
    .map(drop)
}

/// All that is needed to write a mail.
pub type Due = (SubscriberMail, Subscriber, Newsletter);

/// A mail, with whose and from whom.
pub fn with_owner(conn: &mut DbConn, id: i64) -> QueryResult<Option<Due>> {
    subscriber_mails::table
        .inner_join(subscribers::table)
        .inner_join(newsletters::table)
        .filter(subscriber_mails::id.eq(id))
        .select((SubscriberMail::as_select(), Subscriber::as_select(), Newsletter::as_select()))
        .first(conn)
        .optional()
}

/// Mails that are due, the first due first.
pub fn due(conn: &mut DbConn, now: Instant, most: i64) -> QueryResult<Vec<Due>> {
    subscriber_mails::table
        .inner_join(subscribers::table)
        .inner_join(newsletters::table)
        .filter(subscriber_mails::due_at.le(now))
        .order(subscriber_mails::due_at)
        .limit(most)
        .select((SubscriberMail::as_select(), Subscriber::as_select(), Newsletter::as_select()))
        .load(conn)
}

/// Takes a mail for one try: counts the try and puts the next one off. `false` when somebody else
/// took it, or it waits no more.
pub fn take(conn: &mut DbConn, id: i64, attempts: i32, next: Instant) -> QueryResult<bool> {
    diesel::update(
        subscriber_mails::table
            .find(id)
            .filter(subscriber_mails::due_at.is_not_null())
            .filter(subscriber_mails::attempts.eq(attempts)),
    )
    .set((subscriber_mails::attempts.eq(attempts + 1), subscriber_mails::due_at.eq(next)))
    .execute(conn)
    .map(|rows| rows > 0)
}

/// A mail waits no more; `sent_at` when it was sent.
pub fn done(conn: &mut DbConn, id: i64, sent_at: Option<Instant>) -> QueryResult<()> {
    diesel::update(subscriber_mails::table.find(id))
        .set((subscriber_mails::due_at.eq(None::<Instant>), subscriber_mails::sent_at.eq(sent_at)))
        .execute(conn)
        .map(drop)
}

/// Uses the link of a mail; `false` when it was used before.
pub fn use_link(conn: &mut DbConn, id: i64, now: Instant) -> QueryResult<bool> {
    diesel::update(subscriber_mails::table.find(id).filter(subscriber_mails::used_at.is_null()))
        .set(subscriber_mails::used_at.eq(now))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// All mails of a person, the newest first.
pub fn of(conn: &mut DbConn, subscriber: i64) -> QueryResult<Vec<SubscriberMail>> {
    subscriber_mails::table
        .filter(subscriber_mails::subscriber.eq(subscriber))
        .order(subscriber_mails::id.desc())
        .select(SubscriberMail::as_select())
        .load(conn)
}

/// Forgets mails from before a moment, but for welcomes: they say that nobody is welcomed twice.
pub fn forget_old(conn: &mut DbConn, before: Instant) -> QueryResult<usize> {
    diesel::delete(
        subscriber_mails::table
            .filter(subscriber_mails::kind.ne(PersonalMail::Welcome))
            .filter(subscriber_mails::due_at.is_null())
            .filter(subscriber_mails::queued_at.lt(before)),
    )
    .execute(conn)
}
