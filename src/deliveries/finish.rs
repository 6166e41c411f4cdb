//! The end of an issue: every recipient has a final state, and the equation is checked.

use super::store::{self, Counts};
use super::{PauseReason, control};
use crate::app::App;
use crate::clock::Instant;
use crate::error::Result;
use crate::issues::{self, Issue, IssueState};

/// How an issue stands after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is over, or waits for a person.
    Over,
    /// Rows wait; the next one can go then, if one of them is this process's to send.
    Open(Option<Instant>),
}

/// Whether the recipients that have a final state are the audience: what was counted at fan-out
/// on one side, what became of the rows on the other.
pub fn adds_up(issue: &Issue, counts: &Counts) -> bool {
    issue.audience_count == Some(counts.done())
}

/// Ends an issue when nothing is left to do for it.
pub fn settle(app: &App, id: i64) -> Result<Settled> {
    let (issue, counts, next_due) = app.db.read_blocking(|conn| {
        let issue = issues::store::find(conn, id)?;
        Ok((issue, store::counts(conn, id)?, store::next_due(conn, id)?))
    })?;
    if issue.state != IssueState::Sending {
        return Ok(Settled::Over);
    }
    if counts.open() > 0 {
        let has_queued = counts.queued > 0;
        return Ok(Settled::Open(if has_queued { Some(app.clock.now()) } else { next_due }));
    }
    if counts.held > 0 {
        let why = format!("{} may have been sent already", counts.held);
        control::pause_by_program(app, &issue, PauseReason::Uncertain, &why)?;
    } else if adds_up(&issue, &counts) {
        let now = app.clock.now();
        let tallied = app.db.read_blocking(|conn| Ok(store::tally(conn, id)?))?;
        let end = app.db.write_blocking(move |conn| {
            // A person may have put rows back since they were counted.
            issues::store::lock(conn, id)?;
            if store::counts(conn, id)? != counts {
                return Ok(None);
            }
            let has_ended = issues::store::finish(conn, id, IssueState::Sending, now)?;
            if has_ended {
                store::keep(conn, id, &tallied)?;
            }
            Ok(Some(has_ended))
        })?;
        match end {
            Some(true) => tracing::info!(issue = %issue.uuid, "an issue is sent"),
            Some(false) => {}
            None => return Ok(Settled::Open(Some(now))),
        }
    } else {
        let why = format!(
            "{} in the audience, {} accepted, {} failed, {} skipped",
            issue.audience_count.unwrap_or_default(),
            counts.accepted,
            counts.failed,
            counts.skipped
        );
        tracing::error!(issue = %issue.uuid, %why, "the equation of an issue does not add up");
        control::pause_by_program(app, &issue, PauseReason::Equation, &why)?;
    }
    Ok(Settled::Over)
}
