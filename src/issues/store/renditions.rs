//! The tables `renditions` and `issue_links`, and what approval and schedule write on an issue.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::schema::{issue_links, issues, library_addresses, library_items, renditions};
use crate::db::{DbConn, Json};
use crate::issues::render::IssueLink;
use crate::issues::{Issue, IssueState, Origin};
use crate::{library, on_both};

/// What was approved, byte for byte, with markers for links and persons.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = renditions)]
pub struct Rendition {
    /// Hash of what follows.
    pub hash: String,
    /// The subject.
    pub subject: String,
    /// What an inbox shows after it.
    pub preheader: String,
    /// The HTML part.
    pub html: String,
    /// The text part.
    pub plain_text: String,
    /// The web version.
    pub web: String,
    /// When it was first made.
    pub created_at: Instant,
}

/// Stores a rendition, unless the very same is there.
pub fn keep_rendition(conn: &mut DbConn, rendition: &Rendition) -> QueryResult<()> {
    on_both!(conn, c => diesel::insert_into(renditions::table)
        .values(rendition)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// A rendition by its hash.
pub fn rendition(conn: &mut DbConn, hash: &str) -> QueryResult<Rendition> {
    renditions::table.find(hash).select(Rendition::as_select()).first(conn)
}

/// Stores the links of an issue in the place of those it had, each with the library item that its
/// clicks are counted for: the one that has its address, else the one that its block was made from,
/// else the one that has the address but for what a campaign adds to it.
pub fn replace_links(conn: &mut DbConn, issue: i64, links: &[IssueLink]) -> QueryResult<()> {
    diesel::delete(issue_links::table.filter(issue_links::issue.eq(issue))).execute(conn)?;
    let mut variants: Option<HashMap<String, i64>> = None;
    for link in links {
        let by_address: Option<i64> = library_addresses::table
            .find(&link.url)
            .select(library_addresses::item)
            .first(conn)
            .optional()?;
        let item: Option<i64> = match (by_address, link.library_item) {
            (Some(known), _) => Some(known),
            (None, Some(uuid)) => library_items::table
                .filter(library_items::uuid.eq(uuid))
                .select(library_items::id)
                .first(conn)
                .optional()?,
            (None, None) => {
                if variants.is_none() {
                    let all = library::store::addresses(conn)?.into_iter();
                    let keyed =
                        all.filter_map(|(url, item)| Some((library::page_key(&url)?, item)));
                    variants = Some(keyed.collect());
                }
                let key = library::page_key(&link.url);
                key.and_then(|key| variants.as_ref()?.get(&key).copied())
            }
        };
        diesel::insert_into(issue_links::table)
            .values((
                issue_links::issue.eq(issue),
                issue_links::number.eq(link.number),
                issue_links::block.eq(link.block),
                issue_links::url.eq(&link.url),
                issue_links::library_item.eq(item),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Issues that were brought in and have no links.
pub fn imported_without_links(conn: &mut DbConn) -> QueryResult<Vec<Issue>> {
    let links = issue_links::table.filter(issue_links::issue.eq(issues::id));
    issues::table
        .filter(issues::origin.eq(Origin::Imported))
        .filter(diesel::dsl::not(diesel::dsl::exists(links)))
        .order(issues::id)
        .select(Issue::as_select())
        .load(conn)
}

/// What an approval writes.
pub struct Approval<'a> {
    /// Who approved.
    pub by: &'a str,
    /// The hash of what was approved.
    pub rendition: &'a str,
    /// The hash of the audience's definition.
    pub audience: &'a str,
    /// What surrounds it.
    pub frame: Json,
}

/// Hands the current revision to a second person; `false` when it was changed or moved on meanwhile.
pub fn submit(conn: &mut DbConn, issue: &Issue, now: Instant) -> QueryResult<bool> {
    diesel::update(as_it_was(issue))
        .set((issues::state.eq(IssueState::InReview), issues::updated_at.eq(now)))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// Marks the current revision as approved; `false` when it was changed or moved on meanwhile.
pub fn approve(
    conn: &mut DbConn,
    issue: &Issue,
    approval: &Approval<'_>,
    now: Instant,
) -> QueryResult<bool> {
    diesel::update(as_it_was(issue))
        .set((
            issues::state.eq(IssueState::Approved),
            issues::approved_revision.eq(issue.current_revision),
            issues::approved_by.eq(approval.by),
            issues::rendition.eq(approval.rendition),
            issues::approved_audience.eq(approval.audience),
            issues::approved_frame.eq(&approval.frame),
            issues::updated_at.eq(now),
        ))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// The hash of the audience and the frame that were approved, where that was written down.
pub fn approved_of(conn: &mut DbConn, issue: i64) -> QueryResult<(Option<String>, Option<Json>)> {
    issues::table
        .find(issue)
        .select((issues::approved_audience, issues::approved_frame))
        .first(conn)
}

/// When an issue is to go.
pub struct When<'a> {
    /// On the newsletter's clock.
    pub local: &'a str,
    /// The newsletter's zone.
    pub zone: &'a str,
    /// The same moment.
    pub at: Instant,
}

/// Sets an approved issue's time and what is sent then; `false` when it is not approved any more.
pub fn schedule(
    conn: &mut DbConn,
    issue: &Issue,
    when: &When<'_>,
    rendition: &str,
    sender: Json,
    now: Instant,
) -> QueryResult<bool> {
    diesel::update(as_it_was(issue))
        .set((
            issues::state.eq(IssueState::Scheduled),
            issues::rendition.eq(rendition),
            issues::send_at_local.eq(when.local),
            issues::time_zone.eq(when.zone),
            issues::send_at.eq(when.at),
            issues::sender.eq(sender),
            issues::updated_at.eq(now),
        ))
        .execute(conn)
        .map(|rows| rows > 0)
}

/// Who an issue is from, as it was when it was scheduled.
pub fn sender(conn: &mut DbConn, issue: i64) -> QueryResult<Option<Json>> {
    issues::table.find(issue).select(issues::sender).first(conn)
}

/// Makes an issue a draft again, without time and approval; `false` when it is in another state
/// by now.
pub fn back_to_draft(
    conn: &mut DbConn,
    issue: i64,
    from: &[IssueState],
    now: Instant,
) -> QueryResult<bool> {
    let open = issues::table
        .find(issue)
        .filter(issues::state.eq_any(from))
        .filter(issues::started_at.is_null());
    let rows = diesel::update(open)
        .set((
            issues::state.eq(IssueState::Draft),
            issues::pause_reason.eq(None::<String>),
            issues::approved_revision.eq(None::<i32>),
            issues::approved_by.eq(None::<String>),
            issues::rendition.eq(None::<String>),
            issues::approved_audience.eq(None::<String>),
            issues::approved_frame.eq(None::<Json>),
            issues::send_at_local.eq(None::<String>),
            issues::send_at.eq(None::<Instant>),
            issues::updated_at.eq(now),
        ))
        .execute(conn)?;
    if rows > 0 {
        // What a draft links is written down when it is scheduled again.
        diesel::delete(issue_links::table.filter(issue_links::issue.eq(issue))).execute(conn)?;
    }
    Ok(rows > 0)
}

/// Shows an issue that was brought in, as history: sent, but not from here.
pub fn publish_imported(
    conn: &mut DbConn,
    issue: i64,
    rendition: &str,
    note: Option<&str>,
    day: NaiveDate,
    now: Instant,
) -> QueryResult<()> {
    diesel::update(issues::table.find(issue).filter(issues::origin.eq(Origin::Imported)))
        .set((
            issues::state.eq(IssueState::Sent),
            issues::rendition.eq(rendition),
            issues::approved_revision.eq(issues::current_revision.nullable()),
            issues::origin_note.eq(note),
            issues::published_on.eq(day),
            issues::updated_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

type AsItWas = diesel::dsl::Filter<
    diesel::dsl::Filter<
        diesel::dsl::Find<issues::table, i64>,
        diesel::dsl::Eq<issues::current_revision, i32>,
    >,
    diesel::dsl::Eq<issues::state, IssueState>,
>;

/// The issue's row, if its state and revision are still those that were looked at.
fn as_it_was(issue: &Issue) -> AsItWas {
    issues::table
        .find(issue.id)
        .filter(issues::current_revision.eq(issue.current_revision))
        .filter(issues::state.eq(issue.state))
}
