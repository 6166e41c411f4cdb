//! The tables `domain_moves` and `domain_move_rows`, and who has an address at a domain.

use diesel::prelude::*;
use diesel::upsert::excluded;

use crate::clock::Instant;
use crate::db::schema::{domain_move_rows, domain_moves, subscribers};
use crate::db::{DbConn, Json, PublicId};
use crate::error::Result;
use crate::on_both;
use crate::subscribers::Subscriber;
use crate::subscribers::domains::{DomainMove, MoveCounts, MoveState, Pair, RowState, turned};

fn as_json(value: &impl serde::Serialize) -> Result<Json> {
    Ok(Json(serde_json::to_value(value).map_err(anyhow::Error::from)?))
}

/// People with an address at one of these domains, after one of them.
pub fn people_at(
    conn: &mut DbConn,
    domains: &[&str],
    after: i64,
    most: i64,
) -> QueryResult<Vec<Subscriber>> {
    let keys: Vec<String> = domains.iter().map(|domain| turned(domain)).collect();
    subscribers::table
        .filter(subscribers::id.gt(after))
        .filter(subscribers::domain_key.eq_any(keys))
        .order(subscribers::id)
        .limit(most)
        .select(Subscriber::as_select())
        .load(conn)
}

/// These people, as they are now.
pub fn people(conn: &mut DbConn, ids: &[i64]) -> QueryResult<Vec<Subscriber>> {
    subscribers::table
        .filter(subscribers::id.eq_any(ids))
        .order(subscribers::id)
        .select(Subscriber::as_select())
        .load(conn)
}

/// What a move is to be.
pub struct NewMove<'a> {
    /// Old and new domains.
    pub pairs: &'a [Pair],
    /// Only who bounces is moved.
    pub on_bounce: bool,
    /// How many have an old address.
    pub people: i64,
    /// Who.
    pub made_by: &'a str,
}

/// Begins a move.
pub fn insert(conn: &mut DbConn, new: &NewMove<'_>, now: Instant) -> Result<PublicId> {
    let uuid = PublicId::random();
    let state = if new.on_bounce { MoveState::Waiting } else { MoveState::Running };
    diesel::insert_into(domain_moves::table)
        .values((
            domain_moves::uuid.eq(uuid),
            domain_moves::state.eq(state),
            domain_moves::pairs.eq(as_json(&new.pairs)?),
            domain_moves::on_bounce.eq(new.on_bounce),
            domain_moves::people.eq(new.people),
            domain_moves::counts.eq(as_json(&MoveCounts::default())?),
            domain_moves::cursor.eq(0),
            domain_moves::made_by.eq(new.made_by),
            domain_moves::made_at.eq(now),
        ))
        .execute(conn)?;
    Ok(uuid)
}

/// By the id inside.
pub fn find(conn: &mut DbConn, id: i64) -> QueryResult<DomainMove> {
    domain_moves::table.find(id).select(DomainMove::as_select()).first(conn)
}

/// By the id outside.
pub fn by_uuid(conn: &mut DbConn, uuid: PublicId) -> QueryResult<DomainMove> {
    domain_moves::table
        .filter(domain_moves::uuid.eq(uuid))
        .select(DomainMove::as_select())
        .first(conn)
}

/// The newest ones first.
pub fn newest(conn: &mut DbConn, most: i64) -> QueryResult<Vec<DomainMove>> {
    domain_moves::table
        .order(domain_moves::id.desc())
        .limit(most)
        .select(DomainMove::as_select())
        .load(conn)
}

/// Those in a state, the oldest first.
pub fn in_state(conn: &mut DbConn, state: MoveState) -> QueryResult<Vec<DomainMove>> {
    domain_moves::table
        .filter(domain_moves::state.eq(state))
        .order(domain_moves::id)
        .select(DomainMove::as_select())
        .load(conn)
}

/// The oldest one that goes on by itself.
pub fn under_way(conn: &mut DbConn) -> QueryResult<Option<DomainMove>> {
    domain_moves::table
        .filter(domain_moves::state.eq_any([MoveState::Running, MoveState::Undoing]))
        .order(domain_moves::id)
        .select(DomainMove::as_select())
        .first(conn)
        .optional()
}

/// Changes the state; `false` when it is another one by now.
pub fn turn(
    conn: &mut DbConn,
    id: i64,
    from: MoveState,
    to: MoveState,
    finished_at: Option<Instant>,
) -> QueryResult<bool> {
    diesel::update(domain_moves::table.find(id).filter(domain_moves::state.eq(from)))
        .set((
            domain_moves::state.eq(to),
            domain_moves::cursor.eq(0),
            domain_moves::finished_at.eq(finished_at),
        ))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// Takes the stretch after the cursor, up to somebody; `false` when somebody else has taken it. It
/// stands first in its transaction, so that a second process waits here and then does nothing.
pub fn advance(conn: &mut DbConn, of: &DomainMove, to: i64) -> QueryResult<bool> {
    let here = domain_moves::table
        .find(of.id)
        .filter(domain_moves::state.eq(of.state))
        .filter(domain_moves::cursor.eq(of.cursor));
    diesel::update(here).set(domain_moves::cursor.eq(to)).execute(conn).map(|rows| rows > 0)
}

/// Notes what became of people.
pub fn set_counts(conn: &mut DbConn, id: i64, counts: &MoveCounts) -> Result<()> {
    diesel::update(domain_moves::table.find(id))
        .set(domain_moves::counts.eq(as_json(counts)?))
        .execute(conn)?;
    Ok(())
}

/// Somebody has bounced and waits to be moved.
pub fn queue(conn: &mut DbConn, of: i64, person: i64, now: Instant) -> QueryResult<()> {
    put(conn, of, person, RowState::Queued, None, now)
}

/// Notes what was done with somebody.
pub fn put(
    conn: &mut DbConn,
    of: i64,
    person: i64,
    state: RowState,
    old_address: Option<&str>,
    now: Instant,
) -> QueryResult<()> {
    let values = (
        domain_move_rows::domain_move.eq(of),
        domain_move_rows::subscriber.eq(person),
        domain_move_rows::state.eq(state),
        domain_move_rows::old_address.eq(old_address),
        domain_move_rows::at.eq(now),
    );
    on_both!(conn, c => diesel::insert_into(domain_move_rows::table)
        .values(values)
        .on_conflict(domain_move_rows::table.primary_key())
        .do_update()
        .set((
            domain_move_rows::state.eq(excluded(domain_move_rows::state)),
            domain_move_rows::old_address.eq(excluded(domain_move_rows::old_address)),
            domain_move_rows::at.eq(excluded(domain_move_rows::at)),
        ))
        .execute(c))
    .map(drop)
}

/// What a move knows of somebody.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = domain_move_rows)]
pub struct Row {
    /// Of which move.
    pub domain_move: i64,
    /// Who.
    pub subscriber: i64,
    /// What.
    pub state: RowState,
    /// Their address before.
    pub old_address: Option<String>,
    /// Since when.
    pub at: Instant,
}

/// Who has bounced and waits, of the move that has waited longest.
pub fn queued(conn: &mut DbConn, most: i64) -> QueryResult<Vec<Row>> {
    domain_move_rows::table
        .filter(domain_move_rows::state.eq(RowState::Queued))
        .order((domain_move_rows::domain_move, domain_move_rows::subscriber))
        .limit(most)
        .select(Row::as_select())
        .load(conn)
}

/// Takes somebody out of the queue; `false` when somebody else has.
pub fn take_queued(conn: &mut DbConn, of: i64, person: i64) -> QueryResult<bool> {
    let row = domain_move_rows::table
        .find((of, person))
        .filter(domain_move_rows::state.eq(RowState::Queued));
    diesel::delete(row).execute(conn).map(|rows| rows > 0)
}

/// What a move did, after somebody.
pub fn done(conn: &mut DbConn, of: i64, after: i64, most: i64) -> QueryResult<Vec<Row>> {
    domain_move_rows::table
        .filter(domain_move_rows::domain_move.eq(of))
        .filter(domain_move_rows::subscriber.gt(after))
        .filter(domain_move_rows::state.ne(RowState::Queued))
        .order(domain_move_rows::subscriber)
        .limit(most)
        .select(Row::as_select())
        .load(conn)
}

/// What a move knows of somebody is not needed any more.
pub fn remove(conn: &mut DbConn, of: i64, person: i64) -> QueryResult<()> {
    diesel::delete(domain_move_rows::table.find((of, person))).execute(conn).map(drop)
}

/// Forgets what was done before a moment, a few at a time; says whether there was anything.
pub fn forget_before(conn: &mut DbConn, before: Instant) -> QueryResult<bool> {
    const FEW: i64 = 1_000;
    let old: Vec<(i64, i64)> = domain_move_rows::table
        .filter(domain_move_rows::at.lt(before))
        .filter(domain_move_rows::state.ne(RowState::Queued))
        .limit(FEW)
        .select((domain_move_rows::domain_move, domain_move_rows::subscriber))
        .load(conn)?;
    for row in &old {
        diesel::delete(domain_move_rows::table.find(*row)).execute(conn)?;
    }
    Ok(!old.is_empty())
}
