//! Danish and English: which one a reader gets, and the texts, which are Fluent files in
//! `locales/`, one file a noun.

use std::borrow::Cow;
use std::collections::HashMap;

use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::{HttpMessage, HttpRequest};
use fluent_templates::{LanguageIdentifier, Loader, fluent_bundle::FluentValue};

use super::direction::unturned;

fluent_templates::static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "da",
        // Isolation marks are for mixed writing directions; in a mail they would be stray characters.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

crate::text_enum! {
    /// A language of readers.
    pub enum Lang {
        /// Danish, the first one.
        Da = "da",
        /// English.
        En = "en",
    }
}

impl Lang {
    /// The language of a request, without a cookie: `?lang=`, else the language that the signed-in
    /// person chose, else `Accept-Language`, else Danish.
    pub fn of(request: &HttpRequest) -> Self {
        Self::asked(request)
            .or_else(|| request.extensions().get::<Self>().copied())
            .unwrap_or_else(|| Self::accepted(request))
    }

    /// `?lang=`.
    pub fn asked(request: &HttpRequest) -> Option<Self> {
        url::form_urlencoded::parse(request.query_string().as_bytes())
            .find(|(name, _)| name == "lang")
            .and_then(|(_, value)| value.parse().ok())
    }

    fn accepted(request: &HttpRequest) -> Self {
        let header = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        // The order of the header is good enough: browsers write it in order of preference.
        header
            .unwrap_or_default()
            .split(',')
            .find_map(|range| range.trim().get(..2)?.to_ascii_lowercase().parse().ok())
            .unwrap_or(Self::Da)
    }

    /// The texts in this language.
    pub fn texts(self) -> Texts {
        Texts(self)
    }

    fn identifier(self) -> LanguageIdentifier {
        match self {
            Self::Da => fluent_templates::langid!("da"),
            Self::En => fluent_templates::langid!("en"),
        }
    }
}

/// A whole number is a number to Fluent, so that a text can choose between one and many; anything
/// else, a formatted number too, is text.
fn fluent_value(text: String) -> FluentValue<'static> {
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => FluentValue::from(number),
        _ => FluentValue::from(text),
    }
}

/// The names under which errors carry a count.
const COUNTS: [&str; 6] = ["number", "last", "most", "max", "length", "size"];

/// The texts in one language.
#[derive(Debug, Clone, Copy)]
pub struct Texts(pub Lang);

impl Texts {
    /// A text. A key that is in neither language shows itself; a test looks for such keys.
    pub fn get(self, key: &str) -> String {
        LOCALES.try_lookup(&self.0.identifier(), key).unwrap_or_else(|| key.to_owned())
    }

    /// A text with values.
    pub fn with(self, key: &str, values: &[(&'static str, &dyn std::fmt::Display)]) -> String {
        let values: HashMap<Cow<'static, str>, FluentValue<'_>> = values
            .iter()
            .map(|(name, value)| (Cow::Borrowed(*name), fluent_value(value.to_string())))
            .collect();
        LOCALES
            .try_lookup_with_args(&self.0.identifier(), key, &values)
            .unwrap_or_else(|| key.to_owned())
    }

    /// A text with one value, for templates, which cannot write [`Texts::with`].
    pub fn t1(self, key: &str, name: &'static str, value: impl std::fmt::Display) -> String {
        self.with(key, &[(name, &value)])
    }

    /// A text with two values, for templates.
    pub fn t2(
        self,
        key: &str,
        name: &'static str,
        value: impl std::fmt::Display,
        other: &'static str,
        other_value: impl std::fmt::Display,
    ) -> String {
        self.with(key, &[(name, &value), (other, &other_value)])
    }

    /// Whether there is such a text.
    pub fn has(self, key: &str) -> bool {
        LOCALES.try_lookup(&self.0.identifier(), key).is_some()
    }

    /// What is wrong with a field. Large counts are written as the reader's language does; what
    /// somebody typed stays as it is, but for marks that would turn the rest of the sentence around.
    pub fn error(self, error: &crate::error::FieldError) -> String {
        let written: Vec<(&'static str, String)> = error
            .args
            .iter()
            .map(|(name, value)| (*name, unturned(&self.count(name, value))))
            .collect();
        let values: Vec<(&'static str, &dyn std::fmt::Display)> =
            written.iter().map(|(name, value)| (*name, value as _)).collect();
        self.with(error.code, &values)
    }

    /// A value of an error. Below a thousand a count stays a number, by which a text chooses
    /// between one and many.
    fn count(self, name: &str, value: &str) -> String {
        match value.parse::<i64>() {
            Ok(number) if number >= 1_000 && COUNTS.contains(&name) => {
                super::format::number(self.0, number)
            }
            _ => value.to_owned(),
        }
    }
}
