//! The tables `issues`, `issue_revisions`, `renditions`, `issue_links`, `issue_reviews`,
//! `preflight_overrides` and `test_groups`.

mod archive;
mod audience;
mod calendar;
mod corrections;
mod lists;
mod load;
mod preflight;
mod renditions;
mod reviews;
mod revisions;
mod sending;
mod templates;
mod test_groups;

pub use archive::{
    ArchiveEntry, ArchiveText, archived, archived_whole, by_old_address, has_old_address,
    keep_archive_text, keep_old_address, unindexed,
};
pub use audience::{
    Call, Left, audience_between, audience_sample, audience_size, left_out, next_subscriptions,
    recipients_between, set_audience,
};
pub use calendar::{around, nearest};
pub use corrections::{
    Correction, confirm_correction, corrections, drop_correction, insert_correction, links,
    redirect_link, waiting_corrections,
};
pub use lists::{
    Filter, beside, copies, has_sent, is_number_taken, last_sent, list, neighbours,
    newest_published, next_number, published_by_slug, uncertain_copies,
};
pub use load::load;
pub use preflight::{
    Override, forget_overrides, keep_override, keep_preflight, last_audience, mark_tested,
    overrides, preflight, tested_revision,
};
pub use renditions::{
    Approval, Rendition, When, approve, approved_of, back_to_draft, imported_without_links,
    keep_rendition, publish_imported, rendition, replace_links, schedule, sender, submit,
};
pub use reviews::{Review, Verdict, asked_by, insert_review, last_review, returned};
pub use revisions::{
    Entry, NewRow, Revision, advance, history, insert, insert_revision, propose_time,
    replace_revision, revision, revisions, slugs_like,
};
pub use sending::{
    advance_fan_out, begin_fan_out, begin_sending, ended_at, finish, hold_fan_outs, lock,
    paused_before, reopen, state,
};
pub use templates::{
    NewTemplate, all_templates, find_template, insert_template, rename_template,
    set_template_removed, template,
};
pub use test_groups::{
    TestGroup, change_test_group, delete_test_group, insert_test_group, test_groups,
};

use diesel::prelude::*;

use super::{Issue, IssueState};
use crate::clock::Instant;
use crate::db::schema::issues;
use crate::db::{DbConn, PublicId};

/// By the id inside.
pub fn find(conn: &mut DbConn, id: i64) -> QueryResult<Issue> {
    issues::table.find(id).select(Issue::as_select()).first(conn)
}

/// By the id outside.
pub fn by_uuid(conn: &mut DbConn, uuid: PublicId) -> QueryResult<Issue> {
    issues::table.filter(issues::uuid.eq(uuid)).select(Issue::as_select()).first(conn)
}

/// By uuid or slug, as people name it.
pub fn by_name(conn: &mut DbConn, name: &str) -> QueryResult<Issue> {
    match name.parse::<PublicId>() {
        Ok(uuid) => by_uuid(conn, uuid),
        Err(_) => {
            issues::table.filter(issues::slug.eq(name)).select(Issue::as_select()).first(conn)
        }
    }
}

/// Scheduled issues whose time has come, the earliest first.
pub fn due(conn: &mut DbConn, now: Instant) -> QueryResult<Vec<Issue>> {
    in_state(conn, IssueState::Scheduled).map(|all| {
        all.into_iter().filter(|issue| issue.send_at.is_some_and(|at| at <= now)).collect()
    })
}

/// All issues in a state, by the time they are to go.
pub fn in_state(conn: &mut DbConn, state: IssueState) -> QueryResult<Vec<Issue>> {
    issues::table
        .filter(issues::state.eq(state))
        .order((issues::send_at, issues::id))
        .select(Issue::as_select())
        .load(conn)
}

/// Cancelled issues on their way of which some recipients have no final state yet.
pub fn cancelled_midway(conn: &mut DbConn) -> QueryResult<Vec<Issue>> {
    issues::table
        .filter(issues::state.eq(IssueState::Cancelled))
        .filter(issues::started_at.is_not_null())
        .filter(issues::finished_at.is_null())
        .select(Issue::as_select())
        .load(conn)
}

/// Moves an issue from one of some states to another; `false` when it was in none of them, so
/// that two who act at once do not both think they did it.
pub fn move_state(
    conn: &mut DbConn,
    id: i64,
    from: &[IssueState],
    to: IssueState,
    pause_reason: Option<&str>,
    now: Instant,
) -> QueryResult<bool> {
    diesel::update(issues::table.find(id).filter(issues::state.eq_any(from)))
        .set((
            issues::state.eq(to),
            issues::pause_reason.eq(pause_reason),
            issues::updated_at.eq(now),
        ))
        .execute(conn)
        .map(|rows| rows > 0)
}
