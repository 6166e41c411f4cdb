//! The tables `segments` and `issue_segments`, and the rules as a query.

use std::collections::HashSet;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use diesel::dsl::{exists, not};
use diesel::expression::BoxableExpression;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::{Condition, Field, NOT_STATED, Rules, Segment};
use crate::clock::Instant;
use crate::db::matching::{after_all, containing, folded};
use crate::db::schema::{
    clicks, consents, deliveries, issue_segments, issues, segments, subscribers, subscriptions,
    suppressions,
};
use crate::db::types::text_under;
use crate::db::{DbConn, Json, MultiBackend, PublicId};
use crate::on_both;
use crate::subscribers::domains::turned;
use crate::subscribers::{Purpose, SubscriptionState};

/// Subscriptions, still to be narrowed down.
pub type Members<'a> = subscriptions::BoxedQuery<'a, MultiBackend>;
/// Whether a subscription fits. What is asked most stands in its own row, so that people need not be
/// looked at to be counted.
pub type Filter = Box<dyn BoxableExpression<subscriptions::table, MultiBackend, SqlType = Bool>>;

/// People that are named in one statement.
const MOST_NAMED: usize = 10_000;

/// The moment and the clock by which days are understood.
#[derive(Debug, Clone, Copy)]
pub struct AsOf {
    /// The moment.
    pub now: Instant,
    /// The newsletter's zone.
    pub zone: Tz,
}

/// The subscriptions of a newsletter that are active and not paused now.
pub fn awake<'a>(newsletter: i64, now: Instant) -> Members<'a> {
    not_paused(now).filter(subscriptions::newsletter.eq(newsletter))
}

/// The same, to be narrowed down to a few by their ids: the sum keeps the index of the newsletter away,
/// by which all would be read for each few.
pub fn awake_few<'a>(newsletter: i64, now: Instant) -> Members<'a> {
    not_paused(now).filter((subscriptions::newsletter + 0_i64).eq(newsletter))
}

fn not_paused<'a>(now: Instant) -> Members<'a> {
    subscriptions::table
        .filter(subscriptions::state.eq_any([SubscriptionState::Active, SubscriptionState::Paused]))
        // A pause that is over is over, whether or not the row has been told.
        .filter(
            (subscriptions::state.eq(SubscriptionState::Active))
                .and(subscriptions::paused_until.is_null())
                .or(subscriptions::paused_until.le(now)),
        )
        .into_boxed()
}

/// Those of them to which something could be sent now: the address is not suppressed.
pub fn reachable(members: Members<'_>) -> Members<'_> {
    let suppressed = subscribers::table
        .inner_join(
            suppressions::table.on(suppressions::address_hash.eq(subscribers::address_hash)),
        )
        .filter(subscribers::id.eq(subscriptions::subscriber));
    members.filter(not(exists(suppressed)))
}

/// How many of a newsletter those are, narrowed down: all without those that [`reachable`] leaves
/// out, who are looked for among the suppressed addresses, so that nobody else has to be looked at.
pub fn count_reachable<'a>(
    conn: &mut DbConn,
    newsletter: i64,
    now: Instant,
    narrowed: impl Fn(Members<'a>) -> Members<'a>,
) -> QueryResult<i64> {
    let all: i64 = narrowed(awake(newsletter, now)).count().get_result(conn)?;
    // Who is suppressed and erased between the two is in the second number only.
    Ok((all - count_suppressed(conn, newsletter, now, narrowed)?).max(0))
}

/// How many of a newsletter, narrowed down, would be reachable if their address were not suppressed.
pub fn count_suppressed<'a>(
    conn: &mut DbConn,
    newsletter: i64,
    now: Instant,
    narrowed: impl Fn(Members<'a>) -> Members<'a>,
) -> QueryResult<i64> {
    let hashes = suppressions::table.select(suppressions::address_hash);
    let people: Vec<i64> = subscribers::table
        .filter(subscribers::address_hash.eq_any(hashes))
        .select(subscribers::id)
        .load(conn)?;
    let counted = people
        .chunks(MOST_NAMED)
        .map(|few| {
            awake_few(newsletter, now).filter(subscriptions::subscriber.eq_any(few.to_vec()))
        })
        .map(|few| narrowed(few).count().get_result::<i64>(conn));
    counted.sum()
}

/// Of how many a filter is asked: the same people fit, and the database goes another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Of a whole newsletter: who fits is found once, by an index, and each is looked for among them.
    All,
    /// Of a stretch of it, again and again: each is looked at alone.
    Stretch,
}

/// Whether a subscription's person is the one that a row of another table names.
macro_rules! person_of {
    ($over:expr, $rows:expr, $person:expr) => {
        match $over {
            Over::All => Box::new(subscriptions::subscriber.eq_any($rows.select($person))),
            Over::Stretch => Box::new(exists($rows.filter($person.eq(subscriptions::subscriber)))),
        }
    };
}

/// The rules as a filter.
pub fn filter(rules: &Rules, as_of: AsOf, over: Over) -> Filter {
    let requirement = |conditions: &Vec<Condition>| {
        any(conditions.iter().map(|condition| one(condition, as_of, over)))
    };
    rules
        .0
        .iter()
        .map(requirement)
        .reduce(|all, next| Box::new(all.and(next)))
        // No rules pick nobody: "everyone" is no segment.
        .unwrap_or_else(|| Box::new(subscriptions::id.lt(0)))
}

/// Where one of them holds; nowhere if there are none.
pub fn any(filters: impl Iterator<Item = Filter>) -> Filter {
    filters
        .reduce(|any, next| Box::new(any.or(next)))
        .unwrap_or_else(|| Box::new(subscriptions::id.lt(0)))
}

fn one(condition: &Condition, as_of: AsOf, over: Over) -> Filter {
    // What cannot be read fits nobody, turned round or not.
    let is_read = |value: &String| super::is_value(condition.field, value);
    if condition.field == Field::Attribute && !condition.values.iter().all(is_read) {
        return Box::new(subscriptions::id.lt(0));
    }
    let holds = holds(condition, as_of, over);
    if condition.not { Box::new(not(holds)) } else { holds }
}

/// A condition, not turned round. It is true or false and never null, so that it can be.
fn holds(condition: &Condition, as_of: AsOf, over: Over) -> Filter {
    let values = &condition.values;
    let stated: Vec<String> = values.iter().filter(|value| *value != NOT_STATED).cloned().collect();
    let is_unstated = stated.len() < values.len();
    match condition.field {
        Field::Sector => {
            let is_one = subscriptions::sector
                .is_not_null()
                .and(subscriptions::sector.eq_any(stated).assume_not_null());
            match is_unstated {
                true => Box::new(is_one.or(subscriptions::sector.is_null())),
                false => Box::new(is_one),
            }
        }
        Field::LeadershipGroup => {
            let is_one = subscriptions::leadership_group
                .is_not_null()
                .and(subscriptions::leadership_group.eq_any(stated).assume_not_null());
            match is_unstated {
                true => Box::new(is_one.or(subscriptions::leadership_group.is_null())),
                false => Box::new(is_one),
            }
        }
        Field::Language => Box::new(subscriptions::language.eq_any(stated)),
        Field::Source => Box::new(subscriptions::source.eq_any(stated)),
        Field::Organisation => any(values.iter().map(|words| -> Filter {
            let contains = subscribers::organisation_key.like(containing(&folded(words)));
            let people = subscribers::table.filter(contains.escape('\\'));
            person_of!(over, people, subscribers::id)
        })),
        Field::Domain => any(values.iter().map(|domain| -> Filter {
            let (key, begin) = (subscribers::domain_key, turned(domain));
            let people =
                subscribers::table.filter(key.ge(begin.clone()).and(key.lt(after_all(&begin))));
            person_of!(over, people, subscribers::id)
        })),
        Field::Attribute => any(values.iter().filter_map(|value| -> Option<Filter> {
            let (name, value) = super::attribute(value)?;
            let text = text_under(subscribers::attributes, name);
            let is_one = text.clone().eq(value.to_owned()).assume_not_null();
            let people = subscribers::table.filter(text.is_not_null().and(is_one));
            Some(person_of!(over, people, subscribers::id))
        })),
        Field::Tracking => {
            let consented = consents::table
                .filter(consents::subscriber.eq(subscriptions::subscriber))
                .filter(consents::newsletter.eq(subscriptions::newsletter))
                .filter(consents::purpose.eq(Purpose::Tracking))
                .filter(consents::confirmed_at.is_not_null())
                .filter(consents::withdrawn_at.is_null());
            Box::new(exists(consented))
        }
        Field::Before | Field::Since | Field::Within => confirmed(condition, as_of),
        Field::Received => {
            let got_it = deliveries::table
                .inner_join(issues::table)
                .filter(issues::uuid.eq_any(ids(values)))
                .filter(deliveries::state.eq("accepted"))
                .filter(deliveries::subscriber.is_not_null());
            person_of!(over, got_it, deliveries::subscriber.assume_not_null())
        }
        Field::Clicked => {
            let clicked = clicks::table
                .inner_join(deliveries::table.inner_join(issues::table))
                .filter(issues::uuid.eq_any(ids(values)))
                // What a scanner clicks, nobody has clicked.
                .filter(clicks::verdict.ne("machine"))
                .filter(deliveries::subscriber.is_not_null());
            person_of!(over, clicked, deliveries::subscriber.assume_not_null())
        }
    }
}

fn ids(values: &[String]) -> Vec<PublicId> {
    values.iter().filter_map(|value| value.parse().ok()).collect()
}

/// When the subscription was confirmed, by the newsletter's days.
fn confirmed(condition: &Condition, AsOf { now, zone }: AsOf) -> Filter {
    let value = condition.values.first().map(String::as_str).unwrap_or_default();
    let start = match condition.field {
        Field::Within => {
            let days = value.parse().unwrap_or(0);
            now.day_in(zone) - TimeDelta::days(days)
        }
        // It was looked at when it was saved.
        _ => NaiveDate::parse_from_str(value, "%Y-%m-%d").unwrap_or_default(),
    };
    let start = Instant::first_of(start, zone);
    let known = subscriptions::confirmed_at.is_not_null();
    match condition.field {
        Field::Before => {
            Box::new(known.and(subscriptions::confirmed_at.lt(start).assume_not_null()))
        }
        _ => Box::new(known.and(subscriptions::confirmed_at.ge(start).assume_not_null())),
    }
}

/// How many of a newsletter's subscribers the rules pick now.
pub fn size(conn: &mut DbConn, newsletter: i64, rules: &Rules, as_of: AsOf) -> QueryResult<i64> {
    count_reachable(conn, newsletter, as_of.now, |all| all.filter(filter(rules, as_of, Over::All)))
}

/// How many of a newsletter could be reached now.
pub fn reachable_size(conn: &mut DbConn, newsletter: i64, now: Instant) -> QueryResult<i64> {
    count_reachable(conn, newsletter, now, |all| all)
}

/// A person that the rules pick, for a look: address, name and workplace.
pub type Sample = (String, Option<String>, Option<String>);

/// Some of them. Who they are does not change while they are looked at, and says nothing about the
/// order in which people came.
pub fn sample(
    conn: &mut DbConn,
    newsletter: i64,
    rules: &Rules,
    as_of: AsOf,
    most: usize,
) -> QueryResult<Vec<Sample>> {
    let members = || awake(newsletter, as_of.now).filter(filter(rules, as_of, Over::All));
    let people = some(conn, members, most)?;
    subscribers::table
        .filter(subscribers::id.eq_any(people))
        .order(subscribers::uuid)
        .select((subscribers::email, subscribers::name, subscribers::organisation))
        .load(conn)
}

/// The people of some members who are reachable: those with the smallest of the random numbers that
/// subscriptions have. Who is suppressed is left out afterwards, of ten times as many, so that
/// not everybody has to be looked up; unless that leaves too few.
pub fn some<'a>(
    conn: &mut DbConn,
    members: impl Fn() -> Members<'a>,
    most: usize,
) -> QueryResult<Vec<i64>> {
    let first = |conn: &mut DbConn, members: Members<'_>, most: usize| {
        members
            .order((subscriptions::nonce, subscriptions::id))
            .limit(i64::try_from(most).unwrap_or(i64::MAX))
            .select(subscriptions::subscriber)
            .load::<i64>(conn)
    };
    let candidates = first(conn, members(), most * 10)?;
    let suppressed =
        suppressions::table.filter(suppressions::address_hash.eq(subscribers::address_hash));
    let left: HashSet<i64> = subscribers::table
        .filter(subscribers::id.eq_any(&candidates))
        .filter(not(exists(suppressed)))
        .select(subscribers::id)
        .load(conn)?
        .into_iter()
        .collect();
    if left.len() < most && candidates.len() == most * 10 {
        return first(conn, reachable(members()), most);
    }
    Ok(candidates.into_iter().filter(|id| left.contains(id)).take(most).collect())
}

/// A newsletter's segments by name.
pub fn all(conn: &mut DbConn, newsletter: i64) -> QueryResult<Vec<Segment>> {
    segments::table
        .filter(segments::newsletter.eq(newsletter))
        .order((segments::name, segments::id))
        .select(Segment::as_select())
        .load(conn)
}

/// By the id outside.
pub fn by_uuid(conn: &mut DbConn, uuid: PublicId) -> QueryResult<Segment> {
    segments::table.filter(segments::uuid.eq(uuid)).select(Segment::as_select()).first(conn)
}

/// Makes one.
pub fn insert(
    conn: &mut DbConn,
    newsletter: i64,
    (name, rules): (&str, &Rules),
    by: &str,
    now: Instant,
) -> QueryResult<Segment> {
    let uuid = PublicId::random();
    diesel::insert_into(segments::table)
        .values((
            segments::uuid.eq(uuid),
            segments::newsletter.eq(newsletter),
            segments::name.eq(name),
            segments::rules.eq(Json(serde_json::to_value(rules).unwrap_or_default())),
            segments::version.eq(1),
            segments::saved_by.eq(by),
            segments::saved_at.eq(now),
        ))
        .execute(conn)?;
    by_uuid(conn, uuid)
}

/// Changes one; `false` when it has been changed since that version.
pub fn update(
    conn: &mut DbConn,
    segment: &Segment,
    (name, rules): (&str, &Rules),
    by: &str,
    now: Instant,
) -> QueryResult<bool> {
    let same = segments::table.find(segment.id).filter(segments::version.eq(segment.version));
    diesel::update(same)
        .set((
            segments::name.eq(name),
            segments::rules.eq(Json(serde_json::to_value(rules).unwrap_or_default())),
            segments::version.eq(segment.version + 1),
            segments::saved_by.eq(by),
            segments::saved_at.eq(now),
        ))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// Removes one.
pub fn delete(conn: &mut DbConn, id: i64) -> QueryResult<()> {
    diesel::delete(segments::table.find(id)).execute(conn).map(drop)
}

/// Writes down which segments an issue is for, or is not for.
pub fn use_in(conn: &mut DbConn, issue: i64, used: &[PublicId]) -> QueryResult<()> {
    diesel::delete(issue_segments::table.filter(issue_segments::issue.eq(issue))).execute(conn)?;
    for uuid in used {
        let segment = segments::table.filter(segments::uuid.eq(uuid)).select(segments::id);
        let Some(segment) = segment.first::<i64>(conn).optional()? else { continue };
        let row = (issue_segments::issue.eq(issue), issue_segments::segment.eq(segment));
        on_both!(conn, c => diesel::insert_into(issue_segments::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    Ok(())
}

/// The issues that are for a segment, or not for it, the newest first: id, subject and state.
pub fn used_by(conn: &mut DbConn, segment: i64) -> QueryResult<Vec<(PublicId, String, String)>> {
    issue_segments::table
        .inner_join(issues::table)
        .filter(issue_segments::segment.eq(segment))
        .order(issues::id.desc())
        .limit(MOST_SHOWN)
        .select((issues::uuid, issues::subject, issues::state))
        .load(conn)
}

/// Issues that a page names; how many there are in all stands beside them.
const MOST_SHOWN: i64 = 50;

/// How many issues are for a segment, or not for it.
pub fn uses(conn: &mut DbConn, segment: i64) -> QueryResult<i64> {
    issue_segments::table.filter(issue_segments::segment.eq(segment)).count().get_result(conn)
}

/// Subjects of issues, to name them in a sentence.
pub fn subjects(conn: &mut DbConn, ids: &[PublicId]) -> QueryResult<Vec<(PublicId, String)>> {
    issues::table
        .filter(issues::uuid.eq_any(ids.to_vec()))
        .select((issues::uuid, issues::subject))
        .load(conn)
}

/// The newest issues of a newsletter that were sent from here, to choose from, and after them those that
/// rules name already: what is not among the choices would be lost when they are saved.
pub fn sent_issues(
    conn: &mut DbConn,
    newsletter: i64,
    named: &[PublicId],
) -> QueryResult<Vec<(PublicId, String)>> {
    let newest: Vec<(PublicId, String)> = issues::table
        .filter(issues::newsletter.eq(newsletter))
        .filter(issues::started_at.is_not_null())
        .order(issues::started_at.desc())
        .limit(MOST_SHOWN)
        .select((issues::uuid, issues::subject))
        .load(conn)?;
    let is_missing = |id: &&PublicId| newest.iter().all(|(known, _)| known != *id);
    let missing: Vec<PublicId> = named.iter().filter(is_missing).copied().collect();
    let older = subjects(conn, &missing)?;
    Ok(newest.into_iter().chain(older).collect())
}

/// All segments after an id inside, in the order in which they were made; for the API's pages.
pub fn after(conn: &mut DbConn, after: i64, limit: i64) -> QueryResult<Vec<Segment>> {
    segments::table
        .filter(segments::id.gt(after))
        .order(segments::id)
        .limit(limit)
        .select(Segment::as_select())
        .load(conn)
}
