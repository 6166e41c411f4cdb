//! The content of an issue: a subject, a preheader, a theme and blocks, as it is stored in a
//! revision and as the API takes and gives it. [`Content::read`] reads it.
//!
//! A draft may have holes: an empty title or address is content that is not written yet, and
//! [`Content::missing`] names it. What is there is always well-formed and clean.

use serde::Serialize;

pub use super::blocks::{
    Article, BlockKind, Button, Card, Divider, Ecourse, Event, Heading, Image, Picture, Podcast,
    Project, ProjectList, Publication, Quote, Source, Text,
};
pub use super::mjml::Mjml;
use super::rich_text::RichText;
pub use super::values::{Colour, Line, MergeLine, WebAddress};
use crate::db::PublicId;
use crate::error::FieldError;

/// The version of the format that this program writes.
pub const VERSION: u32 = 1;
/// Most blocks in an issue.
pub const BLOCK_LIMIT: usize = 200;
/// Longest line, such as a title, in characters.
pub const LINE_LIMIT: usize = 200;
/// Longest rich text, in characters of markup.
pub const TEXT_LIMIT: usize = 20_000;
/// Largest content as JSON, in bytes.
pub const SIZE_LIMIT: usize = 1_000_000;

/// Everything that an editor writes for an issue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Content {
    /// The version of this format: [`VERSION`].
    pub version: u32,
    /// The subject.
    pub subject: MergeLine,
    /// What an inbox shows after the subject.
    pub preheader: MergeLine,
    /// The theme of a special edition.
    pub theme: Option<Theme>,
    /// The blocks, from top to bottom.
    pub blocks: Vec<Block>,
    /// The whole issue as MJML of the editor's own; there are no blocks then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mjml: Option<Mjml>,
}

impl Default for Content {
    fn default() -> Self {
        Self {
            version: VERSION,
            subject: MergeLine::default(),
            preheader: MergeLine::default(),
            theme: None,
            blocks: Vec::new(),
            mjml: None,
        }
    }
}

/// What a special edition is about, and how its top looks.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Theme {
    /// The theme's title: the main heading of the issue.
    pub title: Line,
    /// The number of the special edition among those of its newsletter, if they are numbered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The colour of the banner.
    pub colour: Colour,
    /// The picture below the banner.
    pub image: Option<Image>,
    /// The introduction.
    pub intro: RichText,
}

/// A block with the name that it keeps when it is moved or changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Block {
    /// Unique in the issue.
    pub id: PublicId,
    /// Kept, and left out of the mail and of the web version.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// What it is.
    #[serde(flatten)]
    pub kind: BlockKind,
}

impl Block {
    /// A new block.
    pub fn new(kind: BlockKind) -> Self {
        Self { id: PublicId::random(), hidden: false, kind }
    }
}

impl Content {
    /// The blocks that readers get.
    pub fn shown(&self) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(|block| !block.hidden)
    }

    /// What must be written before the issue can be sent. The fields are paths such as
    /// `blocks.3.url`.
    pub fn missing(&self) -> Vec<FieldError> {
        let mut missing = Missing::default();
        missing.when(self.subject.is_empty(), "subject", "error-missing-subject");
        match &self.mjml {
            Some(mjml) => missing.mjml(mjml, "mjml"),
            None => missing.when(self.shown().next().is_none(), "blocks", "error-missing-blocks"),
        }
        if let Some(theme) = &self.theme {
            missing.when(theme.title.is_empty(), "theme.title", "error-missing-title");
            missing.image(theme.image.as_ref(), "theme.image");
        }
        for (at, block) in self.blocks.iter().enumerate().filter(|(_, block)| !block.hidden) {
            missing.block(&block.kind, &format!("blocks.{at}"));
        }
        missing.0
    }
}

impl Content {
    /// Its pictures, each with the path of its field.
    pub fn images(&self) -> Vec<(String, &Image)> {
        let theme = self.theme.as_ref().and_then(|theme| theme.image.as_ref());
        let theme = theme.map(|image| ("theme.image".to_owned(), image));
        let shown = self.blocks.iter().enumerate().filter(|(_, block)| !block.hidden);
        let blocks = shown.filter_map(|(at, block)| {
            let image = match &block.kind {
                BlockKind::Image(picture) => picture.image.as_ref(),
                kind => kind.card().and_then(|card| card.image.as_ref()),
            };
            image.map(|image| (format!("blocks.{at}.image"), image))
        });
        theme.into_iter().chain(blocks).collect()
    }
}

#[derive(Default)]
struct Missing(Vec<FieldError>);

impl Missing {
    fn when(&mut self, is_missing: bool, field: impl Into<String>, code: &'static str) {
        if is_missing {
            self.0.push(FieldError::new(field, code));
        }
    }

    fn image(&mut self, image: Option<&Image>, path: &str) {
        if let Some(image) = image {
            self.when(image.url.is_empty(), format!("{path}.url"), "error-missing-image");
            let silent = image.alt.is_empty() && !image.decorative;
            self.when(silent, format!("{path}.alt"), "error-missing-alt");
        }
    }

    fn mjml(&mut self, mjml: &Mjml, field: &str) {
        self.when(mjml.is_empty(), field, "error-missing-text");
        for place in mjml.silent() {
            let error = FieldError::new(field, "error-mjml-alt").with("line", place.line);
            self.0.push(error.with("column", place.column));
        }
    }

    fn block(&mut self, kind: &BlockKind, path: &str) {
        let field = |name: &str| format!("{path}.{name}");
        match kind {
            BlockKind::Heading(heading) => {
                self.when(heading.text.is_empty(), field("text"), "error-missing-text");
            }
            BlockKind::Text(text) => {
                self.when(text.body.is_empty(), field("body"), "error-missing-text");
            }
            BlockKind::Quote(quote) => {
                self.when(quote.quote.is_empty(), field("quote"), "error-missing-text");
            }
            BlockKind::Image(picture) => {
                self.when(picture.image.is_none(), field("image.url"), "error-missing-image");
                self.image(picture.image.as_ref(), &field("image"));
            }
            BlockKind::Button(button) => {
                self.when(button.text.is_empty(), field("text"), "error-missing-text");
                self.when(button.url.is_empty(), field("url"), "error-missing-url");
            }
            BlockKind::ProjectList(list) => {
                self.when(list.projects.is_empty(), field("projects"), "error-missing-projects");
                for (at, project) in list.projects.iter().enumerate() {
                    let title = field(&format!("projects.{at}.title"));
                    self.when(project.title.is_empty(), title, "error-missing-title");
                }
            }
            BlockKind::Divider(_) => {}
            BlockKind::Mjml(mjml) => self.mjml(&mjml.source, &field("source")),
            BlockKind::Article(_)
            | BlockKind::Publication(_)
            | BlockKind::Podcast(_)
            | BlockKind::Event(_)
            | BlockKind::Ecourse(_) => {
                if let Some(card) = kind.card() {
                    self.when(card.title.is_empty(), field("title"), "error-missing-title");
                    self.when(card.url.is_empty(), field("url"), "error-missing-url");
                    self.image(card.image.as_ref(), &field("image"));
                }
            }
        }
    }
}
