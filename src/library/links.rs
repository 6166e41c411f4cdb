//! Whether links still lead somewhere: those of the library and of what was sent once a week, those
//! of a draft soon after it was saved.
//!
//! The rows are the queue. "Could not check" is not "broken": only 404 and 410 say that a page is
//! gone, and because sites have bad days, a page counts as dead when it says so twice, a day apart.

use std::collections::HashSet;

use chrono::TimeDelta;
use futures_util::future::join_all;
use url::Url;

use super::store::links as store;
use crate::app::App;
use crate::clock::Instant;
use crate::error::Result;
use crate::text_enum;
use crate::web::outside::{Answer, OutsideError, Refusal};

/// How often a link is looked at.
const EVERY: TimeDelta = TimeDelta::days(7);
/// How long until a page that is gone is asked once more.
const AGAIN: TimeDelta = TimeDelta::days(1);
/// For who looks: long enough for slow servers, short enough to be taken over.
const CLAIM: TimeDelta = TimeDelta::minutes(10);
/// How long the links of a draft are looked at.
const KEPT: TimeDelta = TimeDelta::days(90);
/// Links that a run of the job looks at.
const AT_ONCE: usize = 20;
/// At most so many of them from one host; the job's next run is the pause.
const OF_ONE_HOST: usize = 2;
/// Links that are queued or forgotten in one write.
const CHUNK: usize = 1_000;

text_enum! {
    /// What is known of a link.
    pub enum Outcome {
        /// It leads to a page.
        Ok = "ok",
        /// The page is gone: 404 or 410.
        Broken = "broken",
        /// Nobody can tell: the site wants a sign-in, is busy, or does not answer.
        Unsure = "unsure",
    }
}

/// What a look at a link found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What is known now.
    pub outcome: Outcome,
    /// The status, when there was one.
    pub status: Option<i32>,
    /// How much is fetched there, in bytes, when the server says it.
    pub bytes: Option<i64>,
}

/// Judges an answer.
fn judge(answer: std::result::Result<Answer, OutsideError>) -> Found {
    let bytes = answer.as_ref().ok().and_then(|answer| answer.bytes);
    let answer = answer.map(|answer| answer.status);
    let outcome = match answer {
        Ok(404 | 410) => Outcome::Broken,
        Ok(status) if status < 400 => Outcome::Ok,
        // Such an address leads nobody anywhere; but the preflight says so itself.
        Err(OutsideError::Refused(Refusal::Address)) => Outcome::Unsure,
        Ok(_) | Err(_) => Outcome::Unsure,
    };
    let status = match answer {
        Ok(status) | Err(OutsideError::Status(status)) => Some(i32::from(status)),
        Err(_) => None,
    };
    Found { outcome, status, bytes }
}

/// Looks at the links whose time has come, a few at once. Returns whether there were any.
pub async fn check_due(app: &App) -> Result<bool> {
    if !app.config.link_checks {
        return Ok(false);
    }
    let now = app.clock.now();
    let due = app.db.read(move |conn| Ok(store::due(conn, now)?)).await?;
    let mut hosts: std::collections::HashMap<String, usize> = std::collections::HashMap::new();
    let mut batch = Vec::new();
    for url in due {
        let host = Url::parse(&url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let count = hosts.entry(host.unwrap_or_default()).or_default();
        if *count < OF_ONE_HOST && batch.len() < AT_ONCE {
            *count += 1;
            batch.push(url);
        }
    }
    let claimed = app
        .db
        .write(move |conn| {
            let mut claimed = Vec::new();
            for url in batch {
                if store::claim(conn, &url, now, now + CLAIM)? {
                    claimed.push(url);
                }
            }
            Ok(claimed)
        })
        .await?;
    if claimed.is_empty() {
        return Ok(false);
    }
    let looks = claimed.iter().map(|url| app.outside.look(url));
    let found: Vec<Found> = join_all(looks).await.into_iter().map(judge).collect();
    app.db
        .write(move |conn| {
            for (url, found) in claimed.iter().zip(&found) {
                write_down(conn, url, found, now)?;
            }
            Ok(())
        })
        .await?;
    Ok(true)
}

fn write_down(conn: &mut crate::db::DbConn, url: &str, found: &Found, now: Instant) -> Result<()> {
    let before = store::by_url(conn, url)?;
    let broken_since = match found.outcome {
        Outcome::Broken => before.broken_since.or(Some(now)),
        // It answered; what nobody could check changes nothing of what was known.
        Outcome::Ok => None,
        Outcome::Unsure => before.broken_since,
    };
    let is_dead = match found.outcome {
        Outcome::Broken => broken_since.is_some_and(|since| since + AGAIN <= now),
        Outcome::Ok => false,
        Outcome::Unsure => before.is_dead,
    };
    let next = match found.outcome {
        Outcome::Broken if !is_dead => now + AGAIN,
        _ => now + EVERY,
    };
    Ok(store::checked(conn, url, found, (broken_since, is_dead), now, next)?)
}

/// Puts the links of the library and of what was sent into the queue, and takes out what nobody
/// links any more. Returns whether that changed anything.
pub async fn queue_known(app: &App) -> Result<bool> {
    if !app.config.link_checks {
        return Ok(false);
    }
    let now = app.clock.now();
    let (known, old) = app
        .db
        .read(move |conn| Ok((store::linked(conn)?, store::queued_before(conn, now - KEPT)?)))
        .await?;
    // Those of drafts that were given up long ago; who saves one again queues them again.
    let gone: Vec<String> = {
        let known: HashSet<&String> = known.iter().collect();
        old.into_iter().filter(|url| !known.contains(url)).collect()
    };
    let mut changed = !gone.is_empty();
    // In small writes: the sending waits behind each of them.
    for urls in known.chunks(CHUNK).map(<[String]>::to_vec) {
        changed |= app.db.write(move |conn| Ok(store::queue(conn, &urls, now)? > 0)).await?;
    }
    for urls in gone.chunks(CHUNK).map(<[String]>::to_vec) {
        app.db.write(move |conn| Ok(store::remove(conn, &urls, now - KEPT)?)).await?;
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_gone_is_broken() {
        let outcome = |answer: std::result::Result<u16, OutsideError>| {
            judge(answer.map(|status| Answer { status, bytes: None })).outcome
        };
        for status in [200, 204, 301] {
            assert_eq!(outcome(Ok(status)), Outcome::Ok, "{status}");
        }
        for status in [404, 410] {
            assert_eq!(outcome(Ok(status)), Outcome::Broken, "{status}");
        }
        for status in [400, 401, 403, 405, 429, 500, 503] {
            assert_eq!(outcome(Ok(status)), Outcome::Unsure, "{status}");
        }
        for why in [
            OutsideError::TooSlow,
            OutsideError::Unreachable(String::new()),
            OutsideError::TooManyRedirects,
            OutsideError::Refused(Refusal::Inside),
        ] {
            assert_eq!(outcome(Err(why)), Outcome::Unsure);
        }
    }
}
