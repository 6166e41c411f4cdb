//! Preflight: what is looked at before an issue goes out. A stop keeps it here, a warning asks for
//! a second thought, a hint makes it better. All of it is a function of what is written, who sends
//! it and the day, so that it can be asked after every save.
//!
//! What [`Content::read`] cannot take (addresses of other schemes, unknown merge fields) is refused
//! when it is saved and is not looked for again. A footer always has a way to unsubscribe, a mail
//! always its language, and the words on a theme's colour can always be read: by construction.

mod dates;
mod facts;
mod hosts;
mod links;
mod phrases;
mod pictures;
mod seen;
pub mod view;

pub use facts::{Facts, Sending};
pub(in crate::issues) use hosts::unreachable;
pub use links::addresses;
pub use pictures::Known;
pub use seen::{Examined, Seen, examine};

use chrono::NaiveDate;

use super::content::{Block, BlockKind, Content};
use super::fields::{self, Field, Widget};
use super::form;
use super::mjml::{Faint, Label, Mjml};
use super::rich_text::{Piece, RichText};
use crate::clock::Instant;
use crate::db::PublicId;
use crate::error::FieldError;
use crate::newsletters::{Details, Newsletter};

/// Longest subject that inboxes show whole, in characters; the editor's counter has the same.
const SUBJECT_BEST: usize = 60;
/// From this size on, in bytes of HTML, an issue comes near to being cut.
const SIZE_NEAR: usize = 80_000;
/// From this size on Gmail cuts a mail (at 102 kB, personal addresses included).
const SIZE_CUT: usize = 100_000;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It does not go out like this.
    Stop,
    /// It may go out; somebody should have seen this.
    Warn,
    /// It could be better.
    Hint,
}

impl Level {
    /// Its word in texts and on pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Warn => "warn",
            Self::Hint => "hint",
        }
    }
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How grave it is.
    pub level: Level,
    /// The block that it is about; none when it is about the whole.
    pub block: Option<PublicId>,
    /// The field, what is wrong and what to do about it.
    pub error: FieldError,
}

/// Another issue goes out within a day of it.
const CLOSE: &str = "error-preflight-close";

impl Finding {
    /// What tells it from the others of the same revision, and stays the same when it is looked at
    /// once more: what is about the whole may count on (how many would get it).
    pub fn key(&self) -> String {
        let FieldError { field, code, args } = &self.error;
        let mut key = format!("{code} {field}");
        // To which other issue it is close is not what may count on, only how many hours.
        let is_other = |name: &str| *code == CLOSE && name == "subject";
        for (_, value) in args.iter().filter(|(name, _)| !field.is_empty() || is_other(name)) {
            key.push(' ');
            key.push_str(value);
        }
        key
    }
}

/// Looks at an issue: stops first, then warnings, then hints, each in the order of the page.
pub fn check(content: &Content, facts: &Facts) -> Vec<Finding> {
    let mut check = Check { content, found: Vec::new() };
    for error in content.missing() {
        check.add(Level::Stop, error);
    }
    check.envelope();
    check.texts();
    check.last_days(facts);
    check.links();
    check.blocks(facts.day);
    check.hidden();
    if lacks_sender(&facts.details) {
        check.stop("", "error-preflight-footer");
    }
    match facts.size {
        Some(size) if size > SIZE_CUT => check.size("error-preflight-size-cut", size),
        Some(size) if size > SIZE_NEAR => check.size("error-preflight-size", size),
        _ => {}
    }
    check.pictures(&facts.known);
    check.looked_at(&facts.known.links);
    if facts.known.is_number_taken {
        check.warn("theme.number", "error-preflight-number");
    }
    if let Some(sending) = &facts.sending {
        check.sending(sending);
    }
    check.found.sort_by_key(|finding| finding.level);
    check.found
}

/// Looks at a whole issue that is being written, with the size in bytes of its HTML and what is
/// known of what it names.
pub fn look_over(
    content: &Content,
    newsletter: &Newsletter,
    at: Instant,
    (size, known): (usize, &Known),
) -> Vec<Finding> {
    let (size, known) = (Some(size), known.clone());
    check(content, &Facts { size, known, ..Facts::of(newsletter, at) })
}

/// What keeps an issue from going out at a moment, one finding a field.
pub fn stops(content: &Content, newsletter: &Newsletter, at: Instant) -> Vec<FieldError> {
    let found = check(content, &Facts::of(newsletter, at));
    let mut stops: Vec<FieldError> = Vec::new();
    for finding in found.into_iter().filter(|finding| finding.level == Level::Stop) {
        if stops.iter().all(|known| known.field != finding.error.field) {
            stops.push(finding.error);
        }
    }
    stops
}

/// Whether the footer does not say who sends and how to reach them (e-handelsloven § 7).
pub fn lacks_sender(details: &Details) -> bool {
    [&details.organisation, &details.postal_address, &details.contact_email]
        .iter()
        .any(|text| text.trim().is_empty())
}

struct Check<'c> {
    content: &'c Content,
    found: Vec<Finding>,
}

impl<'c> Check<'c> {
    fn add(&mut self, level: Level, error: FieldError) {
        let at = error.field.strip_prefix("blocks.").and_then(|rest| rest.split('.').next());
        let at = at.and_then(|at| at.parse::<usize>().ok());
        let block = at.and_then(|at| self.content.blocks.get(at)).map(|block| block.id);
        self.found.push(Finding { level, block, error });
    }

    fn stop(&mut self, field: &str, code: &'static str) {
        self.add(Level::Stop, FieldError::new(field, code));
    }

    fn warn(&mut self, field: &str, code: &'static str) {
        self.add(Level::Warn, FieldError::new(field, code));
    }

    fn size(&mut self, code: &'static str, size: usize) {
        self.add(Level::Warn, FieldError::new("", code).with("size", size.div_ceil(1000)));
    }

    /// The blocks that readers get, by their positions.
    fn shown(&self) -> impl Iterator<Item = (usize, &'c Block)> + use<'c> {
        self.content.blocks.iter().enumerate().filter(|(_, block)| !block.hidden)
    }

    /// What is left out should not be forgotten.
    fn hidden(&mut self) {
        for (at, _) in self.content.blocks.iter().enumerate().filter(|(_, block)| block.hidden) {
            let error = FieldError::new(format!("blocks.{at}"), "error-preflight-hidden");
            self.add(Level::Hint, error);
        }
    }

    fn envelope(&mut self) {
        let length = self.content.subject.without_name().chars().count();
        if length > SUBJECT_BEST {
            let error = FieldError::new("subject", "error-preflight-subject-long");
            self.add(Level::Warn, error.with("length", length).with("best", SUBJECT_BEST));
        }
        if self.content.preheader.is_empty() {
            self.warn("preheader", "error-preflight-preheader");
        }
    }

    /// What is typed into every line, text and address, whichever block it stands in.
    fn texts(&mut self) {
        let typed = form::of(self.content);
        let line = |path| Field { path, widget: Widget::Line };
        let envelope = [line("subject"), line("preheader"), line("mjml")];
        self.fields("", &envelope, &typed);
        self.fields("theme.", fields::THEME, &typed["theme"]);
        for (at, block) in typed["blocks"].as_array().into_iter().flatten().enumerate() {
            if block["hidden"] == true {
                continue;
            }
            let kind = block["kind"].as_str().unwrap_or_default();
            self.fields(&format!("blocks.{at}."), &fields::of(kind), block);
            for (number, project) in block["projects"].as_array().into_iter().flatten().enumerate()
            {
                self.fields(&format!("blocks.{at}.projects.{number}."), fields::PROJECT, project);
            }
        }
    }

    /// What comes from the library and is over when the issue goes. An event's own date says so
    /// already.
    fn last_days(&mut self, facts: &Facts) {
        for (at, block) in self.shown() {
            let mut items = Vec::new();
            match &block.kind {
                BlockKind::Event(_) => {}
                BlockKind::Button(button) => items.push(("url".to_owned(), button.library_item)),
                BlockKind::ProjectList(list) => {
                    let projects = list.projects.iter().enumerate();
                    items.extend(projects.map(|(nth, project)| {
                        (format!("projects.{nth}.url"), project.library_item)
                    }));
                }
                kind => items.extend(kind.card().map(|card| ("url".to_owned(), card.library_item))),
            }
            for (field, item) in items {
                let last = item.and_then(|item| facts.known.last_days.get(&item));
                if last.is_some_and(|last| *last < facts.day) {
                    self.warn(&format!("blocks.{at}.{field}"), "error-preflight-outdated");
                }
            }
        }
    }

    fn fields(&mut self, before: &str, fields: &[Field], of: &serde_json::Value) {
        for field in fields {
            let Some(text) = fields::get(of, field.path).as_str() else { continue };
            let path = format!("{before}{}", field.path);
            match field.widget {
                Widget::Line | Widget::Rich | Widget::Mjml => {
                    if let Some(found) = phrases::placeholder(text) {
                        let error = FieldError::new(&path, "error-preflight-placeholder");
                        self.add(Level::Stop, error.with("found", found));
                    }
                    if field.path.ends_with("alt") && phrases::is_file_name(text) {
                        self.warn(&path, "error-preflight-alt-file");
                    }
                }
                Widget::Address | Widget::Picture => self.address(&path, text),
                _ => {}
            }
        }
    }

    fn address(&mut self, path: &str, url: &str) {
        if let Some(host) = hosts::unreachable(url) {
            let error = FieldError::new(path, "error-preflight-private");
            self.add(Level::Stop, error.with("host", host));
        } else if url.starts_with("http://") {
            self.add(Level::Hint, FieldError::new(path, "error-preflight-http"));
        }
    }

    /// The words of links, and links inside texts.
    fn links(&mut self) {
        if let Some(theme) = &self.content.theme {
            self.rich("theme.intro", &theme.intro);
        }
        if let Some(mjml) = &self.content.mjml {
            self.mjml("mjml", mjml);
        }
        for (at, block) in self.shown() {
            let path = |name: &str| format!("blocks.{at}.{name}");
            match &block.kind {
                BlockKind::Text(text) => self.rich(&path("body"), &text.body),
                BlockKind::Quote(quote) => self.rich(&path("quote"), &quote.quote),
                BlockKind::ProjectList(list) => self.rich(&path("intro"), &list.intro),
                BlockKind::Mjml(own) => {
                    self.mjml(&path("source"), &own.source);
                }
                BlockKind::Button(button) => self.words(&path("text"), button.text.as_str()),
                kind => {
                    if let Some(card) = kind.card() {
                        self.rich(&path("teaser"), &card.teaser);
                        self.words(&path("link_text"), card.link_text.as_str());
                    }
                }
            }
        }
        self.twice();
    }

    fn rich(&mut self, path: &str, text: &RichText) {
        // One link may be several runs, of which some are bold.
        let mut links: Vec<(&str, String)> = Vec::new();
        let mut last = None;
        for run in text.runs() {
            let link = run.style.link.as_deref();
            let words = match &run.piece {
                Piece::Text(text) => text.as_str(),
                Piece::Name { fallback } => fallback.as_str(),
            };
            match (link, links.last_mut()) {
                (Some(_), Some((_, before))) if last == link => before.push_str(words),
                (Some(url), _) => links.push((url, words.to_owned())),
                (None, _) => {}
            }
            last = link;
        }
        for (url, words) in links {
            self.address(path, url);
            self.words(path, &words);
        }
    }

    /// The addresses of MJML, what its links say, and words that are hard to read on their ground.
    fn mjml(&mut self, path: &str, mjml: &Mjml) {
        for url in mjml.links().chain(mjml.pictures()) {
            self.address(path, url);
        }
        for Label { place, words, has_address } in mjml.labels() {
            if !has_address {
                let error = FieldError::new(path, "error-preflight-link-empty")
                    .with("line", place.line)
                    .with("column", place.column);
                self.add(Level::Stop, error);
            }
            self.words(path, words);
        }
        for Faint { place, ink, ground } in mjml.faint() {
            let error = FieldError::new(path, "error-preflight-contrast")
                .with("line", place.line)
                .with("column", place.column)
                .with("ink", ink)
                .with("ground", ground);
            self.add(Level::Warn, error);
        }
    }

    fn words(&mut self, path: &str, words: &str) {
        if phrases::is_generic(words) {
            let error = FieldError::new(path, "error-preflight-link-words");
            self.add(Level::Warn, error.with("words", words));
        }
    }

    fn blocks(&mut self, day: NaiveDate) {
        let mut is_below = false;
        for (at, block) in self.shown() {
            match &block.kind {
                BlockKind::Event(event)
                    if dates::last(event.date.as_str()).is_some_and(|last| last < day) =>
                {
                    self.stop(&format!("blocks.{at}.date"), "error-preflight-past");
                }
                BlockKind::Heading(heading) if heading.level == 2 => is_below = true,
                BlockKind::Heading(_) if !is_below => {
                    let field = format!("blocks.{at}.level");
                    self.add(Level::Hint, FieldError::new(field, "error-preflight-level"));
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
