//! What came of the recipients who consented to being measured, added up by the database: of a
//! million copies no row is read by the program. And the table `reader_sums`.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::clock::Instant;
use crate::db::schema::{click_counts, consents, growth, issues, open_counts, reader_sums};
use crate::db::{DbConn, Json};
use crate::issues::{Issue, IssueState, Origin};
use crate::on_both;
use crate::subscribers::Purpose;
use crate::subscribers::ledger::LedgerKind;
use crate::tracking::Verdict;

/// Recipients of an issue who consent still and have the same level, sector and domain.
#[derive(Debug, Clone, QueryableByName)]
pub struct Group {
    /// The level at which they lead.
    #[diesel(sql_type = Nullable<Text>)]
    pub leadership_group: Option<String>,
    /// Where they work.
    #[diesel(sql_type = Nullable<Text>)]
    pub sector: Option<String>,
    /// The domain of the address to which the copy went.
    #[diesel(sql_type = Text)]
    pub domain: String,
    /// How many there are.
    #[diesel(sql_type = BigInt)]
    pub consenting: i64,
    /// Of whom there is a load or a click by a human.
    #[diesel(sql_type = BigInt)]
    pub opened_human: i64,
    /// The same, and those of whom it cannot be told.
    #[diesel(sql_type = BigInt)]
    pub opened_at_most: i64,
    /// Of whom there is nothing but machines.
    #[diesel(sql_type = BigInt)]
    pub opened_machine: i64,
    /// Of whom there is a click by a human.
    #[diesel(sql_type = BigInt)]
    pub clicked_human: i64,
    /// The same, and those of whom it cannot be told.
    #[diesel(sql_type = BigInt)]
    pub clicked_at_most: i64,
    /// Of whom no clicks are known but those of machines.
    #[diesel(sql_type = BigInt)]
    pub clicked_machine: i64,
    /// Of whom no clicks of humans are known, and one that came too soon for one.
    #[diesel(sql_type = BigInt)]
    pub suspected: i64,
}

/// How many of an issue's recipients got a copy by which they are measured and consent to that
/// still, and what came of them, by what they have in common.
///
/// Of each copy the hit counts that comes nearest to a human: 4 a human, 3 too soon for one, 2
/// it cannot be told, 1 a machine, 0 nothing. Who withdrew and consented again is not asked about
/// what came before: that was deleted. The words `state` and `variant` are part of the text, and not
/// bound, so that the index of just these copies is used (`deliveries_personal`).
pub fn groups(conn: &mut DbConn, issue: i64) -> QueryResult<Vec<Group>> {
    diesel::sql_query(
        "WITH copies AS MATERIALIZED (SELECT d.subscriber, d.domain, \
            COALESCE((SELECT MAX(CASE o.verdict WHEN 'human' THEN 4 WHEN 'unknown' THEN 2 ELSE 1 END) \
                FROM opens o WHERE o.delivery = d.id), 0) AS loaded, \
            COALESCE((SELECT MAX(CASE WHEN k.verdict = 'human' THEN 4 WHEN k.reason = 'too_soon' THEN 3 \
                WHEN k.verdict = 'unknown' THEN 2 ELSE 1 END) \
                FROM clicks k WHERE k.delivery = d.id), 0) AS clicked \
            FROM deliveries d JOIN issues i ON i.id = d.issue \
            WHERE d.issue = $1 AND d.state = 'accepted' AND d.variant = 'personal' \
            AND EXISTS (SELECT 1 FROM consents c WHERE c.subscriber = d.subscriber \
                AND c.newsletter = i.newsletter AND c.purpose = 'tracking' \
                AND c.confirmed_at <= d.finished_at AND c.withdrawn_at IS NULL)) \
        SELECT p.leadership_group, p.sector, c.domain, COUNT(*) AS consenting, \
            COUNT(CASE WHEN c.loaded = 4 OR c.clicked = 4 THEN 1 END) AS opened_human, \
            COUNT(CASE WHEN c.loaded >= 2 OR c.clicked >= 2 THEN 1 END) AS opened_at_most, \
            COUNT(CASE WHEN c.loaded < 2 AND c.clicked < 2 AND c.loaded + c.clicked > 0 THEN 1 END) \
                AS opened_machine, \
            COUNT(CASE WHEN c.clicked = 4 THEN 1 END) AS clicked_human, \
            COUNT(CASE WHEN c.clicked >= 2 THEN 1 END) AS clicked_at_most, \
            COUNT(CASE WHEN c.clicked = 1 THEN 1 END) AS clicked_machine, \
            COUNT(CASE WHEN c.clicked = 3 THEN 1 END) AS suspected \
        FROM copies c JOIN subscribers p ON p.id = c.subscriber \
        GROUP BY p.leadership_group, p.sector, c.domain",
    )
    .bind::<BigInt, _>(issue)
    .load(conn)
}

/// Everything of which those numbers are made, as far as it can be told without reading it all: the
/// hits that have a row, by link (0 is a load), hour and verdict; how many consents from before the
/// issue had gone out still hold, and the sum of the numbers of those who gave them; and how often somebody of
/// the newsletter has moved to another level or sector.
pub fn basis(conn: &mut DbConn, issue: &Issue) -> QueryResult<(Vec<Rows>, (i64, i64), i64)> {
    let mut rows: Vec<Rows> = open_counts::table
        .filter(open_counts::issue.eq(issue.id))
        .filter(open_counts::personal.gt(0))
        .order((open_counts::hour, open_counts::verdict))
        .select((open_counts::hour, open_counts::verdict, open_counts::personal))
        .load(conn)?
        .into_iter()
        .map(|(hour, verdict, rows)| Rows { link: 0, hour, verdict, rows })
        .collect();
    let clicks: Vec<Rows> = click_counts::table
        .filter(click_counts::issue.eq(issue.id))
        .filter(click_counts::personal.gt(0))
        .order((click_counts::link, click_counts::hour, click_counts::verdict))
        .select((
            click_counts::link,
            click_counts::hour,
            click_counts::verdict,
            click_counts::personal,
        ))
        .load(conn)?;
    rows.extend(clicks);
    let consenting = consents::table
        .filter(consents::newsletter.eq(issue.newsletter))
        .filter(consents::purpose.eq(Purpose::Tracking))
        .filter(consents::withdrawn_at.is_null())
        .filter(consents::confirmed_at.le(issue.finished_at))
        .select((
            sql::<BigInt>("COUNT(*)"),
            sql::<BigInt>("CAST(COALESCE(SUM(subscriber), 0) AS BIGINT)"),
        ))
        .first(conn)?;
    let moved = growth::table
        .filter(growth::newsletter.eq(issue.newsletter))
        .filter(growth::kind.eq(LedgerKind::Moved))
        .select(sql::<BigInt>("CAST(COALESCE(SUM(rows), 0) AS BIGINT)"))
        .first(conn)?;
    Ok((rows, consenting, moved))
}

/// Hits that have a row.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct Rows {
    /// On which link; 0 is the image.
    pub link: i32,
    /// In which hour.
    pub hour: Instant,
    /// By whom.
    pub verdict: Verdict,
    /// How many.
    pub rows: i64,
}

/// What was added up of an issue: from what, and what came of it.
pub fn kept(conn: &mut DbConn, issue: i64) -> QueryResult<Option<(String, Option<Json>)>> {
    reader_sums::table
        .find(issue)
        .select((reader_sums::basis, reader_sums::readers))
        .first(conn)
        .optional()
}

/// Keeps it, in the place of what was there.
pub fn keep(conn: &mut DbConn, issue: i64, basis: &str, readers: Option<&Json>) -> QueryResult<()> {
    let values = (
        reader_sums::issue.eq(issue),
        reader_sums::basis.eq(basis),
        reader_sums::readers.eq(readers),
    );
    let changed = (reader_sums::basis.eq(basis), reader_sums::readers.eq(readers));
    on_both!(conn, c => diesel::insert_into(reader_sums::table)
        .values(values)
        .on_conflict(reader_sums::issue)
        .do_update()
        .set(changed)
        .execute(c))
    .map(drop)
}

/// Forgets it of issues that began to go out before a moment, and of those without their copies.
pub fn forget(conn: &mut DbConn, before: Instant) -> QueryResult<usize> {
    let old = issues::table
        .filter(issues::started_at.lt(before).or(issues::deliveries_cleared_at.is_not_null()))
        .select(issues::id);
    diesel::delete(reader_sums::table.filter(reader_sums::issue.eq_any(old))).execute(conn)
}

/// The issues that have been sent from here since a moment and have their copies still.
pub fn sent_since(conn: &mut DbConn, since: Instant) -> QueryResult<Vec<Issue>> {
    issues::table
        .filter(issues::origin.eq(Origin::Here))
        .filter(issues::state.eq(IssueState::Sent))
        .filter(issues::started_at.ge(since))
        .filter(issues::deliveries_cleared_at.is_null())
        .select(Issue::as_select())
        .load(conn)
}
