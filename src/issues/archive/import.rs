//! Bringing an old issue into the archive: looked at first, then saved as history.

use chrono::{Datelike, NaiveDate};

use super::from_html::{self, Read};
use super::{Historical, bring_in, old_address};
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::issues::content::{Content, MergeLine, Theme};
use crate::issues::{Issue, IssueKind, store, text};
use crate::newsletters::Newsletter;

/// What is typed about an old issue.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    /// The subject.
    pub subject: String,
    /// The day it was sent, as `YYYY-MM-DD`.
    pub date: String,
    /// `ordinary` or `special`.
    pub kind: String,
    /// Where it stood before, or nothing.
    pub old_address: String,
    /// Words that stand with it, or nothing.
    pub note: String,
    /// The HTML.
    pub html: String,
}

/// An old issue that can be saved.
pub struct Looked {
    /// It.
    pub historical: Historical,
    /// Pictures that nothing is said about.
    pub silent_images: usize,
    /// Pictures that cannot be kept.
    pub lost_images: usize,
}

/// Reads what was typed.
///
/// # Errors
/// Every field that cannot be taken.
pub async fn look(app: &App, typed: &Typed, newsletter: &Newsletter) -> Result<Looked> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, code| errors.push(FieldError::new(field, code));
    let today = app.clock.now().day_in(newsletter.zone());
    let day = NaiveDate::parse_from_str(typed.date.trim(), "%Y-%m-%d").ok();
    let day = day.filter(|day| *day <= today && day.year() >= 1990);
    if day.is_none() {
        wrong("date", "error-import-date");
    }
    let kind = typed.kind.parse::<IssueKind>().ok();
    if kind.is_none() {
        wrong("kind", "error-choice");
    }
    let subject = typed.subject.replace("{{", "{ {");
    let subject = MergeLine::parse(&subject).unwrap_or_default();
    if subject.is_empty() {
        wrong("subject", "error-missing-subject");
    } else if subject.without_name().chars().count() > 200 {
        wrong("subject", "error-import-subject");
    }
    let note = text::line(&typed.note);
    if note.chars().count() > 100 {
        wrong("note", "error-import-note");
    }
    let old_address = match old_address::read(&app.links, &typed.old_address) {
        Ok(path) => path,
        Err(code) => {
            wrong("old_address", code);
            None
        }
    };
    if let Some(path) = old_address.clone()
        && app.db.read(move |conn| Ok(store::has_old_address(conn, &path)?)).await?
    {
        wrong("old_address", "error-import-address-taken");
    }
    let read = from_html::read(&typed.html).unwrap_or_else(|error| {
        errors.push(error);
        Read::default()
    });
    let (Some(day), Some(kind), true) = (day, kind, errors.is_empty()) else {
        return Err(Error::Invalid(errors));
    };
    let title = crate::issues::content::Line::new(&subject.without_name());
    let theme = (kind == IssueKind::Special).then(|| Theme { title, ..Theme::default() });
    let content = Content { subject, theme, blocks: read.blocks, ..Content::default() };
    // What is stored must be read again.
    let content = Content::read(&content.to_json())
        .map_err(|_| Error::field("html", "error-content-too-large"))?;
    let note = (!note.is_empty()).then(|| note.to_owned());
    let newsletter = newsletter.id;
    Ok(Looked {
        historical: Historical { newsletter, kind, content, day, note, old_address },
        silent_images: read.silent_images,
        lost_images: read.lost_images,
    })
}

/// Saves what was looked at.
pub async fn save(app: &App, looked: Looked, actor: &str) -> Result<Issue> {
    bring_in(app, looked.historical, actor).await
}
