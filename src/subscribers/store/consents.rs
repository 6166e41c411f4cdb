//! The tables `consent_texts` and `consents`.

use diesel::prelude::*;

use crate::clock::Instant;
use crate::db::DbConn;
use crate::db::schema::{consent_texts, consents, form_texts};
use crate::on_both;
use crate::subscribers::{ConsentMethod, Purpose};
use crate::web::Lang;

/// A consent to be written down.
pub struct NewConsent<'a> {
    /// Whose.
    pub subscriber: i64,
    /// To which newsletter.
    pub newsletter: i64,
    /// What for.
    pub purpose: Purpose,
    /// The text that was shown.
    pub text: &'a str,
    /// In which language.
    pub language: Lang,
    /// How it was given.
    pub method: ConsentMethod,
    /// The address of the form.
    pub form_address: &'a str,
    /// Where it came from.
    pub source: &'a str,
    /// The IP address it was asked from.
    pub request_ip: Option<&'a str>,
    /// When it took effect, if it needs no confirmation.
    pub confirmed_at: Option<Instant>,
}

/// A text that stands beside a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentText {
    /// What for.
    pub purpose: Purpose,
    /// In which language.
    pub language: Lang,
    /// The words.
    pub body: String,
}

impl ConsentText {
    /// What it is called in a consent.
    pub fn hash(&self) -> String {
        text_hash(self.purpose, self.language, &self.body)
    }
}

fn keep_text(
    conn: &mut DbConn,
    (purpose, language, body): (Purpose, Lang, &str),
    now: Instant,
) -> QueryResult<String> {
    let hash = text_hash(purpose, language, body);
    let text = (
        consent_texts::hash.eq(&hash),
        consent_texts::purpose.eq(purpose),
        consent_texts::language.eq(language),
        consent_texts::body.eq(body),
        consent_texts::created_at.eq(now),
    );
    on_both!(conn, c => diesel::insert_into(consent_texts::table)
        .values(text)
        .on_conflict_do_nothing()
        .execute(c))?;
    Ok(hash)
}

/// Writes down that a form of a newsletter shows a text.
pub fn show(
    conn: &mut DbConn,
    newsletter: i64,
    text: &ConsentText,
    now: Instant,
) -> QueryResult<()> {
    let hash = keep_text(conn, (text.purpose, text.language, &text.body), now)?;
    let shown = (
        form_texts::newsletter.eq(newsletter),
        form_texts::text_hash.eq(hash),
        form_texts::shown_at.eq(now),
    );
    on_both!(conn, c => diesel::insert_into(form_texts::table)
        .values(shown)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// A text that a form of a newsletter has shown for a purpose, by its hash.
pub fn shown(
    conn: &mut DbConn,
    newsletter: i64,
    purpose: Purpose,
    hash: &str,
) -> QueryResult<Option<ConsentText>> {
    let found: Option<(Lang, String)> = form_texts::table
        .inner_join(consent_texts::table.on(consent_texts::hash.eq(form_texts::text_hash)))
        .filter(form_texts::newsletter.eq(newsletter))
        .filter(form_texts::text_hash.eq(hash))
        .filter(consent_texts::purpose.eq(purpose))
        .select((consent_texts::language, consent_texts::body))
        .first(conn)
        .optional()?;
    Ok(found.map(|(language, body)| ConsentText { purpose, language, body }))
}

/// Writes a consent down, with the text that was shown.
pub fn insert(conn: &mut DbConn, new: &NewConsent<'_>, now: Instant) -> QueryResult<()> {
    let hash = keep_text(conn, (new.purpose, new.language, new.text), now)?;
    diesel::insert_into(consents::table)
        .values((
            consents::subscriber.eq(new.subscriber),
            consents::newsletter.eq(new.newsletter),
            consents::purpose.eq(new.purpose),
            consents::text_hash.eq(&hash),
            consents::language.eq(new.language),
            consents::method.eq(new.method),
            consents::form_address.eq(new.form_address),
            consents::source.eq(new.source),
            consents::requested_at.eq(now),
            consents::request_ip.eq(new.request_ip),
            consents::confirmed_at.eq(new.confirmed_at),
        ))
        .execute(conn)
        .map(drop)
}

/// SHA-256 of a text, its purpose and its language: what it is called in a consent.
pub(super) fn text_hash(purpose: Purpose, language: Lang, text: &str) -> String {
    let whole = format!("{purpose}\n{language}\n{text}");
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, whole.as_bytes());
    data_encoding::HEXLOWER.encode(digest.as_ref())
}

/// When somebody asked for a newsletter since a moment, the newest first.
pub fn requested_since(
    conn: &mut DbConn,
    subscriber: i64,
    newsletter: i64,
    since: Instant,
) -> QueryResult<Vec<Instant>> {
    consents::table
        .filter(consents::subscriber.eq(subscriber))
        .filter(consents::newsletter.eq(newsletter))
        .filter(consents::purpose.eq(Purpose::Newsletter))
        .filter(consents::requested_at.gt(since))
        .order(consents::requested_at.desc())
        .select(consents::requested_at)
        .load(conn)
}

/// The text of a consent for a purpose that was asked for at a moment.
pub fn asked_text(
    conn: &mut DbConn,
    subscriber: i64,
    newsletter: i64,
    purpose: Purpose,
    requested_at: Instant,
) -> QueryResult<Option<String>> {
    consents::table
        .inner_join(consent_texts::table.on(consent_texts::hash.eq(consents::text_hash)))
        .filter(consents::subscriber.eq(subscriber))
        .filter(consents::newsletter.eq(newsletter))
        .filter(consents::purpose.eq(purpose))
        .filter(consents::requested_at.eq(requested_at))
        .select(consent_texts::body)
        .first(conn)
        .optional()
}

/// Notes which mail asks for the confirmation of what was requested at a moment.
pub fn set_message_id(
    conn: &mut DbConn,
    subscriber: i64,
    newsletter: i64,
    requested_at: Instant,
    message_id: &str,
) -> QueryResult<()> {
    diesel::update(
        consents::table
            .filter(consents::subscriber.eq(subscriber))
            .filter(consents::newsletter.eq(newsletter))
            .filter(consents::requested_at.eq(requested_at)),
    )
    .set(consents::confirmation_message_id.eq(message_id))
    .execute(conn)
    .map(drop)
}

/// Confirms what was requested at a moment, and nothing that was requested before and not again.
pub fn confirm(
    conn: &mut DbConn,
    subscriber: i64,
    newsletter: i64,
    requested_at: Instant,
    ip: Option<&str>,
    now: Instant,
) -> QueryResult<()> {
    diesel::update(
        consents::table
            .filter(consents::subscriber.eq(subscriber))
            .filter(consents::newsletter.eq(newsletter))
            .filter(consents::requested_at.eq(requested_at))
            .filter(consents::confirmed_at.is_null()),
    )
    .set((consents::confirmed_at.eq(now), consents::confirm_ip.eq(ip)))
    .execute(conn)
    .map(drop)
}

/// Withdraws all consents of a person to a newsletter that stand, or those for one purpose. With
/// the one to being measured go the person's opens and clicks, by the triggers of the migration
/// `forgetting`.
pub fn withdraw(
    conn: &mut DbConn,
    subscriber: i64,
    newsletter: i64,
    purposes: &[Purpose],
    channel: &str,
    now: Instant,
) -> QueryResult<()> {
    diesel::update(
        consents::table
            .filter(consents::subscriber.eq(subscriber))
            .filter(consents::newsletter.eq(newsletter))
            .filter(consents::purpose.eq_any(purposes))
            .filter(consents::withdrawn_at.is_null()),
    )
    .set((consents::withdrawn_at.eq(now), consents::withdrawal_channel.eq(channel)))
    .execute(conn)
    .map(drop)
}

/// Withdraws the consents to being measured that stand and were asked for before a moment, of one
/// newsletter or of all; says how many.
pub fn unmeasure(
    conn: &mut DbConn,
    subscriber: i64,
    newsletter: Option<i64>,
    channel: &str,
    at: Instant,
) -> QueryResult<usize> {
    let theirs = consents::table
        .filter(consents::subscriber.eq(subscriber))
        .filter(consents::purpose.eq(Purpose::Tracking))
        .filter(consents::requested_at.lt(at))
        .filter(consents::withdrawn_at.is_null());
    let withdrawn = (consents::withdrawn_at.eq(at), consents::withdrawal_channel.eq(channel));
    match newsletter {
        Some(of) => {
            diesel::update(theirs.filter(consents::newsletter.eq(of))).set(withdrawn).execute(conn)
        }
        None => diesel::update(theirs).set(withdrawn).execute(conn),
    }
}

/// Takes back a withdrawal that was made at a moment.
pub fn restore(
    conn: &mut DbConn,
    subscriber: i64,
    newsletter: i64,
    withdrawn_at: Instant,
) -> QueryResult<()> {
    diesel::update(
        consents::table
            .filter(consents::subscriber.eq(subscriber))
            .filter(consents::newsletter.eq(newsletter))
            .filter(consents::withdrawn_at.eq(withdrawn_at)),
    )
    .set((
        consents::withdrawn_at.eq(None::<Instant>),
        consents::withdrawal_channel.eq(None::<&str>),
    ))
    .execute(conn)
    .map(drop)
}

/// A consent with the text that was shown.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = consents)]
pub struct Consent {
    /// Inside, and in the address of its receipt.
    pub id: i64,
    /// To which newsletter.
    pub newsletter: i64,
    /// What for.
    pub purpose: Purpose,
    /// The text's hash.
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
    /// From where it was confirmed.
    pub confirm_ip: Option<String>,
    /// By which mail.
    pub confirmation_message_id: Option<String>,
    /// When it was confirmed.
    pub confirmed_at: Option<Instant>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Instant>,
    /// How.
    pub withdrawal_channel: Option<String>,
}

impl Consent {
    /// Whether it lets a newsletter measure the person now.
    pub fn measures(&self, newsletter: i64) -> bool {
        self.newsletter == newsletter
            && self.purpose == Purpose::Tracking
            && self.confirmed_at.is_some()
            && self.withdrawn_at.is_none()
    }
}

/// All consents of a person with their texts, the newest first.
pub fn of(conn: &mut DbConn, subscriber: i64) -> QueryResult<Vec<(Consent, String)>> {
    consents::table
        .inner_join(consent_texts::table.on(consent_texts::hash.eq(consents::text_hash)))
        .filter(consents::subscriber.eq(subscriber))
        .order(consents::id.desc())
        .select((Consent::as_select(), consent_texts::body))
        .load(conn)
}
