//! Asking to subscribe. The answer is the same whatever the address was, so that nobody can find
//! out who subscribes; the mail that follows differs.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::ledger::{self, Entry, LedgerKind};
use super::store::consents::{ConsentText, NewConsent};
use super::store::register::Details;
use super::{
    ConsentMethod, EndReason, Mail, Purpose, Subscriber, Subscription, SubscriptionState, held,
    store, suppression,
};
use crate::app::App;
use crate::clock::Instant;
use crate::db::{self, DbConn};
use crate::error::{Error, FieldError, Result};
use crate::mail::EmailAddress;
use crate::newsletters::{Newsletter, Tracking};
use crate::signups::pace::{Allowance, Pace};
use crate::signups::receive::Request;
use crate::staff;
use crate::web::{Lang, Texts, direction};

/// Characters of a name or a workplace.
pub const LONGEST: usize = 200;
/// An address can ask for a mail once in this time: longer than most mail is on its way,
const BETWEEN: TimeDelta = TimeDelta::seconds(60);
/// and so often a day.
const MOST_A_DAY: usize = 3;
/// Somebody who subscribes is told so once in this time.
const TOLD: TimeDelta = TimeDelta::days(1);
/// The form as it comes in. All is text, so that what is wrong is said beside its field.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
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
    /// The word of a [`crate::signups::Source`], or nothing.
    pub source: String,
    /// The [`crate::signups::form_token`].
    pub note: String,
    /// The hash of the text beside the first box, as it was shown.
    pub text: String,
    /// The hash of the text beside the second.
    pub tracking_text: String,
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
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Origin {
    /// The language in which the consent was shown.
    pub shown_in: Lang,
    /// The address of the form, or the site on which it stands.
    pub form_address: String,
    /// The word of the source, or [`crate::signups::FORM`].
    pub source: String,
    /// The IP address of the person.
    pub ip: Option<String>,
}

/// Somebody's wish to subscribe, ready to be looked up.
pub struct Take {
    newsletter: Newsletter,
    new: NewSubscription,
    request: Request,
    hash: Vec<u8>,
    nonce: i64,
    now: Instant,
}

impl Take {
    /// Of a request that came at a moment.
    ///
    /// # Errors
    /// [`crate::error::Error::Invalid`] when the form cannot be taken.
    pub fn new(app: &App, newsletter: Newsletter, request: Request, at: Instant) -> Result<Self> {
        let new = request.form.parse(request.origin.shown_in).map_err(Error::Invalid)?;
        let hash = suppression::address_hash(&app.config.suppression_pepper, &new.address.key());
        Ok(Self { newsletter, new, request, hash, nonce: staff::random_nonce()?, now: at })
    }

    /// Looks the address up and does what follows.
    pub fn run(&self, conn: &mut DbConn, pace: &Pace, allowance: &Allowance) -> Result<()> {
        let reason = store::suppressions::reason(conn, &self.hash)?;
        if let Some(reason) = reason.filter(|reason| suppression::held(*reason)) {
            return self.tell_staff(conn, reason);
        }
        let (new, now) = (&self.new, self.now);
        if !pace.allows_ask(self.newsletter.id, &self.hash, now) {
            return Ok(());
        }
        let person =
            store::register::find_or_insert(conn, &new.address, &self.hash, &new.details, now)?;
        let known = store::register::subscription(conn, person.id, self.newsletter.id)?;
        let mail = match known {
            Some(subscription) if subscription.counts() => self.tell_them(conn, &subscription)?,
            known => self.ask(conn, person, known)?,
        };
        if let Some((subscription, mail)) = mail {
            let client = (self.request.client(), self.new.address.domain());
            match pace.mail(allowance, client, self.request.cost, now) {
                Some(wait) => store::queue::put_off(conn, subscription, mail, now, now + wait)?,
                None => tracing::warn!(
                    subscription,
                    "too many sign-ups: a mail that would wait for half a day is not sent"
                ),
            }
        }
        Ok(())
    }

    /// They complained about our mail, or staff shut them out: staff decide.
    fn tell_staff(&self, conn: &mut DbConn, reason: EndReason) -> Result<()> {
        let subject = match store::register::by_key(conn, &self.new.address.key())? {
            Some(person) => format!("subscriber {}", person.uuid),
            None => held::subject(&self.hash),
        };
        let since = self.now - TOLD;
        if !staff::store::was_audited(conn, HELD, &subject, since)? {
            let details = json!({ "newsletter": self.newsletter.slug, "reason": reason });
            staff::store::audit(conn, "form", HELD, &subject, details, self.now)?;
        }
        Ok(())
    }

    /// A form never edits somebody who is confirmed; it only tells them.
    fn tell_them(&self, conn: &mut DbConn, subscription: &Subscription) -> Result<Wanted> {
        let last = store::queue::find(conn, subscription.id)?;
        let lately = last.mail_sent_at.is_some_and(|at| self.now - at < TOLD);
        let is_due = last.mail.is_none() && !lately;
        Ok(is_due.then_some((subscription.id, Mail::AlreadySubscribed)))
    }

    /// Asks for the confirmation, unless the address has asked too often.
    fn ask(
        &self,
        conn: &mut DbConn,
        person: Subscriber,
        known: Option<Subscription>,
    ) -> Result<Wanted> {
        let (new, now, newsletter) = (&self.new, self.now, &self.newsletter);
        let source = self.request.origin.source.as_str();
        let since = now - TimeDelta::days(1);
        let asked = store::consents::requested_since(conn, person.id, newsletter.id, since)?;
        if asked.len() >= MOST_A_DAY || asked.first().is_some_and(|at| now - *at < BETWEEN) {
            return Ok(None);
        }
        // Nobody who begins to be counted meanwhile gets another level or sector by this.
        db::hold_person(conn, person.id)?;
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
                store::register::ask_again(conn, subscription.id, source, now)?;
                subscription.id
            }
            None => {
                let made = store::register::insert_pending(
                    conn,
                    person.id,
                    newsletter.id,
                    source,
                    self.nonce,
                    now,
                )?;
                if made.state != SubscriptionState::Pending || made.requested_at != now {
                    // Somebody else asked for the same address at the same time.
                    return Ok(None);
                }
                made.id
            }
        };
        self.keep_consents(conn, person.id)?;
        let entry = Entry::now(newsletter, &person, LedgerKind::Requested, 0, source, now);
        ledger::record(conn, &[entry])?;
        Ok(Some((id, Mail::Confirm)))
    }

    fn keep_consents(&self, conn: &mut DbConn, subscriber: i64) -> Result<()> {
        let mut purposes = vec![Purpose::Newsletter];
        if self.new.tracking && self.newsletter.open_tracking == Tracking::Consented {
            purposes.push(Purpose::Tracking);
        }
        for purpose in purposes {
            let Origin { shown_in, form_address, source, ip } = &self.request.origin;
            let hash = self.request.texts.of(purpose);
            let text = store::consents::shown(conn, self.newsletter.id, purpose, hash)?;
            // A request that was taken down by an earlier version names none.
            let text = text.unwrap_or_else(|| {
                let body = consent_text(shown_in.texts(), &self.newsletter, purpose);
                ConsentText { purpose, language: *shown_in, body }
            });
            let consent = NewConsent {
                subscriber,
                newsletter: self.newsletter.id,
                purpose,
                text: &text.body,
                language: text.language,
                method: ConsentMethod::Form,
                form_address,
                source,
                request_ip: ip.as_deref(),
                confirmed_at: None,
            };
            store::consents::insert(conn, &consent, self.now)?;
        }
        Ok(())
    }
}

/// The subscription that a mail is about, and which; none when there is none to send.
type Wanted = Option<(i64, Mail)>;

/// What the audit log calls a sign-up that waits for staff.
const HELD: &str = "subscription.held";
