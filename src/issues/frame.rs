//! What surrounds the content of an issue: the newsletter's name, the day, the footer.

use chrono::NaiveDate;

use super::content::Image;
use super::{Issue, IssueKind, words};
use crate::clock::Instant;
use crate::links::Links;
use crate::newsletters::{Details, Newsletter};
use crate::web::{Lang, format};

/// What surrounds the content of an issue.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The newsletter's title.
    pub newsletter: String,
    /// The newsletter's language.
    pub lang: Lang,
    /// Ordinary or special.
    pub kind: IssueKind,
    /// The number of the issue, if issues are numbered.
    pub series_number: Option<i32>,
    /// The day that it carries.
    pub date: NaiveDate,
    /// Words that stand with the date, such as "genskabt eksempel".
    pub note: Option<String>,
    /// The public address of this service, with a slash at its end; pictures that are paths lie
    /// there.
    pub base: String,
    /// The web version; nothing when there is none.
    pub web_version: String,
    /// Where one subscribes.
    pub subscribe: String,
    /// How personal data are handled.
    pub privacy: String,
    /// The accessibility statement.
    pub accessibility: String,
    /// Who sends it (markedsføringsloven § 10, e-handelsloven § 7).
    pub details: Details,
}

impl Frame {
    /// The frame of an issue. Until it has a day of its own, it carries the day on which it is to
    /// go, or today's.
    pub fn of(newsletter: &Newsletter, issue: &Issue, links: &Links, now: Instant) -> Self {
        let zone = newsletter.zone();
        let day = issue.published_on.unwrap_or(issue.send_at.unwrap_or(now).day_in(zone));
        Self {
            newsletter: newsletter.title.clone(),
            lang: newsletter.language,
            kind: issue.kind,
            series_number: issue.series_number,
            date: day,
            note: issue.origin_note.clone(),
            base: links.base().to_string(),
            web_version: links.archived(&issue.slug),
            subscribe: links.subscribe(&newsletter.slug),
            privacy: links.url("privacy"),
            accessibility: links.url("was"),
            details: newsletter.details(),
        }
    }

    /// The frame of an issue that there is not yet.
    pub(super) fn blank(newsletter: &Newsletter, links: &Links, now: Instant) -> Self {
        Self {
            newsletter: newsletter.title.clone(),
            lang: newsletter.language,
            kind: IssueKind::Ordinary,
            series_number: None,
            date: now.day_in(newsletter.zone()),
            note: None,
            base: links.base().to_string(),
            web_version: links.archived(""),
            subscribe: links.subscribe(&newsletter.slug),
            privacy: links.url("privacy"),
            accessibility: links.url("was"),
            details: newsletter.details(),
        }
    }

    /// Whether it is a special edition.
    pub(super) fn is_special(&self) -> bool {
        self.kind == IssueKind::Special
    }

    /// "Særnummer nr. 3".
    pub(super) fn badge(&self) -> String {
        let texts = self.lang.texts();
        match self.series_number {
            Some(number) => texts.with("issue-special-number", &[("number", &number)]),
            None => texts.get("issue-special"),
        }
    }

    /// "Nr. 3 · 24. marts 2017 · genskabt eksempel". The number of a special edition stands in its
    /// badge.
    pub(super) fn date_line(&self) -> String {
        let texts = self.lang.texts();
        let number = self.series_number.filter(|_| !self.is_special());
        let number = number.map(|number| texts.with("issue-number", &[("number", &number)]));
        words::joined(vec![
            number.unwrap_or_default(),
            format::day(self.lang, self.date),
            self.note.clone().unwrap_or_default(),
        ])
    }

    /// Where a picture is, in full.
    pub(super) fn image_address(&self, image: &Image) -> String {
        match image.url.as_str().strip_prefix('/') {
            Some(path) => format!("{}{path}", self.base),
            None => image.url.as_str().to_owned(),
        }
    }

    /// The sender's site as people say it, without its scheme.
    pub(super) fn site_name(&self) -> &str {
        let url = &*self.details.site_url;
        url.split_once("://").map_or(url, |(_, name)| name).trim_end_matches('/')
    }
}
