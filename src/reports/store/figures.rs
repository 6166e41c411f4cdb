//! The table `figures`.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::figures;
use crate::db::{DbConn, PublicId};
use crate::reports::figures::{Figure, NewFigure};

/// Stores a figure.
pub fn insert(conn: &mut DbConn, new: &NewFigure, by: &str, now: Instant) -> QueryResult<PublicId> {
    add(conn, new, false, by, now)
}

/// Stores that nothing stands for a kind and day any more.
pub fn take_back(conn: &mut DbConn, old: &NewFigure, by: &str, now: Instant) -> QueryResult<()> {
    add(conn, old, true, by, now).map(drop)
}

fn add(
    conn: &mut DbConn,
    said: &NewFigure,
    taken_back: bool,
    by: &str,
    now: Instant,
) -> QueryResult<PublicId> {
    let uuid = PublicId::random();
    diesel::insert_into(figures::table)
        .values((
            said,
            figures::uuid.eq(uuid),
            figures::taken_back.eq(taken_back),
            figures::entered_by.eq(by),
            figures::entered_at.eq(now),
        ))
        .execute(conn)?;
    Ok(uuid)
}

/// By the id outside.
pub fn by_uuid(conn: &mut DbConn, uuid: PublicId) -> QueryResult<Figure> {
    figures::table.filter(figures::uuid.eq(uuid)).select(Figure::as_select()).first(conn)
}

/// The last entry of the same kind, day and period.
pub fn newest_like(conn: &mut DbConn, said: &NewFigure) -> QueryResult<Figure> {
    let mut query = figures::table
        .filter(figures::kind.eq(&said.kind))
        .filter(figures::day.eq(said.day))
        .order(figures::id.desc())
        .select(Figure::as_select())
        .into_boxed();
    query = match said.period_start {
        Some(start) => query.filter(figures::period_start.eq(start).assume_not_null()),
        None => query.filter(figures::period_start.is_null()),
    };
    query.first(conn)
}

/// All figures by kind, the newest day first, of one day by period, and then the newest entry first.
pub fn all(conn: &mut DbConn) -> QueryResult<Vec<Figure>> {
    let mut all: Vec<Figure> = figures::table
        .order((figures::kind, figures::day.desc(), figures::id.desc()))
        .select(Figure::as_select())
        .load(conn)?;
    // Where an empty period stands is not the same in both databases.
    all.sort_by(|a, b| {
        (&a.said.kind, b.said.day, b.said.period_start, b.id).cmp(&(
            &b.said.kind,
            a.said.day,
            a.said.period_start,
            a.id,
        ))
    });
    Ok(all)
}

/// Figures in the order in which they were entered, after an id inside; for the API's pages.
pub fn after(conn: &mut DbConn, after: i64, limit: i64) -> QueryResult<Vec<Figure>> {
    figures::table
        .filter(figures::id.gt(after))
        .order(figures::id)
        .limit(limit)
        .select(Figure::as_select())
        .load(conn)
}
