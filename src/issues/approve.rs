//! Review and approval. Where the newsletter asks for it, a second person approves; what they
//! approve is the very rendition, and any change after that makes the issue a draft again.

use super::compose::{self, Composition};
use super::content::Content;
use super::store::{self, Approval};
use super::{Frame, Issue, IssueState, freeze, preflight};
use crate::app::App;
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::{Error, FieldError, Result};
use crate::newsletters::Newsletter;
use crate::staff::{self, Staff};

/// What keeps content from going out at a moment.
pub fn may_go(content: &Content, newsletter: &Newsletter, at: Instant) -> Vec<FieldError> {
    let mut findings = Vec::new();
    if content.subject.is_empty() {
        findings.push(FieldError::new("subject", "error-required"));
    }
    if content.blocks.is_empty() {
        findings.push(FieldError::new("blocks", "error-no-blocks"));
    }
    for finding in preflight::stops(content, newsletter, at) {
        if findings.iter().all(|known| known.field != finding.field) {
            findings.push(finding);
        }
    }
    findings
}

/// Asks for the second person.
pub async fn submit(app: &App, uuid: PublicId, staff: &Staff) -> Result<()> {
    let (actor, now) = (staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let Composition { issue, newsletter, content, .. } = compose::open(conn, uuid)?;
            let findings = may_go(&content, &newsletter, now);
            if !findings.is_empty() {
                return Err(Error::Invalid(findings));
            }
            let (from, to) = ([IssueState::Draft], IssueState::InReview);
            if !store::move_state(conn, issue.id, &from, to, None, now)? {
                return Err(Error::Conflict("error-issue-locked"));
            }
            let details = serde_json::json!({ "revision": issue.current_revision });
            staff::store::audit(
                conn,
                &actor,
                "issue.submit",
                &format!("issue {uuid}"),
                details,
                now,
            )?;
            Ok(())
        })
        .await
}

/// Approves the current revision.
///
/// # Errors
/// [`Error::Conflict`] when the newsletter asks for a second person and this is the one who saved
/// the revision, or no person at all; [`Error::Stale`] when it was changed meanwhile.
pub async fn approve(app: &App, uuid: PublicId, staff: &Staff) -> Result<Issue> {
    let now = app.clock.now();
    let composition = app.db.read(move |conn| compose::open(conn, uuid)).await?;
    let Composition { issue, newsletter, revision, content } = composition;
    if !matches!(issue.state, IssueState::Draft | IssueState::InReview) {
        return Err(Error::Conflict("error-issue-locked"));
    }
    if newsletter.approval_required && (!staff.is_person() || revision.saved_by == staff.actor()) {
        return Err(Error::Conflict("error-approval-second"));
    }
    let findings = may_go(&content, &newsletter, now);
    if !findings.is_empty() {
        return Err(Error::Invalid(findings));
    }
    let frame = Frame::of(&newsletter, &issue, &app.links, now);
    let frozen = freeze::freeze(&content, &frame, now)?;
    let actor = staff.actor();
    app.db
        .write(move |conn| {
            store::keep_rendition(conn, &frozen.rendition)?;
            let approval = Approval { by: &actor, rendition: &frozen.rendition.hash };
            if !store::approve(conn, &issue, &approval, now)? {
                return Err(Error::Stale);
            }
            let details = serde_json::json!({ "revision": issue.current_revision });
            staff::store::audit(
                conn,
                &actor,
                "issue.approve",
                &format!("issue {uuid}"),
                details,
                now,
            )?;
            Ok(store::find(conn, issue.id)?)
        })
        .await
}
