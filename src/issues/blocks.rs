//! The kinds of blocks, and what each kind carries.

use serde::Serialize;

use super::mjml::{self, Mjml};
use super::rich_text::RichText;
use super::values::{Line, WebAddress};
use super::{splice, text};
use crate::db::PublicId;

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
    /// MJML of the editor's own.
    Mjml(Source),
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
    /// What the item said then, as a hash; empty when nobody knows.
    #[serde(skip_serializing_if = "Line::is_empty")]
    pub library_version: Line,
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
    /// What the item said then, as a hash; empty when nobody knows.
    #[serde(skip_serializing_if = "Line::is_empty")]
    pub library_version: Line,
}

/// A line across.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Divider {}

/// MJML of the editor's own.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Source {
    /// One or more sections.
    pub source: Mjml,
}

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

impl BlockKind {
    /// The words for the kinds, in the order in which an editor is offered them.
    pub const NAMES: [&str; 13] = [
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
        "mjml",
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
            "mjml" => Self::Mjml(Source::default()),
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
            Self::Mjml(_) => "mjml",
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
            Self::Mjml(mjml) => splice::without_person(&mjml::to_text(&mjml.source, "")),
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
            Self::Mjml(mjml) => mjml.source.links().map(|url| (url, None)).collect(),
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
