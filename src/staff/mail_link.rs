//! The mail with a link that signs somebody in.

use askama::Template;
use chrono::TimeDelta;

use super::store::Person;
use super::{add, store};
use crate::app::App;
use crate::error::Result;
use crate::mail::{self, EmailAddress, Letter, mime};
use crate::newsletters::{self, Newsletter};
use crate::web::Texts;

/// How long a link that came by mail lives: as long as one looks for the mail.
const MAILED: TimeDelta = TimeDelta::minutes(30);

struct Mail {
    texts: Texts,
    sender: String,
    address: String,
    link: String,
    minutes: i64,
}

#[derive(Template)]
#[template(path = "sign_in/subject.txt")]
struct Subject<'a> {
    mail: &'a Mail,
}

#[derive(Template)]
#[template(path = "sign_in/body.txt")]
struct Text<'a> {
    mail: &'a Mail,
}

#[derive(Template)]
#[template(path = "sign_in/body.mjml")]
struct Body<'a> {
    mail: &'a Mail,
}

/// Mails a link to somebody who works here; to anybody else it does nothing, and the caller cannot
/// tell. It returns at once and mails on its own, so that the time does not tell either.
pub async fn mail_link(app: &actix_web::web::Data<App>, email: &str, client: &str) -> Result<()> {
    let now = app.clock.now();
    if !app.attempts.allow(&format!("link {client}"), now)
        || !app.attempts.allow(&format!("link {}", email.trim().to_lowercase()), now)
    {
        return Err(crate::error::Error::TooMany);
    }
    let email = email.to_owned();
    let found = app
        .db
        .read(move |conn| {
            let person = store::by_email(conn, &email)?;
            Ok((person, newsletters::store::all(conn)?.into_iter().next()))
        })
        .await?;
    if let (Some(person), Some(newsletter)) = found
        && person.disabled_at.is_none()
    {
        let app = app.clone();
        actix_web::rt::spawn(async move {
            if let Err(error) = send(&app, &person, &newsletter).await {
                tracing::error!(%error, "a sign-in link could not be mailed");
            }
        });
    }
    Ok(())
}

async fn send(app: &App, person: &Person, newsletter: &Newsletter) -> anyhow::Result<()> {
    let now = app.clock.now();
    let from = EmailAddress::parse(&newsletter.sender_email)?;
    let mail = Mail {
        texts: person.language.texts(),
        sender: newsletter.sender_name.clone(),
        address: person.email.clone(),
        link: add::link(app, person, now + MAILED),
        minutes: MAILED.num_minutes(),
    };
    let letter = Letter {
        from_name: newsletter.sender_name.clone(),
        message_id: mime::message_id(
            &format!("sign-in.{}.{}", person.uuid, now.micros()),
            from.domain(),
        ),
        from,
        reply_to: None,
        to: EmailAddress::parse(&person.email)?,
        date: now,
        content: mail::letter(
            &Subject { mail: &mail },
            &Text { mail: &mail },
            &Body { mail: &mail },
        )?,
    };
    Ok(app.mailer.send(&letter).await?)
}
