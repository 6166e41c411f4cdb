//! What every page knows: the reader's language and texts, where it is, and who is signed in.

use std::fmt;
use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use askama::filters::HtmlSafe;
use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::format;
use super::language::{Lang, Texts};
use crate::clock::Instant;
use crate::error::{FieldError, Result};

/// Who is signed in, as far as the frame shows it. The guard puts it into the request.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Their name.
    pub name: String,
    /// The word of their role.
    pub role: &'static str,
}

/// The title of the newsletter that the public pages belong to. A middleware puts it into the
/// request.
#[derive(Debug, Clone)]
pub struct Brand(pub Arc<str>);

/// The frame's data; every template has one as `page`.
#[derive(Debug, Clone)]
pub struct Page {
    /// The reader's language.
    pub lang: Lang,
    /// Who is signed in.
    pub reader: Option<Reader>,
    brand: Option<Brand>,
    path: String,
    query: String,
}

impl Page {
    /// For a request.
    pub fn new(request: &HttpRequest) -> Self {
        Self {
            lang: Lang::of(request),
            reader: request.extensions().get::<Reader>().cloned(),
            brand: request.extensions().get::<Brand>().cloned(),
            path: request.path().to_owned(),
            query: request.query_string().to_owned(),
        }
    }

    /// The same page in one language, whatever was asked for: a form that somebody fills in
    /// Danish is answered in Danish.
    #[must_use]
    pub fn in_language(mut self, lang: Lang) -> Self {
        self.lang = lang;
        self
    }

    /// The texts.
    pub fn texts(&self) -> Texts {
        self.lang.texts()
    }

    /// A text.
    pub fn t(&self, key: impl AsRef<str>) -> String {
        self.texts().get(key.as_ref())
    }

    /// The text for one of the program's own words, `start` and the word; the word itself when it is somebody
    /// else's, as the name of a source is.
    pub fn word(&self, start: &str, word: impl AsRef<str>) -> String {
        let word = word.as_ref();
        // "import 7f3c…" is one import of many.
        let known = word.split(' ').next().unwrap_or_default().replace('.', "-");
        let key = format!("{start}{known}");
        let is_ours = word == "withdrawals.log" || known == "import" || !word.contains(' ');
        if is_ours && self.texts().has(&key) { self.t(key) } else { word.to_owned() }
    }

    /// A text with one value.
    pub fn t1(&self, key: &str, name: &'static str, value: impl std::fmt::Display) -> String {
        self.texts().with(key, &[(name, &value)])
    }

    /// A text with two values.
    pub fn t2(
        &self,
        key: &str,
        name: &'static str,
        value: impl std::fmt::Display,
        other: &'static str,
        other_value: impl std::fmt::Display,
    ) -> String {
        self.texts().with(key, &[(name, &value), (other, &other_value)])
    }

    /// What is wrong with a field, if anything.
    pub fn error(&self, errors: &[FieldError], field: &str) -> Option<String> {
        errors.iter().find(|error| error.field == field).map(|error| self.texts().error(error))
    }

    /// The name that stands over the public pages.
    pub fn brand(&self) -> String {
        self.brand.as_ref().map_or_else(|| self.t("site-name"), |brand| brand.0.to_string())
    }

    /// A number.
    pub fn number(&self, number: &i64) -> String {
        format::number(self.lang, *number)
    }

    /// A share of a whole.
    pub fn percent(&self, part: &i64, whole: &i64) -> String {
        format::percent(self.lang, *part, *whole)
    }

    /// "3 minutter": rounded up, because an end that comes early annoys nobody.
    pub fn duration(&self, time: &TimeDelta) -> String {
        let seconds = time.num_seconds();
        match seconds {
            ..90 => self.t1("duration-seconds", "count", seconds.max(1)),
            90..5_400 => self.t1("duration-minutes", "count", (seconds + 59) / 60),
            _ => self.t1("duration-hours", "count", (seconds + 3_599) / 3_600),
        }
    }

    /// A day.
    pub fn day(&self, day: &NaiveDate) -> String {
        format::day(self.lang, *day)
    }

    /// A moment on the clock of a zone.
    pub fn time(&self, at: &Instant, zone: &Tz) -> String {
        format::time(self.lang, *at, *zone)
    }

    /// A moment on the clock of a zone, with the day of the week.
    pub fn weekday_time(&self, at: &Instant, zone: &Tz) -> String {
        format::weekday_time(self.lang, *at, *zone)
    }

    /// The name of a zone's clock.
    pub fn zone(&self, zone: &Tz) -> String {
        match zone {
            Tz::Europe__Copenhagen => self.t("zone-copenhagen"),
            other => other.name().to_owned(),
        }
    }

    /// The address of this page in the other language.
    pub fn other_language(&self) -> String {
        let other = match self.lang {
            Lang::Da => Lang::En,
            Lang::En => Lang::Da,
        };
        let kept = url::form_urlencoded::parse(self.query.as_bytes())
            .filter(|(name, _)| name != "lang" && name != "done");
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept)
            .append_pair("lang", other.as_str())
            .finish();
        format!("{}?{query}", self.path)
    }

    /// What was just done (`?done=saved` is the text `done-saved`), to be said once on this page.
    pub fn done(&self) -> Option<String> {
        let (_, word) =
            url::form_urlencoded::parse(self.query.as_bytes()).find(|(n, _)| n == "done")?;
        let key = format!("done-{word}");
        self.texts().has(&key).then(|| self.t(&key))
    }

    /// Whether this page is the one at a path.
    pub fn at(&self, path: &str) -> bool {
        self.path == path
    }

    /// Whether this page lies at or under a path, for the navigation.
    pub fn under(&self, path: &str) -> bool {
        self.path == path || self.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether the signed-in person has one of these roles, given as words: for links in the
    /// frame only; the guard decides what they may do.
    pub fn is(&self, roles: &str) -> bool {
        self.reader.as_ref().is_some_and(|reader| roles.split(' ').any(|role| role == reader.role))
    }
}

/// A page as an answer.
pub fn html(template: &impl Template) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(rendered(template)?))
}

/// A part of a page that was rendered from a template of its own: how a page shows what stands in a
/// room below its own.
#[derive(Debug, Clone)]
pub struct Part(String);

impl Part {
    /// Renders it.
    pub fn of(template: &impl Template) -> Result<Self> {
        rendered(template).map(Self)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The template escaped it.
impl HtmlSafe for Part {}

/// A page that says that some fields cannot be taken (422).
pub fn unprocessable(template: &impl Template) -> Result<HttpResponse> {
    Ok(HttpResponse::UnprocessableEntity()
        .content_type("text/html; charset=utf-8")
        .body(rendered(template)?))
}

fn rendered(template: &impl Template) -> Result<String> {
    template.render().map_err(|error| anyhow::Error::new(error).context("rendering a page").into())
}

/// After a POST: go and GET this (303).
pub fn see_other(address: impl AsRef<str>) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, address.as_ref())).finish()
}
