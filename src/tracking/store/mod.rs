//! The tables `open_counts`, `click_counts`, `opens`, `clicks`, `judged_hits`, `short_links` and
//! `short_link_counts`.

pub mod judged;
pub mod short;

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::Verdict;
use super::buffer::{Count, PersonalHit};
use super::verdict::{ALONE, Reason};
use crate::clock::Instant;
use crate::db::schema::{
    click_counts, clicks, consents, deliveries, issue_links, issues, newsletters, open_counts,
    opens,
};
use crate::db::{self, DbConn};
use crate::newsletters::Tracking;
use crate::on_both;
use crate::subscribers::Purpose;

/// Where a link of an issue leads.
pub fn destination(conn: &mut DbConn, issue: i64, link: i32) -> QueryResult<String> {
    issue_links::table.find((issue, link)).select(issue_links::url).first(conn)
}

/// Where a link of a copy leads.
pub fn personal_destination(conn: &mut DbConn, delivery: i64, link: i32) -> QueryResult<String> {
    deliveries::table
        .inner_join(issue_links::table.on(issue_links::issue.eq(deliveries::issue)))
        .filter(deliveries::id.eq(delivery))
        .filter(issue_links::number.eq(link))
        .select(issue_links::url)
        .first(conn)
}

/// What is measured now of some issues.
pub fn modes(conn: &mut DbConn, ids: &[i64]) -> QueryResult<HashMap<i64, Tracking>> {
    let found: Vec<(i64, Tracking)> = issues::table
        .inner_join(newsletters::table)
        .filter(issues::id.eq_any(ids))
        .select((issues::id, newsletters::open_tracking))
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// The owner of a copy, as far as it matters here.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// The issue.
    pub issue: i64,
    /// What the newsletter measures now.
    pub mode: Tracking,
    /// When the copy was accepted, if that is known.
    pub accepted_at: Option<Instant>,
    /// Whether the owner consents now to being measured.
    pub consents: bool,
}

/// The owners of some copies.
pub fn recipients(conn: &mut DbConn, ids: &[i64]) -> QueryResult<HashMap<i64, Recipient>> {
    let found: Vec<(i64, i64, Tracking, Option<Instant>)> = deliveries::table
        .inner_join(issues::table.inner_join(newsletters::table))
        .filter(deliveries::id.eq_any(ids))
        .select((
            deliveries::id,
            deliveries::issue,
            newsletters::open_tracking,
            deliveries::finished_at,
        ))
        .load(conn)?;
    let consenting: Vec<(i64, i64)> = deliveries::table
        .inner_join(issues::table)
        .inner_join(
            consents::table.on(consents::subscriber
                .nullable()
                .eq(deliveries::subscriber)
                .and(consents::newsletter.eq(issues::newsletter))),
        )
        .filter(deliveries::id.eq_any(ids))
        .filter(consents::purpose.eq(Purpose::Tracking))
        .filter(consents::confirmed_at.is_not_null())
        .filter(consents::withdrawn_at.is_null())
        .select((deliveries::id, consents::id))
        .load(conn)?;
    // Whoever withdraws now waits until what was stored until then is there to be deleted.
    let ids: Vec<i64> = consenting.iter().map(|(_, consent)| *consent).collect();
    let held = db::hold(conn, "consents", "withdrawn_at IS NULL", &ids)?;
    let held: HashSet<i64> = held.into_iter().collect();
    let consenting = consenting.into_iter().filter(|(_, consent)| held.contains(consent));
    let consenting: HashSet<i64> = consenting.map(|(delivery, _)| delivery).collect();
    let recipient = |(id, issue, mode, accepted_at)| {
        (id, Recipient { issue, mode, accepted_at, consents: consenting.contains(&id) })
    };
    Ok(found.into_iter().map(recipient).collect())
}

/// Hits to add to a count.
#[derive(Debug, Clone, Copy, Default)]
pub struct Total {
    /// All of them.
    pub all: i64,
    /// Those among them that have a row.
    pub personal: i64,
}

/// Adds hits to a count.
pub fn add(conn: &mut DbConn, count: &Count, total: Total) -> QueryResult<()> {
    match count.link {
        None => on_both!(conn, c => diesel::insert_into(open_counts::table)
            .values((
                open_counts::issue.eq(count.issue),
                open_counts::hour.eq(count.hour),
                open_counts::verdict.eq(count.verdict),
                open_counts::opens.eq(total.all),
                open_counts::personal.eq(total.personal),
            ))
            .on_conflict((open_counts::issue, open_counts::hour, open_counts::verdict))
            .do_update()
            .set((
                open_counts::opens.eq(open_counts::opens + total.all),
                open_counts::personal.eq(open_counts::personal + total.personal),
            ))
            .execute(c)),
        Some(link) => on_both!(conn, c => diesel::insert_into(click_counts::table)
            .values((
                click_counts::issue.eq(count.issue),
                click_counts::link.eq(link),
                click_counts::hour.eq(count.hour),
                click_counts::verdict.eq(count.verdict),
                click_counts::clicks.eq(total.all),
                click_counts::personal.eq(total.personal),
            ))
            .on_conflict((
                click_counts::issue,
                click_counts::link,
                click_counts::hour,
                click_counts::verdict,
            ))
            .do_update()
            .set((
                click_counts::clicks.eq(click_counts::clicks + total.all),
                click_counts::personal.eq(click_counts::personal + total.personal),
            ))
            .execute(c)),
    }
    .map(drop)
}

/// A hit of somebody who consents, and how it was judged.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The hit.
    pub hit: &'a PersonalHit,
    /// How it was judged.
    pub reason: Reason,
}

/// Stores the hits of people who consent.
pub fn insert(conn: &mut DbConn, rows: &[Row<'_>]) -> QueryResult<()> {
    let opened: Vec<_> = rows
        .iter()
        .filter(|row| row.hit.link.is_none())
        .map(|row| {
            (
                opens::delivery.eq(row.hit.delivery),
                opens::at.eq(row.hit.at),
                opens::agent.eq(&row.hit.agent),
                opens::network.eq(&row.hit.network),
                opens::verdict.eq(row.reason.verdict()),
                opens::reason.eq(row.reason),
                opens::rule_version.eq(ALONE),
            )
        })
        .collect();
    let clicked: Vec<_> = rows
        .iter()
        .filter_map(|row| {
            Some((
                clicks::delivery.eq(row.hit.delivery),
                clicks::link.eq(row.hit.link?),
                clicks::at.eq(row.hit.at),
                clicks::agent.eq(&row.hit.agent),
                clicks::network.eq(&row.hit.network),
                clicks::verdict.eq(row.reason.verdict()),
                clicks::reason.eq(row.reason),
                clicks::rule_version.eq(ALONE),
            ))
        })
        .collect();
    on_both!(conn, c => {
        diesel::insert_into(opens::table).values(&opened).execute(c)?;
        diesel::insert_into(clicks::table).values(&clicked).execute(c)
    })
    .map(drop)
}

/// Deletes at most so many opens, and as many clicks, from before a moment; says how many of the
/// kind that had more. The counts that they are part of say then that fewer have a row, by the
/// triggers of the migration `forgetting`.
pub fn delete_before(conn: &mut DbConn, before: Instant, most: i64) -> QueryResult<usize> {
    let opened: Vec<i64> = opens::table
        .filter(opens::at.lt(before))
        .order(opens::id)
        .limit(most)
        .select(opens::id)
        .load(conn)?;
    let clicked: Vec<i64> = clicks::table
        .filter(clicks::at.lt(before))
        .order(clicks::id)
        .limit(most)
        .select(clicks::id)
        .load(conn)?;
    diesel::delete(opens::table.filter(opens::id.eq_any(&opened))).execute(conn)?;
    diesel::delete(clicks::table.filter(clicks::id.eq_any(&clicked))).execute(conn)?;
    Ok(opened.len().max(clicked.len()))
}

/// The issues that have begun to go out, and their slugs.
pub fn begun(conn: &mut DbConn) -> QueryResult<Vec<(i64, String)>> {
    issues::table
        .filter(issues::started_at.is_not_null())
        .order(issues::id)
        .select((issues::id, issues::slug))
        .load(conn)
}

/// The counts of an issue, as far as its hits have rows.
pub fn personal_counts(conn: &mut DbConn, issue: i64) -> QueryResult<Vec<(Count, i64)>> {
    let opened: Vec<(Instant, Verdict, i64)> = open_counts::table
        .filter(open_counts::issue.eq(issue))
        .select((open_counts::hour, open_counts::verdict, open_counts::personal))
        .load(conn)?;
    let clicked: Vec<(i32, Instant, Verdict, i64)> = click_counts::table
        .filter(click_counts::issue.eq(issue))
        .select((
            click_counts::link,
            click_counts::hour,
            click_counts::verdict,
            click_counts::personal,
        ))
        .load(conn)?;
    let opened = opened
        .into_iter()
        .map(|(hour, verdict, n)| (Count { issue, link: None, hour, verdict }, n));
    let clicked = clicked
        .into_iter()
        .map(|(link, hour, verdict, n)| (Count { issue, link: Some(link), hour, verdict }, n));
    Ok(opened.chain(clicked).collect())
}

/// Every row of an issue, as the count that it belongs to.
pub fn personal_hits(conn: &mut DbConn, issue: i64) -> QueryResult<Vec<Count>> {
    let opened: Vec<(Instant, Verdict)> = opens::table
        .inner_join(deliveries::table)
        .filter(deliveries::issue.eq(issue))
        .select((opens::at, opens::verdict))
        .load(conn)?;
    let clicked: Vec<(i32, Instant, Verdict)> = clicks::table
        .inner_join(deliveries::table)
        .filter(deliveries::issue.eq(issue))
        .select((clicks::link, clicks::at, clicks::verdict))
        .load(conn)?;
    let count = |link, at: Instant, verdict| Count { issue, link, hour: at.hour(), verdict };
    let opened = opened.into_iter().map(|(at, verdict)| count(None, at, verdict));
    let clicked = clicked.into_iter().map(|(link, at, verdict)| count(Some(link), at, verdict));
    Ok(opened.chain(clicked).collect())
}
