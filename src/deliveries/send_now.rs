//! Sending what is due of one issue in the foreground, for the command line.

use std::fmt;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use actix_web::web::Data;
use tokio::sync::oneshot;

use super::recover::{self, Missing};
use super::store::{self, Counts};
use super::{finish, sender, start};
use crate::app::App;
use crate::db::presence::Presence;
use crate::error::{Error, Result};
use crate::issues::{self, Issue, IssueState};

/// How often it is made sure that other processes see this one.
const RENEW: Duration = Duration::from_secs(1);

/// The audience on one side, what became of its rows on the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Equation {
    audience: Option<i64>,
    counts: Counts,
    adds_up: bool,
}

impl Equation {
    /// Of an issue.
    pub fn of(issue: &Issue, counts: Counts) -> Self {
        let adds_up = finish::adds_up(issue, &counts);
        Self { audience: issue.audience_count, counts, adds_up }
    }

    /// Whether every recipient has a final state, and they are the audience.
    pub fn adds_up(&self) -> bool {
        self.adds_up
    }
}

impl fmt::Display for Equation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { accepted, failed, skipped, uncertain, .. } = &self.counts;
        let sign = if self.adds_up { "=" } else { "≠" };
        write!(
            f,
            "audience {} {sign} accepted {accepted} + failed {failed} + skipped {skipped} ({uncertain} uncertain)",
            self.audience.unwrap_or_default()
        )
    }
}

/// Sends what is due of an issue, named by uuid or slug. [`Error::Conflict`] when it is not being
/// sent and its time has not come. [`super::Sender::stop`] breaks it off.
pub async fn send_now(app: &Data<App>, name: &str) -> Result<Equation> {
    let (app, name) = (app.clone().into_inner(), name.to_owned());
    let (answer, sent) = oneshot::channel();
    // A thread of its own: tokio would not let the process end before a relay has answered.
    std::thread::Builder::new()
        .name("send".to_owned())
        .spawn(move || answer.send(send(&app, &name)))
        .map_err(anyhow::Error::from)?;
    sent.await.map_err(|_| anyhow::anyhow!("the sending panicked"))?
}

fn send(app: &App, name: &str) -> Result<Equation> {
    let mut issue = app.db.read_blocking(|conn| Ok(issues::store::by_name(conn, name)?))?;
    if issue.state == IssueState::Scheduled && issue.send_at.is_some_and(|at| at <= app.clock.now())
    {
        start::one(app, &issue)?;
        issue = app.db.read_blocking(|conn| Ok(issues::store::find(conn, issue.id)?))?;
    }
    if !matches!(issue.state, IssueState::Preparing | IssueState::Sending | IssueState::Sent) {
        return Err(Error::Conflict("error-delivery-not-due"));
    }
    present(app, |worker| {
        recover::abandoned(app, worker, &mut Missing::default())?;
        sender::look(app, &issue, worker, &app.sender.stop).map(drop)
    })?;
    app.db.read_blocking(|conn| {
        let issue = issues::store::find(conn, issue.id)?;
        let counts = store::counts(conn, issue.id)?;
        Ok(Equation::of(&issue, counts))
    })
}

/// Works under a name that the other processes see all the time, whatever the database does: else
/// they would take this one for dead, and send once more what it has under way.
fn present(app: &App, work: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    let url = &app.config.database_url;
    let mut presence = Presence::announce(url, sender::worker_name(app))?;
    let worker = presence.name().to_owned();
    let (end, ended) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while ended.recv_timeout(RENEW) == Err(RecvTimeoutError::Timeout) {
                if let Err(error) = presence.renew(url) {
                    tracing::warn!(%error, "other processes do not see this one");
                }
            }
        });
        let done = work(&worker);
        drop(end);
        done
    })
}
