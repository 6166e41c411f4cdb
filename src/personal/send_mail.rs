//! Sends the mails that wait in `subscriber_mails`, as [`crate::subscribers::send_mail`] sends those
//! that wait in the rows of subscriptions.

use actix_web::web::Data;
use askama::Template;
use futures_util::future::join_all;

use super::{ADDRESS_VALID, LINK_VALID, address, enter, welcome};
use crate::app::App;
use crate::error::Result;
use crate::mail::{Content, EmailAddress, Letter, MailError, mime};
use crate::subscribers::PersonalMail;
use crate::subscribers::send_mail::{AT_ONCE, GIVEN_UP, content, pause_after};
use crate::subscribers::store::mails::{self, Due};
use crate::web::Texts;

struct Values {
    texts: Texts,
    sender: String,
    newsletter: String,
    /// The address on file, masked where the mail goes elsewhere.
    address: String,
    contact: String,
    link: String,
    hours: i64,
    minutes: i64,
}

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
    if app.db.read(move |conn| Ok(mails::due(conn, now, 1)?)).await?.is_empty() {
        return Ok(vec![]);
    }
    app.db
        .write(move |conn| {
            let mut taken = Vec::new();
            for due in mails::due(conn, now, AT_ONCE)? {
                let mail = &due.0;
                if now - mail.queued_at > GIVEN_UP {
                    tracing::warn!(mail = mail.id, "a mail was given up");
                    mails::done(conn, mail.id, None)?;
                } else if mails::take(
                    conn,
                    mail.id,
                    mail.attempts,
                    now + pause_after(mail.attempts),
                )? {
                    taken.push(due);
                }
            }
            Ok(taken)
        })
        .await
}

async fn try_one(app: &App, due: &Due) -> Result<()> {
    let (mail, person, _) = due;
    let (id, kind) = (mail.id, mail.kind);
    let to = EmailAddress::parse(mail.to_email.as_ref().unwrap_or(&person.email));
    let to = to.map(|address| address.masked()).unwrap_or_default();
    let sent = match kind {
        PersonalMail::Welcome => welcome::send(app, due).await,
        _ => match letter(app, due) {
            Ok(letter) => app.mailer.send(&letter).await.map(|()| true),
            Err(error) => Err(MailError::Unwritable(error)),
        },
    };
    match sent {
        Ok(false) => {
            tracing::info!(mail = %kind, to, "no longer wanted; it is not sent");
            app.db.write(move |conn| Ok(mails::done(conn, id, None)?)).await
        }
        Ok(true) => {
            let now = app.clock.now();
            tracing::info!(mail = %kind, to, "sent");
            app.db.write(move |conn| Ok(mails::done(conn, id, Some(now))?)).await
        }
        Err(error) if error.is_final() => {
            tracing::warn!(mail = %kind, to, %error, "refused for good");
            app.db.write(move |conn| Ok(mails::done(conn, id, None)?)).await
        }
        Err(error) => {
            tracing::warn!(mail = %kind, to, %error, "not sent; it is tried again");
            Ok(())
        }
    }
}

/// The same row makes the same letter, byte for byte.
fn letter(app: &App, due: &Due) -> anyhow::Result<Letter> {
    let (mail, person, newsletter) = due;
    let from = EmailAddress::parse(&newsletter.sender_email)?;
    let on_file = EmailAddress::parse(&person.email)?;
    let link = match mail.kind {
        PersonalMail::OwnPage => {
            app.links.own_page(mail.id, enter::link_ends(mail.queued_at), mail.nonce)
        }
        PersonalMail::NewAddress => {
            app.links.new_address(mail.id, address::link_ends(mail.queued_at), mail.nonce)
        }
        PersonalMail::AddressChanged | PersonalMail::Welcome => String::new(),
    };
    let values = Values {
        texts: person.language.texts(),
        sender: newsletter.sender_name.clone(),
        newsletter: newsletter.title.clone(),
        address: on_file.masked(),
        contact: match newsletter.details().contact_email {
            contact if contact.is_empty() => newsletter.sender_email.clone(),
            contact => contact,
        },
        link,
        hours: ADDRESS_VALID.num_hours(),
        minutes: LINK_VALID.num_minutes(),
    };
    let to = match &mail.to_email {
        Some(other) => EmailAddress::parse(other)?,
        None => on_file,
    };
    let left = format!("{}.{}.{}", mail.kind.as_str().replace('_', "-"), person.uuid, mail.id);
    Ok(Letter {
        from_name: newsletter.sender_name.clone(),
        message_id: mime::message_id(&left, from.domain()),
        from,
        reply_to: newsletter.reply_to.as_deref().map(EmailAddress::parse).transpose()?,
        to,
        date: mail.queued_at,
        content: written(mail.kind, &values)?,
    })
}

fn written(kind: PersonalMail, values: &Values) -> anyhow::Result<Content> {
    match kind {
        PersonalMail::OwnPage | PersonalMail::Welcome => content!(
            Values,
            "own_page/subject.txt",
            "own_page/body.txt",
            "own_page/body.mjml",
            values
        ),
        PersonalMail::NewAddress => content!(
            Values,
            "new_address/subject.txt",
            "new_address/body.txt",
            "new_address/body.mjml",
            values
        ),
        PersonalMail::AddressChanged => content!(
            Values,
            "address_changed/subject.txt",
            "address_changed/body.txt",
            "address_changed/body.mjml",
            values
        ),
    }
}
