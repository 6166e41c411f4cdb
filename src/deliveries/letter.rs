//! An issue on paper: what was frozen at approval, encoded once, and filled in for a recipient.

use std::sync::Arc;

use anyhow::Context;

use super::Variant;
use super::mark::Marked;
use super::store;
use crate::app::App;
use crate::clock::Instant;
use crate::db::Json;
use crate::error::Result;
use crate::issues::compile::{Compiled, IssueHeaders, Recipient};
use crate::issues::render::{Aggregate, LinkWriter, Personal, Untracked};
use crate::issues::sender::Sender;
use crate::issues::splice::{Person, PersonalAddresses};
use crate::issues::{self, Issue};
use crate::links::Links;
use crate::mail::EmailAddress;
use crate::mail::dkim::{Keys, SigningError};
use crate::newsletters::{self, Tracking};

/// An issue, ready for its recipients.
pub struct Letter {
    /// The variant of all who have not consented to being measured.
    pub shared_variant: Variant,
    shared: Compiled,
    /// For those who have; none in newsletters that do not ask.
    personal: Option<Compiled>,
    bounce_domain: String,
    dkim: Option<Arc<Keys>>,
    /// That of the address in From, for which the keys sign.
    from_domain: String,
    date: Instant,
}

/// What is one recipient's own in a message; used again for the next.
#[derive(Default)]
pub struct Paper {
    signatures: Vec<u8>,
    values: Vec<u8>,
}

impl Letter {
    /// Reads what was frozen and encodes it. Takes milliseconds: once an issue, not once a copy.
    pub fn load(app: &App, issue: &Issue) -> Result<Self> {
        let (newsletter, sender, rendered) = app.db.read_blocking(|conn| {
            let newsletter = newsletters::store::find(conn, issue.newsletter)?;
            let sender = match issues::store::sender(conn, issue.id)? {
                Some(Json(frozen)) => serde_json::from_value(frozen).context("the sender")?,
                // Scheduled by a version that did not keep it.
                None => Sender::of(&newsletter),
            };
            Ok((newsletter, sender, store::rendition(conn, issue)?))
        })?;
        // A second try is the same message, so its date is the one at which the sending began.
        let started_at = issue.started_at.unwrap_or(Instant::from_micros(0));
        let headers = IssueHeaders::of(&sender, issue.zone(), issue, started_at)?;
        let compile = |writer: &dyn LinkWriter| Compiled::new(&rendered.write(writer), &headers);
        let aggregate = Aggregate { links: &app.links, issue: issue.id };
        let (shared_variant, shared, personal) = match newsletter.open_tracking {
            Tracking::Off => (Variant::Plain, compile(&Untracked), None),
            Tracking::Aggregate => (Variant::Aggregate, compile(&aggregate), None),
            Tracking::Consented => {
                (Variant::Aggregate, compile(&aggregate), Some(compile(&Personal)))
            }
        };
        let own_domain = headers.from.domain().to_owned();
        let bounce_domain = app.config.bounce_domain.clone().unwrap_or(own_domain.clone());
        Ok(Self {
            shared_variant,
            shared,
            personal,
            bounce_domain,
            dkim: app.dkim.clone(),
            from_domain: own_domain,
            date: headers.date,
        })
    }

    /// Whether people can have consented to being measured.
    pub fn asks_for_consent(&self) -> bool {
        self.personal.is_some()
    }

    /// The envelope sender of a copy, to which its bounce comes back (VERP).
    pub fn envelope_sender(&self, links: &Links, delivery: i64) -> String {
        format!("{}@{}", links.bounce_local_part(delivery), self.bounce_domain)
    }

    /// The message of a copy, signed, in parts for one vectored write.
    pub fn message<'a>(
        &'a self,
        links: &Links,
        row: &Marked,
        email: &EmailAddress,
        paper: &'a mut Paper,
    ) -> Result<Vec<&'a [u8]>, SigningError> {
        let compiled = match (&self.personal, row.variant) {
            (Some(personal), Variant::Personal) => personal,
            _ => &self.shared,
        };
        let addresses = Addresses { links, row };
        let person = Person { name: row.name.as_deref(), addresses: &addresses };
        let recipient = Recipient { delivery: row.id, email, person };
        let mut parts = compiled.message(&recipient, &mut paper.values);
        if let (Some(keys), Some(head)) = (&self.dkim, parts.first()) {
            let body = compiled.body_hash(&parts);
            paper.signatures.clear();
            keys.sign(&self.from_domain, self.date, head, body, &mut paper.signatures)?;
            parts.insert(0, &paper.signatures);
        }
        Ok(parts)
    }
}

/// The addresses that only one recipient gets.
struct Addresses<'a> {
    links: &'a Links,
    row: &'a Marked,
}

impl PersonalAddresses for Addresses<'_> {
    fn unsubscribe(&self) -> String {
        self.links.unsubscribe(self.row.subscription, self.row.nonce)
    }
    fn preferences(&self) -> String {
        self.links.preferences(self.row.subscription, self.row.nonce)
    }
    fn open(&self) -> String {
        self.links.personal_open(self.row.id)
    }
    fn click(&self, link: i32) -> String {
        self.links.personal_click(self.row.id, link)
    }
}
