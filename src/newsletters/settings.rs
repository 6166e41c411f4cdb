//! Making a newsletter, and changing what it is called, who sends it and what it measures.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use super::store::NewNewsletter;
use super::{Details, Newsletter, Tracking, store};
use crate::app::App;
use crate::db::DbConn;
use crate::error::{Error, FieldError, Result};
use crate::issues::approve;
use crate::mail::EmailAddress;
use crate::staff::store::audit;
use crate::web::{Lang, direction};

/// What staff typed. A missing field is an empty one, and an empty one that is required is told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SettingsForm {
    /// Its name in addresses; only asked for when it is made, and made from the title when empty.
    pub slug: String,
    /// Its name.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// `da` or `en`.
    pub language: String,
    /// An IANA time zone.
    pub time_zone: String,
    /// From: the name.
    pub sender_name: String,
    /// From: the address.
    pub sender_email: String,
    /// Where answers go; empty is the sender.
    pub reply_to: String,
    /// A word of [`Tracking`].
    pub open_tracking: String,
    /// Why it may measure from now on: the assessment that the decision rests on. Goes into the
    /// audit log and is kept nowhere else.
    pub tracking_basis: String,
    /// A ticked box sends anything.
    pub approval_required: String,
    /// See [`Details`]; as all that follow.
    pub organisation: String,
    /// On one line.
    pub postal_address: String,
    /// Eight digits.
    pub cvr: String,
    /// An address that a person reads.
    pub contact_email: String,
    /// The organisation's site.
    pub site_url: String,
    /// How often it comes.
    pub frequency: String,
    /// The accessibility statement.
    pub accessibility_url: String,
    /// The data protection officer's address.
    pub dpo_email: String,
    /// A ticked box sends anything.
    pub welcome_mail: String,
}

impl SettingsForm {
    /// An empty form, with what most installations choose.
    pub fn empty(lang: Lang) -> Self {
        Self {
            language: lang.as_str().to_owned(),
            time_zone: Tz::Europe__Copenhagen.name().to_owned(),
            open_tracking: Tracking::Off.as_str().to_owned(),
            welcome_mail: "on".to_owned(),
            ..Self::default()
        }
    }

    /// The form as a newsletter fills it.
    pub fn of(newsletter: &Newsletter) -> Self {
        let details = newsletter.details();
        Self {
            slug: newsletter.slug.clone(),
            title: newsletter.title.clone(),
            description: newsletter.description.clone(),
            language: newsletter.language.as_str().to_owned(),
            time_zone: newsletter.time_zone.clone(),
            sender_name: newsletter.sender_name.clone(),
            sender_email: newsletter.sender_email.clone(),
            reply_to: newsletter.reply_to.clone().unwrap_or_default(),
            open_tracking: newsletter.open_tracking.as_str().to_owned(),
            tracking_basis: String::new(),
            approval_required: if newsletter.approval_required { "on" } else { "" }.to_owned(),
            organisation: details.organisation,
            postal_address: details.postal_address,
            cvr: details.cvr,
            contact_email: details.contact_email,
            site_url: details.site_url,
            frequency: details.frequency,
            accessibility_url: details.accessibility_url,
            dpo_email: details.dpo_email,
            welcome_mail: if details.welcome_mail { "on" } else { "" }.to_owned(),
        }
    }

    /// What may be stored, or all that is wrong. `before` is what it measures so far.
    fn parse(&self, before: Tracking) -> Result<Settings> {
        let mut fields = Fields::default();
        let settings = Settings {
            title: fields.required("title", &self.title, 200),
            description: fields.text("description", &self.description, 1_000),
            language: fields.choice("language", &self.language, Lang::Da),
            time_zone: fields.choice("time_zone", &self.time_zone, Tz::UTC),
            sender_name: fields.required("sender_name", &self.sender_name, 100),
            sender_email: fields.plain_email("sender_email", &self.sender_email, true),
            reply_to: fields.plain_email("reply_to", &self.reply_to, false),
            open_tracking: fields.choice("open_tracking", &self.open_tracking, Tracking::Off),
            approval_required: !self.approval_required.is_empty(),
            details: Details {
                organisation: fields.required("organisation", &self.organisation, 200),
                postal_address: fields.text("postal_address", &self.postal_address, 300),
                cvr: fields.cvr(&self.cvr),
                contact_email: fields.email("contact_email", &self.contact_email, true),
                site_url: fields.web_address("site_url", &self.site_url),
                frequency: fields.text("frequency", &self.frequency, 100),
                accessibility_url: fields.web_address("accessibility_url", &self.accessibility_url),
                dpo_email: fields.email("dpo_email", &self.dpo_email, false),
                welcome_mail: !self.welcome_mail.is_empty(),
            },
        };
        let basis = fields.text("tracking_basis", &self.tracking_basis, 2_000);
        let is_new = settings.open_tracking != before && settings.open_tracking != Tracking::Off;
        if is_new && basis.is_empty() {
            fields.errors.push(FieldError::new("tracking_basis", "error-tracking-basis"));
        }
        if fields.errors.is_empty() { Ok(settings) } else { Err(Error::Invalid(fields.errors)) }
    }
}

/// What a newsletter may become.
struct Settings {
    title: String,
    description: String,
    language: Lang,
    time_zone: Tz,
    sender_name: String,
    sender_email: String,
    reply_to: String,
    open_tracking: Tracking,
    approval_required: bool,
    details: Details,
}

impl Settings {
    fn apply(self, newsletter: &mut Newsletter) {
        newsletter.title = self.title;
        newsletter.description = self.description;
        newsletter.language = self.language;
        newsletter.time_zone = self.time_zone.name().to_owned();
        newsletter.sender_name = self.sender_name;
        newsletter.sender_email = self.sender_email;
        newsletter.reply_to = (!self.reply_to.is_empty()).then_some(self.reply_to);
        newsletter.open_tracking = self.open_tracking;
        newsletter.approval_required = self.approval_required;
        newsletter.settings = store::to_json(&self.details);
    }
}

/// Reads fields one by one and collects what is wrong with them.
#[derive(Default)]
struct Fields {
    errors: Vec<FieldError>,
}

impl Fields {
    /// On one line: a line break in a sender's name would be another header.
    fn text(&mut self, field: &str, value: &str, most: usize) -> String {
        let value = direction::unturned(value);
        let words: Vec<&str> =
            value.split(|letter: char| letter.is_whitespace() || letter.is_control()).collect();
        let text = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        if text.chars().count() > most {
            self.errors.push(FieldError::new(field, "error-too-long").with("most", most));
        }
        text
    }

    fn required(&mut self, field: &str, value: &str, most: usize) -> String {
        let text = self.text(field, value, most);
        if text.is_empty() {
            self.errors.push(FieldError::new(field, "error-required"));
        }
        text
    }

    fn choice<T: std::str::FromStr>(&mut self, field: &str, value: &str, otherwise: T) -> T {
        value.trim().parse().unwrap_or_else(|_| {
            self.errors.push(FieldError::new(field, "error-choice"));
            otherwise
        })
    }

    fn email(&mut self, field: &str, value: &str, required: bool) -> String {
        if !required && value.trim().is_empty() {
            return String::new();
        }
        match EmailAddress::parse(value) {
            Ok(address) => address.as_typed().to_owned(),
            Err(error) => {
                self.errors.push(FieldError::new(field, error.code()));
                String::new()
            }
        }
    }

    /// An address that stands in every message: with æ, ø or å before the @ only servers that
    /// speak SMTPUTF8 could take any of them (RFC 6531).
    fn plain_email(&mut self, field: &str, value: &str, required: bool) -> String {
        let address = self.email(field, value, required);
        if EmailAddress::parse(&address).is_ok_and(|address| address.needs_smtputf8()) {
            self.errors.push(FieldError::new(field, "error-email-plain"));
        }
        address
    }

    fn web_address(&mut self, field: &str, value: &str) -> String {
        let text = value.trim();
        let is_web = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
        if !text.is_empty() && (!is_web || text.len() > 500) {
            self.errors.push(FieldError::new(field, "error-web-address"));
        }
        text.to_owned()
    }

    /// A number of the Danish business register: eight digits, often typed in pairs.
    fn cvr(&mut self, value: &str) -> String {
        let digits: String = value.chars().filter(|letter| !letter.is_whitespace()).collect();
        let is_number = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !digits.is_empty() && !is_number {
            self.errors.push(FieldError::new("cvr", "error-cvr"));
        }
        digits
    }
}

/// Makes a newsletter.
pub async fn create(app: &App, form: SettingsForm, actor: &str) -> Result<Newsletter> {
    let settings = form.parse(Tracking::Off)?;
    let slug = match form.slug.trim() {
        "" => slug_of(&settings.title),
        given => given.to_owned(),
    };
    if slug.is_empty() || slug.len() > 60 || slug != slug_of(&slug) {
        return Err(Error::field("slug", "error-slug"));
    }
    let (now, actor) = (app.clock.now(), actor.to_owned());
    app.db
        .write(move |conn| {
            if store::all(conn)?.iter().any(|newsletter| newsletter.slug == slug) {
                return Err(Error::field("slug", "error-slug-taken"));
            }
            let new = NewNewsletter {
                slug: &slug,
                title: &settings.title,
                description: &settings.description,
                language: settings.language,
                time_zone: settings.time_zone.name(),
                sender_name: &settings.sender_name,
                sender_email: &settings.sender_email,
                open_tracking: settings.open_tracking,
                details: &settings.details,
            };
            let id = store::insert(conn, &new, now)?;
            let mut newsletter = store::find(conn, id)?;
            settings.apply(&mut newsletter);
            store::update(conn, &newsletter)?;
            let subject = format!("newsletter {slug}");
            audit(conn, &actor, "newsletter.create", &subject, json!(form), now)?;
            Ok(newsletter)
        })
        .await
}

/// Changes a newsletter. Approvals that do not hold any more are taken back. The audit log keeps what was and what is, and the basis for measuring.
pub async fn change(app: &App, slug: &str, form: SettingsForm, actor: &str) -> Result<()> {
    let (now, slug, actor) = (app.clock.now(), slug.to_owned(), actor.to_owned());
    app.db
        .write(move |conn: &mut DbConn| {
            let mut newsletter = store::by_slug(conn, &slug)?;
            let before = SettingsForm::of(&newsletter);
            form.parse(newsletter.open_tracking)?.apply(&mut newsletter);
            store::update(conn, &newsletter)?;
            approve::take_back(conn, &newsletter, &actor, now)?;
            let basis = form.tracking_basis;
            let after = SettingsForm { tracking_basis: basis, ..SettingsForm::of(&newsletter) };
            let changes = changes(&before, &after);
            if !changes.is_empty() {
                let subject = format!("newsletter {slug}");
                audit(conn, &actor, "newsletter.change", &subject, Value::Object(changes), now)?;
            }
            Ok(())
        })
        .await
}

/// The fields that differ: `{"title": {"from": …, "to": …}}`.
fn changes(before: &SettingsForm, after: &SettingsForm) -> Map<String, Value> {
    let (before, after) = (json!(before), json!(after));
    let fields = after.as_object().into_iter().flatten();
    fields
        .filter(|(field, value)| before.get(field) != Some(value))
        .map(|(field, value)| (field.clone(), json!({ "from": before.get(field), "to": value })))
        .collect()
}

/// A title as it may stand in an address: "Nyt fra Børnehuset" is "nyt-fra-boernehuset".
pub fn slug_of(title: &str) -> String {
    let mut slug = String::with_capacity(title.len());
    for letter in title.to_lowercase().chars() {
        match letter {
            'æ' | 'ä' => slug.push_str("ae"),
            'ø' | 'ö' => slug.push_str("oe"),
            'å' => slug.push_str("aa"),
            'é' => slug.push('e'),
            'ü' => slug.push('u'),
            letter if letter.is_ascii_alphanumeric() => slug.push(letter),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}
