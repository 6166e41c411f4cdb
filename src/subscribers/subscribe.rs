//! Asking to subscribe. The answer is the same whatever the address was, so that nobody can find
//! out who subscribes; the mail that follows differs.

use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::json;

use super::ledger::{self, Entry, LedgerKind};
use super::store::consents::NewConsent;
use super::store::register::Details;
use super::{
    ConsentMethod, EndReason, Mail, Purpose, Subscriber, Subscription, SubscriptionState, store,
    suppression,
};
use crate::app::App;
use crate::clock::Instant;
use crate::db::DbConn;
use crate::error::{FieldError, Result};
use crate::mail::EmailAddress;
use crate::newsletters::{Newsletter, Tracking};
use crate::staff;
use crate::web::{Lang, Texts, direction};

/// Characters of a name or a workplace.
pub const LONGEST: usize = 200;
/// An address can ask for a mail once in this time,
const BETWEEN: TimeDelta = TimeDelta::minutes(10);
/// and so often a day.
const MOST_A_DAY: usize = 3;
/// Somebody who subscribes is told so once in this time.
const TOLD: TimeDelta = TimeDelta::days(1);
/// Where these subscriptions come from.
const SOURCE: &str = "form";

/// The form as it comes in. All is text, so that what is wrong is said beside its field.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SubscribeForm {
    /// The address.
    pub email: String,
    /// The name.
    pub name: String,
    /// The workplace.
    pub organisation: String,
    /// A word of [`super::Sector`], or nothing.
    pub sector: String,
    /// A word of [`super::LeadershipGroup`], or nothing.
    pub leadership_group: String,
    /// A word of [`Lang`].
    pub language: String,
    /// Ticked: send me the newsletter.
    pub consent: String,
    /// Ticked: measure whether I read it.
    pub tracking_consent: String,
    /// Hidden from people: only a machine fills it in.
    pub leave_empty: String,
}

/// A request that can be taken.
#[derive(Debug, Clone)]
pub struct NewSubscription {
    /// Who.
    pub address: EmailAddress,
    /// What they say about themselves.
    pub details: Details,
    /// Whether they consent to being measured.
    pub tracking: bool,
}

impl SubscribeForm {
    /// Reads the form; `page` is the language when the form names none.
    pub fn parse(&self, page: Lang) -> Result<NewSubscription, Vec<FieldError>> {
        let mut errors = Vec::new();
        let address = EmailAddress::parse(&self.email)
            .map_err(|error| errors.push(FieldError::new("email", error.code())))
            .ok();
        let name = line("name", &self.name, &mut errors);
        let organisation = line("organisation", &self.organisation, &mut errors);
        let sector = choice("sector", &self.sector, &mut errors);
        let leadership_group = choice("leadership_group", &self.leadership_group, &mut errors);
        let language = choice("language", &self.language, &mut errors).unwrap_or(page);
        if self.consent.is_empty() {
            errors.push(FieldError::new("consent", "error-consent"));
        }
        let Some(address) = address.filter(|_| errors.is_empty()) else { return Err(errors) };
        let details = Details { name, organisation, sector, leadership_group, language };
        Ok(NewSubscription { address, details, tracking: !self.tracking_consent.is_empty() })
    }

    /// The form to be shown again: nothing in it is longer than what could be taken.
    #[must_use]
    pub fn cut(mut self) -> Self {
        for text in [&mut self.email, &mut self.name, &mut self.organisation] {
            if let Some((at, _)) = text.char_indices().nth(2 * LONGEST) {
                text.truncate(at);
            }
        }
        self
    }
}

/// One line of text, or nothing.
fn line(field: &str, text: &str, errors: &mut Vec<FieldError>) -> Option<String> {
    let text = direction::unturned(text);
    let text = text.trim();
    // A length in bytes first: a text of megabytes is not worth counting.
    if text.len() > 4 * LONGEST || text.chars().count() > LONGEST {
        errors.push(FieldError::new(field, "error-too-long").with("most", LONGEST));
    } else if text.chars().any(char::is_control) {
        errors.push(FieldError::new(field, "error-control-characters"));
    }
    (!text.is_empty()).then(|| text.to_owned())
}

/// One of some words, or nothing.
fn choice<T: std::str::FromStr>(
    field: &str,
    word: &str,
    errors: &mut Vec<FieldError>,
) -> Option<T> {
    if word.is_empty() {
        return None;
    }
    word.parse().map_err(|_| errors.push(FieldError::new(field, "error-choice"))).ok()
}

/// The text beside a box of consent, as it is shown and kept.
pub fn consent_text(texts: Texts, newsletter: &Newsletter, purpose: Purpose) -> String {
    let details = newsletter.details();
    let sender = match details.organisation.as_str() {
        "" => &newsletter.sender_name,
        organisation => organisation,
    };
    match purpose {
        Purpose::Newsletter => {
            texts.t2("consent-newsletter", "newsletter", &newsletter.title, "sender", sender)
        }
        Purpose::Tracking => texts.t1("consent-tracking", "sender", sender),
    }
}

/// Where a request came from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The language in which the consent was shown.
    pub shown_in: Lang,
    /// The address of the form.
    pub form_address: String,
    /// The IP address of the person.
    pub ip: Option<String>,
}

/// Takes a request: when it returns, it is kept, and the mail goes as soon as the relay takes it.
pub async fn request(
    app: &App,
    newsletter: Newsletter,
    new: NewSubscription,
    origin: Origin,
) -> Result<()> {
    let hash = suppression::address_hash(&app.config.suppression_pepper, &new.address.key());
    let (now, nonce) = (app.clock.now(), staff::random_nonce()?);
    let request = Request { newsletter, new, origin, hash, nonce, now };
    app.db.write(move |conn| request.take(conn)).await
}

struct Request {
    newsletter: Newsletter,
    new: NewSubscription,
    origin: Origin,
    hash: Vec<u8>,
    nonce: i64,
    now: Instant,
}

impl Request {
    fn take(&self, conn: &mut DbConn) -> Result<()> {
        let reason = store::suppressions::reason(conn, &self.hash)?;
        if let Some(reason) = reason.filter(|reason| suppression::held(*reason)) {
            return self.tell_staff(conn, reason);
        }
        let (new, now) = (&self.new, self.now);
        let person =
            store::register::find_or_insert(conn, &new.address, &self.hash, &new.details, now)?;
        let known = store::register::subscription(conn, person.id, self.newsletter.id)?;
        match known {
            Some(subscription) if subscription.counts() => self.tell_them(conn, &subscription),
            known => self.ask(conn, person, known),
        }
    }

    /// They complained about our mail, or staff shut them out: staff decide.
    fn tell_staff(&self, conn: &mut DbConn, reason: EndReason) -> Result<()> {
        let subject = match store::register::by_key(conn, &self.new.address.key())? {
            Some(person) => format!("subscriber {}", person.uuid),
            None => format!("suppression {}", data_encoding::HEXLOWER.encode(&self.hash[..8])),
        };
        let since = self.now - TOLD;
        if !staff::store::was_audited(conn, HELD, &subject, since)? {
            let details = json!({ "newsletter": self.newsletter.slug, "reason": reason });
            staff::store::audit(conn, "form", HELD, &subject, details, self.now)?;
        }
        Ok(())
    }

    /// A form never edits somebody who is confirmed; it only tells them.
    fn tell_them(&self, conn: &mut DbConn, subscription: &Subscription) -> Result<()> {
        let last = store::queue::find(conn, subscription.id)?;
        let lately = last.mail_sent_at.is_some_and(|at| self.now - at < TOLD);
        if last.mail.is_none() && !lately {
            store::queue::put(conn, subscription.id, Mail::AlreadySubscribed, self.now)?;
        }
        Ok(())
    }

    /// Asks for the confirmation, unless the address has asked too often.
    fn ask(
        &self,
        conn: &mut DbConn,
        person: Subscriber,
        known: Option<Subscription>,
    ) -> Result<()> {
        let (new, now, newsletter) = (&self.new, self.now, &self.newsletter);
        let since = now - TimeDelta::days(1);
        let asked = store::consents::requested_since(conn, person.id, newsletter.id, since)?;
        if asked.len() >= MOST_A_DAY || asked.first().is_some_and(|at| now - *at < BETWEEN) {
            return Ok(());
        }
        let confirmed_elsewhere = store::register::subscriptions_of(conn, person.id)?
            .iter()
            .any(|(subscription, _)| subscription.counts());
        let person = if confirmed_elsewhere {
            person
        } else {
            store::register::set_details(conn, person.id, &new.address, &new.details)?
        };
        let id = match known {
            Some(subscription) => {
                store::register::ask_again(conn, subscription.id, SOURCE, now)?;
                subscription.id
            }
            None => {
                let made = store::register::insert_pending(
                    conn,
                    person.id,
                    newsletter.id,
                    SOURCE,
                    self.nonce,
                    now,
                )?;
                if made.state != SubscriptionState::Pending || made.requested_at != now {
                    // Somebody else asked for the same address at the same time.
                    return Ok(());
                }
                made.id
            }
        };
        self.keep_consents(conn, person.id)?;
        let entry = Entry::now(newsletter, &person, LedgerKind::Requested, 0, SOURCE, now);
        ledger::record(conn, &[entry])?;
        store::queue::put(conn, id, Mail::Confirm, now)?;
        Ok(())
    }

    fn keep_consents(&self, conn: &mut DbConn, subscriber: i64) -> Result<()> {
        let mut purposes = vec![Purpose::Newsletter];
        if self.new.tracking && self.newsletter.open_tracking == Tracking::Consented {
            purposes.push(Purpose::Tracking);
        }
        for purpose in purposes {
            let language = self.origin.shown_in;
            let consent = NewConsent {
                subscriber,
                newsletter: self.newsletter.id,
                purpose,
                text: &consent_text(language.texts(), &self.newsletter, purpose),
                language,
                method: ConsentMethod::Form,
                form_address: &self.origin.form_address,
                source: SOURCE,
                request_ip: self.origin.ip.as_deref(),
                confirmed_at: None,
            };
            store::consents::insert(conn, &consent, self.now)?;
        }
        Ok(())
    }
}

/// What the audit log calls a sign-up that waits for staff.
const HELD: &str = "subscription.held";
