//! The tables `ledger` and `growth`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Text};
use diesel::upsert::excluded;

use crate::clock::Instant;
use crate::db::schema::{growth, ledger, newsletters, subscribers, subscriptions};
use crate::db::{DbConn, PublicId};
use crate::on_both;
use crate::subscribers::ledger::{Entry, LedgerKind};
use crate::subscribers::{LeadershipGroup, Sector, SubscriptionState};

/// Rows of one INSERT: 11 values each, and PostgreSQL binds 65,535 at most.
const BATCH: usize = 1_000;

/// Adds rows to the ledger.
pub fn insert(conn: &mut DbConn, entries: &[Entry]) -> QueryResult<()> {
    for batch in entries.chunks(BATCH) {
        let rows: Vec<_> = batch
            .iter()
            .map(|entry| {
                (
                    ledger::newsletter.eq(entry.newsletter),
                    ledger::day.eq(entry.day),
                    ledger::recorded_at.eq(entry.recorded_at),
                    ledger::kind.eq(entry.kind),
                    ledger::change.eq(entry.change),
                    ledger::leadership_group.eq(entry.leadership_group),
                    ledger::sector.eq(entry.sector),
                    ledger::cause.eq(entry.cause.as_deref()),
                    ledger::source.eq(entry.source.as_str()),
                    ledger::subscriber_uuid.eq(entry.subscriber),
                )
            })
            .collect();
        on_both!(conn, c => diesel::insert_into(ledger::table).values(&rows).execute(c))?;
    }
    Ok(())
}

/// Adds entries to the sums. The keys are in one order for everybody, so that two transactions
/// never wait for each other.
pub fn add_to_growth(conn: &mut DbConn, entries: &[Entry]) -> QueryResult<()> {
    let mut sums: BTreeMap<_, (i64, i64)> = BTreeMap::new();
    for entry in entries {
        let key = (
            entry.newsletter,
            entry.day,
            entry.kind,
            entry.cause.as_deref().unwrap_or_default(),
            entry.leadership_group.map_or("", LeadershipGroup::as_str),
            entry.sector.map_or("", Sector::as_str),
            entry.source.as_str(),
        );
        let (rows, change) = sums.entry(key).or_default();
        *rows += 1;
        *change += i64::from(entry.change);
    }
    for ((newsletter, day, kind, cause, group, sector, source), (rows, change)) in sums {
        let values = (
            growth::newsletter.eq(newsletter),
            growth::day.eq(day),
            growth::kind.eq(kind),
            growth::cause.eq(cause),
            growth::leadership_group.eq(group),
            growth::sector.eq(sector),
            growth::source.eq(source),
            growth::rows.eq(rows),
            growth::change.eq(change),
        );
        on_both!(conn, c => diesel::insert_into(growth::table)
            .values(values)
            .on_conflict(growth::table.primary_key())
            .do_update()
            .set((
                growth::rows.eq(growth::rows + excluded(growth::rows)),
                growth::change.eq(growth::change + excluded(growth::change)),
            ))
            .execute(c))?;
    }
    Ok(())
}

/// The day on which a newsletter's ledger begins: the first of which not all was taken back. Of an
/// import that was undone, rows stand on days on which nobody ever counted.
pub fn first_day(conn: &mut DbConn, newsletter: i64) -> QueryResult<Option<NaiveDate>> {
    growth::table
        .filter(growth::newsletter.eq(newsletter))
        .group_by((growth::day, growth::kind))
        .having(sql::<Bool>(concat!(
            "SUM(CASE WHEN cause = 'undone' THEN rows ELSE -rows END) <> 0 ",
            "OR SUM(change) <> 0"
        )))
        .order(growth::day)
        .select(growth::day)
        .first(conn)
        .optional()
}

/// The sum of all changes up to and with a day.
pub fn sum_to(conn: &mut DbConn, newsletter: i64, day: NaiveDate) -> QueryResult<i64> {
    growth::table
        .filter(growth::newsletter.eq(newsletter))
        .filter(growth::day.le(day))
        .select(sql::<BigInt>("CAST(COALESCE(SUM(change), 0) AS BIGINT)"))
        .first(conn)
}

/// How many count at the end of a day, by level of leadership and sector; empty words for what nobody
/// said.
pub fn shares_to(
    conn: &mut DbConn,
    newsletter: i64,
    day: NaiveDate,
) -> QueryResult<Vec<(String, String, i64)>> {
    growth::table
        .filter(growth::newsletter.eq(newsletter))
        .filter(growth::day.le(day))
        .group_by((growth::leadership_group, growth::sector))
        .select((
            growth::leadership_group,
            growth::sector,
            sql::<BigInt>("CAST(SUM(change) AS BIGINT)"),
        ))
        .load(conn)
}

/// What each day changed in all, by what happened, in the order of the days.
pub fn changes_by_day(
    conn: &mut DbConn,
    newsletter: i64,
) -> QueryResult<Vec<(NaiveDate, LedgerKind, i64)>> {
    growth::table
        .filter(growth::newsletter.eq(newsletter))
        .group_by((growth::day, growth::kind))
        .order(growth::day)
        .select((growth::day, growth::kind, sql::<BigInt>("CAST(SUM(change) AS BIGINT)")))
        .load(conn)
}

/// What each day after one day, up to and with another, changed by what happened and why, in the order of
/// the days.
pub fn changes_of_days(
    conn: &mut DbConn,
    newsletter: i64,
    (after, to): (NaiveDate, NaiveDate),
) -> QueryResult<Vec<(NaiveDate, LedgerKind, String, i64)>> {
    growth::table
        .filter(growth::newsletter.eq(newsletter))
        .filter(growth::day.gt(after))
        .filter(growth::day.le(to))
        .group_by((growth::day, growth::kind, growth::cause))
        .order(growth::day)
        .select((
            growth::day,
            growth::kind,
            growth::cause,
            sql::<BigInt>("CAST(SUM(change) AS BIGINT)"),
        ))
        .load(conn)
}

/// What changed between two days, without the first and with the last: a row for each cause, group,
/// sector and source.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Change {
    /// What happened.
    pub kind: LedgerKind,
    /// Why; empty when nothing is known.
    pub cause: String,
    /// The level of leadership; empty when nobody said.
    pub leadership_group: String,
    /// The sector; empty when nobody said.
    pub sector: String,
    /// Where they came from, or how they left.
    pub source: String,
    /// The sum.
    pub change: i64,
}

/// The changes after a day, up to and with another.
pub fn changes(
    conn: &mut DbConn,
    newsletter: i64,
    (after, to): (NaiveDate, NaiveDate),
) -> QueryResult<Vec<Change>> {
    growth::table
        .filter(growth::newsletter.eq(newsletter))
        .filter(growth::day.gt(after))
        .filter(growth::day.le(to))
        .group_by((
            growth::kind,
            growth::cause,
            growth::leadership_group,
            growth::sector,
            growth::source,
        ))
        .select((
            growth::kind,
            growth::cause,
            growth::leadership_group,
            growth::sector,
            growth::source,
            sql::<BigInt>("CAST(SUM(change) AS BIGINT)"),
        ))
        .load(conn)
}

/// A sum that is not what the ledger gives.
#[derive(Debug, QueryableByName)]
pub struct Difference {
    /// The newsletter's slug.
    #[diesel(sql_type = Text)]
    pub newsletter: String,
    /// The day.
    #[diesel(sql_type = Date)]
    pub day: NaiveDate,
    /// The key's other parts.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// Why.
    #[diesel(sql_type = Text)]
    pub cause: String,
    /// At which level.
    #[diesel(sql_type = Text)]
    pub leadership_group: String,
    /// Where.
    #[diesel(sql_type = Text)]
    pub sector: String,
    /// From where.
    #[diesel(sql_type = Text)]
    pub source: String,
    /// Rows in the ledger.
    #[diesel(sql_type = BigInt)]
    pub ledger_rows: i64,
    /// Their changes.
    #[diesel(sql_type = BigInt)]
    pub ledger_change: i64,
    /// Rows according to growth.
    #[diesel(sql_type = BigInt)]
    pub growth_rows: i64,
    /// Changes according to growth.
    #[diesel(sql_type = BigInt)]
    pub growth_change: i64,
}

/// Every key under which the ledger and its sums differ, a hundred at most.
pub fn differences(conn: &mut DbConn) -> QueryResult<Vec<Difference>> {
    diesel::sql_query(
        "SELECT n.slug AS newsletter, s.day, s.kind, s.cause, s.leadership_group, s.sector, s.source, \
            CAST(SUM(s.l_rows) AS BIGINT) AS ledger_rows, \
            CAST(SUM(s.l_change) AS BIGINT) AS ledger_change, \
            CAST(SUM(s.g_rows) AS BIGINT) AS growth_rows, \
            CAST(SUM(s.g_change) AS BIGINT) AS growth_change \
         FROM (SELECT newsletter, day, kind, COALESCE(cause, '') AS cause, \
                COALESCE(leadership_group, '') AS leadership_group, COALESCE(sector, '') AS sector, \
                source, 1 AS l_rows, change AS l_change, 0 AS g_rows, 0 AS g_change FROM ledger \
            UNION ALL SELECT newsletter, day, kind, cause, leadership_group, sector, source, \
                0, 0, rows, change FROM growth) s \
         JOIN newsletters n ON n.id = s.newsletter \
         GROUP BY n.slug, s.day, s.kind, s.cause, s.leadership_group, s.sector, s.source \
         HAVING SUM(s.l_rows) <> SUM(s.g_rows) OR SUM(s.l_change) <> SUM(s.g_change) \
         ORDER BY n.slug, s.day LIMIT 100",
    )
    .load(conn)
}

/// For every newsletter its slug, what the ledger counts in all, and how many subscriptions count
/// now.
pub fn totals(conn: &mut DbConn) -> QueryResult<Vec<(String, i64, i64)>> {
    let all: Vec<(i64, String)> = newsletters::table
        .order(newsletters::id)
        .select((newsletters::id, newsletters::slug))
        .load(conn)?;
    all.into_iter()
        .map(|(id, slug)| {
            let counted = ledger::table
                .filter(ledger::newsletter.eq(id))
                .select(sql::<BigInt>("CAST(COALESCE(SUM(change), 0) AS BIGINT)"))
                .first(conn)?;
            let there = subscriptions::table
                .filter(subscriptions::newsletter.eq(id))
                .filter(
                    subscriptions::state
                        .eq_any([SubscriptionState::Active, SubscriptionState::Paused]),
                )
                .count()
                .get_result(conn)?;
            Ok((slug, counted, there))
        })
        .collect()
}

/// Subscribers of one level and sector, of whom the ledger and the register do not say the same.
#[derive(Debug, QueryableByName)]
pub struct Part {
    /// The newsletter's slug.
    #[diesel(sql_type = Text)]
    pub newsletter: String,
    /// The level of leadership; empty when nobody said.
    #[diesel(sql_type = Text)]
    pub leadership_group: String,
    /// The sector; empty when nobody said.
    #[diesel(sql_type = Text)]
    pub sector: String,
    /// What the ledger counts.
    #[diesel(sql_type = BigInt)]
    pub counted: i64,
    /// How many subscriptions count now.
    #[diesel(sql_type = BigInt)]
    pub there: i64,
}

/// Every level and sector of a newsletter in which the ledger counts another number than the register has
/// now, a hundred at most.
pub fn parts(conn: &mut DbConn) -> QueryResult<Vec<Part>> {
    diesel::sql_query(
        "SELECT n.slug AS newsletter, s.leadership_group, s.sector, \
            CAST(SUM(s.counted) AS BIGINT) AS counted, CAST(SUM(s.there) AS BIGINT) AS there \
         FROM (SELECT newsletter, COALESCE(leadership_group, '') AS leadership_group, \
                COALESCE(sector, '') AS sector, change AS counted, 0 AS there FROM ledger \
            UNION ALL SELECT t.newsletter, COALESCE(p.leadership_group, ''), \
                COALESCE(p.sector, ''), 0, 1 FROM subscriptions t \
                JOIN subscribers p ON p.id = t.subscriber WHERE t.state IN ('active', 'paused')) s \
         JOIN newsletters n ON n.id = s.newsletter \
         GROUP BY n.slug, s.leadership_group, s.sector \
         HAVING SUM(s.counted) <> SUM(s.there) \
         ORDER BY n.slug, s.leadership_group, s.sector LIMIT 100",
    )
    .load(conn)
}

/// How many subscriptions say another level, sector or language than their person: triggers keep
/// them the same.
pub fn strayed(conn: &mut DbConn) -> QueryResult<i64> {
    let is_other = sql::<Bool>(concat!(
        "COALESCE(subscriptions.leadership_group, '') <> COALESCE(subscribers.leadership_group, '') ",
        "OR COALESCE(subscriptions.sector, '') <> COALESCE(subscribers.sector, '') ",
        "OR subscriptions.language <> subscribers.language"
    ));
    subscriptions::table.inner_join(subscribers::table).filter(is_other).count().get_result(conn)
}

/// What the ledger says of a person in a newsletter, in the order in which it was written.
pub fn of(conn: &mut DbConn, newsletter: i64, person: PublicId) -> QueryResult<Vec<Entry>> {
    ledger::table
        .filter(ledger::subscriber_uuid.eq(person))
        .filter(ledger::newsletter.eq(newsletter))
        .order(ledger::id)
        .select((
            ledger::newsletter,
            ledger::day,
            ledger::recorded_at,
            ledger::kind,
            ledger::change,
            ledger::leadership_group,
            ledger::sector,
            ledger::cause,
            ledger::source,
            ledger::subscriber_uuid,
        ))
        .load(conn)
}

/// Whether the ledger says that somebody who counted left a newsletter at a moment.
pub fn left_at(
    conn: &mut DbConn,
    newsletter: i64,
    person: PublicId,
    at: Instant,
) -> QueryResult<bool> {
    let ends: i64 = ledger::table
        .filter(ledger::subscriber_uuid.eq(person))
        .filter(ledger::newsletter.eq(newsletter))
        .filter(ledger::kind.eq(LedgerKind::Ended))
        .filter(ledger::change.lt(0))
        .filter(ledger::recorded_at.eq(at))
        .count()
        .get_result(conn)?;
    Ok(ends > 0)
}

/// Takes a person out of the ledger: the only update it ever sees. The changes stay; who it was
/// and the time of day go.
pub fn forget(conn: &mut DbConn, person: PublicId) -> QueryResult<()> {
    let rows: Vec<(i64, Instant)> = ledger::table
        .filter(ledger::subscriber_uuid.eq(person))
        .select((ledger::id, ledger::recorded_at))
        .load(conn)?;
    for (id, recorded_at) in rows {
        diesel::update(ledger::table.find(id))
            .set((
                ledger::subscriber_uuid.eq(None::<PublicId>),
                ledger::recorded_at.eq(recorded_at.start_of_day()),
            ))
            .execute(conn)?;
    }
    Ok(())
}
