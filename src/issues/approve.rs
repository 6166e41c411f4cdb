//! Review and approval. Where the newsletter asks for it, a second person approves; what they
//! approve is the very rendition, and any change after that makes the issue a draft again.

use super::compose::Composition;
use super::preflight::{self, Examined, Seen};
use super::store::{self, Approval};
use super::{Frame, Issue, IssueState, freeze};
use crate::app::App;
use crate::db::PublicId;
use crate::error::{Error, Result};
use crate::staff::{self, Staff};

/// Asks for the second person.
pub async fn submit(app: &App, uuid: PublicId, staff: &Staff) -> Result<()> {
    let examined = preflight::examine(app, uuid, None).await?;
    examined.stop()?;
    let issue = examined.composition.issue;
    let (actor, now) = (staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            if issue.state != IssueState::Draft {
                return Err(Error::Conflict("error-issue-locked"));
            }
            if !store::submit(conn, &issue, now)? {
                return Err(Error::Stale);
            }
            let details = serde_json::json!({ "revision": issue.current_revision });
            let subject = format!("issue {uuid}");
            Ok(staff::store::audit(conn, &actor, "issue.submit", &subject, details, now)?)
        })
        .await
}

/// Approves the current revision.
///
/// # Errors
/// [`Error::Conflict`] when the newsletter asks for a second person and this is the one who saved
/// the revision, or no person at all; [`Error::Stale`] when it was changed meanwhile;
/// [`Error::Invalid`] when something stops it or a warning has been seen by nobody.
pub async fn approve(app: &App, uuid: PublicId, seen: &Seen, staff: &Staff) -> Result<Issue> {
    let examined = preflight::examine(app, uuid, None).await?;
    approve_examined(app, examined, seen, staff).await
}

/// As [`approve`], when the issue has been looked at.
pub(super) async fn approve_examined(
    app: &App,
    examined: Examined,
    seen: &Seen,
    staff: &Staff,
) -> Result<Issue> {
    let now = app.clock.now();
    let Composition { issue, newsletter, revision, content } = &examined.composition;
    if !matches!(issue.state, IssueState::Draft | IssueState::InReview) {
        return Err(Error::Conflict("error-issue-locked"));
    }
    if newsletter.approval_required && (!staff.is_person() || revision.saved_by == staff.actor()) {
        return Err(Error::Conflict("error-approval-second"));
    }
    examined.pass(seen)?;
    let frame = Frame::of(newsletter, issue, &app.links, now);
    let frozen = freeze::freeze(content, &frame, now)?;
    let actor = staff.actor();
    app.db
        .write(move |conn| {
            let issue = &examined.composition.issue;
            store::keep_rendition(conn, &frozen.rendition)?;
            let approval = Approval { by: &actor, rendition: &frozen.rendition.hash };
            if !store::approve(conn, issue, &approval, now)? {
                return Err(Error::Stale);
            }
            examined.keep(conn, issue, &actor, now)?;
            let details = serde_json::json!({ "revision": issue.current_revision });
            let subject = format!("issue {}", issue.uuid);
            staff::store::audit(conn, &actor, "issue.approve", &subject, details, now)?;
            Ok(store::find(conn, issue.id)?)
        })
        .await
}
