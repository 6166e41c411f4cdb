//! Rich text: a typed tree, never HTML. People type it as light markup (see [`super::markup`]); it
//! is stored as the tree, and written as MJML-safe HTML, as plain text and as web HTML.

use serde::{Deserialize, Serialize};

use super::html::Html;
use super::splice;

/// Paragraphs and lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RichText(pub(super) Vec<Part>);

/// A paragraph or a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A paragraph; a `\n` in it is a line break.
    Paragraph(Vec<Run>),
    /// A list with bullets.
    Bullets(Vec<Vec<Run>>),
    /// A list with numbers, from 1.
    Numbers(Vec<Vec<Run>>),
}

/// A stretch of one style. There is no nesting, so there is none that is too deep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RunDocument", into = "RunDocument")]
pub struct Run {
    /// What stands there.
    pub piece: Piece,
    /// How it looks and where it leads.
    pub style: Style,
}

/// Text, or a merge field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text.
    Text(String),
    /// The recipient's name, or this when the name is not known.
    Name {
        /// What stands there without a name.
        fallback: String,
    },
}

/// How a run looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Style {
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// The address that it leads to.
    pub link: Option<String>,
}

/// A run as it is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RunDocument {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    bold: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    italic: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

impl From<Run> for RunDocument {
    fn from(run: Run) -> Self {
        let (text, name) = match run.piece {
            Piece::Text(text) => (Some(text), None),
            Piece::Name { fallback } => (None, Some(fallback)),
        };
        let Style { bold, italic, link } = run.style;
        Self { text, name, bold, italic, link }
    }
}

impl TryFrom<RunDocument> for Run {
    type Error = &'static str;
    fn try_from(run: RunDocument) -> Result<Self, Self::Error> {
        let piece = match (run.text, run.name) {
            (Some(text), None) => Piece::Text(text),
            (None, Some(fallback)) => Piece::Name { fallback },
            _ => return Err("a run has either a text or a name"),
        };
        Ok(Self { piece, style: Style { bold: run.bold, italic: run.italic, link: run.link } })
    }
}

/// The HTML that a rich text is written as: in a mail with inline styles, on the web without.
#[derive(Debug, Clone)]
pub struct Tags {
    /// Opens a paragraph.
    pub paragraph: &'static str,
    /// Opens the last paragraph, which has nothing below it.
    pub last_paragraph: &'static str,
    /// Opens a list with bullets.
    pub bullets: &'static str,
    /// Opens a list with numbers.
    pub numbers: &'static str,
    /// Opens an item.
    pub item: &'static str,
    /// What a link carries beside its address, with a leading space.
    pub link: Html,
}

impl RichText {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The parts.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// Every run, in reading order.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.0.iter().flat_map(|part| -> Box<dyn Iterator<Item = &Run>> {
            match part {
                Part::Paragraph(runs) => Box::new(runs.iter()),
                Part::Bullets(items) | Part::Numbers(items) => Box::new(items.iter().flatten()),
            }
        })
    }

    /// Every address that it links to, in reading order.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.runs().filter_map(|run| run.style.link.as_deref())
    }

    /// With the fallback wherever a name would stand, for readers whom nobody knows.
    #[must_use]
    pub fn without_person(&self) -> Self {
        let mut text = self.clone();
        for run in text.0.iter_mut().flat_map(Part::runs_mut) {
            if let Piece::Name { fallback } = &run.piece {
                run.piece = Piece::Text(fallback.clone());
            }
        }
        text
    }

    /// As HTML. `href` says what stands in the `href` of an address.
    pub fn to_html(&self, tags: &Tags, href: &dyn Fn(&str) -> String) -> Html {
        let mut html = Html::default();
        let last = self.0.len().saturating_sub(1);
        for (at, part) in self.0.iter().enumerate() {
            match part {
                Part::Paragraph(runs) => {
                    let open = if at == last { tags.last_paragraph } else { tags.paragraph };
                    html.markup(open);
                    write_runs(runs, tags, href, &mut html);
                    html.markup("</p>");
                }
                Part::Bullets(items) => {
                    html.markup(tags.bullets);
                    write_items(items, tags, href, &mut html);
                    html.markup("</ul>");
                }
                Part::Numbers(items) => {
                    html.markup(tags.numbers);
                    write_items(items, tags, href, &mut html);
                    html.markup("</ol>");
                }
            }
        }
        html
    }

    /// As plain text, without a line end at its end; a link is followed by its address.
    pub fn to_text(&self) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Paragraph(runs) => runs_to_text(runs),
            Part::Bullets(items) => {
                let items = items.iter().map(|item| item_to_text("- ", item));
                items.collect::<Vec<_>>().join("\n")
            }
            Part::Numbers(items) => {
                let items = items.iter().enumerate();
                let items = items.map(|(at, item)| item_to_text(&format!("{}. ", at + 1), item));
                items.collect::<Vec<_>>().join("\n")
            }
        });
        parts.collect::<Vec<_>>().join("\n\n")
    }
}

impl Part {
    fn runs_mut(&mut self) -> Box<dyn Iterator<Item = &mut Run> + '_> {
        match self {
            Self::Paragraph(runs) => Box::new(runs.iter_mut()),
            Self::Bullets(items) | Self::Numbers(items) => Box::new(items.iter_mut().flatten()),
        }
    }
}

fn write_items(items: &[Vec<Run>], tags: &Tags, href: &dyn Fn(&str) -> String, html: &mut Html) {
    for item in items {
        html.markup(tags.item);
        write_runs(item, tags, href, html);
        html.markup("</li>");
    }
}

fn write_runs(runs: &[Run], tags: &Tags, href: &dyn Fn(&str) -> String, html: &mut Html) {
    for group in runs.chunk_by(|a, b| a.style.link == b.style.link) {
        let link = group.first().and_then(|run| run.style.link.as_deref());
        if let Some(link) = link {
            html.markup("<a href=\"").text(&href(link)).markup("\"").html(&tags.link).markup(">");
        }
        for run in group {
            write_run(run, html);
        }
        if link.is_some() {
            html.markup("</a>");
        }
    }
}

fn write_run(run: &Run, html: &mut Html) {
    if run.style.bold {
        html.markup("<strong>");
    }
    if run.style.italic {
        html.markup("<em>");
    }
    match &run.piece {
        Piece::Text(text) => {
            for (at, line) in text.split('\n').enumerate() {
                if at > 0 {
                    html.markup("<br />");
                }
                html.text(line);
            }
        }
        Piece::Name { fallback } => {
            html.text(&splice::name_marker(&Html::escaped(fallback).into_string()));
        }
    }
    if run.style.italic {
        html.markup("</em>");
    }
    if run.style.bold {
        html.markup("</strong>");
    }
}

fn item_to_text(marker: &str, runs: &[Run]) -> String {
    let indent = format!("\n{}", " ".repeat(marker.len()));
    format!("{marker}{}", runs_to_text(runs).replace('\n', &indent))
}

fn runs_to_text(runs: &[Run]) -> String {
    let mut out = String::new();
    for group in runs.chunk_by(|a, b| a.style.link == b.style.link) {
        let text: String = group.iter().map(|run| run.piece.to_text()).collect();
        out.push_str(&text);
        if let Some(link) = group.first().and_then(|run| run.style.link.as_deref()) {
            let shown = link.strip_prefix("mailto:").unwrap_or(link);
            if shown != text {
                out.push_str(&format!(" ({shown})"));
            }
        }
    }
    out
}

impl Piece {
    /// As plain text.
    pub fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Name { fallback } => splice::name_marker(fallback),
        }
    }
}
