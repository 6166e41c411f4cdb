//! The mails that wait in the rows of `subscriptions`.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{newsletters, subscribers, subscriptions};
use crate::newsletters::Newsletter;
use crate::subscribers::{Mail, Subscriber, Subscription};

/// A mail that waits.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = subscriptions)]
pub struct Waiting {
    /// Which mail.
    pub mail: Option<Mail>,
    /// Since when.
    pub mail_queued_at: Option<Instant>,
    /// How often it was tried.
    pub mail_attempts: i32,
    /// When the last mail about this subscription was sent.
    pub mail_sent_at: Option<Instant>,
}

/// All that is needed to write a mail that is due.
pub type Due = (Waiting, Subscription, Subscriber, Newsletter);

/// Queues a mail for a subscription, instead of one that may be waiting.
pub fn put(conn: &mut DbConn, id: i64, mail: Mail, now: Instant) -> QueryResult<()> {
    diesel::update(subscriptions::table.find(id))
        .set((
            subscriptions::mail.eq(mail),
            subscriptions::mail_queued_at.eq(now),
            subscriptions::mail_due_at.eq(now),
            subscriptions::mail_attempts.eq(0),
        ))
        .execute(conn)
        .map(drop)
}

/// As [`put`], for a mail that has to wait until a moment.
pub fn put_off(
    conn: &mut DbConn,
    id: i64,
    mail: Mail,
    now: Instant,
    due: Instant,
) -> QueryResult<()> {
    put(conn, id, mail, now)?;
    diesel::update(subscriptions::table.find(id))
        .set(subscriptions::mail_due_at.eq(due))
        .execute(conn)
        .map(drop)
}

/// What waits or was sent for a subscription.
pub fn find(conn: &mut DbConn, id: i64) -> QueryResult<Waiting> {
    subscriptions::table.find(id).select(Waiting::as_select()).first(conn)
}

/// Mails that are due, the first due first; without those that ask for a confirmation while they
/// are held back.
pub fn due(conn: &mut DbConn, now: Instant, are_held: bool, most: i64) -> QueryResult<Vec<Due>> {
    let held: &[Mail] = if are_held { &[Mail::Confirm] } else { &[] };
    subscriptions::table
        .inner_join(subscribers::table)
        .inner_join(newsletters::table)
        .filter(subscriptions::mail.is_not_null())
        .filter(subscriptions::mail_due_at.le(now))
        .filter(diesel::dsl::not(subscriptions::mail.assume_not_null().eq_any(held.to_vec())))
        .order(subscriptions::mail_due_at)
        .limit(most)
        .select((
            Waiting::as_select(),
            Subscription::as_select(),
            Subscriber::as_select(),
            Newsletter::as_select(),
        ))
        .load(conn)
}

/// How many mails that ask for a confirmation wait.
pub fn waiting_confirmations(conn: &mut DbConn) -> QueryResult<i64> {
    subscriptions::table.filter(subscriptions::mail.eq(Mail::Confirm)).count().get_result(conn)
}

/// Takes all mails that ask for a confirmation off the queue; says how many those were.
pub fn discard_confirmations(conn: &mut DbConn) -> QueryResult<i64> {
    diesel::update(subscriptions::table.filter(subscriptions::mail.eq(Mail::Confirm)))
        .set(subscriptions::mail.eq(None::<Mail>))
        .execute(conn)
        .map(|rows| rows as i64)
}

/// Takes a mail for one try: counts the try and puts the next one off. `false` when somebody else
/// took it, or it is no longer wanted.
pub fn take(
    conn: &mut DbConn,
    id: i64,
    attempts: i32,
    queued_at: Instant,
    next: Instant,
) -> QueryResult<bool> {
    diesel::update(
        subscriptions::table
            .find(id)
            .filter(subscriptions::mail.is_not_null())
            .filter(subscriptions::mail_queued_at.eq(queued_at))
            .filter(subscriptions::mail_attempts.eq(attempts)),
    )
    .set((subscriptions::mail_attempts.eq(attempts + 1), subscriptions::mail_due_at.eq(next)))
    .execute(conn)
    .map(|rows| rows > 0)
}

/// Takes a mail that was queued at a moment off the queue; `sent_at` when it was sent.
pub fn clear(
    conn: &mut DbConn,
    id: i64,
    queued_at: Instant,
    sent_at: Option<Instant>,
) -> QueryResult<()> {
    let waiting = subscriptions::table
        .find(id)
        .filter(subscriptions::mail.is_not_null())
        .filter(subscriptions::mail_queued_at.eq(queued_at));
    match sent_at {
        Some(at) => diesel::update(waiting)
            .set((subscriptions::mail.eq(None::<Mail>), subscriptions::mail_sent_at.eq(at)))
            .execute(conn),
        None => diesel::update(waiting).set(subscriptions::mail.eq(None::<Mail>)).execute(conn),
    }
    .map(drop)
}
