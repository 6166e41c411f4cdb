//! Asking for a link to one's own page.
//!
//! By an address anybody can ask, so the answer must not tell whether it is known, and neither may
//! the time that it takes: the request is only put down here, and a job looks the address up. What
//! a crash loses is asked for once more.
//!
//! Nobody is mailed who has never confirmed anything: for them there is the confirmation, within its
//! own limits.

use std::net::IpAddr;
use std::sync::Mutex;

use actix_web::web::Data;
use chrono::TimeDelta;
use serde_json::json;

use crate::app::App;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::{Error, Result};
use crate::mail::EmailAddress;
use crate::signups::pace::Pace;
use crate::staff;
use crate::subscribers::store::mails::{self, NewMail};
use crate::subscribers::store::{register, suppressions};
use crate::subscribers::{PersonalMail, Subscriber};

/// A person gets one link in this time,
const BETWEEN: TimeDelta = TimeDelta::minutes(2);
/// and so many a day, whoever asks.
const MOST_A_DAY: usize = 3;
/// Addresses that may wait to be looked up; more are a flood, and are dropped.
const MOST_WAITING: usize = 10_000;

/// Addresses for which somebody has asked, and from where.
#[derive(Default)]
pub struct Asked {
    waiting: Mutex<Vec<(String, Option<IpAddr>)>>,
    /// Apart from that of staff: a flood here keeps nobody from signing in.
    pace: Pace,
}

impl Asked {
    fn put(&self, key: String, client: Option<IpAddr>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if waiting.len() < MOST_WAITING {
            waiting.push((key, client));
        }
    }

    fn take(&self) -> Vec<(String, Option<IpAddr>)> {
        let waiting = self.waiting.lock();
        std::mem::take(&mut *waiting.unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// Takes a request by address. `client` is the IP address.
///
/// # Errors
/// [`Error::Invalid`] when it is no address at all, [`Error::TooMany`] when this network asks too
/// often.
pub fn by_address(app: &App, email: &str, client: Option<IpAddr>) -> Result<()> {
    let address = EmailAddress::parse(email).map_err(|e| Error::field("email", e.code()))?;
    if !app.asked.pace.allows_link(client, app.clock.now()) {
        return Err(Error::TooMany);
    }
    app.asked.put(address.key(), client);
    Ok(())
}

/// The job that looks addresses up; says whether there were any.
pub async fn look_up(app: &Data<App>) -> Result<bool> {
    let keys = app.asked.take();
    if keys.is_empty() {
        return Ok(false);
    }
    for (key, client) in keys {
        let person = app.db.read(move |conn| Ok(register::by_key(conn, &key)?)).await?;
        if let Some(person) = person {
            for_person(app, person, None, client).await?;
        }
    }
    Ok(true)
}

/// Queues a link to somebody's own page, from a newsletter, or from the one they know best. A
/// suppressed address gets no mail: staff are told that somebody asked.
pub async fn for_person(
    app: &Data<App>,
    person: Subscriber,
    newsletter: Option<i64>,
    client: Option<IpAddr>,
) -> Result<()> {
    let (now, nonce) = (app.clock.now(), staff::random_nonce()?);
    let wish = Wish { person, newsletter, client, nonce };
    let of_write = app.clone();
    app.db.write(move |conn| queue(conn, &of_write, &wish, now)).await
}

/// Somebody's wish to see their page.
struct Wish {
    person: Subscriber,
    newsletter: Option<i64>,
    client: Option<IpAddr>,
    nonce: i64,
}

fn queue(conn: &mut DbConn, app: &App, wish: &Wish, now: Instant) -> Result<()> {
    let (kind, person) = (PersonalMail::OwnPage, &wish.person);
    let lately = mails::queued_since(conn, person.id, kind, now - TimeDelta::days(1))?;
    if lately.len() >= MOST_A_DAY || lately.first().is_some_and(|at| now - *at < BETWEEN) {
        return Ok(());
    }
    let subscriptions = register::subscriptions_of(conn, person.id)?;
    let confirmed = subscriptions.iter().filter(|(subscription, _)| subscription.has_counted());
    let best = confirmed.max_by_key(|(s, _)| (s.counts(), s.requested_at));
    let Some((_, best)) = best else { return Ok(()) };
    let newsletter = wish.newsletter.unwrap_or(best.id);
    if let Some(reason) = suppressions::reason(conn, &person.address_hash)? {
        let subject = format!("subscriber {}", person.uuid);
        let since = now - TimeDelta::days(1);
        if !staff::store::was_audited(conn, HELD, &subject, since)? {
            let details = json!({ "reason": reason });
            staff::store::audit(conn, "form", HELD, &subject, details, now)?;
        }
        return Ok(());
    }
    // The link lives from when the mail goes.
    let to = EmailAddress::parse(&person.email).map_err(anyhow::Error::from)?;
    let allowance = &app.config.signups;
    let Some(wait) = app.pace.mail(allowance, (wish.client, to.domain()), 1, now) else {
        tracing::warn!("too many mails because of forms: a link to an own page is not sent");
        return Ok(());
    };
    let nonce = wish.nonce;
    let new = NewMail { subscriber: person.id, newsletter, kind, to_email: None, nonce };
    Ok(mails::put(conn, &new, now + wait)?)
}

/// What the audit log calls a request from an address to which nothing is sent.
const HELD: &str = "own-page.held";
