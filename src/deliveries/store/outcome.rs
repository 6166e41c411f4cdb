//! The tables `delivery_counts` and `delivery_domains`: what became of an issue's recipients,
//! written down when it ends, so that reports need not count a row a recipient again.

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::super::{DeliveryState, SkipReason, Variant};
use super::progress::{Counts, Domain, counts, domains};
use crate::db::DbConn;
use crate::db::schema::{deliveries, delivery_counts, delivery_domains};

/// Domains that are kept of an issue, the largest ones.
const DOMAINS_KEPT: usize = 200;

/// Recipients with the same end.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = delivery_counts)]
struct Group {
    state: DeliveryState,
    /// Empty for those that were not skipped.
    skip_reason: String,
    recipients: i64,
    uncertain: i64,
    personal: i64,
}

/// What became of an issue's recipients.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// By state.
    pub counts: Counts,
    /// Those without a copy by reason, the most frequent first.
    pub skipped: Vec<(SkipReason, i64)>,
    /// Of the accepted, those that got a copy of their own, by consent.
    pub personal: i64,
}

impl Outcome {
    fn of(groups: &[Group], counts: Counts) -> Self {
        let reason = |group: &Group| Some((group.skip_reason.parse().ok()?, group.recipients));
        let mut skipped: Vec<(SkipReason, i64)> = groups.iter().filter_map(reason).collect();
        skipped.sort_by_key(|(_, recipients)| std::cmp::Reverse(*recipients));
        let accepted = groups.iter().filter(|group| group.state == DeliveryState::Accepted);
        Self { counts, skipped, personal: accepted.map(|group| group.personal).sum() }
    }
}

/// The end of an issue, counted row by row and not yet written down.
#[derive(Debug, Clone)]
pub struct Tallied {
    groups: Vec<Group>,
    domains: Vec<Domain>,
}

/// Counts what [`keep`] writes down. It takes a second at a million recipients: outside of the
/// write that ends the issue.
pub fn tally(conn: &mut DbConn, issue: i64) -> QueryResult<Tallied> {
    Ok(Tallied { groups: groups(conn, issue)?, domains: domains(conn, issue, DOMAINS_KEPT)? })
}

/// The final states, row by row.
fn groups(conn: &mut DbConn, issue: i64) -> QueryResult<Vec<Group>> {
    type Row = (DeliveryState, Option<SkipReason>, Option<Variant>, i32, i64);
    let rows: Vec<Row> = deliveries::table
        .filter(deliveries::issue.eq(issue))
        .filter(deliveries::state.eq_any([
            DeliveryState::Accepted,
            DeliveryState::Failed,
            DeliveryState::Skipped,
        ]))
        .group_by((
            deliveries::state,
            deliveries::skip_reason,
            deliveries::variant,
            deliveries::uncertain,
        ))
        .order((deliveries::state, deliveries::skip_reason))
        .select((
            deliveries::state,
            deliveries::skip_reason,
            deliveries::variant,
            deliveries::uncertain,
            count_star(),
        ))
        .load(conn)?;
    let mut groups: Vec<Group> = Vec::new();
    for (state, skip_reason, variant, uncertain, recipients) in rows {
        let skip_reason = skip_reason.map_or("", SkipReason::as_str);
        let is_same = |group: &&mut Group| group.state == state && group.skip_reason == skip_reason;
        let group = match groups.last_mut().filter(is_same) {
            Some(group) => group,
            None => groups.push_mut(Group {
                state,
                skip_reason: skip_reason.to_owned(),
                recipients: 0,
                uncertain: 0,
                personal: 0,
            }),
        };
        group.recipients += recipients;
        group.uncertain += if uncertain > 0 { recipients } else { 0 };
        group.personal += if variant == Some(Variant::Personal) { recipients } else { 0 };
    }
    Ok(groups)
}

/// Writes down how an issue ended.
pub fn keep(conn: &mut DbConn, issue: i64, end: &Tallied) -> QueryResult<()> {
    forget(conn, issue)?;
    for group in &end.groups {
        diesel::insert_into(delivery_counts::table)
            .values((
                delivery_counts::issue.eq(issue),
                delivery_counts::state.eq(group.state),
                delivery_counts::skip_reason.eq(&group.skip_reason),
                delivery_counts::recipients.eq(group.recipients),
                delivery_counts::uncertain.eq(group.uncertain),
                delivery_counts::personal.eq(group.personal),
            ))
            .execute(conn)?;
    }
    for domain in &end.domains {
        diesel::insert_into(delivery_domains::table)
            .values((
                delivery_domains::issue.eq(issue),
                delivery_domains::domain.eq(&domain.name),
                delivery_domains::recipients.eq(domain.recipients),
                delivery_domains::accepted.eq(domain.accepted),
                delivery_domains::failed.eq(domain.failed),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The same for an issue that ended before this was written down, as long as it has its rows.
pub fn keep_if_missing(conn: &mut DbConn, issue: i64) -> QueryResult<()> {
    let of_issue = delivery_counts::table.filter(delivery_counts::issue.eq(issue));
    if diesel::select(diesel::dsl::exists(of_issue)).get_result(conn)? {
        return Ok(());
    }
    let end = tally(conn, issue)?;
    keep(conn, issue, &end)
}

/// An issue that had ended is on its way again.
pub fn forget(conn: &mut DbConn, issue: i64) -> QueryResult<()> {
    diesel::delete(delivery_counts::table.filter(delivery_counts::issue.eq(issue)))
        .execute(conn)?;
    diesel::delete(delivery_domains::table.filter(delivery_domains::issue.eq(issue)))
        .execute(conn)
        .map(drop)
}

/// What became of an issue's recipients: as it was written down at its end, else counted now.
pub fn outcome(conn: &mut DbConn, issue: i64) -> QueryResult<Outcome> {
    let kept = kept(conn, issue)?;
    if kept.is_empty() {
        let groups = groups(conn, issue)?;
        return Ok(Outcome::of(&groups, counts(conn, issue)?));
    }
    Ok(Outcome::of(&kept, sums(&kept)))
}

/// The numbers that were written down at an issue's end; all 0 while it has not ended.
pub(super) fn kept_counts(conn: &mut DbConn, issue: i64) -> QueryResult<Counts> {
    Ok(sums(&kept(conn, issue)?))
}

fn kept(conn: &mut DbConn, issue: i64) -> QueryResult<Vec<Group>> {
    delivery_counts::table
        .filter(delivery_counts::issue.eq(issue))
        .order((delivery_counts::state, delivery_counts::skip_reason))
        .select(Group::as_select())
        .load(conn)
}

fn sums(kept: &[Group]) -> Counts {
    let mut counts = Counts::default();
    for group in kept {
        match group.state {
            DeliveryState::Accepted => counts.accepted += group.recipients,
            DeliveryState::Failed => counts.failed += group.recipients,
            _ => counts.skipped += group.recipients,
        }
        counts.uncertain += group.uncertain;
    }
    counts
}

/// The largest domains of an issue, in the same way.
pub fn largest_domains(conn: &mut DbConn, issue: i64, most: usize) -> QueryResult<Vec<Domain>> {
    let kept: Vec<(String, i64, i64, i64)> = delivery_domains::table
        .filter(delivery_domains::issue.eq(issue))
        .order((delivery_domains::recipients.desc(), delivery_domains::domain))
        .limit(most as i64)
        .select((
            delivery_domains::domain,
            delivery_domains::recipients,
            delivery_domains::accepted,
            delivery_domains::failed,
        ))
        .load(conn)?;
    if kept.is_empty() {
        return domains(conn, issue, most);
    }
    let domain = |(name, recipients, accepted, failed)| Domain {
        name,
        recipients,
        accepted,
        failed,
        deferred: 0,
    };
    Ok(kept.into_iter().map(domain).collect())
}
