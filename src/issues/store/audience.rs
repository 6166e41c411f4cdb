//! Who gets an issue, as of a moment.

use std::collections::HashMap;

use chrono_tz::Tz;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::super::audience::{Audience, Copied};
use super::super::{Issue, IssueKind};
use crate::clock::Instant;
use crate::db::schema::{deliveries, issues, newsletters, subscribers, subscriptions};
use crate::db::{DbConn, Json, PublicId, among};
use crate::on_both;
use crate::segments::store::{
    AsOf, Filter, Members, Over, any, awake, awake_few, count_reachable, count_suppressed, filter,
    reachable, some,
};
use crate::subscribers::{Scope, SubscriptionState};

diesel::alias!(subscriptions as other_subscriptions: OtherSubscriptions);

/// Whom an audience is asked of: an issue of this kind, of this newsletter, by these rules.
#[derive(Debug, Clone)]
pub struct Call {
    /// Of which newsletter.
    pub newsletter: i64,
    /// Ordinary or special.
    pub kind: IssueKind,
    /// What narrows it down.
    pub rules: Audience,
    /// The newsletter's zone, in which days are understood.
    pub zone: Tz,
}

impl Call {
    /// That of an issue. What cannot be read is an error and never "everyone".
    pub fn of(issue: &Issue) -> anyhow::Result<Self> {
        Ok(Self {
            newsletter: issue.newsletter,
            kind: issue.kind,
            rules: Audience::read(&issue.audience)?,
            zone: issue.zone(),
        })
    }
}

/// Narrows those down who are awake: who is called by an issue of this kind and by these rules.
fn called<'a>(call: &Call, now: Instant, all: Members<'a>, over: Over) -> Members<'a> {
    let Audience { sent, only, except, only_newsletters, except_newsletters } = &call.rules;
    let wanted = match call.kind {
        IssueKind::Ordinary => [Scope::All, Scope::Ordinary],
        IssueKind::Special => [Scope::All, Scope::Specials],
    };
    let mut query = all.filter(subscriptions::scope.eq_any(wanted));
    if let Some(sent) = sent {
        let got_it = deliveries::table
            .inner_join(issues::table)
            .filter(issues::uuid.eq(*sent))
            .filter(deliveries::state.eq("accepted"))
            .filter(deliveries::subscriber.eq(subscriptions::subscriber.nullable()));
        query = query.filter(exists(got_it));
    }
    let as_of = AsOf { now, zone: call.zone };
    let picked = |copied: &[Copied]| any(copied.iter().map(|one| filter(&one.rules, as_of, over)));
    if !only.is_empty() {
        query = query.filter(picked(only));
    }
    if !except.is_empty() {
        query = query.filter(not(picked(except)));
    }
    if !only_newsletters.is_empty() {
        query = query.filter(subscribes_to(only_newsletters));
    }
    if !except_newsletters.is_empty() {
        query = query.filter(not(subscribes_to(except_newsletters)));
    }
    query
}

/// Whether the subscriber subscribes to one of these newsletters, paused or not.
fn subscribes_to(ids: &[PublicId]) -> Filter {
    let theirs = other_subscriptions
        .inner_join(
            newsletters::table
                .on(newsletters::id.eq(other_subscriptions.field(subscriptions::newsletter))),
        )
        .filter(newsletters::uuid.eq_any(ids.to_vec()))
        .filter(
            other_subscriptions
                .field(subscriptions::state)
                .eq_any([SubscriptionState::Active, SubscriptionState::Paused]),
        )
        .filter(other_subscriptions.field(subscriptions::subscriber).eq(subscriptions::subscriber));
    Box::new(exists(theirs))
}

/// How many an audience has now.
pub fn audience_size(conn: &mut DbConn, call: &Call, now: Instant) -> QueryResult<i64> {
    count_reachable(conn, call.newsletter, now, |all| called(call, now, all, Over::All))
}

/// Those of an audience with subscriptions after one and up to another who have no copy yet. Two
/// rows of the register can become one person while the audience is written down: who had a copy
/// by the one has none to come by the other.
fn between<'a>(issue: i64, call: &Call, (after, up_to): (i64, i64), now: Instant) -> Members<'a> {
    let copies = deliveries::table
        .filter(deliveries::issue.eq(issue))
        .filter(deliveries::subscriber.eq(subscriptions::subscriber.nullable()));
    reachable(called(call, now, awake_few(call.newsletter, now), Over::Stretch))
        .filter(subscriptions::id.gt(after))
        .filter(subscriptions::id.le(up_to))
        .filter(not(exists(copies)))
}

/// How many of an audience have subscriptions after one and up to another, and no copy yet.
pub fn audience_between(
    conn: &mut DbConn,
    issue: i64,
    call: &Call,
    ids: (i64, i64),
    now: Instant,
) -> QueryResult<i64> {
    between(issue, call, ids, now).count().get_result(conn)
}

/// Those of [`audience_between`]: who, and the key of the address.
pub fn recipients_between(
    conn: &mut DbConn,
    issue: i64,
    call: &Call,
    ids: (i64, i64),
    now: Instant,
) -> QueryResult<Vec<(i64, String)>> {
    let people: Vec<i64> = between(issue, call, ids, now)
        .order(subscriptions::id)
        .select(subscriptions::subscriber)
        .load(conn)?;
    let keys: Vec<(i64, String)> = on_both!(conn, c => subscribers::table
        .filter(among(subscribers::id, &people))
        .select((subscribers::id, subscribers::address_key))
        .load(c))?;
    let mut keys: HashMap<i64, String> = keys.into_iter().collect();
    Ok(people.into_iter().filter_map(|id| Some((id, keys.remove(&id)?))).collect())
}

/// The last of the next subscriptions of a newsletter after one, whatever their state; `None`
/// when there are no more.
pub fn next_subscriptions(
    conn: &mut DbConn,
    newsletter: i64,
    after: i64,
    most: i64,
) -> QueryResult<Option<i64>> {
    // The sum keeps the index of the newsletter away, by which all would be sorted.
    let next: Vec<i64> = subscriptions::table
        .filter((subscriptions::newsletter + 0_i64).eq(newsletter))
        .filter(subscriptions::id.gt(after))
        .order(subscriptions::id)
        .limit(most)
        .select(subscriptions::id)
        .load(conn)?;
    Ok(next.last().copied())
}

/// Some of an audience, for a look: the addresses. Who they are does not change while they are
/// looked at, and says nothing about the order in which people came.
pub fn audience_sample(
    conn: &mut DbConn,
    call: &Call,
    most: usize,
    now: Instant,
) -> QueryResult<Vec<String>> {
    let members = || called(call, now, awake(call.newsletter, now), Over::All);
    let people = some(conn, members, most)?;
    subscribers::table
        .filter(subscribers::id.eq_any(people))
        .order(subscribers::uuid)
        .select(subscribers::email)
        .load(conn)
}

/// Who of a newsletter is not in an audience now, each counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Left {
    /// Active, and the address is suppressed.
    pub suppressed: i64,
    /// Paused for now.
    pub paused: i64,
    /// Has asked for it and not confirmed yet.
    pub pending: i64,
    /// Active, and wants the other kind of issue, or is not in the rules.
    pub others: i64,
}

/// Counts those who are not in an audience.
pub fn left_out(conn: &mut DbConn, call: &Call, now: Instant) -> QueryResult<Left> {
    let of = || subscriptions::table.filter(subscriptions::newsletter.eq(call.newsletter));
    let confirmed = [SubscriptionState::Active, SubscriptionState::Paused];
    let pending = of().filter(subscriptions::state.eq(SubscriptionState::Pending));
    let pending: i64 = pending.count().get_result(conn)?;
    let all: i64 = of().filter(subscriptions::state.eq_any(confirmed)).count().get_result(conn)?;
    let active: i64 = awake(call.newsletter, now).count().get_result(conn)?;
    let suppressed = count_suppressed(conn, call.newsletter, now, |all| all)?;
    let others = active - suppressed - audience_size(conn, call, now)?;
    Ok(Left { suppressed, paused: all - active, pending, others })
}

/// Sets the rules of an issue's audience.
pub fn set_audience(conn: &mut DbConn, issue: i64, rules: Json) -> QueryResult<()> {
    diesel::update(issues::table.find(issue))
        .set(issues::audience.eq(rules))
        .execute(conn)
        .map(drop)
}
