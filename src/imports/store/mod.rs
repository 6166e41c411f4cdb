//! The tables `imports`, `import_parts`, `import_rows` and `import_mappings`.

mod mappings;

use diesel::prelude::*;
use serde_json::json;

use super::{Counts, Import, Kind, Plan, State, Verdict};
use crate::clock::Instant;
use crate::db::schema::{import_parts, import_rows, imports, subscriber_notes};
use crate::db::{DbConn, Json, PublicId};
use crate::error::Result;
use crate::newsletters::Newsletter;
use crate::on_both;
pub use mappings::{mapping, mappings, save_mapping};

fn as_json(value: &impl serde::Serialize) -> Result<Json> {
    Ok(Json(serde_json::to_value(value).map_err(anyhow::Error::from)?))
}

/// Adds an import whose file is still coming.
pub fn insert(
    conn: &mut DbConn,
    newsletter: i64,
    kind: Kind,
    file_name: &str,
    created_by: &str,
    now: Instant,
) -> QueryResult<i64> {
    let values = (
        imports::uuid.eq(PublicId::random()),
        imports::newsletter.eq(newsletter),
        imports::kind.eq(kind),
        imports::state.eq(State::Uploaded),
        imports::file_name.eq(file_name),
        imports::size.eq(0),
        imports::plan.eq(Json(json!({}))),
        imports::counts.eq(Json(json!({}))),
        imports::cursor.eq(0),
        imports::created_by.eq(created_by),
        imports::created_at.eq(now),
    );
    diesel::insert_into(imports::table).values(values).returning(imports::id).get_result(conn)
}

/// By its id.
pub fn find(conn: &mut DbConn, id: i64) -> QueryResult<Import> {
    imports::table.find(id).select(Import::as_select()).first(conn)
}

/// By its id outside, with the newsletter, once its file has come.
pub fn by_uuid(conn: &mut DbConn, uuid: PublicId) -> QueryResult<(Import, Newsletter)> {
    imports::table
        .inner_join(crate::db::schema::newsletters::table)
        .filter(imports::uuid.eq(uuid))
        .filter(imports::size.gt(0))
        .select((Import::as_select(), Newsletter::as_select()))
        .first(conn)
}

/// The newest ones whose file has come, before one or, for 0, all of them, with their newsletters.
pub fn newest(conn: &mut DbConn, before: i64, most: i64) -> QueryResult<Vec<(Import, Newsletter)>> {
    imports::table
        .inner_join(crate::db::schema::newsletters::table)
        .filter(imports::size.gt(0))
        .filter(imports::id.lt(if before == 0 { i64::MAX } else { before }))
        .order(imports::id.desc())
        .limit(most)
        .select((Import::as_select(), Newsletter::as_select()))
        .load(conn)
}

/// Those that go on by themselves, the oldest first.
pub fn under_way(conn: &mut DbConn) -> QueryResult<Vec<i64>> {
    imports::table
        .filter(imports::state.eq_any([State::Checking, State::Running, State::Undoing]))
        .order(imports::id)
        .select(imports::id)
        .load(conn)
}

/// Whether a list of suppressions was ever run.
pub fn has_suppressions(conn: &mut DbConn) -> QueryResult<bool> {
    let known: Option<i64> = imports::table
        .filter(imports::kind.eq(Kind::Suppressions))
        .filter(imports::finished_at.is_not_null())
        .select(imports::id)
        .first(conn)
        .optional()?;
    Ok(known.is_some())
}

/// Sets how it is read and what it rests on, unless it is under way or done.
pub fn set_plan(conn: &mut DbConn, id: i64, plan: &Plan, size: i64) -> Result<bool> {
    let open = [State::Uploaded, State::Checked, State::Failed];
    let rows = diesel::update(
        imports::table
            .find(id)
            .filter(imports::state.eq_any(open))
            .filter(imports::started_at.is_null()),
    )
    .set((
        imports::plan.eq(as_json(plan)?),
        imports::size.eq(size),
        imports::state.eq(State::Uploaded),
        imports::counts.eq(Json(json!({}))),
        imports::problem.eq(None::<&str>),
    ))
    .execute(conn)?;
    Ok(rows > 0)
}

/// Begins something from the first row on; `false` when its state does not allow it.
pub fn begin(
    conn: &mut DbConn,
    id: i64,
    from: &[State],
    to: State,
    counts: &Counts,
    started_at: Option<Instant>,
) -> Result<bool> {
    let rows = diesel::update(imports::table.find(id).filter(imports::state.eq_any(from)))
        .set((
            imports::state.eq(to),
            imports::cursor.eq(0),
            imports::counts.eq(as_json(counts)?),
            imports::started_at.eq(started_at),
        ))
        .execute(conn)?;
    Ok(rows > 0)
}

/// Takes an import for a process, unless another one has written something down since a moment.
pub fn claim(
    conn: &mut DbConn,
    id: i64,
    process: PublicId,
    since: Instant,
    now: Instant,
) -> QueryResult<bool> {
    let is_free = imports::taken_by
        .is_null()
        .or(imports::taken_by.eq(process))
        .or(imports::taken_at.lt(since));
    diesel::update(imports::table.find(id))
        .filter(is_free)
        .set((imports::taken_by.eq(process), imports::taken_at.eq(now)))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// Notes how far it is; `false` when somebody else has gone on with it.
pub fn advance(
    conn: &mut DbConn,
    import: &Import,
    from: i64,
    to: i64,
    counts: &Counts,
    now: Instant,
) -> Result<bool> {
    let rows = diesel::update(
        imports::table
            .find(import.id)
            .filter(imports::state.eq(import.state))
            .filter(imports::cursor.eq(from)),
    )
    .set((imports::cursor.eq(to), imports::counts.eq(as_json(counts)?), imports::taken_at.eq(now)))
    .execute(conn)?;
    Ok(rows > 0)
}

/// Ends what is under way; `false` when somebody else has.
pub fn finish(
    conn: &mut DbConn,
    import: &Import,
    to: State,
    rows: Option<i64>,
    problem: Option<&str>,
    finished_at: Option<Instant>,
) -> QueryResult<bool> {
    diesel::update(imports::table.find(import.id).filter(imports::state.eq(import.state)))
        .set((
            imports::state.eq(to),
            imports::rows.eq(rows),
            imports::problem.eq(problem),
            imports::finished_at.eq(finished_at),
            imports::taken_by.eq(None::<PublicId>),
        ))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// In these states nothing of a list has been taken.
const NOT_RUN: [State; 4] = [State::Uploaded, State::Checking, State::Checked, State::Failed];

/// Deletes an import that was never run, with its file.
pub fn delete(conn: &mut DbConn, id: i64) -> QueryResult<bool> {
    diesel::delete(
        imports::table
            .find(id)
            .filter(imports::state.eq_any(NOT_RUN))
            .filter(imports::started_at.is_null()),
    )
    .execute(conn)
    .map(|rows| rows > 0)
}

/// Stores a piece of a file.
pub fn put_part(conn: &mut DbConn, import: i64, part: i32, bytes: &[u8]) -> QueryResult<()> {
    diesel::insert_into(import_parts::table)
        .values((
            import_parts::import.eq(import),
            import_parts::part.eq(part),
            import_parts::bytes.eq(bytes),
        ))
        .execute(conn)
        .map(drop)
}

/// A piece of a file.
pub fn part(conn: &mut DbConn, import: i64, part: i32) -> QueryResult<Vec<u8>> {
    import_parts::table.find((import, part)).select(import_parts::bytes).first(conn)
}

/// Whether the file is still there.
pub fn has_file(conn: &mut DbConn, import: i64) -> QueryResult<bool> {
    let first = import_parts::table.find((import, 0)).select(import_parts::part).first::<i32>(conn);
    Ok(first.optional()?.is_some())
}

/// Imports in these states whose file is still there.
pub fn with_file(conn: &mut DbConn, states: &[State]) -> QueryResult<Vec<i64>> {
    import_parts::table
        .inner_join(imports::table)
        .filter(imports::state.eq_any(states))
        .select(import_parts::import)
        .distinct()
        .load(conn)
}

/// Imports that were run, did not come to their end, and whose file is still there.
pub fn stopped_with_file(conn: &mut DbConn) -> QueryResult<Vec<i64>> {
    import_parts::table
        .inner_join(imports::table)
        .filter(imports::state.eq(State::Failed))
        .filter(imports::started_at.is_not_null())
        .select(import_parts::import)
        .distinct()
        .load(conn)
}

/// Forgets a few pieces of a file, because what is deleted is written over; says how many.
pub fn forget_parts(conn: &mut DbConn, import: i64) -> QueryResult<usize> {
    const FEW: i32 = 8;
    let first: Option<i32> = import_parts::table
        .filter(import_parts::import.eq(import))
        .order(import_parts::part)
        .select(import_parts::part)
        .first(conn)
        .optional()?;
    let Some(first) = first else { return Ok(0) };
    diesel::delete(
        import_parts::table
            .filter(import_parts::import.eq(import))
            .filter(import_parts::part.lt(first + FEW)),
    )
    .execute(conn)
}

/// Imports that were never run and came before a moment.
pub fn abandoned(conn: &mut DbConn, before: Instant) -> QueryResult<Vec<i64>> {
    imports::table
        .filter(imports::started_at.is_null())
        .filter(imports::state.eq_any(NOT_RUN))
        .filter(imports::created_at.lt(before))
        .select(imports::id)
        .load(conn)
}

/// Imports that were done before a moment and have rows.
pub fn past_undoing(conn: &mut DbConn, before: Instant) -> QueryResult<Vec<i64>> {
    imports::table
        .filter(imports::finished_at.lt(before))
        .filter(diesel::dsl::exists(import_rows::table.filter(import_rows::import.eq(imports::id))))
        .select(imports::id)
        .load(conn)
}

/// Imports that were done before a moment and still say what their columns are called, or an address in
/// the name of their file.
pub fn named(conn: &mut DbConn, before: Instant) -> QueryResult<Vec<Import>> {
    let mut done: Vec<Import> = imports::table
        .filter(imports::finished_at.lt(before))
        .order(imports::id)
        .select(Import::as_select())
        .load(conn)?;
    // There are as many as somebody has made: a list a month, say.
    done.retain(|import| {
        let columns = import.plan.0["columns"].as_array();
        let is_named =
            |column: &serde_json::Value| column.as_str().is_some_and(|it| !it.is_empty());
        import.file_name.contains('@') || columns.is_some_and(|all| all.iter().any(is_named))
    });
    Ok(done)
}

/// Keeps an import without them.
pub fn forget_names(conn: &mut DbConn, id: i64, plan: &Plan, file_name: &str) -> Result<()> {
    diesel::update(imports::table.find(id))
        .set((imports::plan.eq(as_json(plan)?), imports::file_name.eq(file_name)))
        .execute(conn)?;
    Ok(())
}

/// A row of `import_rows`.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = import_rows, treat_none_as_default_value = false)]
pub struct Line {
    /// Of which import.
    pub import: i64,
    /// The line of the file.
    pub line: i64,
    /// What became of it.
    pub verdict: Verdict,
    /// Which field it is about: a word of [`super::fields::Field`].
    pub field: Option<String>,
    /// Why: a word of [`super::Reason`].
    pub reason: Option<String>,
    /// Who came, or was changed.
    pub subscriber: Option<i64>,
    /// Which address was suppressed.
    pub address_hash: Option<Vec<u8>>,
    /// What it was before.
    pub earlier: Option<Json>,
}

/// Notes what became of rows.
pub fn insert_lines(conn: &mut DbConn, lines: &[Line]) -> QueryResult<()> {
    if lines.is_empty() {
        return Ok(());
    }
    on_both!(conn, c => diesel::insert_into(import_rows::table).values(lines).execute(c)).map(drop)
}

/// Rows behind a line that say what an import did, or, with `errors`, why it did nothing.
pub fn lines(
    conn: &mut DbConn,
    import: i64,
    behind: i64,
    errors: bool,
    most: i64,
) -> QueryResult<Vec<Line>> {
    let verdicts = match errors {
        true => vec![Verdict::Skipped, Verdict::Suppressed, Verdict::Invalid],
        false => vec![Verdict::Create, Verdict::Update],
    };
    import_rows::table
        .filter(import_rows::import.eq(import))
        .filter(import_rows::line.gt(behind))
        .filter(import_rows::verdict.eq_any(verdicts))
        .order(import_rows::line)
        .limit(most)
        .select(Line::as_select())
        .load(conn)
}

/// Whether staff have noted something about somebody since a moment.
pub fn was_noted(conn: &mut DbConn, subscriber: i64, since: Instant) -> QueryResult<bool> {
    let notes: i64 = subscriber_notes::table
        .filter(subscriber_notes::subscriber.eq(subscriber))
        .filter(subscriber_notes::written_at.ge(since))
        .count()
        .get_result(conn)?;
    Ok(notes > 0)
}

/// Forgets rows of an import, a chunk of them; says whether there were any.
pub fn forget_lines(conn: &mut DbConn, import: i64) -> QueryResult<bool> {
    const CHUNK: i64 = 5_000;
    let of_it = import_rows::table.filter(import_rows::import.eq(import));
    let last: Option<i64> = of_it
        .order(import_rows::line)
        .offset(CHUNK - 1)
        .select(import_rows::line)
        .first(conn)
        .optional()?;
    let rows = diesel::delete(
        import_rows::table
            .filter(import_rows::import.eq(import))
            .filter(import_rows::line.le(last.unwrap_or(i64::MAX))),
    )
    .execute(conn)?;
    Ok(rows > 0)
}
