//! The table `activities`.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::activities;
use crate::db::{DbConn, PublicId};
use crate::reports::activities::{Activity, NewActivity};

/// Stores an activity.
pub fn insert(
    conn: &mut DbConn,
    said: &NewActivity,
    corrects: Option<i64>,
    taken_back: bool,
    by: &str,
    now: Instant,
) -> QueryResult<PublicId> {
    let uuid = PublicId::random();
    diesel::insert_into(activities::table)
        .values((
            said,
            activities::uuid.eq(uuid),
            activities::corrects.eq(corrects),
            activities::taken_back.eq(taken_back),
            activities::entered_by.eq(by),
            activities::entered_at.eq(now),
        ))
        .execute(conn)?;
    Ok(uuid)
}

/// By the id outside.
pub fn by_uuid(conn: &mut DbConn, uuid: PublicId) -> QueryResult<Activity> {
    activities::table.filter(activities::uuid.eq(uuid)).select(Activity::as_select()).first(conn)
}

/// Whether a later row corrects one or takes it back.
pub fn is_corrected(conn: &mut DbConn, id: i64) -> QueryResult<bool> {
    let later = activities::table.filter(activities::corrects.eq(id));
    diesel::select(diesel::dsl::exists(later)).get_result(conn)
}

/// All rows, the newest day first.
pub fn all(conn: &mut DbConn) -> QueryResult<Vec<Activity>> {
    activities::table
        .order((activities::day.desc(), activities::id.desc()))
        .select(Activity::as_select())
        .load(conn)
}

/// Those that stand: neither corrected nor taken back; the newest day first.
pub fn standing(conn: &mut DbConn) -> QueryResult<Vec<Activity>> {
    let mut all = all(conn)?;
    let corrected: HashSet<i64> = all.iter().filter_map(|row| row.corrects).collect();
    all.retain(|row| !row.taken_back && !corrected.contains(&row.id));
    Ok(all)
}

/// The rows that one corrects, directly or by others; the newest first.
pub fn earlier(conn: &mut DbConn, activity: &Activity) -> QueryResult<Vec<Activity>> {
    let mut earlier = Vec::new();
    let mut next = activity.corrects;
    while let Some(id) = next {
        let row: Activity = activities::table.find(id).select(Activity::as_select()).first(conn)?;
        next = row.corrects;
        earlier.push(row);
    }
    Ok(earlier)
}
