//! The tables `staff`, `sessions`, `api_tokens`, `idempotency_keys` and `audit_log`.

use std::collections::HashMap;

use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::Value;

use super::{Role, Staff};
use crate::clock::Instant;
use crate::db::schema::{api_tokens, audit_log, idempotency_keys, sessions, staff};
use crate::db::{DbConn, Json, PublicId};
use crate::on_both;
use crate::web::Lang;

/// How long a session lives after its last use, and at most.
const IDLE: TimeDelta = TimeDelta::days(7);
const LONGEST: TimeDelta = TimeDelta::days(30);

/// A person in the table.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = staff)]
pub struct Person {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// Where sign-in links go.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Their language.
    pub language: Lang,
    /// argon2id, once a password is set.
    pub password_hash: Option<String>,
    /// Part of the sign-in links.
    pub nonce: i64,
    /// When they were added.
    pub created_at: Instant,
    /// When they were shut out.
    pub disabled_at: Option<Instant>,
}

impl From<Person> for Staff {
    fn from(person: Person) -> Self {
        Self {
            id: Some(person.id),
            token: None,
            uuid: person.uuid,
            name: person.name,
            email: person.email,
            role: person.role,
            language: person.language,
            session: None,
        }
    }
}

/// Adds a person and returns the row.
pub fn insert(
    conn: &mut DbConn,
    email: &str,
    name: &str,
    role: Role,
    language: Lang,
    nonce: i64,
    now: Instant,
) -> QueryResult<Person> {
    diesel::insert_into(staff::table)
        .values((
            staff::uuid.eq(PublicId::random()),
            staff::email.eq(email),
            staff::name.eq(name),
            staff::role.eq(role),
            staff::language.eq(language),
            staff::nonce.eq(nonce),
            staff::created_at.eq(now),
        ))
        .returning(staff::id)
        .get_result(conn)
        .and_then(|id: i64| staff::table.find(id).select(Person::as_select()).first(conn))
}

/// By address, which is stored in lower case.
pub fn by_email(conn: &mut DbConn, email: &str) -> QueryResult<Option<Person>> {
    staff::table
        .filter(staff::email.eq(email.trim().to_lowercase()))
        .select(Person::as_select())
        .first(conn)
        .optional()
}

/// What somebody is called who did something: the name of a person, else the actor as it stands.
pub fn name_of(conn: &mut DbConn, actor: &str) -> QueryResult<String> {
    let person = by_email(conn, actor)?;
    let name = person.map(|person| person.name).filter(|name| !name.is_empty());
    Ok(name.unwrap_or_else(|| actor.to_owned()))
}

/// What those are called who did something, by the actor as it stands.
pub fn names<'a>(
    conn: &mut DbConn,
    actors: impl Iterator<Item = &'a str>,
) -> QueryResult<HashMap<String, String>> {
    let mut names = HashMap::new();
    for actor in actors {
        if !names.contains_key(actor) {
            names.insert(actor.to_owned(), name_of(conn, actor)?);
        }
    }
    Ok(names)
}

/// By the id inside.
pub fn find(conn: &mut DbConn, id: i64) -> QueryResult<Option<Person>> {
    staff::table.find(id).select(Person::as_select()).first(conn).optional()
}

/// By the id outside.
pub fn by_uuid(conn: &mut DbConn, uuid: PublicId) -> QueryResult<Person> {
    staff::table.filter(staff::uuid.eq(uuid)).select(Person::as_select()).first(conn)
}

/// Everyone, by name.
pub fn all(conn: &mut DbConn) -> QueryResult<Vec<Person>> {
    staff::table.order((staff::name, staff::id)).select(Person::as_select()).load(conn)
}

/// Voids the sign-in links that are out.
pub fn set_nonce(conn: &mut DbConn, id: i64, nonce: i64) -> QueryResult<()> {
    diesel::update(staff::table.find(id)).set(staff::nonce.eq(nonce)).execute(conn).map(drop)
}

/// Sets a password.
pub fn set_password(conn: &mut DbConn, id: i64, hash: &str) -> QueryResult<()> {
    diesel::update(staff::table.find(id)).set(staff::password_hash.eq(hash)).execute(conn).map(drop)
}

/// Sets the language.
pub fn set_language(conn: &mut DbConn, id: i64, language: Lang) -> QueryResult<()> {
    diesel::update(staff::table.find(id)).set(staff::language.eq(language)).execute(conn).map(drop)
}

/// Changes what somebody may do; `disabled_at` shuts them out.
pub fn set_access(
    conn: &mut DbConn,
    id: i64,
    role: Role,
    disabled_at: Option<Instant>,
) -> QueryResult<()> {
    diesel::update(staff::table.find(id))
        .set((staff::role.eq(role), staff::disabled_at.eq(disabled_at)))
        .execute(conn)
        .map(drop)
}

/// Starts a session.
pub fn insert_session(conn: &mut DbConn, hash: &[u8], id: i64, now: Instant) -> QueryResult<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(hash),
            sessions::staff.eq(id),
            sessions::created_at.eq(now),
            sessions::seen_at.eq(now),
            sessions::expires_at.eq(now + IDLE),
        ))
        .execute(conn)
        .map(drop)
}

/// Whose session it is and when it was last noted, if it lives and its owner may enter.
pub fn session(
    conn: &mut DbConn,
    hash: &[u8],
    now: Instant,
) -> QueryResult<Option<(Staff, Instant)>> {
    let found: Option<(Person, Instant)> = sessions::table
        .inner_join(staff::table)
        .filter(sessions::token_hash.eq(hash))
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::created_at.gt(now - LONGEST))
        .filter(staff::disabled_at.is_null())
        .select((Person::as_select(), sessions::seen_at))
        .first(conn)
        .optional()?;
    Ok(found.map(|(person, seen_at)| {
        let staff = Staff { session: Some(hash.to_vec()), ..Staff::from(person) };
        (staff, seen_at)
    }))
}

/// Notes that a session is in use.
pub fn touch_session(conn: &mut DbConn, hash: &[u8], now: Instant) -> QueryResult<()> {
    diesel::update(sessions::table.find(hash))
        .set((sessions::seen_at.eq(now), sessions::expires_at.eq(now + IDLE)))
        .execute(conn)
        .map(drop)
}

/// Ends a session.
pub fn delete_session(conn: &mut DbConn, hash: &[u8]) -> QueryResult<()> {
    diesel::delete(sessions::table.find(hash)).execute(conn).map(drop)
}

/// Ends all sessions of somebody but the one that is kept.
pub fn delete_sessions(conn: &mut DbConn, id: i64, kept: Option<&[u8]>) -> QueryResult<()> {
    diesel::delete(
        sessions::table
            .filter(sessions::staff.eq(id))
            .filter(sessions::token_hash.ne(kept.unwrap_or_default())),
    )
    .execute(conn)
    .map(drop)
}

/// Clears sessions that have ended.
pub fn delete_ended_sessions(conn: &mut DbConn, now: Instant) -> QueryResult<usize> {
    diesel::delete(sessions::table.filter(sessions::expires_at.le(now))).execute(conn)
}

/// Stores an API token's hash.
pub fn insert_token(
    conn: &mut DbConn,
    name: &str,
    role: Role,
    hash: &[u8],
    now: Instant,
) -> QueryResult<()> {
    diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::uuid.eq(PublicId::random()),
            api_tokens::name.eq(name),
            api_tokens::role.eq(role),
            api_tokens::token_hash.eq(hash),
            api_tokens::created_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// An API token in the list of tokens.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = api_tokens)]
pub struct ApiToken {
    /// Inside.
    pub id: i64,
    /// Outside.
    pub uuid: PublicId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last used, to the hour.
    pub used_at: Option<Instant>,
    /// When it was revoked.
    pub revoked_at: Option<Instant>,
}

/// All API tokens, the newest first.
pub fn tokens(conn: &mut DbConn) -> QueryResult<Vec<ApiToken>> {
    api_tokens::table.order(api_tokens::id.desc()).select(ApiToken::as_select()).load(conn)
}

/// Revokes an API token; from the next request on it is refused.
pub fn revoke_token(conn: &mut DbConn, uuid: PublicId, now: Instant) -> QueryResult<String> {
    diesel::update(api_tokens::table.filter(api_tokens::uuid.eq(uuid)))
        .set(api_tokens::revoked_at.eq(now))
        .returning(api_tokens::name)
        .get_result(conn)
}

/// Who an API token stands for and when its use was last noted.
pub fn token(conn: &mut DbConn, hash: &[u8]) -> QueryResult<Option<(Staff, Option<Instant>)>> {
    let found = api_tokens::table
        .filter(api_tokens::token_hash.eq(hash))
        .filter(api_tokens::revoked_at.is_null())
        .select(ApiToken::as_select())
        .first(conn)
        .optional()?;
    Ok(found.map(|token| {
        let staff = Staff {
            id: None,
            token: Some(token.id),
            uuid: token.uuid,
            name: token.name,
            email: String::new(),
            role: token.role,
            language: Lang::Da,
            session: None,
        };
        (staff, token.used_at)
    }))
}

/// Notes that an API token is in use.
pub fn touch_token(conn: &mut DbConn, id: i64, now: Instant) -> QueryResult<()> {
    diesel::update(api_tokens::table.find(id))
        .set(api_tokens::used_at.eq(now))
        .execute(conn)
        .map(drop)
}

/// Writes down who did what. The subject is a word and an id such as `issue 7f3c…`; addresses of
/// subscribers never go into it.
pub fn audit(
    conn: &mut DbConn,
    actor: &str,
    action: &str,
    subject: &str,
    details: Value,
    now: Instant,
) -> QueryResult<()> {
    diesel::insert_into(audit_log::table)
        .values((
            audit_log::at.eq(now),
            audit_log::actor.eq(actor),
            audit_log::action.eq(action),
            audit_log::subject.eq(subject),
            audit_log::details.eq(Json(details)),
        ))
        .execute(conn)
        .map(drop)
}

/// Forgets the words of all entries about somebody who is erased: what was done, and by whom, stays.
pub fn forget_details(conn: &mut DbConn, subject: &str) -> QueryResult<()> {
    diesel::update(audit_log::table.filter(audit_log::subject.eq(subject)))
        .set(audit_log::details.eq(Json(serde_json::json!({}))))
        .execute(conn)
        .map(drop)
}

/// Entries from before a moment whose subject is a keyed hash: `start` is the word that it begins with.
pub fn old_subjects(
    conn: &mut DbConn,
    start: &str,
    before: Instant,
    most: i64,
) -> QueryResult<Vec<i64>> {
    audit_log::table
        .filter(audit_log::subject.like(format!("{start}%")))
        .filter(audit_log::at.lt(before))
        .order(audit_log::id)
        .limit(most)
        .select(audit_log::id)
        .load(conn)
}

/// Forgets whom entries are about, and their words: what was done, by whom and when, stays.
pub fn forget_subjects(conn: &mut DbConn, entries: &[i64], subject: &str) -> QueryResult<()> {
    diesel::update(audit_log::table.filter(audit_log::id.eq_any(entries)))
        .set((audit_log::subject.eq(subject), audit_log::details.eq(Json(serde_json::json!({})))))
        .execute(conn)
        .map(drop)
}

/// Whether the audit log has had such an entry since a moment.
pub fn was_audited(
    conn: &mut DbConn,
    action: &str,
    subject: &str,
    since: Instant,
) -> QueryResult<bool> {
    let entries = audit_log::table
        .filter(audit_log::action.eq(action))
        .filter(audit_log::subject.eq(subject))
        .filter(audit_log::at.gt(since));
    diesel::select(diesel::dsl::exists(entries)).get_result(conn)
}

/// The first request that carried an idempotency key.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = idempotency_keys)]
pub struct KeyedAnswer {
    /// Hash of what it asked for.
    pub request_hash: Vec<u8>,
    /// The status of its answer; 0 while it is still being worked on.
    pub status: i32,
    /// Its answer.
    pub body: String,
    /// The answer's entity tag.
    pub etag: Option<String>,
}

/// Takes a key for a request, or returns the earlier request that has it. The same request may
/// take it again when the first one began before `abandoned` and nothing has come of it.
pub fn claim_key(
    conn: &mut DbConn,
    token: i64,
    key: &str,
    hash: &[u8],
    abandoned: Instant,
    now: Instant,
) -> QueryResult<Option<KeyedAnswer>> {
    let values = (
        idempotency_keys::api_token.eq(token),
        idempotency_keys::idempotency_key.eq(key),
        idempotency_keys::request_hash.eq(hash),
        idempotency_keys::status.eq(0),
        idempotency_keys::body.eq(""),
        idempotency_keys::created_at.eq(now),
    );
    let claimed = on_both!(conn, conn => diesel::insert_into(idempotency_keys::table)
        .values(values)
        .on_conflict_do_nothing()
        .execute(conn))?;
    if claimed > 0 {
        return Ok(None);
    }
    let taken_again = diesel::update(
        idempotency_keys::table
            .find((token, key))
            .filter(idempotency_keys::request_hash.eq(hash))
            .filter(idempotency_keys::status.eq(0))
            .filter(idempotency_keys::created_at.lt(abandoned)),
    )
    .set(idempotency_keys::created_at.eq(now))
    .execute(conn)?;
    if taken_again > 0 {
        return Ok(None);
    }
    idempotency_keys::table
        .find((token, key))
        .select(KeyedAnswer::as_select())
        .first(conn)
        .optional()
}

/// Keeps the answer to a request with a key.
pub fn keep_answer(
    conn: &mut DbConn,
    token: i64,
    key: &str,
    status: i32,
    body: &str,
    etag: Option<&str>,
) -> QueryResult<()> {
    diesel::update(idempotency_keys::table.find((token, key)))
        .set((
            idempotency_keys::status.eq(status),
            idempotency_keys::body.eq(body),
            idempotency_keys::etag.eq(etag),
        ))
        .execute(conn)
        .map(drop)
}

/// Lets a key be used again, because its request did nothing.
pub fn forget_key(conn: &mut DbConn, token: i64, key: &str) -> QueryResult<()> {
    diesel::delete(idempotency_keys::table.find((token, key))).execute(conn).map(drop)
}

/// Clears answers from before a moment.
pub fn delete_old_keys(conn: &mut DbConn, before: Instant) -> QueryResult<usize> {
    diesel::delete(idempotency_keys::table.filter(idempotency_keys::created_at.lt(before)))
        .execute(conn)
}
