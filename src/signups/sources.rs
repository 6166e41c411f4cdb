//! Making, changing and putting away the sources of sign-ups, and whether a form on another site
//! is one of them.

use actix_web::HttpRequest;
use actix_web::http::header::{HOST, ORIGIN};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{FORM, Source, store};
use crate::app::App;
use crate::db::{DbConn, PublicId};
use crate::error::{Error, FieldError, Result};
use crate::links::Links;
use crate::newsletters::{self, settings::slug_of};
use crate::staff::{self, Staff};
use crate::web::direction;

/// Longest name, in characters.
const TITLE_LONGEST: usize = 80;
/// Most sites of a source.
const MOST_ORIGINS: usize = 10;
/// Most sources of a newsletter.
const MOST_SOURCES: usize = 200;
/// Words that mean something else where a subscription comes from.
const TAKEN: [&str; 5] = [FORM, "import", "list", "staff", "api"];

/// What staff typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SourceForm {
    /// What it is called.
    pub title: String,
    /// The sites whose own forms may use it, one a line.
    pub origins: String,
}

impl SourceForm {
    fn checked(&self) -> Result<(String, String)> {
        let mut errors = Vec::new();
        let title = direction::unturned(&self.title);
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let length = title.chars().count();
        if title.is_empty() {
            errors.push(FieldError::new("title", "error-signup-title"));
        } else if length > TITLE_LONGEST {
            let error = FieldError::new("title", "error-content-too-long");
            errors.push(error.with("length", length).with("max", TITLE_LONGEST));
        }
        let mut origins: Vec<String> = Vec::new();
        for typed in self.origins.split_whitespace() {
            match origin(typed) {
                Some(origin) if origins.contains(&origin) => {}
                Some(origin) => origins.push(origin),
                None => {
                    let error = FieldError::new("origins", "error-signup-origin");
                    errors.push(error.with("typed", typed.chars().take(80).collect::<String>()));
                }
            }
        }
        if origins.len() > MOST_ORIGINS {
            let error = FieldError::new("origins", "error-signup-origins");
            errors.push(error.with("most", MOST_ORIGINS));
        }
        if errors.is_empty() { Ok((title, origins.join(" "))) } else { Err(Error::Invalid(errors)) }
    }
}

/// A site as browsers name it (RFC 6454): `https://www.lederweb.dk`. What is typed may be a page of
/// it.
fn origin(typed: &str) -> Option<String> {
    let url = Url::parse(typed).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    url.host_str()?;
    Some(url.origin().ascii_serialization())
}

/// Makes a source of a newsletter, named by its slug.
///
/// # Errors
/// [`Error::Invalid`] when something cannot be taken.
pub async fn create(
    app: &App,
    newsletter: &str,
    form: &SourceForm,
    staff: &Staff,
) -> Result<Source> {
    let (title, origins) = form.checked()?;
    let (newsletter, actor, now) = (newsletter.to_owned(), staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let newsletter = newsletters::store::by_slug(conn, &newsletter)?;
            let others = store::sources(conn, newsletter.id)?;
            if others.len() >= MOST_SOURCES {
                let error = FieldError::new("title", "error-signup-sources");
                return Err(Error::Invalid(vec![error.with("most", MOST_SOURCES)]));
            }
            let slug = free_slug(&title, &others);
            let new = (slug.as_str(), title.as_str(), origins.as_str());
            let source = store::insert_source(conn, newsletter.id, new, &actor, now)?;
            let details = json!({ "title": title, "slug": slug, "origins": origins });
            audit(conn, &actor, "signup-source.create", &source, details, now)?;
            Ok(source)
        })
        .await
}

/// A word for a source that no other has: two fairs may have the same name.
fn free_slug(title: &str, others: &[Source]) -> String {
    let slug = match slug_of(title) {
        slug if slug.is_empty() => "kilde".to_owned(),
        slug => slug.chars().take(60).collect(),
    };
    let is_free =
        |slug: &str| !TAKEN.contains(&slug) && others.iter().all(|other| other.slug != slug);
    if is_free(&slug) {
        return slug;
    }
    (2..).map(|number| format!("{slug}-{number}")).find(|slug| is_free(slug)).unwrap_or(slug)
}

/// Changes what a source is called and which sites may use it; its word stays, because it stands on
/// printed paper.
pub async fn change(app: &App, uuid: PublicId, form: &SourceForm, staff: &Staff) -> Result<()> {
    let (title, origins) = form.checked()?;
    let (actor, now) = (staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let source = store::source(conn, uuid)?;
            store::update_source(conn, source.id, (&title, &origins))?;
            let details = json!({ "title": title, "origins": origins });
            audit(conn, &actor, "signup-source.change", &source, details, now)
        })
        .await
}

/// Puts a source away, or takes it out again. Who still comes by it is let in and counted under it: it
/// stands on printed paper and on other sites.
pub async fn archive(app: &App, uuid: PublicId, is_away: bool, staff: &Staff) -> Result<()> {
    let (actor, now) = (staff.actor(), app.clock.now());
    app.db
        .write(move |conn| {
            let source = store::source(conn, uuid)?;
            store::archive_source(conn, source.id, is_away.then_some(now))?;
            let action = if is_away { "signup-source.archive" } else { "signup-source.restore" };
            audit(conn, &actor, action, &source, json!({}), now)
        })
        .await
}

fn audit(
    conn: &mut DbConn,
    actor: &str,
    action: &str,
    source: &Source,
    details: serde_json::Value,
    now: crate::clock::Instant,
) -> Result<()> {
    let subject = format!("signup source {}", source.uuid);
    Ok(staff::store::audit(conn, actor, action, &subject, details, now)?)
}

/// Where a form stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Site {
    /// On a page of ours, or in no browser.
    Ours,
    /// On a site that its source allows, as browsers name it.
    Allowed(String),
    /// On another.
    Foreign,
}

/// Where the form stands that a request sends.
pub fn of_site(request: &HttpRequest, links: &Links, source: Option<&Source>) -> Site {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = header(ORIGIN.as_str()) else { return Site::Ours };
    let host = header(HOST.as_str()).unwrap_or_default();
    let is_ours = header("sec-fetch-site") == Some("same-origin")
        || origin == links.base().origin().ascii_serialization()
        || origin.split_once("://").is_some_and(|(_, of)| of == host);
    match source {
        _ if is_ours => Site::Ours,
        Some(source) if source.origins().any(|allowed| allowed == origin) => {
            Site::Allowed(origin.to_owned())
        }
        _ => Site::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_named_as_browsers_do() {
        let cases = [
            ("https://www.lederweb.dk/nyhedsbrev?a=1", Some("https://www.lederweb.dk")),
            ("https://www.lederweb.dk:443", Some("https://www.lederweb.dk")),
            ("http://localhost:8000/", Some("http://localhost:8000")),
            ("https://børnehuset.dk", Some("https://xn--brnehuset-l8a.dk")),
            ("www.lederweb.dk", None),
            ("javascript:alert(1)", None),
            ("*", None),
        ];
        for (typed, expected) in cases {
            assert_eq!(origin(typed).as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn two_fairs_of_one_name_have_different_words() {
        let mut others: Vec<Source> = Vec::new();
        for expected in ["stand-paa-laerfesten", "stand-paa-laerfesten-2"] {
            let slug = free_slug("Stand på Lærfesten", &others);
            assert_eq!(slug, expected);
            others.push(Source {
                id: 1,
                uuid: PublicId::random(),
                newsletter: 1,
                slug,
                title: String::new(),
                origins: String::new(),
                archived_at: None,
            });
        }
        assert_eq!(free_slug("Form", &[]), "form-2");
        assert_eq!(free_slug("»«", &[]), "kilde");
    }
}
