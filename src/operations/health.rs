//! Readiness: whether what the service leans on answers. Anybody may ask, so the answer is kept
//! for some seconds, and asking often costs the relay nothing.

use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::Mutex;

use super::store;
use crate::app::App;
use crate::clock::Instant;

/// How long an answer is kept.
const FRESH: TimeDelta = TimeDelta::seconds(5);
/// How long the relay has for its greeting.
const PATIENCE: Duration = Duration::from_secs(5);

/// The last answer.
#[derive(Default)]
pub struct Health(Mutex<Option<(Instant, Readiness)>>);

/// What answers and what does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Readiness {
    /// The database.
    pub database: Answer,
    /// The mail relay.
    pub relay: Answer,
}

/// Whether something answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It does.
    Ok,
    /// It cannot be reached.
    Away,
    /// It takes too long.
    TooSlow,
    /// It refuses our sign-in: see [`crate::mail::Door`].
    NotLetIn,
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Away => "away",
            Self::TooSlow => "too-slow",
            Self::NotLetIn => "not-let-in",
        })
    }
}

impl Readiness {
    /// Whether the service can do its work.
    pub fn is_ready(self) -> bool {
        self.database == Answer::Ok && self.relay == Answer::Ok
    }
}

/// Asks the database and the relay, or tells what they said just now.
pub async fn readiness(app: &App) -> Readiness {
    let now = app.clock.now();
    // The lock is held while asking, so that many who ask at once ask once.
    let mut last = app.health.0.lock().await;
    if let Some((at, known)) = *last
        // What is younger than now was asked before the clock was put back.
        && (at..at + FRESH).contains(&now)
    {
        return known;
    }
    let database = match app.db.read(|conn| Ok(store::answers(conn)?)).await {
        Ok(()) => Answer::Ok,
        Err(_) => Answer::Away,
    };
    let asked = match tokio::time::timeout(PATIENCE, app.mailer.is_reachable()).await {
        Ok(true) => Answer::Ok,
        Ok(false) => Answer::Away,
        Err(_) => Answer::TooSlow,
    };
    let relay = if app.door.closed().is_some() { Answer::NotLetIn } else { asked };
    let readiness = Readiness { database, relay };
    *last = Some((now, readiness));
    readiness
}
