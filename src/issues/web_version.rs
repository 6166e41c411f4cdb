//! The web version of an issue: the same blocks as proper HTML for the public archive. No personal
//! data, no counted links, pictures of this service by their path, and no style of its own: the classes are those of `assets/issue.css`,
//! and the theme's colours are a small stylesheet of their own ([`theme_css`]), because the pages'
//! content security policy allows no inline style.

use askama::Template;

use super::content::{BlockKind, Card, Content, Theme};
use super::html::Html;
use super::rich_text::{RichText, Tags};
use super::words::{self, CardWords};
use super::{Frame, mjml};
use crate::web::Texts;

/// The web version: one `article`, with the page's only `h1` in it.
///
/// # Errors
/// None that content could cause; a template can fail in principle.
pub fn render(content: &Content, frame: &Frame) -> Result<Html, askama::Error> {
    let texts = frame.lang.texts();
    let mut blocks = Vec::with_capacity(content.blocks.len());
    for block in &content.blocks {
        blocks.push(Html::of(&BlockTemplate { texts, block: &block.kind })?);
    }
    let heading = match &content.theme {
        Some(theme) if !theme.title.is_empty() => theme.title.to_string(),
        _ => content.subject.without_name(),
    };
    // The mail of an issue that is MJML is shown as a document of its own.
    let whole = content.mjml.as_ref().map(|own| (mail_path(frame), mjml::to_html(own)));
    Html::of(&IssueTemplate { frame, texts, heading, theme: content.theme.as_ref(), blocks, whole })
}

/// Where the mail of a public issue is shown as it was sent.
pub fn mail_path(frame: &Frame) -> String {
    let path = frame.web_version.strip_prefix(&*frame.base).unwrap_or_default();
    format!("/{path}/mail")
}

/// The stylesheet with the theme's colours, or those of an issue without a theme.
pub fn theme_css(content: &Content) -> String {
    let colour = content.theme.as_ref().map(|theme| theme.colour).unwrap_or_default();
    format!(
        ".issue {{ --theme: {colour}; --on-theme: {}; --accent: {}; }}\n\
         @media (prefers-color-scheme: dark) {{ .issue {{ --accent: {}; }} }}\n",
        colour.text(),
        colour.on_light(),
        colour.on_dark(),
    )
}

#[derive(Template)]
#[template(path = "issues/pages/web/issue.html")]
struct IssueTemplate<'a> {
    frame: &'a Frame,
    texts: Texts,
    heading: String,
    theme: Option<&'a Theme>,
    blocks: Vec<Html>,
    /// The mail's address and its words.
    whole: Option<(String, Html)>,
}

#[derive(Template)]
#[template(path = "issues/pages/web/block.html")]
struct BlockTemplate<'a> {
    texts: Texts,
    block: &'a BlockKind,
}

impl BlockTemplate<'_> {
    fn words(&self, card: &Card) -> CardWords {
        words::card(self.block, card, self.texts)
    }
}

/// Rich text with the fallback wherever a name would stand.
fn rich(text: &RichText) -> Html {
    let tags = Tags {
        paragraph: "<p>",
        last_paragraph: "<p>",
        bullets: "<ul>",
        numbers: "<ol>",
        item: "<li>",
        link: Html::default(),
    };
    text.without_person().to_html(&tags, &str::to_owned)
}
