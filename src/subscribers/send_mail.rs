//! Sends the mails that wait in the rows of subscriptions: the row is the queue.
//!
//! A try is counted, and the next one put off, before the mail goes: so a crash sends a mail at
//! most once more per try, with the same Message-ID, and no transaction waits for the relay.

use actix_web::web::Data;
use askama::Template;
use chrono::TimeDelta;
use futures_util::future::join_all;

use super::store::queue::Due;
use super::{Mail, confirm, store};
use crate::app::App;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::Result;
use crate::mail::{EmailAddress, Letter, MailError, mime};
use crate::signups::hold;
use crate::web::Texts;

/// Minutes until the next try after each try; the last one holds for all that follow. The first
/// is longer than a try takes.
const PAUSES: [i64; 7] = [2, 5, 15, 30, 60, 120, 240];
/// When a mail is given up: nobody waits for it any more.
pub const GIVEN_UP: TimeDelta = TimeDelta::hours(24);
/// Mails that are on the way at once.
pub const AT_ONCE: i64 = 8;

/// How long a mail waits that has been tried so often before and is tried now.
pub fn pause_after(attempts: i32) -> TimeDelta {
    let at = usize::try_from(attempts).unwrap_or(0).min(PAUSES.len() - 1);
    TimeDelta::minutes(PAUSES[at])
}

struct Values {
    texts: Texts,
    sender: String,
    newsletter: String,
    address: String,
    link: String,
    preferences: String,
    /// The text of the consent to being measured, if that is asked for too.
    tracking: Option<String>,
    days: i64,
}

/// The three templates of a folder in `mjml/`, filled in with values as `mail`.
macro_rules! content {
    ($values:ty, $subject:literal, $text:literal, $body:literal, $mail:expr) => {{
        #[derive(Template)]
        #[template(path = $subject)]
        struct Subject<'a> {
            mail: &'a $values,
        }
        #[derive(Template)]
        #[template(path = $text)]
        struct Text<'a> {
            mail: &'a $values,
        }
        #[derive(Template)]
        #[template(path = $body)]
        struct Body<'a> {
            mail: &'a $values,
        }
        let mail = $mail;
        $crate::mail::letter(&Subject { mail }, &Text { mail }, &Body { mail })
    }};
}
pub(crate) use content;

/// The job: sends what is due, and says whether anything was.
pub async fn send_due(app: &Data<App>) -> Result<bool> {
    let mut busy = false;
    loop {
        // No try is counted while there is no way.
        if app.door.closed().is_some() {
            return Ok(busy);
        }
        let taken = take(app).await?;
        if taken.is_empty() {
            return Ok(busy);
        }
        busy = true;
        for outcome in join_all(taken.iter().map(|due| try_one(app, due))).await {
            outcome?;
        }
    }
}

/// Takes what is due for one try, and gives up what has waited too long.
async fn take(app: &App) -> Result<Vec<Due>> {
    let now = app.clock.now();
    // Most seconds have nothing due, and reading costs the writers nothing.
    let next = move |conn: &mut DbConn| {
        let are_held = hold::current(conn)?.is_some();
        Ok((store::queue::due(conn, now, are_held, 1)?.is_empty(), are_held))
    };
    let (is_empty, are_held) = app.db.read(next).await?;
    if is_empty {
        return Ok(vec![]);
    }
    app.db
        .write(move |conn| {
            let mut taken = Vec::new();
            for due in store::queue::due(conn, now, are_held, AT_ONCE)? {
                let (waiting, subscription, ..) = &due;
                let queued_at = waiting.mail_queued_at.unwrap_or(now);
                if now - queued_at > GIVEN_UP {
                    tracing::warn!(subscription = subscription.id, "a mail was given up");
                    store::queue::clear(conn, subscription.id, queued_at, None)?;
                    continue;
                }
                let attempts = waiting.mail_attempts;
                let next = now + pause_after(attempts);
                if store::queue::take(conn, subscription.id, attempts, queued_at, next)? {
                    taken.push(due);
                }
            }
            Ok(taken)
        })
        .await
}

async fn try_one(app: &App, due: &Due) -> Result<()> {
    let (waiting, subscription, person, newsletter) = due.clone();
    let (Some(kind), Some(queued_at)) = (waiting.mail, waiting.mail_queued_at) else {
        return Ok(());
    };
    let id = subscription.id;
    let asked = subscription.clone();
    let tracking = match kind {
        Mail::Confirm => app.db.read(move |conn| confirm::asked_tracking(conn, &asked)).await?,
        Mail::AlreadySubscribed => None,
    };
    let (message_id, sent) = match letter(app, due, kind, queued_at, tracking) {
        Ok(letter) => (letter.message_id.clone(), app.mailer.send(&letter).await),
        Err(error) => (String::new(), Err(MailError::Unwritable(error))),
    };
    let to = EmailAddress::parse(&person.email).map(|a| a.masked()).unwrap_or_default();
    match sent {
        Ok(()) => {
            let now = app.clock.now();
            tracing::info!(mail = %kind, to, "sent");
            app.db
                .write(move |conn| {
                    store::queue::clear(conn, id, queued_at, Some(now))?;
                    if kind == Mail::Confirm {
                        store::consents::set_message_id(
                            conn,
                            person.id,
                            newsletter.id,
                            subscription.requested_at,
                            &message_id,
                        )?;
                    }
                    Ok(())
                })
                .await
        }
        Err(error) if error.is_final() => {
            tracing::warn!(mail = %kind, to, %error, "refused for good");
            app.db.write(move |conn| Ok(store::queue::clear(conn, id, queued_at, None)?)).await
        }
        Err(error) => {
            tracing::warn!(mail = %kind, to, %error, "not sent; it is tried again");
            Ok(())
        }
    }
}

/// The same row makes the same letter, byte for byte.
fn letter(
    app: &App,
    due: &Due,
    kind: Mail,
    queued_at: Instant,
    tracking: Option<String>,
) -> anyhow::Result<Letter> {
    let (_, subscription, person, newsletter) = due;
    let from = EmailAddress::parse(&newsletter.sender_email)?;
    let values = Values {
        texts: person.language.texts(),
        sender: newsletter.sender_name.clone(),
        newsletter: newsletter.title.clone(),
        address: person.email.clone(),
        link: app.links.confirm(subscription.id, subscription.requested_at, subscription.nonce),
        preferences: app.links.preferences(subscription.id, subscription.nonce),
        tracking,
        days: confirm::VALID.num_days(),
    };
    let content = match kind {
        Mail::Confirm => {
            content!(
                Values,
                "confirm/subject.txt",
                "confirm/body.txt",
                "confirm/body.mjml",
                &values
            )
        }
        Mail::AlreadySubscribed => content!(
            Values,
            "already_subscribed/subject.txt",
            "already_subscribed/body.txt",
            "already_subscribed/body.mjml",
            &values
        ),
    }?;
    let left =
        format!("{}.{}.{}", kind.as_str().replace('_', "-"), person.uuid, queued_at.micros());
    Ok(Letter {
        from_name: newsletter.sender_name.clone(),
        message_id: mime::message_id(&left, from.domain()),
        from,
        reply_to: newsletter.reply_to.as_deref().map(EmailAddress::parse).transpose()?,
        to: EmailAddress::parse(&person.email)?,
        date: queued_at,
        content,
    })
}
