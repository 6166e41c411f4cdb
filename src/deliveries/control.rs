//! What a person does to an issue on its way: pause, resume, cancel, and decide about copies of
//! which nobody knows whether they went out. And the pause by the program itself.

use serde_json::json;

use super::store::{self, Counts};
use super::{DeliveryState, PauseReason};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{DbConn, PublicId};
use crate::error::{Error, Result};
use crate::issues::{self, Issue, IssueState};
use crate::staff;
use crate::text_enum;

/// Rows that are skipped in one write.
const CHUNK: i64 = 2_000;

text_enum! {
    /// What a person can do.
    pub enum Action {
        /// Stop for now.
        Pause = "pause",
        /// Go on.
        Resume = "resume",
        /// Stop for good.
        Cancel = "cancel",
        /// Try those again who were refused for good, but for addresses that do not exist.
        RetryFailures = "retry-failures",
        /// Take the held copies for sent.
        CountAsSent = "count-as-sent",
        /// Send the held copies once more.
        SendAgain = "send-again",
        /// Take the held copies for failed.
        GiveUp = "give-up",
    }
}

impl Action {
    /// Whether it can be done to an issue as it stands.
    pub fn fits(self, state: IssueState, counts: &Counts) -> bool {
        match self {
            Self::Pause => state == IssueState::Sending,
            Self::Resume => state == IssueState::Paused,
            Self::Cancel => {
                matches!(state, IssueState::Preparing | IssueState::Sending | IssueState::Paused)
            }
            Self::RetryFailures => {
                counts.failed > 0
                    && matches!(state, IssueState::Sent | IssueState::Sending | IssueState::Paused)
            }
            Self::CountAsSent | Self::SendAgain | Self::GiveUp => {
                state == IssueState::Paused && counts.held > 0
            }
        }
    }

    /// Whether it is about the held copies.
    pub fn is_about_held(self) -> bool {
        matches!(self, Self::CountAsSent | Self::SendAgain | Self::GiveUp)
    }
}

/// Does something to an issue; [`Error::Conflict`] when it has gone on in the meantime.
pub async fn act(app: &App, issue: PublicId, action: Action, actor: &str) -> Result<()> {
    let (now, actor) = (app.clock.now(), actor.to_owned());
    let done = app
        .db
        .write(move |conn| {
            let issue = issues::store::by_uuid(conn, issue)?;
            // What is decided here is decided for the state that it has then.
            issues::store::lock(conn, issue.id)?;
            let issue = issues::store::find(conn, issue.id)?;
            let counts = store::counts(conn, issue.id)?;
            if !action.fits(issue.state, &counts) {
                return Err(Error::Conflict("error-delivery-state"));
            }
            perform(conn, &issue, action, now)?;
            let details = json!({ "reason": PauseReason::Person, "counts": counts });
            let subject = format!("issue {}", issue.uuid);
            let name = format!("issue.{action}");
            staff::store::audit(conn, &actor, &name, &subject, details, now)?;
            Ok(())
        })
        .await;
    if done.is_ok() && action == Action::Resume {
        app.door.open();
    }
    done
}

/// Somebody says that the relay will let us in now: it is tried again.
pub async fn try_relay(app: &App, actor: &str) -> Result<()> {
    let (now, actor) = (app.clock.now(), actor.to_owned());
    app.door.open();
    app.db
        .write(move |conn| {
            let details = json!({});
            Ok(staff::store::audit(conn, &actor, "relay.try-again", "relay", details, now)?)
        })
        .await
}

fn perform(conn: &mut DbConn, issue: &Issue, action: Action, now: Instant) -> Result<()> {
    use IssueState::{Cancelled, Paused, Preparing, Sending};
    // What becomes of held copies, and when they are due.
    let held = match action {
        Action::CountAsSent => Some((DeliveryState::Accepted, None, Some(now))),
        Action::SendAgain => Some((DeliveryState::Deferred, Some(now), None)),
        Action::GiveUp => Some((DeliveryState::Failed, None, Some(now))),
        Action::Pause | Action::Resume | Action::Cancel | Action::RetryFailures => None,
    };
    if let Some((state, due_at, finished_at)) = held {
        store::decide_held(conn, issue.id, state, due_at, finished_at)?;
        // What was paused for another reason waits for that to be decided too.
        if issue.pause_reason.as_deref() != Some(PauseReason::Uncertain.as_str()) {
            return Ok(());
        }
    }
    if action == Action::RetryFailures {
        store::retry(conn, issue.id, now)?;
        // One that was finished is on its way again; one that is paused stays so.
        if issue.state == IssueState::Sent {
            issues::store::reopen(conn, issue.id, now)?;
            store::forget(conn, issue.id)?;
        }
        return Ok(());
    }
    let (to, reason) = match action {
        // It was held before it began, or while its audience was written down.
        Action::Resume if issue.started_at.is_none() => {
            return match issues::store::begin_fan_out(conn, issue.id, Paused, now)? {
                true => Ok(()),
                false => Err(Error::Conflict("error-delivery-state")),
            };
        }
        Action::Resume if issue.published_on.is_none() => (Preparing, None),
        Action::Pause => (Paused, Some(PauseReason::Person.as_str())),
        // Those who wait are skipped in chunks afterwards; nobody is marked from now on.
        Action::Cancel => (Cancelled, None),
        _ => (Sending, None),
    };
    match issues::store::move_state(conn, issue.id, &[issue.state], to, reason, now)? {
        true => Ok(()),
        false => Err(Error::Conflict("error-delivery-state")),
    }
}

/// The program stops an issue by itself and says why; what others did first stands.
pub fn pause_by_program(app: &App, issue: &Issue, reason: PauseReason, why: &str) -> Result<()> {
    let (id, uuid, now) = (issue.id, issue.uuid, app.clock.now());
    let details = json!({ "reason": reason, "why": why });
    tracing::error!(issue = %uuid, %reason, %why, "an issue is paused");
    app.db.write_blocking(move |conn| {
        let to = IssueState::Paused;
        let from = [IssueState::Scheduled, IssueState::Preparing, IssueState::Sending];
        if issues::store::move_state(conn, id, &from, to, Some(reason.as_str()), now)? {
            let subject = format!("issue {uuid}");
            staff::store::audit(conn, "sending", "issue.pause", &subject, details, now)?;
        }
        Ok(())
    })
}

/// Cancels an issue that has been paused for so long that nobody will send it any more; it ended when
/// it was paused. For a thread that may wait.
pub fn end_forgotten(app: &App, issue: &Issue, paused_at: Instant) -> Result<()> {
    let (id, uuid, now) = (issue.id, issue.uuid, app.clock.now());
    let cancelled = app.db.write_blocking(move |conn| {
        let (from, to) = ([IssueState::Paused], IssueState::Cancelled);
        if !issues::store::move_state(conn, id, &from, to, None, now)? {
            return Ok(false);
        }
        store::decide_held(conn, id, DeliveryState::Failed, None, Some(now))?;
        let details = json!({ "paused": paused_at });
        staff::store::audit(
            conn,
            "retention",
            "issue.cancel",
            &format!("issue {uuid}"),
            details,
            now,
        )?;
        Ok(true)
    })?;
    if cancelled {
        sweep(app, issue)?;
        app.db.write_blocking(move |conn| Ok(issues::store::ended_at(conn, id, paused_at)?))?;
    }
    Ok(())
}

/// Skips who still waits in a cancelled issue, and ends it when nobody is under way any more.
pub fn sweep(app: &App, issue: &Issue) -> Result<()> {
    let (id, now) = (issue.id, app.clock.now());
    loop {
        let skipped =
            app.db.write_blocking(move |conn| Ok(store::skip_remaining(conn, id, CHUNK, now)?))?;
        if skipped == 0 {
            break;
        }
    }
    app.db.write_blocking(move |conn| {
        // A connection may have given rows back in between.
        let counts = store::counts(conn, id)?;
        if counts.open() + counts.held == 0
            && issues::store::finish(conn, id, IssueState::Cancelled, now)?
        {
            let tallied = store::tally(conn, id)?;
            store::keep(conn, id, &tallied)?;
        }
        Ok(())
    })
}
