//! The welcome: a mail with the latest issue and the latest special edition, made of blocks as an
//! issue is, and counted nowhere. Its row in `subscriber_mails` is unique, so nobody is welcomed
//! twice.

use anyhow::Context;

use crate::app::App;
use crate::db::DbConn;
use crate::error;
use crate::issues::compile::{Compiled, IssueHeaders, Recipient};
use crate::issues::content::{
    Block, BlockKind, Button, Heading, Line, MergeLine, Text, WebAddress,
};
use crate::issues::render::{self, Untracked};
use crate::issues::rich_text::RichText;
use crate::issues::splice::{Person, PersonalAddresses};
use crate::issues::{Content, Frame, IssueKind, text};
use crate::links::Links;
use crate::mail::{EmailAddress, MailError};
use crate::newsletters::Newsletter;
use crate::subscribers::store::mails::Due;
use crate::subscribers::store::published::{self, Published};
use crate::subscribers::store::{register, suppressions};
use crate::subscribers::{Subscription, SubscriptionState};
use crate::web::format;

/// What it leads to.
struct Latest {
    issue: Option<Published>,
    special: Option<Published>,
}

/// Sends it, if the person still subscribes and gets mail; says whether they do.
pub async fn send(app: &App, due: &Due) -> Result<bool, MailError> {
    let (mail, person, newsletter) = due.clone();
    let found = app
        .db
        .read(move |conn| read(conn, mail.subscriber, mail.newsletter, &person.address_hash))
        .await;
    let found = found.map_err(|error| MailError::Unwritable(anyhow::Error::new(error)))?;
    let Some((subscription, latest)) = found else { return Ok(false) };
    let (from, to, bytes) =
        message(app, due, &newsletter, &subscription, &latest).map_err(MailError::Unwritable)?;
    app.mailer.send_bytes(&from, &to, due.0.queued_at, bytes).await?;
    Ok(true)
}

fn read(
    conn: &mut DbConn,
    person: i64,
    newsletter: i64,
    hash: &[u8],
) -> error::Result<Option<(Subscription, Latest)>> {
    let subscription = register::subscription(conn, person, newsletter)?;
    let subscription = subscription.filter(|s| s.state == SubscriptionState::Active);
    let Some(subscription) = subscription else { return Ok(None) };
    if suppressions::reason(conn, hash)?.is_some() {
        return Ok(None);
    }
    let issue = published::latest(conn, newsletter, false)?;
    let special = published::latest(conn, newsletter, true)?;
    let special = special.filter(|s| issue.as_ref().is_none_or(|issue| issue.slug != s.slug));
    Ok(Some((subscription, Latest { issue, special })))
}

/// The message, as a test send of an issue is made.
fn message(
    app: &App,
    due: &Due,
    newsletter: &Newsletter,
    subscription: &Subscription,
    latest: &Latest,
) -> anyhow::Result<(EmailAddress, EmailAddress, Vec<u8>)> {
    let (mail, person, _) = due;
    let content = content(newsletter, latest, &app.links)?;
    let frame = frame(app, newsletter, mail.queued_at.day_in(newsletter.zone()));
    let written = render::render(&content, &frame)?.write(&Untracked);
    let from = EmailAddress::parse(&newsletter.sender_email)?;
    let to = EmailAddress::parse(&person.email)?;
    let headers = IssueHeaders {
        from_name: newsletter.sender_name.clone(),
        reply_to: newsletter.reply_to.as_deref().map(EmailAddress::parse).transpose()?,
        date: mail.queued_at.whole_second(),
        zone: newsletter.zone(),
        list_title: newsletter.title.clone(),
        list_id: format!("{}.{}", newsletter.slug, from.domain()),
        feedback_id: format!("welcome:{}:welcome:lederbrev", newsletter.slug),
        message_id_domain: from.domain().to_owned(),
        issue: newsletter.uuid,
        from: from.clone(),
    };
    let addresses = Own { links: &app.links, subscription };
    let person = Person { name: person.name.as_deref(), addresses: &addresses };
    let recipient = Recipient { delivery: mail.id, email: &to, person };
    let compiled = Compiled::new(&written, &headers);
    let mut values = Vec::new();
    let bytes = compiled.message(&recipient, &mut values).concat();
    Ok((from, to, bytes))
}

fn frame(app: &App, newsletter: &Newsletter, date: chrono::NaiveDate) -> Frame {
    Frame {
        newsletter: newsletter.title.clone(),
        lang: newsletter.language,
        kind: IssueKind::Ordinary,
        series_number: None,
        date,
        note: None,
        base: app.links.base().to_string(),
        // It stands nowhere but in the mailbox.
        web_version: String::new(),
        subscribe: app.links.subscribe(&newsletter.slug),
        privacy: app.links.url("privacy"),
        accessibility: app.links.url("was"),
        details: newsletter.details(),
    }
}

/// In the newsletter's language, like its issues.
fn content(newsletter: &Newsletter, latest: &Latest, links: &Links) -> anyhow::Result<Content> {
    let texts = newsletter.language.texts();
    let markup = |words: String| {
        RichText::parse(&words).map_err(|e| anyhow::anyhow!("a text of the welcome: {}", e.code))
    };
    let line = |key: &str| MergeLine::parse(&texts.get(key)).unwrap_or_default();
    let subject = texts.t1("welcome-mail-subject", "newsletter", &newsletter.title);
    let mut blocks = vec![
        BlockKind::Heading(Heading {
            text: Line::new(&texts.get("welcome-mail-heading")),
            level: 2,
        }),
        BlockKind::Text(Text { body: markup(texts.get("welcome-mail-intro"))? }),
    ];
    let issues =
        [(&latest.issue, "welcome-mail-latest"), (&latest.special, "welcome-mail-special")];
    for (issue, key) in issues {
        let Some(issue) = issue else { continue };
        let day = issue.published_on.map(|day| format::day(newsletter.language, day));
        let url = WebAddress::parse(&links.archived(&issue.slug), text::Target::Web);
        blocks.push(BlockKind::Heading(Heading { text: Line::new(&issue.subject), level: 3 }));
        let about = texts.t1(key, "day", day.unwrap_or_default());
        blocks.push(BlockKind::Text(Text { body: markup(about)? }));
        blocks.push(BlockKind::Button(Button {
            text: Line::new(&texts.get("welcome-mail-read")),
            url: url.context("the address of an issue in the archive")?,
            library_item: None,
        }));
    }
    blocks.push(BlockKind::Text(Text { body: markup(texts.get("welcome-mail-choices"))? }));
    Ok(Content {
        subject: MergeLine::parse(&subject).unwrap_or_else(|_| line("welcome-mail-heading")),
        preheader: line("welcome-mail-preview"),
        blocks: blocks.into_iter().map(Block::new).collect(),
        ..Content::default()
    })
}

/// The addresses in the footer, which are the recipient's own.
struct Own<'a> {
    links: &'a Links,
    subscription: &'a Subscription,
}

impl PersonalAddresses for Own<'_> {
    fn unsubscribe(&self) -> String {
        self.links.unsubscribe(self.subscription.id, self.subscription.nonce)
    }
    fn preferences(&self) -> String {
        self.links.preferences(self.subscription.id, self.subscription.nonce)
    }
    // Asked for only where people are measured, which nobody is here.
    fn open(&self) -> String {
        String::new()
    }
    fn click(&self, _: i32) -> String {
        String::new()
    }
}
