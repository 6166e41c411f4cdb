//! The table `newsletters`.

use diesel::prelude::*;

use super::{Details, Newsletter, Tracking};
use crate::clock::Instant;
use crate::db::schema::newsletters;
use crate::db::{DbConn, Json, PublicId};
use crate::mail::EmailAddress;
use crate::web::Lang;

/// A newsletter to be.
pub struct NewNewsletter<'a> {
    /// In addresses.
    pub slug: &'a str,
    /// Its name.
    pub title: &'a str,
    /// What it is about.
    pub description: &'a str,
    /// Its language.
    pub language: Lang,
    /// An IANA time zone.
    pub time_zone: &'a str,
    /// From: the name.
    pub sender_name: &'a str,
    /// From: the address.
    pub sender_email: &'a str,
    /// What is measured.
    pub open_tracking: Tracking,
    /// Footer and forms.
    pub details: &'a Details,
}

/// Makes one and returns its id.
pub fn insert(conn: &mut DbConn, new: &NewNewsletter<'_>, now: Instant) -> QueryResult<i64> {
    diesel::insert_into(newsletters::table)
        .values((
            newsletters::uuid.eq(PublicId::random()),
            newsletters::slug.eq(new.slug),
            newsletters::title.eq(new.title),
            newsletters::description.eq(new.description),
            newsletters::language.eq(new.language),
            newsletters::time_zone.eq(new.time_zone),
            newsletters::sender_name.eq(new.sender_name),
            newsletters::sender_email.eq(new.sender_email),
            newsletters::open_tracking.eq(new.open_tracking),
            newsletters::settings.eq(to_json(new.details)),
            newsletters::created_at.eq(now),
        ))
        .returning(newsletters::id)
        .get_result(conn)
}

/// All of them, the oldest first.
pub fn all(conn: &mut DbConn) -> QueryResult<Vec<Newsletter>> {
    newsletters::table.order(newsletters::id).select(Newsletter::as_select()).load(conn)
}

/// The domains of their senders' addresses, each once, in order.
pub fn sender_domains(conn: &mut DbConn) -> QueryResult<Vec<String>> {
    let senders: Vec<String> =
        newsletters::table.order(newsletters::id).select(newsletters::sender_email).load(conn)?;
    let mut domains: Vec<String> = senders
        .iter()
        .filter_map(|sender| Some(EmailAddress::parse(sender).ok()?.domain().to_owned()))
        .collect();
    domains.sort();
    domains.dedup();
    Ok(domains)
}

/// By the id inside.
pub fn find(conn: &mut DbConn, id: i64) -> QueryResult<Newsletter> {
    newsletters::table.find(id).select(Newsletter::as_select()).first(conn)
}

/// By slug.
pub fn by_slug(conn: &mut DbConn, slug: &str) -> QueryResult<Newsletter> {
    newsletters::table
        .filter(newsletters::slug.eq(slug))
        .select(Newsletter::as_select())
        .first(conn)
}

/// By uuid or slug, as the API names them.
pub fn by_name(conn: &mut DbConn, name: &str) -> QueryResult<Newsletter> {
    match name.parse::<PublicId>() {
        Ok(uuid) => newsletters::table
            .filter(newsletters::uuid.eq(uuid))
            .select(Newsletter::as_select())
            .first(conn),
        Err(_) => by_slug(conn, name),
    }
}

/// Stores what staff changed: everything but slug, uuid and creation.
pub fn update(conn: &mut DbConn, newsletter: &Newsletter) -> QueryResult<()> {
    diesel::update(newsletters::table.find(newsletter.id))
        .set((
            newsletters::title.eq(&newsletter.title),
            newsletters::description.eq(&newsletter.description),
            newsletters::language.eq(newsletter.language),
            newsletters::time_zone.eq(&newsletter.time_zone),
            newsletters::sender_name.eq(&newsletter.sender_name),
            newsletters::sender_email.eq(&newsletter.sender_email),
            newsletters::reply_to.eq(&newsletter.reply_to),
            newsletters::open_tracking.eq(newsletter.open_tracking),
            newsletters::approval_required.eq(newsletter.approval_required),
            newsletters::settings.eq(&newsletter.settings),
        ))
        .execute(conn)
        .map(drop)
}

/// The details as they are stored.
pub fn to_json(details: &Details) -> Json {
    Json(serde_json::to_value(details).unwrap_or_default())
}
