//! Lists of issues: for editors, for the desk, and for the archive.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::Rendition;
use crate::db::DbConn;
use crate::db::schema::{deliveries, delivery_counts, issues, renditions};
use crate::issues::{Issue, IssueKind, IssueState, Origin};

/// Which issues a list shows; `None` is all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of one newsletter.
    pub newsletter: Option<i64>,
    /// Ordinary or special.
    pub kind: Option<IssueKind>,
    /// In one of these states.
    pub states: Option<Vec<IssueState>>,
    /// With ids below this one: the page after it.
    pub before: Option<i64>,
}

/// The issue of a kind that readers got last, whether it was sent from here or is history.
pub fn last_sent(conn: &mut DbConn, kind: IssueKind) -> QueryResult<Option<Issue>> {
    issues::table
        .filter(issues::kind.eq(kind))
        .filter(issues::state.eq(IssueState::Sent))
        .filter(issues::published_on.is_not_null())
        .order((issues::published_on.desc(), issues::id.desc()))
        .select(Issue::as_select())
        .first(conn)
        .optional()
}

/// Issues, the newest first.
pub fn list(conn: &mut DbConn, filter: &Filter, most: i64) -> QueryResult<Vec<Issue>> {
    let mut query = issues::table.select(Issue::as_select()).into_boxed();
    if let Some(newsletter) = filter.newsletter {
        query = query.filter(issues::newsletter.eq(newsletter));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(issues::kind.eq(kind));
    }
    if let Some(states) = &filter.states {
        query = query.filter(issues::state.eq_any(states));
    }
    if let Some(before) = filter.before {
        query = query.filter(issues::id.lt(before));
    }
    query.order(issues::id.desc()).limit(most).load(conn)
}

/// Public issues with what was approved, of one newsletter or of all, the newest day first.
pub fn newest_published(
    conn: &mut DbConn,
    newsletter: Option<i64>,
    most: i64,
) -> QueryResult<Vec<(Issue, Rendition)>> {
    let mut query = issues::table
        .inner_join(renditions::table.on(issues::rendition.eq(renditions::hash.nullable())))
        .filter(issues::published_on.is_not_null())
        .order((issues::published_on.desc(), issues::id.desc()))
        .limit(most)
        .select((Issue::as_select(), Rendition::as_select()))
        .into_boxed();
    if let Some(newsletter) = newsletter {
        query = query.filter(issues::newsletter.eq(newsletter));
    }
    query.load(conn)
}

/// A public issue by its slug.
pub fn published_by_slug(conn: &mut DbConn, slug: &str) -> QueryResult<Issue> {
    issues::table
        .filter(issues::slug.eq(slug))
        .filter(issues::published_on.is_not_null())
        .filter(issues::rendition.is_not_null())
        .select(Issue::as_select())
        .first(conn)
}

/// The public issues of the same newsletter right before and right after one.
pub fn neighbours(
    conn: &mut DbConn,
    issue: &Issue,
    day: NaiveDate,
) -> QueryResult<(Option<Issue>, Option<Issue>)> {
    let public = || {
        issues::table
            .filter(issues::newsletter.eq(issue.newsletter))
            .filter(issues::rendition.is_not_null())
            .select(Issue::as_select())
    };
    let earlier = (issues::published_on.lt(day))
        .or(issues::published_on.eq(day).and(issues::id.lt(issue.id)));
    let later = (issues::published_on.gt(day))
        .or(issues::published_on.eq(day).and(issues::id.gt(issue.id)));
    let before = public()
        .filter(earlier)
        .order((issues::published_on.desc(), issues::id.desc()))
        .first(conn)
        .optional()?;
    let after = public()
        .filter(later)
        .order((issues::published_on.asc(), issues::id.asc()))
        .first(conn)
        .optional()?;
    Ok((before, after))
}

/// The number that the next special edition of a newsletter gets: none while there are some and
/// none of them is numbered.
pub fn next_number(conn: &mut DbConn, newsletter: i64) -> QueryResult<Option<i32>> {
    let specials = || {
        issues::table
            .filter(issues::newsletter.eq(newsletter))
            .filter(issues::kind.eq(IssueKind::Special))
            .filter(issues::state.ne(IssueState::Cancelled))
    };
    let highest: Option<i32> =
        specials().select(diesel::dsl::max(issues::series_number)).first(conn)?;
    match highest {
        Some(highest) => Ok(Some(highest + 1)),
        None => {
            let all: i64 = specials().count().get_result(conn)?;
            Ok((all == 0).then_some(1))
        }
    }
}

/// Whether another issue of the same newsletter and kind has the same number.
pub fn is_number_taken(conn: &mut DbConn, issue: &Issue) -> QueryResult<bool> {
    let Some(number) = issue.series_number else { return Ok(false) };
    let same = issues::table
        .filter(issues::newsletter.eq(issue.newsletter))
        .filter(issues::kind.eq(issue.kind))
        .filter(issues::series_number.eq(number))
        .filter(issues::state.ne(IssueState::Cancelled))
        .filter(issues::id.ne(issue.id));
    let others: i64 = same.count().get_result(conn)?;
    Ok(others > 0)
}

/// The issues of the same newsletter that were made right before and right after one.
pub fn beside(conn: &mut DbConn, issue: &Issue) -> QueryResult<(Option<Issue>, Option<Issue>)> {
    let of =
        || issues::table.filter(issues::newsletter.eq(issue.newsletter)).select(Issue::as_select());
    let before = of().filter(issues::id.lt(issue.id)).order(issues::id.desc());
    let after = of().filter(issues::id.gt(issue.id)).order(issues::id.asc());
    Ok((before.first(conn).optional()?, after.first(conn).optional()?))
}

/// Whether any issue has begun to go out from here.
pub fn has_sent(conn: &mut DbConn) -> QueryResult<bool> {
    let sent = issues::table
        .filter(issues::origin.eq(Origin::Here))
        .filter(issues::started_at.is_not_null());
    diesel::select(diesel::dsl::exists(sent)).get_result(conn)
}

/// How many copies of an issue are in each state, by the state's word. Who got an old issue is
/// forgotten; how many they were is written down.
pub fn copies(conn: &mut DbConn, issue: i64) -> QueryResult<Vec<(String, i64)>> {
    let copies: Vec<(String, i64)> = deliveries::table
        .filter(deliveries::issue.eq(issue))
        .group_by(deliveries::state)
        .select((deliveries::state, diesel::dsl::count_star()))
        .load(conn)?;
    if !copies.is_empty() {
        return Ok(copies);
    }
    // A state has a row for each reason.
    let mut kept: Vec<(String, i64)> = Vec::new();
    for (state, recipients, _) in kept_counts(conn, issue)? {
        match kept.last_mut().filter(|(last, _)| *last == state) {
            Some((_, so_far)) => *so_far += recipients,
            None => kept.push((state, recipients)),
        }
    }
    Ok(kept)
}

/// How many copies of an issue may have gone out without our knowing.
pub fn uncertain_copies(conn: &mut DbConn, issue: i64) -> QueryResult<i64> {
    let there: i64 = deliveries::table
        .filter(deliveries::issue.eq(issue))
        .filter(deliveries::uncertain.gt(0))
        .count()
        .get_result(conn)?;
    if there > 0 {
        return Ok(there);
    }
    Ok(kept_counts(conn, issue)?.iter().map(|(_, _, uncertain)| uncertain).sum())
}

/// What was written down at an issue's end: state, recipients, and those that may have got it twice.
fn kept_counts(conn: &mut DbConn, issue: i64) -> QueryResult<Vec<(String, i64, i64)>> {
    delivery_counts::table
        .filter(delivery_counts::issue.eq(issue))
        .order(delivery_counts::state)
        .select((delivery_counts::state, delivery_counts::recipients, delivery_counts::uncertain))
        .load(conn)
}
