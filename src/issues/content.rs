//! The content of an issue: a subject, a preheader, a theme and blocks, as it is stored in a
//! revision and as the API takes and gives it. Reading it is in [`super::read`].
//!
//! A draft may have holes: an empty title or address is content that is not written yet, and
//! [`Content::missing`] names it. What is there is always well-formed and clean.

use serde::{Serialize, Serializer};

use super::markup;
use super::rich_text::{Piece, RichText};
use super::{splice, text};
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
}

impl Default for Content {
    fn default() -> Self {
        Self {
            version: VERSION,
            subject: MergeLine::default(),
            preheader: MergeLine::default(),
            theme: None,
            blocks: Vec::new(),
        }
    }
}

/// What a special edition is about, and how its top looks.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Theme {
    /// The theme's title: the main heading of the issue.
    pub title: Line,
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
    /// What it is.
    #[serde(flatten)]
    pub kind: BlockKind,
}

impl Block {
    /// A new block.
    pub fn new(kind: BlockKind) -> Self {
        Self { id: PublicId::random(), kind }
    }
}

/// What a block is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BlockKind {
    /// A heading.
    Heading(Heading),
    /// Text.
    Text(Text),
    /// An article.
    Article(Article),
    /// A publication.
    Publication(Publication),
    /// An episode of a podcast.
    Podcast(Podcast),
    /// An event.
    Event(Event),
    /// An e-course.
    Ecourse(Ecourse),
    /// A quotation.
    Quote(Quote),
    /// A picture.
    Image(Picture),
    /// A button.
    Button(Button),
    /// Projects by the leadership groups that they are for.
    ProjectList(ProjectList),
    /// A line across.
    Divider(Divider),
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Heading {
    /// The words.
    pub text: Line,
    /// 2 or 3; 1 is the title of the issue.
    pub level: u8,
}

impl Default for Heading {
    fn default() -> Self {
        Self { text: Line::default(), level: 2 }
    }
}

/// Text.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Text {
    /// The text.
    pub body: RichText,
}

/// What all blocks that lead to something have in common.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Card {
    /// The title.
    pub title: Line,
    /// A few words that make one want to go there.
    pub teaser: RichText,
    /// Where it is.
    pub url: WebAddress,
    /// The words of the link; empty means those that go with the kind.
    pub link_text: Line,
    /// The picture.
    pub image: Option<Image>,
    /// The leadership groups that it is for: 1, 2, 3.
    pub groups: Vec<u8>,
    /// The library item that it was made from.
    pub library_item: Option<PublicId>,
}

/// An article.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Article {
    /// What cards share.
    #[serde(flatten)]
    pub card: Card,
}

/// A publication.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Publication {
    /// What cards share.
    #[serde(flatten)]
    pub card: Card,
    /// A word about the edition, such as "2017" or "32 sider".
    pub edition: Line,
}

/// An episode of a podcast.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Podcast {
    /// What cards share.
    #[serde(flatten)]
    pub card: Card,
    /// The series.
    pub series: Line,
    /// The number in the series.
    pub number: Option<u32>,
    /// How long it is, such as "28 min.".
    pub duration: Line,
}

/// An event.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Event {
    /// What cards share.
    #[serde(flatten)]
    pub card: Card,
    /// When it is, in words.
    pub date: Line,
    /// Where it is.
    pub place: Line,
}

/// An e-course.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Ecourse {
    /// What cards share.
    #[serde(flatten)]
    pub card: Card,
    /// How long it takes, in words.
    pub duration: Line,
}

/// A quotation.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Quote {
    /// What was said, without quotation marks.
    pub quote: RichText,
    /// Who said it.
    pub source: Line,
    /// What that person is.
    pub role: Line,
}

/// A picture that is a block of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Picture {
    /// The picture.
    pub image: Option<Image>,
    /// The words below it.
    pub caption: Line,
    /// Where it leads, if anywhere.
    pub url: WebAddress,
}

/// A button.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Button {
    /// The words on it.
    pub text: Line,
    /// Where it leads.
    pub url: WebAddress,
    /// The library item that it leads to.
    pub library_item: Option<PublicId>,
}

/// Projects, shown by the groups that they are for.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct ProjectList {
    /// The heading.
    pub title: Line,
    /// A few words before the list.
    pub intro: RichText,
    /// The projects.
    pub projects: Vec<Project>,
}

/// A project.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Project {
    /// Its name.
    pub title: Line,
    /// The leadership groups that it is for.
    pub groups: Vec<u8>,
    /// Where one can read more, if anywhere.
    pub url: WebAddress,
    /// The library item that it was made from.
    pub library_item: Option<PublicId>,
}

/// A line across.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Divider {}

/// A picture.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Image {
    /// Where it is: an `https` address, or a path of this service.
    pub url: WebAddress,
    /// What it shows, for those who do not see it.
    pub alt: Line,
    /// It shows nothing that needs words: `alt` is left empty on purpose.
    pub decorative: bool,
}

/// One line of clean text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Line(String);

impl Line {
    /// Cleans a text and makes it one line.
    pub fn new(text: &str) -> Self {
        Self(text::line(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is not written yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One line that may carry the recipient's name; stored as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MergeLine(Vec<Piece>);

impl MergeLine {
    /// Reads a line as it is typed, such as "Til {{navn|dig}}".
    pub fn parse(line: &str) -> Result<Self, markup::MarkupError> {
        markup::parse_line(line).map(Self)
    }

    /// As it is typed.
    pub fn to_markup(&self) -> String {
        markup::write_line(&self.0)
    }

    /// With markers where the name goes.
    pub fn to_template(&self) -> String {
        self.0.iter().map(Piece::to_text).collect()
    }

    /// With the fallback where the name goes.
    pub fn without_name(&self) -> String {
        splice::without_person(&self.to_template())
    }

    /// Whether it is not written yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for MergeLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_markup())
    }
}

/// An address, byte for byte as it was given; empty when it is not written yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct WebAddress(String);

impl WebAddress {
    /// Reads an address; `None` when it is not one of the target's.
    pub fn parse(text: &str, target: text::Target) -> Option<Self> {
        if text.trim().is_empty() {
            return Some(Self::default());
        }
        text::address(text, target).map(|address| Self(address.to_owned()))
    }

    /// The address, if it is written.
    pub fn get(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(&*self.0)
    }

    /// The address, or nothing.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is not written yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A colour, red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// The contrast that text needs (WCAG 2.2, 1.4.3).
const CONTRAST: f64 = 4.5;
/// Thin light letters on a dark ground look weaker than they measure.
const DARK_CONTRAST: f64 = 6.5;

impl Default for Colour {
    /// A calm dark petrol.
    fn default() -> Self {
        Self([0x0b, 0x4f, 0x5c])
    }
}

impl Colour {
    /// White.
    pub const WHITE: Self = Self([255; 3]);
    /// Black.
    pub const BLACK: Self = Self([0; 3]);

    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.trim().strip_prefix('#').filter(|hex| hex.len() == 6)?;
        if !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let [_, r, g, b] = u32::from_str_radix(hex, 16).ok()?.to_be_bytes();
        Some(Self([r, g, b]))
    }

    /// The contrast with another colour, 1 to 21 (WCAG 2.2).
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// White where it can be read on this colour, else black. One of both always can.
    pub fn text(self) -> Self {
        if self.contrast(Self::WHITE) >= CONTRAST { Self::WHITE } else { Self::BLACK }
    }

    /// This colour, made so much darker that it can be read as text on a light tint.
    pub fn on_light(self) -> Self {
        self.until_read_on(Self([0xf1, 0xf4, 0xf6]), Self::BLACK, CONTRAST)
    }

    /// This colour, made so much lighter that it can be read as text on a dark ground.
    pub fn on_dark(self) -> Self {
        self.until_read_on(Self([0x24, 0x2d, 0x34]), Self::WHITE, DARK_CONTRAST)
    }

    fn until_read_on(self, ground: Self, towards: Self, contrast: f64) -> Self {
        (0..=20_u16)
            .map(|step| self.mixed(towards, step * 5))
            .find(|colour| colour.contrast(ground) >= contrast)
            .unwrap_or(towards)
    }

    /// With so many per cent of another colour.
    fn mixed(self, other: Self, percent: u16) -> Self {
        let mut mixed = [0; 3];
        for ((to, from), with) in mixed.iter_mut().zip(self.0).zip(other.0) {
            let sum = u16::from(from) * (100 - percent) + u16::from(with) * percent;
            *to = u8::try_from(sum / 100).unwrap_or(u8::MAX);
        }
        Self(mixed)
    }

    fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }
}

impl std::fmt::Display for Colour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl Serialize for Colour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl BlockKind {
    /// The words for the kinds, in the order in which an editor is offered them.
    pub const NAMES: [&str; 12] = [
        "heading",
        "text",
        "article",
        "publication",
        "podcast",
        "event",
        "ecourse",
        "quote",
        "image",
        "button",
        "project_list",
        "divider",
    ];

    /// An empty block of a kind; `None` when there is no such kind.
    pub fn empty(name: &str) -> Option<Self> {
        Some(match name {
            "heading" => Self::Heading(Heading::default()),
            "text" => Self::Text(Text::default()),
            "article" => Self::Article(Article::default()),
            "publication" => Self::Publication(Publication::default()),
            "podcast" => Self::Podcast(Podcast::default()),
            "event" => Self::Event(Event::default()),
            "ecourse" => Self::Ecourse(Ecourse::default()),
            "quote" => Self::Quote(Quote::default()),
            "image" => Self::Image(Picture::default()),
            "button" => Self::Button(Button::default()),
            "project_list" => Self::ProjectList(ProjectList::default()),
            "divider" => Self::Divider(Divider {}),
            _ => return None,
        })
    }

    /// The word for the kind.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Heading(_) => "heading",
            Self::Text(_) => "text",
            Self::Article(_) => "article",
            Self::Publication(_) => "publication",
            Self::Podcast(_) => "podcast",
            Self::Event(_) => "event",
            Self::Ecourse(_) => "ecourse",
            Self::Quote(_) => "quote",
            Self::Image(_) => "image",
            Self::Button(_) => "button",
            Self::ProjectList(_) => "project_list",
            Self::Divider(_) => "divider",
        }
    }

    /// What a card has in common with other cards.
    pub fn card(&self) -> Option<&Card> {
        match self {
            Self::Article(article) => Some(&article.card),
            Self::Publication(publication) => Some(&publication.card),
            Self::Podcast(podcast) => Some(&podcast.card),
            Self::Event(event) => Some(&event.card),
            Self::Ecourse(ecourse) => Some(&ecourse.card),
            _ => None,
        }
    }

    /// A few words by which an editor knows the block: its title or how its text begins.
    pub fn title(&self) -> String {
        let text = match self {
            Self::Heading(heading) => heading.text.to_string(),
            Self::Text(text) => splice::without_person(&text.body.to_text()),
            Self::Quote(quote) => splice::without_person(&quote.quote.to_text()),
            Self::Image(picture) => match &picture.image {
                Some(image) if picture.caption.is_empty() => image.alt.to_string(),
                _ => picture.caption.to_string(),
            },
            Self::Button(button) => button.text.to_string(),
            Self::ProjectList(list) => list.title.to_string(),
            Self::Divider(_) => String::new(),
            Self::Article(_)
            | Self::Publication(_)
            | Self::Podcast(_)
            | Self::Event(_)
            | Self::Ecourse(_) => {
                self.card().map(|card| card.title.to_string()).unwrap_or_default()
            }
        };
        let line = text::line(&text);
        match line.char_indices().nth(60) {
            Some((cut, _)) => format!("{}…", line[..cut].trim_end()),
            None => line,
        }
    }

    /// The addresses that it leads to, each with the library item that it stands for, in reading
    /// order.
    pub fn links(&self) -> Vec<(&str, Option<PublicId>)> {
        fn rich(text: &RichText) -> impl Iterator<Item = (&str, Option<PublicId>)> {
            text.links().map(|url| (url, None))
        }
        match self {
            Self::Heading(_) | Self::Divider(_) => Vec::new(),
            Self::Text(text) => rich(&text.body).collect(),
            Self::Quote(quote) => rich(&quote.quote).collect(),
            Self::Image(picture) => picture.url.get().map(|url| (url, None)).into_iter().collect(),
            Self::Button(button) => {
                button.url.get().map(|url| (url, button.library_item)).into_iter().collect()
            }
            Self::ProjectList(list) => rich(&list.intro)
                .chain(list.projects.iter().filter_map(|p| Some((p.url.get()?, p.library_item))))
                .collect(),
            Self::Article(_)
            | Self::Publication(_)
            | Self::Podcast(_)
            | Self::Event(_)
            | Self::Ecourse(_) => self.card().map_or_else(Vec::new, |card| {
                let own = card.url.get().map(|url| (url, card.library_item));
                own.into_iter().chain(rich(&card.teaser)).collect()
            }),
        }
    }
}

impl Content {
    /// What must be written before the issue can be sent. The fields are paths such as
    /// `blocks.3.url`.
    pub fn missing(&self) -> Vec<FieldError> {
        let mut missing = Missing::default();
        missing.when(self.subject.is_empty(), "subject", "error-missing-subject");
        missing.when(self.blocks.is_empty(), "blocks", "error-missing-blocks");
        if let Some(theme) = &self.theme {
            missing.when(theme.title.is_empty(), "theme.title", "error-missing-title");
            missing.image(theme.image.as_ref(), "theme.image");
        }
        for (at, block) in self.blocks.iter().enumerate() {
            missing.block(&block.kind, &format!("blocks.{at}"));
        }
        missing.0
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
