//! Review and approval. Where the newsletter asks for it, a second person approves; what they
//! approve is the very rendition, and any change after that makes the issue a draft again.

use serde::{Deserialize, Serialize};

use super::audience::Audience;
use super::compose::Composition;
use super::preflight::{self, Examined, Seen};
use super::schedule;
use super::sender::Sender;
use super::store::{self, Approval, Revision, Verdict};
use super::{Issue, IssueState, freeze, preview};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{DbConn, Json, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::newsletters::{Details, Newsletter};
use crate::staff::{self, Staff};
use crate::web::Lang;

/// Longest note with which an issue is sent back, in characters.
const NOTE_LONGEST: usize = 2_000;

/// What surrounds the content of an issue and is approved with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Surroundings {
    sender: Sender,
    language: Lang,
    details: Details,
}

impl Surroundings {
    fn of(newsletter: &Newsletter) -> Self {
        Self {
            sender: Sender::of(newsletter),
            language: newsletter.language,
            details: newsletter.details(),
        }
    }
}

/// Whether what was approved is still what would go out.
///
/// # Errors
/// [`Error::Conflict`] that says what has changed.
pub fn still_holds(conn: &mut DbConn, issue: &Issue, newsletter: &Newsletter) -> Result<()> {
    let (audience, frame) = store::approved_of(conn, issue.id)?;
    let now = Audience::read(&issue.audience)?.hash(newsletter.uuid, issue.kind)?;
    if audience.is_some_and(|approved| approved != now) {
        return Err(Error::Conflict("error-approval-audience"));
    }
    // It was approved when nobody asked for a second person.
    if newsletter.approval_required {
        if issue.approved_by.as_deref().is_some_and(|by| by.starts_with(staff::TOKEN)) {
            return Err(Error::Conflict("error-approval-second"));
        }
        let number = issue.approved_revision.unwrap_or(issue.current_revision);
        let author = store::revision(conn, issue.id, number)?.saved_by;
        if issue.approved_by.as_ref() == Some(&author) {
            return Err(Error::Conflict("error-approval-second"));
        }
    }
    // What was written down by a program that knew other fields says nothing.
    let approved = frame.and_then(|frame| serde_json::from_value::<Surroundings>(frame.0).ok());
    let Some(approved) = approved else { return Ok(()) };
    let now = Surroundings::of(newsletter);
    match () {
        () if approved == now => Ok(()),
        () if approved.details != now.details => Err(Error::Conflict("error-approval-footer")),
        () if approved.sender.list_title != now.sender.list_title => {
            Err(Error::Conflict("error-approval-title"))
        }
        () if approved.sender != now.sender => Err(Error::Conflict("error-approval-sender")),
        () => Err(Error::Conflict("error-approval-outdated")),
    }
}

/// Takes back the approvals in a newsletter that no longer hold, with the reason as a note to the
/// author; to be called in the write that changes the newsletter.
pub fn take_back(
    conn: &mut DbConn,
    newsletter: &Newsletter,
    actor: &str,
    now: Instant,
) -> Result<()> {
    for issue in store::in_state(conn, IssueState::Approved)? {
        if issue.newsletter != newsletter.id {
            continue;
        }
        let reason = match still_holds(conn, &issue, newsletter) {
            Ok(()) => continue,
            Err(Error::Conflict(reason)) => reason,
            Err(other) => return Err(other),
        };
        store::back_to_draft(conn, issue.id, &[IssueState::Approved], now)?;
        let note = newsletter.language.texts().get(reason);
        store::insert_review(conn, &issue, Verdict::Returned, actor, &note, now)?;
        let details = serde_json::json!({ "revision": issue.current_revision, "reason": reason });
        let subject = format!("issue {}", issue.uuid);
        staff::store::audit(conn, actor, "issue.approval-lapsed", &subject, details, now)?;
    }
    Ok(())
}

/// Asks for the second person, who sees when the author would like it to go: `at` is on the
/// newsletter's clock, and empty when that is open.
pub async fn submit(app: &App, uuid: PublicId, at: &str, staff: &Staff) -> Result<()> {
    let proposed = match at.is_empty() {
        true => None,
        false => {
            let of = app.db.read(move |conn| Ok(store::by_uuid(conn, uuid)?)).await?;
            let wish = schedule::read_wish(at, of.zone());
            Some(wish.map_err(|error| Error::Invalid(vec![error]))?)
        }
    };
    let examined = preflight::examine(app, uuid, proposed.as_ref().map(|(at, _)| *at)).await?;
    examined.stop()?;
    let issue = examined.composition.issue;
    let (actor, now) = (staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            match issue.state {
                IssueState::Draft => {}
                // Somebody has pressed twice.
                IssueState::InReview => return Ok(()),
                _ => return Err(Error::Conflict("error-submit-over")),
            }
            if !store::submit(conn, &issue, now)? {
                return Err(Error::Stale);
            }
            if let Some((_, local)) = &proposed {
                store::propose_time(conn, issue.id, local)?;
            }
            store::insert_review(conn, &issue, Verdict::Submitted, &actor, "", now)?;
            let details = serde_json::json!({ "revision": issue.current_revision });
            let subject = format!("issue {uuid}");
            Ok(staff::store::audit(conn, &actor, "issue.submit", &subject, details, now)?)
        })
        .await
}

/// Whether somebody may be the second person of a revision: neither who saved it nor who asks for
/// the approval.
pub fn may_approve(revision: &Revision, asked_by: Option<&str>, staff: &Staff) -> bool {
    let actor = staff.actor();
    staff.is_person() && revision.saved_by != actor && asked_by != Some(&actor)
}

/// What the second person has read, as hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookedAt<'a> {
    /// Of the mail, the text and the web version.
    pub rendition: &'a str,
    /// Of who gets it.
    pub audience: &'a str,
}

/// Approves the current revision; `looked_at` is what the second person has seen, where they have
/// seen it.
///
/// # Errors
/// [`Error::Conflict`] when the newsletter asks for a second person and this is the one who saved
/// the revision, or no person at all; [`Error::Stale`] when it was changed meanwhile;
/// [`Error::Invalid`] when something stops it or a warning has been seen by nobody.
pub async fn approve(
    app: &App,
    uuid: PublicId,
    looked_at: Option<LookedAt<'_>>,
    seen: &Seen,
    staff: &Staff,
) -> Result<Issue> {
    let examined = preflight::examine(app, uuid, None).await?;
    approve_examined(app, examined, looked_at, seen, staff).await
}

/// As [`approve`], when the issue has been looked at.
pub(super) async fn approve_examined(
    app: &App,
    examined: Examined,
    looked_at: Option<LookedAt<'_>>,
    seen: &Seen,
    staff: &Staff,
) -> Result<Issue> {
    let now = app.clock.now();
    let Composition { issue, newsletter, revision, content, .. } = &examined.composition;
    if !matches!(issue.state, IssueState::Draft | IssueState::InReview) {
        return Err(Error::Conflict("error-review-over"));
    }
    if newsletter.approval_required {
        let of = issue.id;
        let asked_by = app.db.read(move |conn| Ok(store::asked_by(conn, of)?)).await?;
        if !may_approve(revision, asked_by.as_deref(), staff) {
            return Err(Error::Conflict("error-approval-second"));
        }
    }
    let frozen = freeze::freeze(content, &preview::frame(app, newsletter, issue), now)?;
    let audience = Audience::read(&issue.audience)?.hash(newsletter.uuid, issue.kind)?;
    let now_there = LookedAt { rendition: &frozen.rendition.hash, audience: &audience };
    if looked_at.is_some_and(|looked_at| looked_at != now_there) {
        return Err(Error::Conflict("error-approval-moved"));
    }
    examined.pass(seen)?;
    let frame =
        Json(serde_json::to_value(Surroundings::of(newsletter)).map_err(anyhow::Error::new)?);
    let actor = staff.actor();
    app.db
        .write(move |conn| {
            let issue = &examined.composition.issue;
            store::keep_rendition(conn, &frozen.rendition)?;
            let approval = Approval {
                by: &actor,
                rendition: &frozen.rendition.hash,
                audience: &audience,
                frame,
            };
            if !store::approve(conn, issue, &approval, now)? {
                return Err(Error::Stale);
            }
            examined.keep(conn, issue, &actor, now)?;
            store::insert_review(conn, issue, Verdict::Approved, &actor, "", now)?;
            let details = serde_json::json!({ "revision": issue.current_revision });
            let subject = format!("issue {}", issue.uuid);
            staff::store::audit(conn, &actor, "issue.approve", &subject, details, now)?;
            Ok(store::find(conn, issue.id)?)
        })
        .await
}

/// Sends an issue back to its author with a note; it is a draft again.
///
/// # Errors
/// [`Error::Invalid`] without a note; [`Error::Conflict`] when it is not in review.
pub async fn send_back(app: &App, uuid: PublicId, note: &str, staff: &Staff) -> Result<()> {
    let note = super::text::lines(note.trim());
    let length = note.chars().count();
    if note.is_empty() {
        return Err(Error::field("note", "error-note-empty"));
    }
    if length > NOTE_LONGEST {
        let error = FieldError::new("note", "error-note-long");
        let error = error.with("length", length).with("most", NOTE_LONGEST);
        return Err(Error::Invalid(vec![error]));
    }
    let (actor, now) = (staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let issue = store::by_uuid(conn, uuid)?;
            if !store::back_to_draft(conn, issue.id, &[IssueState::InReview], now)? {
                return Err(Error::Conflict("error-review-over"));
            }
            store::insert_review(conn, &issue, Verdict::Returned, &actor, &note, now)?;
            let details = serde_json::json!({ "revision": issue.current_revision });
            let subject = format!("issue {uuid}");
            Ok(staff::store::audit(conn, &actor, "issue.return", &subject, details, now)?)
        })
        .await
}
