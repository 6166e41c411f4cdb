//! What the register is searched by, and what crosses the nouns for one person; and the tables
//! `subscriber_notes` and `register_views`.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;

use super::search::{Order, Search};
use crate::clock::Instant;
use crate::db::matching::{after_all, folded};
use crate::db::schema::{
    clicks, deliveries, issues, ledger, newsletters, opens, register_views, subscriber_notes,
    subscribers, subscriptions,
};
use crate::db::{DbConn, PublicId};
use crate::deliveries::{DeliveryState, SkipReason};
use crate::issues::IssueKind;
use crate::newsletters::Newsletter;
use crate::on_both;
use crate::segments::store::{AsOf, Members, Over, filter};
use crate::subscribers::growth;
use crate::subscribers::ledger::LedgerKind;
use crate::subscribers::{Subscriber, Subscription, SubscriptionState};

/// A line of the list.
pub type Found = (Subscription, Subscriber, Newsletter);

/// Subscriptions that fit.
fn fitting<'a>(search: &'a Search, as_of: AsOf) -> Members<'a> {
    let mut query = subscriptions::table.into_boxed();
    if let Some(state) = search.state {
        query = query.filter(subscriptions::state.eq(state));
    }
    if let Some(slug) = &search.newsletter {
        let newsletter = newsletters::table.filter(newsletters::slug.eq(slug));
        let newsletter = newsletter.select(newsletters::id);
        query = match search.state {
            // Nearly all fit, and are read as they lie, the newest first: by the index of their
            // newsletter, which the sum keeps away, all would be sorted for every page.
            None | Some(SubscriptionState::Active) => {
                query.filter((subscriptions::newsletter + 0_i64).eq_any(newsletter))
            }
            Some(_) => query.filter(subscriptions::newsletter.eq_any(newsletter)),
        };
    }
    if let Some(before) = search.before {
        query = query.filter(subscriptions::id.lt(before));
    }
    if !search.rules.0.is_empty() {
        query = query.filter(filter(&search.rules, as_of, Over::All));
    }
    let text = folded(search.text.trim());
    if !text.is_empty() {
        // Each of these is a stretch of an index: bytes are compared, on both databases.
        let end = after_all(&text);
        let begins = subscribers::table.select(subscribers::id).filter(
            (subscribers::address_key
                .ge(text.clone())
                .and(subscribers::address_key.lt(end.clone())))
            .or(subscribers::email_key.ge(text.clone()).and(subscribers::email_key.lt(end.clone())))
            .or(subscribers::name_key.ge(text.clone()).and(subscribers::name_key.lt(end.clone())))
            .or(subscribers::surname_key
                .ge(text.clone())
                .and(subscribers::surname_key.lt(end.clone())))
            .or(subscribers::organisation_key.ge(text).and(subscribers::organisation_key.lt(end))),
        );
        query = query.filter(subscriptions::subscriber.eq_any(begins));
    }
    query
}

/// How many subscriptions fit.
pub fn count(conn: &mut DbConn, search: &Search, as_of: AsOf) -> QueryResult<i64> {
    fitting(search, as_of).count().get_result(conn)
}

/// Subscriptions that fit, the newest first.
pub fn find(conn: &mut DbConn, search: &Search, as_of: AsOf, most: i64) -> QueryResult<Vec<Found>> {
    load(conn, fitting(search, as_of).order(subscriptions::id.desc()), most)
}

/// Subscriptions that fit, in an order, after one of them.
pub fn find_after(
    conn: &mut DbConn,
    search: &Search,
    (order, after): (Order, Option<i64>),
    as_of: AsOf,
    most: i64,
) -> QueryResult<Vec<Found>> {
    let (all, id) = (fitting(search, as_of), subscriptions::id);
    let rest = match (order, after) {
        (Order::Newest, None) => all.order(id.desc()),
        (Order::Newest, Some(after)) => all.filter(id.lt(after)).order(id.desc()),
        (Order::Oldest, None) => all.order(id),
        (Order::Oldest, Some(after)) => all.filter(id.gt(after)).order(id),
    };
    load(conn, rest, most)
}

fn load(conn: &mut DbConn, members: Members<'_>, most: i64) -> QueryResult<Vec<Found>> {
    let found: Vec<Subscription> =
        members.limit(most).select(Subscription::as_select()).load(conn)?;
    let people: Vec<i64> = found.iter().map(|subscription| subscription.subscriber).collect();
    let people: HashMap<i64, Subscriber> = subscribers::table
        .filter(subscribers::id.eq_any(people))
        .select(Subscriber::as_select())
        .load(conn)?
        .into_iter()
        .map(|person| (person.id, person))
        .collect();
    let newsletters: HashMap<i64, Newsletter> = crate::newsletters::store::all(conn)?
        .into_iter()
        .map(|newsletter| (newsletter.id, newsletter))
        .collect();
    let whole = |subscription: Subscription| {
        let person = people.get(&subscription.subscriber)?.clone();
        let newsletter = newsletters.get(&subscription.newsletter)?.clone();
        Some((subscription, person, newsletter))
    };
    Ok(found.into_iter().filter_map(whole).collect())
}

/// How many subscriptions are in each state: each number is a stretch of an index.
pub fn states(conn: &mut DbConn) -> QueryResult<Vec<(SubscriptionState, i64)>> {
    let newsletters: Vec<i64> = newsletters::table.select(newsletters::id).load(conn)?;
    let mut counts = Vec::new();
    for state in SubscriptionState::ALL {
        let mut sum = 0;
        for newsletter in &newsletters {
            sum += subscriptions::table
                .filter(subscriptions::newsletter.eq(newsletter))
                .filter(subscriptions::state.eq(state))
                .count()
                .get_result::<i64>(conn)?;
        }
        counts.push((*state, sum));
    }
    Ok(counts)
}

/// An entry of the ledger on the page of a person.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = ledger)]
pub struct History {
    /// Of which newsletter.
    pub newsletter: i64,
    /// The day on which it counts.
    pub day: NaiveDate,
    /// When it was written down.
    pub recorded_at: Instant,
    /// What happened.
    pub kind: LedgerKind,
    /// −1, 0 or +1.
    pub change: i32,
    /// Why.
    pub cause: Option<String>,
    /// Where it came from.
    pub source: String,
}

impl History {
    /// Why, as a word for the texts of growth; none where the kind says it.
    pub fn why(&self) -> Option<&str> {
        let cause = self.cause.as_deref().unwrap_or_default();
        growth::cause_word(self.kind, cause, &self.source)
    }
}

/// A person's entries of the ledger, the newest first.
pub fn history(conn: &mut DbConn, person: PublicId) -> QueryResult<Vec<History>> {
    ledger::table
        .filter(ledger::subscriber_uuid.eq(person))
        .order(ledger::id.desc())
        .select(History::as_select())
        .load(conn)
}

/// An issue as one person got it, or did not.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Copy {
    /// The row.
    id: i64,
    /// The issue.
    pub issue: PublicId,
    /// Its subject.
    pub subject: String,
    /// Ordinary or special.
    pub kind: IssueKind,
    /// When its sending began.
    pub started_at: Option<Instant>,
    /// How far the copy came.
    pub state: DeliveryState,
    /// Why there is none.
    pub skip_reason: Option<SkipReason>,
    /// When it got there.
    pub finished_at: Option<Instant>,
    /// The server's code.
    pub reply_code: Option<i32>,
    /// The server's words, from outside.
    pub reply_text: Option<String>,
}

/// What a person did with a copy, who consented to being measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// Loads of the image, machines included.
    pub opens: i64,
    /// Clicks, machines included.
    pub clicks: i64,
}

/// The issues that went to a person, or would have, the newest first, with what they did, as far as
/// they consented to its being kept.
pub fn copies(conn: &mut DbConn, person: i64, most: i64) -> QueryResult<Vec<(Copy, Reading)>> {
    let copies: Vec<Copy> = deliveries::table
        .inner_join(issues::table)
        .filter(deliveries::subscriber.eq(person))
        .order((issues::started_at.desc(), deliveries::id.desc()))
        .limit(most)
        .select((
            deliveries::id,
            issues::uuid,
            issues::subject,
            issues::kind,
            issues::started_at,
            deliveries::state,
            deliveries::skip_reason,
            deliveries::finished_at,
            deliveries::reply_code,
            deliveries::reply_text,
        ))
        .load(conn)?;
    let ids: Vec<i64> = copies.iter().map(|copy| copy.id).collect();
    let opened: HashMap<i64, i64> = opens::table
        .filter(opens::delivery.eq_any(&ids))
        .group_by(opens::delivery)
        .select((opens::delivery, count_star()))
        .load(conn)?
        .into_iter()
        .collect();
    let clicked: HashMap<i64, i64> = clicks::table
        .filter(clicks::delivery.eq_any(&ids))
        .group_by(clicks::delivery)
        .select((clicks::delivery, count_star()))
        .load(conn)?
        .into_iter()
        .collect();
    let reading = |copy: &Copy| Reading {
        opens: opened.get(&copy.id).copied().unwrap_or(0),
        clicks: clicked.get(&copy.id).copied().unwrap_or(0),
    };
    Ok(copies.into_iter().map(|copy| (copy.clone(), reading(&copy))).collect())
}

/// What staff have noted about a person. The person sees it with the rest of what is kept.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = subscriber_notes)]
pub struct Note {
    /// Outside.
    pub uuid: PublicId,
    /// The words.
    pub body: String,
    /// Who wrote it.
    pub written_by: String,
    /// When.
    pub written_at: Instant,
}

/// The notes about a person, the newest first.
pub fn notes(conn: &mut DbConn, person: i64) -> QueryResult<Vec<Note>> {
    subscriber_notes::table
        .filter(subscriber_notes::subscriber.eq(person))
        .order(subscriber_notes::id.desc())
        .select(Note::as_select())
        .load(conn)
}

/// Keeps a note.
pub fn insert_note(
    conn: &mut DbConn,
    person: i64,
    body: &str,
    by: &str,
    now: Instant,
) -> QueryResult<()> {
    diesel::insert_into(subscriber_notes::table)
        .values((
            subscriber_notes::uuid.eq(PublicId::random()),
            subscriber_notes::subscriber.eq(person),
            subscriber_notes::body.eq(body),
            subscriber_notes::written_by.eq(by),
            subscriber_notes::written_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Removes a note about a person; `false` when there is none.
pub fn delete_note(conn: &mut DbConn, person: i64, note: PublicId) -> QueryResult<bool> {
    let note = subscriber_notes::table
        .filter(subscriber_notes::subscriber.eq(person))
        .filter(subscriber_notes::uuid.eq(note));
    diesel::delete(note).execute(conn).map(|rows| rows > 0)
}

/// Makes all notes about a person those about another one.
pub fn hand_over_notes(conn: &mut DbConn, from: i64, to: i64) -> QueryResult<()> {
    diesel::update(subscriber_notes::table.filter(subscriber_notes::subscriber.eq(from)))
        .set(subscriber_notes::subscriber.eq(to))
        .execute(conn)
        .map(drop)
}

/// Filters of the register under a name, for all who may read it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = register_views)]
pub struct View {
    /// Outside.
    pub uuid: PublicId,
    /// The name.
    pub name: String,
    /// The query of the register's address.
    pub filters: String,
}

/// All of them, by name.
pub fn views(conn: &mut DbConn) -> QueryResult<Vec<View>> {
    register_views::table.order(register_views::name).select(View::as_select()).load(conn)
}

/// Keeps filters under a name, if no others have it.
pub fn keep_view(
    conn: &mut DbConn,
    (name, filters): (&str, &str),
    by: &str,
    now: Instant,
) -> QueryResult<Option<PublicId>> {
    let uuid = PublicId::random();
    let values = (
        register_views::uuid.eq(uuid),
        register_views::name.eq(name),
        register_views::filters.eq(filters),
        register_views::saved_by.eq(by),
        register_views::saved_at.eq(now),
    );
    let rows = on_both!(conn, c => diesel::insert_into(register_views::table)
        .values(values)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok((rows > 0).then_some(uuid))
}

/// Removes one; says whether there was one.
pub fn delete_view(conn: &mut DbConn, uuid: PublicId) -> QueryResult<bool> {
    let view = register_views::table.filter(register_views::uuid.eq(uuid));
    diesel::delete(view).execute(conn).map(|rows| rows > 0)
}
