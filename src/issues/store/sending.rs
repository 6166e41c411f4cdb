//! The steps of an issue that is being sent.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::super::{Issue, IssueState};
use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{issues, newsletters};

/// How far an issue has come.
pub fn state(conn: &mut DbConn, id: i64) -> QueryResult<IssueState> {
    // Without a LIMIT, for which SQLite would plan the statement anew each time.
    issues::table.find(id).select(issues::state).get_result(conn)
}

/// Lets nobody else change an issue, or what depends on its state, before the transaction ends.
pub fn lock(conn: &mut DbConn, id: i64) -> QueryResult<()> {
    let same = issues::state.eq(issues::state);
    diesel::update(issues::table.find(id)).set(same).execute(conn).map(drop)
}

/// Lets no audience be written down before the transaction ends: who is who must not change while
/// copies are handed out.
pub fn hold_fan_outs(conn: &mut DbConn) -> QueryResult<()> {
    let about_to = [IssueState::Scheduled, IssueState::Paused, IssueState::Preparing];
    diesel::update(issues::table.filter(issues::state.eq_any(about_to)))
        .set(issues::state.eq(issues::state))
        .execute(conn)
        .map(drop)
}

/// An issue's time has come: its audience is about to be written down. It was scheduled, or held
/// because it was late. `false` when somebody else was first.
pub fn begin_fan_out(
    conn: &mut DbConn,
    id: i64,
    from: IssueState,
    now: Instant,
) -> QueryResult<bool> {
    let measured = newsletters::table
        .filter(newsletters::id.eq(issues::newsletter))
        .select(newsletters::open_tracking)
        .single_value();
    let waiting =
        issues::table.find(id).filter(issues::state.eq(from)).filter(issues::started_at.is_null());
    diesel::update(waiting)
        .set((
            issues::state.eq(IssueState::Preparing),
            issues::pause_reason.eq(None::<String>),
            issues::audience_count.eq(0),
            issues::fan_out_cursor.eq(0),
            issues::started_at.eq(now),
            issues::measured.eq(measured),
            issues::updated_at.eq(now),
        ))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// Fan-out has come from one subscription to another and has found so many recipients between
/// them. `false` when the issue is not being prepared any more or has come further already.
pub fn advance_fan_out(
    conn: &mut DbConn,
    id: i64,
    from: i64,
    to: i64,
    recipients: i64,
) -> QueryResult<bool> {
    let here = issues::table
        .find(id)
        .filter(issues::state.eq(IssueState::Preparing))
        .filter(issues::fan_out_cursor.eq(from));
    diesel::update(here)
        .set((
            issues::fan_out_cursor.eq(to),
            issues::audience_count.eq(issues::audience_count + recipients),
        ))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// Everybody has a row: the issue goes out, and from this day on it stands in the archive.
pub fn begin_sending(
    conn: &mut DbConn,
    id: i64,
    published_on: NaiveDate,
    now: Instant,
) -> QueryResult<bool> {
    let preparing = issues::table.find(id).filter(issues::state.eq(IssueState::Preparing));
    diesel::update(preparing)
        .set((
            issues::state.eq(IssueState::Sending),
            issues::published_on.eq(published_on),
            issues::updated_at.eq(now),
        ))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// Every recipient has a final state: a sending issue is sent, a cancelled one is over.
pub fn finish(conn: &mut DbConn, id: i64, from: IssueState, now: Instant) -> QueryResult<bool> {
    let to = if from == IssueState::Sending { IssueState::Sent } else { from };
    diesel::update(issues::table.find(id).filter(issues::state.eq(from)))
        .set((issues::state.eq(to), issues::finished_at.eq(now), issues::updated_at.eq(now)))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// Issues that have been paused since before a moment, with since when.
pub fn paused_before(conn: &mut DbConn, before: Instant) -> QueryResult<Vec<(Issue, Instant)>> {
    issues::table
        .filter(issues::state.eq(IssueState::Paused))
        .filter(issues::updated_at.lt(before))
        .select((Issue::as_select(), issues::updated_at))
        .load(conn)
}

/// An issue that was paused and cancelled by the night ended when it was paused.
pub fn ended_at(conn: &mut DbConn, id: i64, at: Instant) -> QueryResult<()> {
    let ended = issues::table.find(id).filter(issues::finished_at.is_not_null());
    diesel::update(ended).set(issues::finished_at.eq(at)).execute(conn).map(drop)
}

/// A finished issue is on its way again, because some are tried once more. What is said of them now
/// is cleared in its own time.
pub fn reopen(conn: &mut DbConn, id: i64, now: Instant) -> QueryResult<()> {
    diesel::update(issues::table.find(id).filter(issues::state.eq(IssueState::Sent)))
        .set((
            issues::state.eq(IssueState::Sending),
            issues::finished_at.eq(None::<Instant>),
            issues::replies_cleared_at.eq(None::<Instant>),
            issues::deliveries_cleared_at.eq(None::<Instant>),
            issues::updated_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}
