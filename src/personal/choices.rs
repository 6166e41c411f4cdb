//! What somebody may choose on their own page. They have proved that the address is theirs, so a
//! newsletter that they choose here needs no confirmation by mail.

use serde::Deserialize;

use crate::app::App;
use crate::clock::Instant;
use crate::db::{self, DbConn};
use crate::error::{Error, FieldError, Result};
use crate::mail::EmailAddress;
use crate::newsletters::{self, Newsletter, Tracking};
use crate::staff;
use crate::subscribers::ledger::{self, Entry, LedgerKind};
use crate::subscribers::preferences::{self, Change};
use crate::subscribers::shown::{self, Hashes};
use crate::subscribers::store::consents::{self, NewConsent};
use crate::subscribers::store::register::{self, Details};
use crate::subscribers::subscribe::SubscribeForm;
use crate::subscribers::withdrawals::{self, Event};
use crate::subscribers::{
    ConsentMethod, Purpose, Subscriber, Subscription, confirm, suppression, unsubscribe,
};
use crate::web::Lang;

/// How consents and the ledger call this page.
pub const CHANNEL: &str = "own_page";

/// What somebody chooses.
#[derive(Debug, Clone)]
pub enum Choice {
    /// Other issues, a pause or its end, of a subscription.
    Change(i64, Change),
    /// A newsletter that they do not have, by its slug, and the hash of the text to which they say yes.
    Subscribe(String, String),
    /// To be measured, by a newsletter's slug, with the hash of the text; or not any more.
    Measure(String, Option<String>),
    /// To leave a newsletter, or all of them.
    Leave(Option<i64>),
}

/// Where a choice was made.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The language of the page, in which the texts of consents stood.
    pub lang: Lang,
    /// The IP address of the person.
    pub ip: Option<String>,
}

/// Does it. Leaving returns the token that takes it back.
pub async fn choose(
    app: &App,
    person: &Subscriber,
    choice: Choice,
    shown: Shown,
) -> Result<Option<String>> {
    let (id, now, nonce) = (person.id, app.clock.now(), staff::random_nonce()?);
    let of_theirs = move |conn: &mut DbConn, subscription: i64| {
        let mut all = register::subscriptions_of(conn, id)?.into_iter();
        all.find(|(theirs, _)| theirs.id == subscription).ok_or(Error::NotFound)
    };
    match choice {
        Choice::Change(subscription, change) => {
            app.db
                .write(move |conn| {
                    of_theirs(conn, subscription)?;
                    preferences::apply(conn, subscription, change, now)
                })
                .await?;
        }
        Choice::Subscribe(slug, text) => {
            let said = SubscribeForm { text, ..SubscribeForm::default() };
            let texts = agreed(app, &slug, &shown, &said).await?;
            let form = Form { person: id, address: app.links.url("my-page"), shown, texts, now };
            app.db.write(move |conn| form.subscribe(conn, &slug, nonce)).await?;
        }
        Choice::Measure(slug, wanted) => {
            let mut texts = Hashes::default();
            if let Some(tracking_text) = &wanted {
                let tracking_text = tracking_text.clone();
                let said = SubscribeForm { tracking_text, ..SubscribeForm::default() };
                texts = agreed(app, &slug, &shown, &said).await?;
            }
            let wanted = wanted.is_some();
            let form = Form { person: id, address: app.links.url("my-page"), shown, texts, now };
            if !wanted {
                let slug = slug.clone();
                let of = move |conn: &mut DbConn| Ok(newsletters::store::by_slug(conn, &slug)?);
                let (of, hash) = (app.db.read(of).await?, &person.address_hash);
                withdrawals::append(app, Event::Unmeasured, Some(&of), hash, now).await?;
            }
            app.db.write(move |conn| form.measure(conn, &slug, wanted)).await?;
        }
        Choice::Leave(only) => {
            if let Some(only) = only {
                app.db.read(move |conn| of_theirs(conn, only)).await?;
            }
            unsubscribe::leave(app, person, only, CHANNEL).await?;
            let ended = app.db.read(move |conn| Ok(register::subscriptions_of(conn, id)?)).await?;
            let ended = ended.into_iter().map(|(subscription, _)| subscription);
            let ended = ended.filter(|s| only.is_none_or(|only| s.id == only));
            let newest = ended.max_by_key(|s| s.ended_at);
            return match newest {
                Some(newest) => unsubscribe::undo_token(app, &newest).await,
                None => Ok(None),
            };
        }
    }
    Ok(None)
}

/// The texts to which somebody says yes: those that the page showed, also when the newsletter was called
/// otherwise while it stood open.
async fn agreed(app: &App, slug: &str, on: &Shown, said: &SubscribeForm) -> Result<Hashes> {
    let slug = slug.to_owned();
    let of = move |conn: &mut DbConn| Ok(newsletters::store::by_slug(conn, &slug)?);
    shown::agreed(app, &app.db.read(of).await?, on.lang, said, false).await
}

/// The page on which a consent is given.
struct Form {
    person: i64,
    address: String,
    shown: Shown,
    texts: Hashes,
    now: Instant,
}

impl Form {
    fn subscribe(&self, conn: &mut DbConn, slug: &str, nonce: i64) -> Result<()> {
        let (person, newsletter) = self.read(conn, slug)?;
        let known = register::subscription(conn, person.id, newsletter.id)?;
        if known.as_ref().is_some_and(Subscription::counts) {
            return Ok(());
        }
        // Who complained, or was shut out, comes back through staff only.
        suppression::lift_by_confirmation(conn, &person.address_hash)?;
        if suppression::is_suppressed(conn, &person.address_hash)? {
            return Err(Error::Forbidden);
        }
        let id = match known {
            Some(known) => {
                register::ask_again(conn, known.id, CHANNEL, self.now)?;
                known.id
            }
            None => {
                let (of, now) = (newsletter.id, self.now);
                register::insert_pending(conn, person.id, of, CHANNEL, nonce, now)?.id
            }
        };
        if register::activate(conn, id, self.now)? {
            self.consent(conn, &person, &newsletter, Purpose::Newsletter)?;
            let kind = LedgerKind::Confirmed;
            let entry = Entry::now(&newsletter, &person, kind, 1, CHANNEL, self.now);
            ledger::record(conn, &[entry])?;
            confirm::welcome(conn, &person, &newsletter, nonce, self.now)?;
        }
        Ok(())
    }

    fn measure(&self, conn: &mut DbConn, slug: &str, wanted: bool) -> Result<()> {
        let (person, newsletter) = self.read(conn, slug)?;
        let consents = consents::of(conn, person.id)?;
        let stands = consents.iter().any(|(consent, _)| consent.measures(newsletter.id));
        if !wanted {
            let purposes = [Purpose::Tracking];
            consents::withdraw(conn, person.id, newsletter.id, &purposes, CHANNEL, self.now)?;
        } else if !stands {
            let subscription = register::subscription(conn, person.id, newsletter.id)?;
            let may = newsletter.open_tracking == Tracking::Consented
                && subscription.as_ref().is_some_and(Subscription::counts);
            if !may {
                return Err(Error::Gone);
            }
            self.consent(conn, &person, &newsletter, Purpose::Tracking)?;
        }
        Ok(())
    }

    fn read(&self, conn: &mut DbConn, slug: &str) -> Result<(Subscriber, Newsletter)> {
        db::hold_person(conn, self.person)?;
        let person = super::store::person(conn, self.person)?;
        Ok((person, newsletters::store::by_slug(conn, slug)?))
    }

    fn consent(
        &self,
        conn: &mut DbConn,
        person: &Subscriber,
        newsletter: &Newsletter,
        purpose: Purpose,
    ) -> Result<()> {
        let text = consents::shown(conn, newsletter.id, purpose, self.texts.of(purpose))?;
        let text = text.ok_or(Error::field("consent", "error-consent-text"))?;
        let consent = NewConsent {
            subscriber: person.id,
            newsletter: newsletter.id,
            purpose,
            text: &text.body,
            language: text.language,
            method: ConsentMethod::Preferences,
            form_address: &self.address,
            source: CHANNEL,
            request_ip: self.shown.ip.as_deref(),
            confirmed_at: Some(self.now),
        };
        Ok(consents::insert(conn, &consent, self.now)?)
    }
}

/// What somebody says about themselves.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DetailsForm {
    /// The name.
    pub name: String,
    /// The workplace.
    pub organisation: String,
    /// A word of [`crate::subscribers::Sector`], or nothing.
    pub sector: String,
    /// A word of [`crate::subscribers::LeadershipGroup`], or nothing.
    pub leadership_group: String,
    /// A word of [`Lang`].
    pub language: String,
}

impl DetailsForm {
    /// As it is.
    pub fn of(person: &Subscriber) -> Self {
        Self {
            name: person.name.clone().unwrap_or_default(),
            organisation: person.organisation.clone().unwrap_or_default(),
            sector: person.sector.map_or("", |sector| sector.as_str()).to_owned(),
            leadership_group: person.leadership_group.map_or("", |g| g.as_str()).to_owned(),
            language: person.language.as_str().to_owned(),
        }
    }

    fn parse(&self, person: &Subscriber) -> Result<Details, Vec<FieldError>> {
        let form = SubscribeForm {
            email: person.email.clone(),
            consent: "yes".to_owned(),
            name: self.name.clone(),
            organisation: self.organisation.clone(),
            sector: self.sector.clone(),
            leadership_group: self.leadership_group.clone(),
            language: self.language.clone(),
            ..SubscribeForm::default()
        };
        form.parse(person.language).map(|new| new.details)
    }
}

/// Stores what somebody says about themselves. Who changes group or sector moves in the ledger:
/// −1 where they were and +1 where they are.
pub async fn describe(app: &App, person: &Subscriber, form: &DetailsForm) -> Result<()> {
    let details = form.parse(person).map_err(Error::Invalid)?;
    let (id, now) = (person.id, app.clock.now());
    app.db
        .write(move |conn| {
            db::hold_person(conn, id)?;
            let before = super::store::person(conn, id)?;
            let address = EmailAddress::parse(&before.email).map_err(anyhow::Error::from)?;
            let after = register::set_details(conn, id, &address, &details)?;
            let place = |person: &Subscriber| (person.sector, person.leadership_group);
            if place(&before) == place(&after) {
                return Ok(());
            }
            let mut entries = Vec::new();
            for (subscription, newsletter) in register::subscriptions_of(conn, id)? {
                if subscription.counts() {
                    for (person, change) in [(&before, -1), (&after, 1)] {
                        let kind = LedgerKind::Moved;
                        entries.push(Entry::now(&newsletter, person, kind, change, CHANNEL, now));
                    }
                }
            }
            ledger::record(conn, &entries)
        })
        .await
}

impl DetailsForm {
    /// The form to be shown again: nothing in it is longer than what could be taken.
    #[must_use]
    pub fn cut(self) -> Self {
        let form = SubscribeForm {
            name: self.name,
            organisation: self.organisation,
            ..SubscribeForm::default()
        };
        let SubscribeForm { name, organisation, .. } = form.cut();
        Self { name, organisation, ..self }
    }
}
