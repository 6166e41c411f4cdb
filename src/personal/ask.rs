//! Asking for a link to one's own page.
//!
//! By an address anybody can ask, so the answer must not tell whether it is known, and neither may
//! the time that it takes: the request is only put down here, and a job looks the address up. What
//! a crash loses is asked for once more.

use std::sync::Mutex;

use actix_web::web::Data;
use chrono::TimeDelta;
use serde_json::json;

use crate::app::App;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::{Error, Result};
use crate::mail::EmailAddress;
use crate::staff;
use crate::subscribers::store::mails::{self, NewMail};
use crate::subscribers::store::{register, suppressions};
use crate::subscribers::{PersonalMail, Subscriber};

/// A person gets one link in this time,
const BETWEEN: TimeDelta = TimeDelta::minutes(2);
/// and so many a day.
const MOST_A_DAY: usize = 6;
/// Addresses that may wait to be looked up; more are a flood, and are dropped.
const MOST_WAITING: usize = 10_000;

/// Addresses for which somebody has asked.
#[derive(Default)]
pub struct Asked(Mutex<Vec<String>>);

impl Asked {
    fn put(&self, key: String) {
        let mut waiting = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if waiting.len() < MOST_WAITING {
            waiting.push(key);
        }
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// Takes a request by address. `client` is the IP address.
///
/// # Errors
/// [`Error::Invalid`] when it is no address at all, [`Error::TooMany`] when this client asks too
/// often.
pub fn by_address(app: &App, email: &str, client: &str) -> Result<()> {
    let address = EmailAddress::parse(email).map_err(|e| Error::field("email", e.code()))?;
    if !app.attempts.allow(&format!("own page {client}"), app.clock.now()) {
        return Err(Error::TooMany);
    }
    app.asked.put(address.key());
    Ok(())
}

/// The job that looks addresses up; says whether there were any.
pub async fn look_up(app: &Data<App>) -> Result<bool> {
    let keys = app.asked.take();
    if keys.is_empty() {
        return Ok(false);
    }
    for key in keys {
        let person = app.db.read(move |conn| Ok(register::by_key(conn, &key)?)).await?;
        if let Some(person) = person {
            for_person(app, person, None).await?;
        }
    }
    Ok(true)
}

/// Queues a link to somebody's own page, from a newsletter, or from the one they know best. A
/// suppressed address gets no mail: staff are told that somebody asked.
pub async fn for_person(app: &App, person: Subscriber, newsletter: Option<i64>) -> Result<()> {
    let (now, nonce) = (app.clock.now(), staff::random_nonce()?);
    app.db.write(move |conn| queue(conn, &person, newsletter, nonce, now)).await
}

fn queue(
    conn: &mut DbConn,
    person: &Subscriber,
    newsletter: Option<i64>,
    nonce: i64,
    now: Instant,
) -> Result<()> {
    let kind = PersonalMail::OwnPage;
    let lately = mails::queued_since(conn, person.id, kind, now - TimeDelta::days(1))?;
    if lately.len() >= MOST_A_DAY || lately.first().is_some_and(|at| now - *at < BETWEEN) {
        return Ok(());
    }
    let subscriptions = register::subscriptions_of(conn, person.id)?;
    let best = subscriptions.iter().max_by_key(|(s, _)| (s.counts(), s.requested_at));
    let Some(newsletter) = newsletter.or(best.map(|(_, newsletter)| newsletter.id)) else {
        return Ok(());
    };
    if let Some(reason) = suppressions::reason(conn, &person.address_hash)? {
        let subject = format!("subscriber {}", person.uuid);
        let since = now - TimeDelta::days(1);
        if !staff::store::was_audited(conn, HELD, &subject, since)? {
            let details = json!({ "reason": reason });
            staff::store::audit(conn, "form", HELD, &subject, details, now)?;
        }
        return Ok(());
    }
    let new = NewMail { subscriber: person.id, newsletter, kind, to_email: None, nonce };
    Ok(mails::put(conn, &new, now)?)
}

/// What the audit log calls a request from an address to which nothing is sent.
const HELD: &str = "own-page.held";
