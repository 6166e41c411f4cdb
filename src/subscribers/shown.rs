//! The texts that forms show beside their boxes. Each is written down before it is shown first, and its
//! hash goes with the form: so a consent says which text was seen, also when the form stands on another
//! site, or was open while the settings changed.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::Purpose;
use super::store::consents::{self, ConsentText};
use super::subscribe::{SubscribeForm, consent_text};
use crate::app::App;
use crate::db::DbConn;
use crate::error::{Error, Result};
use crate::newsletters::Newsletter;
use crate::web::Lang;

/// What this process has written down already: newsletters and hashes.
#[derive(Default)]
pub struct ShownTexts(Mutex<HashSet<(i64, String)>>);

impl ShownTexts {
    fn has(&self, newsletter: i64, hash: &str) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.contains(&(newsletter, hash.to_owned()))
    }

    fn put(&self, newsletter: i64, hash: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((newsletter, hash));
    }
}

/// The hashes of the texts of a form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hashes {
    /// Of the consent to get the newsletter.
    pub newsletter: String,
    /// Of the one to be measured; it stands in the form where that is asked for.
    pub tracking: String,
}

impl Hashes {
    /// For a purpose.
    pub fn of(&self, purpose: Purpose) -> &str {
        match purpose {
            Purpose::Newsletter => &self.newsletter,
            Purpose::Tracking => &self.tracking,
        }
    }
}

/// The texts of a form in a language as they are now, written down.
pub async fn show(app: &App, newsletter: &Newsletter, language: Lang) -> Result<Hashes> {
    let mut hashes = Hashes::default();
    for &purpose in Purpose::ALL {
        let body = consent_text(language.texts(), newsletter, purpose);
        let text = ConsentText { purpose, language, body };
        let (id, hash, now) = (newsletter.id, text.hash(), app.clock.now());
        match purpose {
            Purpose::Newsletter => hashes.newsletter.clone_from(&hash),
            Purpose::Tracking => hashes.tracking.clone_from(&hash),
        }
        if !app.shown.has(id, &hash) {
            app.db.write(move |conn| Ok(consents::show(conn, id, &text, now)?)).await?;
            app.shown.put(id, hash);
        }
    }
    Ok(hashes)
}

/// The texts to which a form says yes. One that names none was made by hand and read here, so it is what
/// is shown now; a form on another site names what it shows.
///
/// # Errors
/// [`Error::Invalid`] when no form of the newsletter has shown such a text.
pub async fn agreed(
    app: &App,
    newsletter: &Newsletter,
    language: Lang,
    form: &SubscribeForm,
    is_elsewhere: bool,
) -> Result<Hashes> {
    let mut agreed = show(app, newsletter, language).await?;
    let changed = || Error::field("consent", "error-consent-text");
    if form.text.is_empty() && is_elsewhere {
        return Err(changed());
    }
    let named = [(Purpose::Newsletter, &form.text), (Purpose::Tracking, &form.tracking_text)];
    for (purpose, hash) in named.into_iter().filter(|(_, hash)| !hash.is_empty()) {
        let (id, wanted) = (newsletter.id, hash.clone());
        let find = move |conn: &mut DbConn| Ok(consents::shown(conn, id, purpose, &wanted)?);
        if agreed.of(purpose) != hash && app.db.read(find).await?.is_none() {
            return Err(changed());
        }
        match purpose {
            Purpose::Newsletter => agreed.newsletter.clone_from(hash),
            Purpose::Tracking => agreed.tracking.clone_from(hash),
        }
    }
    Ok(agreed)
}
