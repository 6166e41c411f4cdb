//! All that is kept of one person, for that person: as a page and as JSON (GDPR, articles 15 and 20).

use std::collections::BTreeMap;

use serde::Serialize;

use super::store::{
    self, Change, ChangedWithMany, Copy, Hit, Imported, Moved, StaffEntry, Suppression,
};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{DbConn, PublicId};
use crate::error::{Error, Result};
use crate::newsletters::{self, Newsletter};
use crate::people;
use crate::subscribers::store::consents::{self, Consent};
use crate::subscribers::store::{mails, register};
use crate::subscribers::{
    ConsentMethod, EndReason, LeadershipGroup, PersonalMail, Purpose, ReasonGiven, Scope, Sector,
    Subscriber, SubscriptionState,
};
use crate::web::Lang;

/// The tables that hold something of a person, and where it stands in [`Data`]. A test compares this
/// with the tables that there are.
pub const TABLES: [(&str, &str); 14] = [
    ("subscribers", "person"),
    ("subscriptions", "subscriptions"),
    ("consents", "consents"),
    ("deliveries", "copies"),
    ("opens", "hits"),
    ("clicks", "hits"),
    ("ledger", "ledger"),
    ("suppressions", "suppression"),
    ("subscriber_mails", "mails"),
    ("subscriber_notes", "notes"),
    ("import_rows", "imports"),
    ("domain_move_rows", "moves"),
    ("bulk_rows", "changed_with_many"),
    // That somebody looks at it is what they do while they read it.
    ("own_sessions", "person"),
];

/// Everything.
#[derive(Debug, Serialize)]
pub struct Data {
    /// When it was put together.
    pub made_at: Instant,
    /// The person.
    pub person: Person,
    /// What ties them to newsletters.
    pub subscriptions: Vec<Subscribed>,
    /// What they consented to.
    pub consents: Vec<Consented>,
    /// The issues that went, or were to go, to them.
    pub copies: Vec<Copy>,
    /// What they opened and clicked, if they consented to it.
    pub hits: Vec<Hit>,
    /// Their entries in the ledger of the number of subscribers.
    pub ledger: Vec<Change>,
    /// Why nothing is sent to them, if so.
    pub suppression: Option<Suppression>,
    /// Other mails to them.
    pub mails: Vec<Mailed>,
    /// What staff noted.
    pub notes: Vec<Noted>,
    /// The lists that they stood in.
    pub imports: Vec<Imported>,
    /// Addresses from which they were moved with the whole domain, as long as that can be undone.
    pub moves: Vec<Moved>,
    /// What was changed for many at once, as long as that can be undone.
    pub changed_with_many: Vec<ChangedWithMany>,
    /// What staff did.
    pub staff: Vec<StaffEntry>,
}

impl Data {
    /// Whether an import brought anything else.
    pub fn has_attributes(&self) -> bool {
        self.person.attributes.as_object().is_some_and(|all| !all.is_empty())
    }
}

/// The person.
#[derive(Debug, Serialize)]
pub struct Person {
    /// What outsiders call the row.
    pub id: PublicId,
    /// The address.
    pub email: String,
    /// The name.
    pub name: Option<String>,
    /// The workplace.
    pub organisation: Option<String>,
    /// Where that is.
    pub sector: Option<Sector>,
    /// At which level.
    pub leadership_group: Option<LeadershipGroup>,
    /// The language of mails about the subscription.
    pub language: Lang,
    /// What else an import brought.
    pub attributes: serde_json::Value,
    /// Since when.
    pub created_at: Instant,
}

/// A subscription.
#[derive(Debug, Serialize)]
pub struct Subscribed {
    /// The newsletter's title.
    pub newsletter: String,
    /// What it is.
    pub state: SubscriptionState,
    /// Which issues.
    pub scope: Scope,
    /// Until when, if paused.
    pub paused_until: Option<Instant>,
    /// Where it came from.
    pub source: String,
    /// When it was asked for.
    pub requested_at: Instant,
    /// When it was confirmed.
    pub confirmed_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// Why it ended.
    pub end_reason: Option<EndReason>,
    /// What the person said.
    pub reason_given: Option<ReasonGiven>,
}

/// A consent with its text.
#[derive(Debug, Serialize)]
pub struct Consented {
    /// In the address of its receipt.
    #[serde(skip)]
    pub id: i64,
    /// The newsletter's title.
    pub newsletter: String,
    /// To whom: the newsletter's sender.
    pub sender: String,
    /// What for.
    pub purpose: Purpose,
    /// The text that was shown.
    pub text: String,
    /// Its SHA-256.
    pub text_hash: String,
    /// In which language it was shown.
    pub language: Lang,
    /// How it was given.
    pub method: ConsentMethod,
    /// On which page.
    pub form_address: String,
    /// Where it came from.
    pub source: String,
    /// When it was asked for.
    pub requested_at: Instant,
    /// From where.
    pub request_ip: Option<String>,
    /// When it was confirmed.
    pub confirmed_at: Option<Instant>,
    /// From where.
    pub confirm_ip: Option<String>,
    /// The mail that asked for the confirmation.
    pub confirmation_message_id: Option<String>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Instant>,
    /// How.
    pub withdrawal_channel: Option<String>,
}

/// A mail.
#[derive(Debug, Serialize)]
pub struct Mailed {
    /// Which.
    pub kind: PersonalMail,
    /// Where it went, when not to the address on file.
    pub to: Option<String>,
    /// Since when it waited.
    pub queued_at: Instant,
    /// When it was sent.
    pub sent_at: Option<Instant>,
    /// When the link in it was used.
    pub used_at: Option<Instant>,
}

/// A note of staff.
#[derive(Debug, Serialize)]
pub struct Noted {
    /// Its words.
    pub body: String,
    /// When it was written.
    pub written_at: Instant,
}

/// Puts it together.
pub async fn of(app: &App, person: Subscriber) -> Result<Data> {
    let now = app.clock.now();
    app.db.read(move |conn| read(conn, person, now)).await
}

fn read(conn: &mut DbConn, person: Subscriber, now: Instant) -> Result<Data> {
    let all = newsletters::store::all(conn)?;
    let newsletters = all.iter().map(|newsletter| (newsletter.id, newsletter)).collect();
    let consents = consents::of(conn, person.id)?.into_iter();
    Ok(Data {
        made_at: now,
        subscriptions: register::subscriptions_of(conn, person.id)?
            .into_iter()
            .map(|(subscription, newsletter)| Subscribed {
                newsletter: newsletter.title,
                state: subscription.state,
                scope: subscription.scope,
                paused_until: subscription.paused_until,
                source: subscription.source,
                requested_at: subscription.requested_at,
                confirmed_at: subscription.confirmed_at,
                ended_at: subscription.ended_at,
                end_reason: subscription.end_reason,
                reason_given: subscription.reason_given,
            })
            .collect(),
        consents: consents.map(|(consent, text)| consented(&newsletters, consent, text)).collect(),
        copies: store::copies(conn, person.id)?,
        hits: store::hits(conn, person.id)?,
        ledger: store::changes(conn, person.uuid)?,
        suppression: store::suppression(conn, &person.address_hash)?,
        mails: mails::of(conn, person.id)?
            .into_iter()
            .map(|mail| Mailed {
                kind: mail.kind,
                to: mail.to_email,
                queued_at: mail.queued_at,
                sent_at: mail.sent_at,
                used_at: mail.used_at,
            })
            .collect(),
        imports: store::imports(conn, person.id)?,
        moves: store::moves(conn, person.id)?,
        changed_with_many: store::changed_with_many(conn, person.id)?,
        notes: people::store::notes(conn, person.id)?
            .into_iter()
            .map(|note| Noted { body: note.body, written_at: note.written_at })
            .collect(),
        staff: store::staff_entries(conn, person.uuid)?,
        person: Person {
            id: person.uuid,
            email: person.email,
            name: person.name,
            organisation: person.organisation,
            sector: person.sector,
            leadership_group: person.leadership_group,
            language: person.language,
            attributes: person.attributes.0,
            created_at: person.created_at,
        },
    })
}

fn consented(
    newsletters: &BTreeMap<i64, &Newsletter>,
    consent: Consent,
    text: String,
) -> Consented {
    let newsletter = newsletters.get(&consent.newsletter);
    Consented {
        id: consent.id,
        newsletter: newsletter.map(|n| n.title.clone()).unwrap_or_default(),
        sender: newsletter.map(|n| n.sender_name.clone()).unwrap_or_default(),
        purpose: consent.purpose,
        text,
        text_hash: consent.text_hash,
        language: consent.language,
        method: consent.method,
        form_address: consent.form_address,
        source: consent.source,
        requested_at: consent.requested_at,
        request_ip: consent.request_ip,
        confirmed_at: consent.confirmed_at,
        confirm_ip: consent.confirm_ip,
        confirmation_message_id: consent.confirmation_message_id,
        withdrawn_at: consent.withdrawn_at,
        withdrawal_channel: consent.withdrawal_channel,
    }
}

/// One consent of a person, for its receipt.
pub async fn receipt(app: &App, person: &Subscriber, id: i64) -> Result<Consented> {
    let subscriber = person.id;
    app.db
        .read(move |conn| {
            let all = newsletters::store::all(conn)?;
            let newsletters = all.iter().map(|newsletter| (newsletter.id, newsletter)).collect();
            let mut consents = consents::of(conn, subscriber)?.into_iter();
            let (consent, text) =
                consents.find(|(consent, _)| consent.id == id).ok_or(Error::NotFound)?;
            Ok(consented(&newsletters, consent, text))
        })
        .await
}
